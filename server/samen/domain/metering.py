"""What a register's index says about energy over time.

Instants are seconds since the epoch here: a year of readings is spread in a fraction of a second, and
elapsed time is what counts. Callers turn local days into borders (`interval.local_day`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

# No reading is older: whoever says so mistypes the year, and use would be spread over all that lies between.
EARLIEST = date(2000, 1, 1)
# A node counts its own gens from 0 to 65535. What else is known has gens beyond them: running sums of amounts
# from files (which start at 0 and say nothing of the meter's own index), and the meter's index itself, from
# files or as somebody read it from the meter. Those two are one line, whatever came first.
AMOUNT_GENS = range(1 << 20, 1 << 21)
INDEX_GENS = range(1 << 21, 1 << 22)
FILE_GEN, TYPED_GEN = INDEX_GENS.start, INDEX_GENS.stop - 1
# Of a bucket of which more is missing, or more was only spread, nobody knows what it was like.
LEAST_KNOWN, MOST_ESTIMATED = 0.99, 0.01
# An index that falls from the last tenth of what its digits can show into the first tenth has rolled over.
ROLLING = 0.1


class Point(NamedTuple):
    """A register's index at an instant (seconds since the epoch), within one gen."""

    at: float
    gen: int
    value: float


class Break(NamedTuple):
    """The index begins anew at an instant: what it showed last, and what it showed first.

    A meter replaced, its index reset, or one that rolled over.
    """

    at: float
    final: float
    first: float


class Segment(NamedTuple):
    """What was counted between two readings of one gen."""

    start: float
    end: float
    amount: float


class Bucket(NamedTuple):
    """A bucket's amount; how many seconds of it are known, and how many of those only by spreading."""

    start: float
    amount: float
    known_s: float
    estimated_s: float


def known_segments(
    points: Iterable[Point], breaks: Iterable[Break] = (), rolls_over_at: float | None = None
) -> list[Segment]:
    """The segments in which energy is known, in order and without overlap.

    Within a gen the index only rises. A single reading that is out of line with both of its neighbours is
    a glitch and is passed over; any other decrease leaves the time between the two readings unknown, never
    negative, unless the index rolls over there or a break says what happened. Where gens overlap in time the
    lower one counts: a node's own reading before an import, and what was typed in last.
    """
    kept: list[Segment] = []
    for line in _lines(points, breaks):
        pairs = pairwise(_plausible(line))
        told = [(a, b, gained(a.value, b.value, rolls_over_at)) for a, b in pairs]
        kept = _beside(kept, [Segment(a.at, b.at, amount) for a, b, amount in told if amount is not None])
    return kept


def decreases(
    points: Iterable[Point], breaks: Iterable[Break] = (), rolls_over_at: float | None = None
) -> list[tuple[Point, Point]]:
    """The pairs of readings between which the index falls and nothing says why, in order."""
    return sorted(
        (a, b)
        for line in _lines(points, breaks)
        for a, b in pairwise(_plausible(line))
        if gained(a.value, b.value, rolls_over_at) is None
    )


Lines = dict[tuple[int, int], list[Point]]


def _lines(points: Iterable[Point], breaks: Iterable[Break]) -> list[list[Point]]:
    """What was counted by one and the same, from break to break; the line that counts first is first."""
    known = sorted(breaks)
    lines: Lines = {}
    for point in points:
        line = FILE_GEN if point.gen in INDEX_GENS else point.gen
        lines.setdefault((line, _breaks_before(point, known)), []).append(point)
    for number, one in enumerate(known):
        _end(lines, number, one)
        _begin(lines, number + 1, one)
    return [lines[key] for key in sorted(lines)]


def _breaks_before(point: Point, breaks: Sequence[Break]) -> int:
    """How many breaks a reading has behind it; at the very instant of one, its index says on which side."""
    if point.gen in AMOUNT_GENS:
        return 0
    place = bisect_left(breaks, point.at, key=lambda one: one.at)
    if place < len(breaks) and breaks[place].at == point.at:
        return place + (abs(point.value - breaks[place].first) < abs(point.value - breaks[place].final))
    return place


def _between(lines: Lines, number: int) -> list[tuple[int, int]]:
    return [key for key in lines if key[1] == number and key[0] not in AMOUNT_GENS]


