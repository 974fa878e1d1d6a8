"""When people are in a simulated room: as booked, give or take what people are like."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from samen.domain.interval import Interval

# Invented: one booking in ten is forgotten; most come a little late and leave a little early.
FORGOTTEN = 0.1
COMES_MIN = (-5.0, 10.0)
LEAVES_MIN = (-20.0, 5.0)


def visits(booked: Iterable[Interval], window: Interval, seed: int) -> list[tuple[float, float]]:
    """Seconds from the window's start, from and until, in order and apart; within the window alone.

    The same booking and seed give the same visit, whatever the window.
    """
    found: list[tuple[float, float]] = []
    for span in sorted(booked):
        visit = _visit(span, seed)
        if visit is None:
            continue
        begins, ends = (_seconds(window.start, at) for at in visit)
        begins = max(begins, 0.0, found[-1][1] + 1 if found else 0.0)
        ends = min(ends, window.length.total_seconds())
        if begins < ends:
            found.append((begins, ends))
    return found


def _visit(span: Interval, seed: int) -> tuple[datetime, datetime] | None:
    draw = random.Random(f"{seed} {span.start.isoformat()}")  # noqa: S311 - no secret hangs on it
    if draw.random() < FORGOTTEN:
        return None
    comes, leaves = draw.uniform(*COMES_MIN), draw.uniform(*LEAVES_MIN)
    return span.start + timedelta(minutes=comes), span.end + timedelta(minutes=leaves)


def _seconds(start: datetime, at: datetime) -> float:
    return (at - start).total_seconds()
