"""Geometry of a Sankey diagram: what comes from where and goes where, in SVG user units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NODE, GAP = 12.0, 10.0
# A node's words need this much, however thin it is.
LEAST_SLOT = 21.0
TALLEST = 300.0
THINNEST = 1.5
# A letter's width, and what of the way to the next column words may take before they lie on a flow.
LETTER, MOST_OF_A_STEP = 7.2, 0.65


@dataclass(frozen=True)
class Node:
    """`value` in one unit for all; `words` stand beside it. `residual`: what nobody measured."""

    key: str
    column: int
    name: str
    value: float
    words: str
    tint: int | None = None
    residual: bool = False


@dataclass(frozen=True)
class Link:
    """From one node to another."""

    source: str
    target: str
    value: float


@dataclass(frozen=True)
class _Placed:
    x: float
    y: float
    tall: float
    # Where its flows leave: behind its words, so that none runs through them.
    leaves_at: float


def sankey(nodes: Sequence[Node], links: Sequence[Link], width: int) -> dict[str, Any]:
    """`height`, `nodes` and `links`; columns from left to right, nodes of a column in the order given."""
    by_column: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        by_column[node.column].append(node)
    scale = TALLEST / max(sum(node.value for node in column) for column in by_column.values())
    sources = {link.source for link in links}
    before = _written(by_column[0])
    step = (width - before - _written(by_column[max(by_column)]) - NODE) / max(*by_column, 1)
    placed: dict[str, _Placed] = {}
    for column in by_column.values():
        words = _written([node for node in column if node.key in sources and node.column])
        x = before + column[0].column * step
        placed |= _column(column, scale, x, min(words, step * MOST_OF_A_STEP))
    return {
        "width": width,
        "height": round(max(place.y + max(place.tall, LEAST_SLOT) for place in placed.values()) + 4, 1),
        "nodes": [_node(node, placed[node.key], node.key in sources) for node in nodes],
        "links": _links(nodes, links, placed, scale),
    }


def _written(nodes: Sequence[Node]) -> float:
    """How much room the longest words need, beside the node."""
    longest = max((len(f"{node.name} {node.words}") for node in nodes), default=0)
    return longest * LETTER + 18 if longest else 0.0


def _column(nodes: Sequence[Node], scale: float, x: float, words: float) -> dict[str, _Placed]:
    places, y = {}, 2.0
    for node in nodes:
        tall = max(node.value * scale, THINNEST)
        slot = max(tall, LEAST_SLOT)
        places[node.key] = _Placed(x, y + (slot - tall) / 2, tall, x + NODE + words)
        y += slot + GAP
    return places


def _node(node: Node, place: _Placed, is_source: bool) -> dict[str, Any]:
    """Words stand before the first column and behind the others; `leaves_at`: where flows go on."""
    return {
        "x": round(place.x, 1),
        "y": round(place.y, 1),
        "width": NODE,
        "height": round(place.tall, 1),
        "label_x": round(place.x + NODE + 8 if node.column else place.x - 8, 1),
        "label_y": round(place.y + place.tall / 2 + 4, 1),
        "leaves_at": round(place.leaves_at, 1) if node.column and is_source else None,
        "name": node.name,
        "words": node.words,
        "tint": node.tint,
        "column": node.column,
        "residual": node.residual,
    }


def _links(
    nodes: Sequence[Node], links: Sequence[Link], placed: Mapping[str, _Placed], scale: float
) -> list[dict[str, Any]]:
    """Each a band of even thickness, below the ones that leave its source or meet its target before it."""
    known = {node.key: node for node in nodes}
    left: dict[str, float] = defaultdict(float)
    met: dict[str, float] = defaultdict(float)
    drawn = []
    for link in links:
        thick, source, target = max(link.value * scale, 1.0), placed[link.source], placed[link.target]
        start = source.y + left[link.source] + thick / 2
        end = target.y + met[link.target] + thick / 2
        left[link.source] += link.value * scale
        met[link.target] += link.value * scale
        drawn.append(_band(source.leaves_at, start, target.x, end, thick, known[link.target]))
    return drawn


def _band(x: float, y: float, to_x: float, to_y: float, thick: float, target: Node) -> dict[str, Any]:
    middle = (x + to_x) / 2
    return {
        "path": f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}",
        "thick": round(thick, 1),
        "tint": target.tint,
        "residual": target.residual,
    }
