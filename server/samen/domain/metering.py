"""What a register's index says about energy over time.

Instants are seconds since the epoch here: a year of readings is spread in a fraction of a second, and
elapsed time is what counts. Callers turn local days into borders (`interval.local_day`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

# A node counts its own gens from 0 to 65535. What is imported has gens beyond them: running sums of amounts
# (which start at 0 and say nothing of the meter's own index), and indexes as a file gives them.
AMOUNT_GENS = range(1 << 20, 1 << 21)
INDEX_GENS = range(1 << 21, 1 << 22)


class Point(NamedTuple):
    """A register's index at an instant (seconds since the epoch), within one gen."""

    at: float
    gen: int
    value: float


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


def known_segments(points: Iterable[Point]) -> list[Segment]:
    """The segments in which energy is known, in order and without overlap.

    Within a gen the index only rises. A single reading that is out of line with both of its neighbours is
    a glitch and is passed over; any other decrease leaves the time between the two readings unknown, never
    negative. Where gens overlap in time the lower one counts: a node's own reading before an import.
    """
    gens: dict[int, list[Point]] = {}
    for point in points:
        gens.setdefault(point.gen, []).append(point)
    kept: list[Segment] = []
    for gen in sorted(gens):
        kept = _beside(kept, _rising(gens[gen]))
    return kept


def _rising(points: list[Point]) -> list[Segment]:
    # Two readings of one second: the higher index is the later one.
    highest = {point.at: point for point in sorted(points)}
    line = _without_glitches(list(highest.values()))
    return [Segment(a.at, b.at, b.value - a.value) for a, b in pairwise(line) if b.value >= a.value]


def _without_glitches(line: list[Point]) -> list[Point]:
    odd = {
        here.at
        for before, here, after in zip(line, line[1:], line[2:], strict=False)
        if before.value <= after.value and not before.value <= here.value <= after.value
    }
    return [point for point in line if point.at not in odd]


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