def _end(lines: Lines, number: int, one: Break) -> None:
    """The last index belongs to the line that was read last before it."""
    there = _between(lines, number)
    key = max(there, key=lambda key: max(lines[key])) if there else (FILE_GEN, number)
    lines.setdefault(key, []).append(Point(one.at, key[0], one.final))


def _begin(lines: Lines, number: int, one: Break) -> None:
    """The first index belongs to the line that is read first after it, and replaces what is read with it."""
    there = _between(lines, number)
    key = min(there, key=lambda key: min(lines[key])) if there else (FILE_GEN, number)
    later = [point for point in lines.get(key, []) if point.at != one.at]
    lines[key] = [Point(one.at, key[0], one.first), *later]


def _plausible(points: Iterable[Point]) -> list[Point]:
    """In order of time, without glitches. Of two readings in one second the higher index is the later one."""
    highest = {point.at: point for point in sorted(points, key=lambda point: (point.at, point.value))}
    line = list(highest.values())
    odd = {
        here.at
        for before, here, after in zip(line, line[1:], line[2:], strict=False)
        if before.value <= after.value and not before.value <= here.value <= after.value
    }
    return [point for point in line if point.at not in odd]


def gained(before: float, after: float, rolls_over_at: float | None) -> float | None:
    """What was counted from one index to the next; None if nobody can tell."""
    if after >= before:
        return after - before
    if rolls_over_at and before >= rolls_over_at * (1 - ROLLING) and after < rolls_over_at * ROLLING:
        return after + rolls_over_at - before
    return None


def _beside(kept: list[Segment], more: list[Segment]) -> list[Segment]:
    if not kept:
        return more
    starts = [segment.start for segment in kept]
    free = [segment for segment in more if not _overlaps(kept, starts, segment)]
    return sorted(kept + free)


def _overlaps(kept: list[Segment], starts: list[float], segment: Segment) -> bool:
    after = bisect_left(starts, segment.end)
    return after > 0 and kept[after - 1].end > segment.start


def borders(start: float, end: float, length_s: int) -> list[float]:
    """The borders of the buckets of `length_s` that cover start to end; they count from the epoch."""
    first = int(start // length_s)
    last = -int(-end // length_s)
    return [float(number * length_s) for number in range(first, last + 1)]


def spread(segments: Sequence[Segment], edges: Sequence[float]) -> list[Bucket]:
    """The buckets between consecutive edges, each with its share of the segments, spread evenly in time.

    Buckets about which nothing is known are left out.
    """
    amounts, known, estimated = ([0.0] * (len(edges) - 1) for _ in range(3))
    for segment in segments:
        for place in _places(segment, edges):
            seconds = min(segment.end, edges[place + 1]) - max(segment.start, edges[place])
            length = segment.end - segment.start
            amounts[place] += segment.amount * (seconds / length)
            known[place] += seconds
            if length > edges[place + 1] - edges[place]:
                estimated[place] += seconds
    rows = zip(edges, amounts, known, estimated, strict=False)
    return [Bucket(*row) for row in rows if row[2] > 0]


def _places(segment: Segment, edges: Sequence[float]) -> range:
    first = max(bisect_right(edges, segment.start) - 1, 0)
    return range(first, min(bisect_left(edges, segment.end), len(edges) - 1))


def gathered(parts: Iterable[tuple[float, ...]], edges: Sequence[float]) -> list[tuple[float, ...]]:
    """Buckets (start, figures …) summed into the larger ones between the edges; none lies across an edge."""
    sums: dict[float, tuple[float, ...]] = {}
    for start, *figures in parts:
        larger = edges[bisect_right(edges, start) - 1]
        before = sums.get(larger, (0.0,) * len(figures))
        sums[larger] = tuple(old + new for old, new in zip(before, figures, strict=True))
    return [(start, *figures) for start, figures in sorted(sums.items())]


def is_injection(code: str) -> bool:
    """Whether the register counts what is given back to the grid (OBIS 2.8.x)."""
    return code.rpartition(":")[2].startswith("2.8.")


def counted(codes: Iterable[str]) -> list[str]:
    """The registers that add up to what a meter used: a total (x.8.0) stands for its tariffs (x.8.1 …)."""
    used = sorted(code for code in codes if not is_injection(code))
    totals = {code[:-1] for code in used if code.endswith(".8.0")}
    return [code for code in used if code.endswith(".8.0") or code[:-1] not in totals]
