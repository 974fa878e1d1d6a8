"""Whatever the sensors say, in whatever order: what must always be true of a room's state."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen_node.occupancy import Occupancy

reports = st.lists(
    st.tuples(
        st.floats(0.1, 40),  # seconds since the one before
        st.booleans(),  # something moves
        st.booleans(),  # a still target
        st.booleans(),  # the PIR
        st.sampled_from([None, 400, 800, 2000]),  # CO2
    ),
    max_size=60,
)


class Believer(Occupancy):
    """The control: any target opens, and silence is emptiness."""

    def _next(self, now):
        state = Occupancy._next(self, now)
        if self._seen_at == now:
            return "occupied"
        return "empty" if state == "unknown" else state


def live(room, story):
    """Check every step; AssertionError where a promise is broken."""
    now = heard = moved = 0.0
    known = False
    for wait, moving, still, pir, co2 in story:
        for passed in (wait / 2, wait):
            room.tick(now + passed)
            if now + passed - heard >= room.silent_s:
                assert room.state == "unknown"
        now += wait
        was = room.state
        if co2:
            room.breathe(now, co2)
        room.feel(now, moving, still, pir)
        heard = now
        if moving or pir:
            moved, known = now, True
            assert room.state in ("entering", "occupied", "unknown")
        elif was == "empty":
            assert room.state != "occupied"
        if known and now - moved < room.release_s:
            assert room.state != "hold"
        said = room.reading(now)
        assert 0 <= said["conf"] <= 100
        assert (said["conf"] == 0) == (room.state == "unknown")
        assert room.state != "unknown" or said["ev"] == []


@settings(deadline=None, max_examples=150)
@given(reports)
def test_a_room_keeps_its_promises(story):
    live(Occupancy(stuck_s=300, ghost_s=60, hold_s=30), story)


def test_a_control_that_believes_a_still_target_and_silence_breaks_them():
    story = [(1, False, False, False, None), (1, False, True, False, None), (35, False, False, False, None)]

    live(Occupancy(), story)
    with pytest.raises(AssertionError):
        live(Believer(), story)
