"""bill-of-materials.md: what to buy for each node, with estimates."""

from __future__ import annotations

from collections.abc import Iterator

from wiring.source import Node, Part, Plan

_HEAD = """\
# Bill of materials

*Written by `make wiring` from [pins.toml](pins.toml): change it there.*

**Prices are estimates, made in {priced}**: one piece, in a European shop, with VAT, without sending. Nothing
was bought for this list. From Asia the modules cost about half, take weeks and are more often copies. A meter
that is there already and the work of an electrician are not counted.
"""


def bill_of_materials(plan: Plan) -> str:
    """The whole page."""
    lines = [_HEAD.format(priced=plan.priced), *_boards(plan), "", *_common(plan)]
    for node in plan.nodes.values():
        lines += ["", *_node(plan, node)]
    return "\n".join(lines) + "\n"


def _boards(plan: Plan) -> Iterator[str]:
    yield "## One board"
    yield "Any of the three does for every node. New to this: take the S3, which has the most room."
    yield ""
    yield from _table((board.title, 1, board.eur) for board in plan.boards.values())


def _common(plan: Plan) -> Iterator[str]:
    yield "## For every node"
    yield from _table((item["title"], 1, item["eur"]) for item in plan.common)


def _node(plan: Plan, node: Node) -> Iterator[str]:
    yield f"## {node.title}"
    yield from _table((part.title, count, part.eur) for part, count in _counted(node))
    yield ""
    low, high = total_eur(plan, node)
    yield f"With board and what every node needs: about €{low:.0f} to €{high:.0f} (estimate, {plan.priced})."


def total_eur(plan: Plan, node: Node) -> tuple[float, float]:
    """Lowest and highest estimate of a whole node."""
    boards = [board.eur for board in plan.boards.values()]
    prices = [part.eur for part in node.parts.values()] + [item["eur"] for item in plan.common]
    low = min(eur[0] for eur in boards) + sum(eur[0] for eur in prices)
    return low, max(eur[1] for eur in boards) + sum(eur[1] for eur in prices)


def _counted(node: Node) -> list[tuple[Part, int]]:
    """Each different part once, with how many of it."""
    counts: dict[str, int] = {}
    for part in node.parts.values():
        counts[part.title] = counts.get(part.title, 0) + 1
    first = {part.title: part for part in reversed(node.parts.values())}
    return [(first[title], count) for title, count in counts.items()]


def _table(rows: Iterator[tuple[str, int, list[float]]]) -> Iterator[str]:
    yield "| part | pieces | estimate, € |"
    yield "|---|---|---|"
    for title, count, (low, high) in rows:
        price = "yours already" if high == 0 else f"{low * count:g} to {high * count:g}"
        yield f"| {title} | {count} | {price} |"
