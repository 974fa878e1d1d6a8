"""Whether a plan is right, from the two files alone.

Written from docs/allocation.md and from nothing else of Samen: these files need Python's standard library
only, count in another way than the solvers do, and an audit bundle holds them, for whoever lost to run. A
plan that is right may be far from the best: that is what its bounds are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from .awards import Board, answers, placed, unknown
from .figures import bounds, metrics, stages
from .files import PLAN, VERSION, Object, read, shape
from .refusals import refusals
from .season import Season


def faults(instance: bytes, plan: bytes) -> list[str]:
    """What is wrong with a plan, each fault with its place; nothing when it is right.

    Both as in their files, byte for byte. Never raises, whatever they hold.
    """
    try:
        proposed = read(plan)
    except (ValueError, RecursionError) as error:
        return [f"plan: not JSON: {error}"]
    if misshapen := [*shape(proposed, PLAN, "plan")]:
        return misshapen
    try:
        return [*_of_other_files(proposed, instance), *_judged(Season(read(instance)), proposed)]
    # The plan's shape is known by now: what does not answer is the instance.
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        return [f"instance: cannot be understood ({type(error).__name__}: {error})"]


def _of_other_files(plan: Object, instance: bytes) -> Iterator[str]:
    digest = sha256(instance).hexdigest()
    if plan["version"] != VERSION:
        yield f"version: {plan['version']} is not {VERSION}"
    if plan["instance_sha256"] != digest:
        yield f"instance_sha256: the instance's file has {digest}"


def _judged(season: Season, plan: Object) -> list[str]:
    # What is named must be there before it can be looked up.
    if missing := [*unknown(season, plan)]:
        return missing
    board = Board(season, plan["awards"])
    return [
        *answers(season, plan),
        *placed(board),
        *metrics(board, plan["metrics"]),
        *bounds(board, plan.get("bounds", {})),
        *stages(plan.get("stages", [])),
        *refusals(board, plan["refusals"]),
    ]
