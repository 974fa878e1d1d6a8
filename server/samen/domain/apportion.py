"""Whole cents that add up: the largest remainder (Hamilton, Hare–Niemeyer)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def apportion(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Whole numbers that add up to `total`, each less than one away from its exact part.

    `exact` adds up to less than one away from `total`. Each part gets its whole number below, and what is
    left goes one by one to the largest remainders; of equal ones to the larger part, then to the earlier.
    A credit mirrors the bill of the same size. Nothing is nobody's: a part of exactly 0 gets 0.
    """
    if total < 0:
        return [-whole for whole in apportion(-total, [-part for part in exact])]
    wholes = [floor(part) for part in exact]
    neediest = sorted(
        range(len(exact)), key=lambda place: (wholes[place] - exact[place], -exact[place], place)
    )
    for place in neediest[: total - sum(wholes)]:
        wholes[place] += 1
    return wholes
