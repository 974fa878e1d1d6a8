"""Lives of meters: what was really used, and what is left of it in readings and events."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from samen.domain.metering import FILE_GEN, TYPED_GEN, Break, Point

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE, QUARTER, HOUR, DAY = 60, 900, 3600, 86400
SHORT = [MINUTE, QUARTER, HOUR, 7 * HOUR, DAY, 3 * DAY]
MONTHLY = [*SHORT, 7 * DAY, 30 * DAY, 31 * DAY]
# Before, in and after both nights in which the clock changes.
BEGINNINGS = [
    datetime(2026, 3, 28, 22, 7, tzinfo=BRUSSELS),
    datetime(2026, 3, 29, 1, 55, tzinfo=BRUSSELS),
    datetime(2026, 10, 24, 23, 59, tzinfo=BRUSSELS),
    datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS),
    datetime(2026, 12, 30, 12, 0, tzinfo=BRUSSELS),
]
# Four digits: the index rolls over now and then.
ROLLS_OVER_AT = 10_000


@dataclass(frozen=True)
class Life:
    """Readings, in an order in which they may arrive, the events, and what was used from first to last."""

    points: tuple[Point, ...]
    breaks: tuple[Break, ...]
    used: float


@st.composite
def lives(draw, waits=tuple(MONTHLY), most=14):
    """Read by a node, from a file or by hand; replaced, reset and rolled over; in any order of arrival."""
    at, index, used = (
        draw(st.sampled_from(BEGINNINGS)).timestamp(),
        draw(st.integers(0, ROLLS_OVER_AT - 1)),
        0,
    )
    gens = draw(st.sampled_from([(0,), (FILE_GEN,), (TYPED_GEN,), (FILE_GEN, TYPED_GEN)]))
    new_gens = draw(st.booleans())
    points, breaks = [Point(at, gens[0], index)], []
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(waits),
                st.integers(0, 900),
                st.sampled_from(["read", "read", "swap", "reset"]),
            ),
            min_size=1,
            max_size=most,
        )
    )
    for wait, amount, what in [*steps, (HOUR, 5, "read")]:
        at, index, used = at + wait, (index + amount) % ROLLS_OVER_AT, used + amount
        if what == "read":
            gen = draw(st.sampled_from(gens))
            points.append(Point(at, len(breaks) if new_gens and gen == 0 else gen, index))
        else:
            first = 0 if what == "reset" else draw(st.integers(0, ROLLS_OVER_AT - 1))
            breaks.append(Break(at, index, first))
            index = first
    return Life(tuple(draw(st.permutations(points))), tuple(draw(st.permutations(breaks))), used)
