"""Heads counted from the air: rooms whose people and air changes are known."""

from node_parts.ground import a_folder

from samen_node.co2 import HeadCount

OUTDOOR_PPM = 425
BREATH_LITRES_H = 18
VOLUME_M3 = 150


class Room:
    """Well mixed air, told to a head count once a minute with a noise of ±`noise` ppm."""

    def __init__(self, air_changes_h, noise=5, path=None):
        self.path = path or a_folder() + "/air"
        self.heads = HeadCount(VOLUME_M3, self.path)
        self.ppm = 500.0
        self._air_changes_h = air_changes_h
        self._noise = noise
        self._random = 75
        self._now = 0
        self._empty_since = None

    def live(self, minutes, people):
        """The interval after each minute."""
        told = []
        for _ in range(minutes):
            self._now += 60
            made = people * BREATH_LITRES_H * 1000 / VOLUME_M3
            self.ppm += (made - self._air_changes_h * (self.ppm - OUTDOOR_PPM)) / 60
            self._empty_since = None if people else (self._empty_since or self._now)
            empty_s = 0 if people else self._now - self._empty_since
            self.heads.breathe(self._now, self.ppm + self._draw(), empty_s)
            told.append(self.heads.interval())
        return told

    def _draw(self):
        self._random = (self._random * 1664525 + 1013904223) % 4294967296
        return ((self._random >> 8) % 2001 - 1000) / 1000 * self._noise


def a_room_that_was_aired(air_changes_h, **more):
    """A meeting and the night after it, from which the air changes were learnt."""
    room = Room(air_changes_h, **more)
    room.live(120, 12)
    room.live(240, 0)
    return room


def test_nothing_is_said_before_a_decay_was_seen():
    room = Room(1.0)

    assert room.live(120, 10) == [None] * 120


def test_the_air_changes_are_learnt_from_how_the_air_clears():
    for air_changes in (0.5, 1.0, 2.0):
        room = a_room_that_was_aired(air_changes)

        assert room.heads.air_changes
        for fewest, most in room.heads.air_changes:
            assert fewest <= air_changes <= most


def test_the_interval_holds_the_people_that_are_there():
    for air_changes in (0.5, 1.0, 2.0):
        for people in (1, 4, 9, 20):
            room = a_room_that_was_aired(air_changes)
            told = room.live(90, people)[15:]

            held = sum(low <= people <= high for low, high in told)
            assert held >= 0.95 * len(told), (air_changes, people, told)


def test_the_interval_is_narrow_enough_to_mean_something():
    room = a_room_that_was_aired(1.0)

    low, high = room.live(60, 12)[-1]

    assert 6 < low <= 12 <= high < 24


def test_an_empty_room_is_told_as_such():
    room = a_room_that_was_aired(1.0)

    assert room.live(240, 0)[-1][0] == 0


def test_a_control_that_believes_the_outdoors_worse_than_they_are_misses_the_people():
    wrong = a_room_that_was_aired(1.0)
    wrong.heads._outdoor = (800, 900)
    told = wrong.live(90, 4)[15:]

    assert sum(low <= 4 <= high for low, high in told) < 0.5 * len(told)


def test_what_was_learnt_outlives_a_restart():
    room = a_room_that_was_aired(1.0)
    learnt = room.heads.air_changes

    again = HeadCount(VOLUME_M3, room.path).air_changes

    assert len(again) == len(learnt)
    assert all(abs(a - b) < 0.001 for old, new in zip(learnt, again) for a, b in zip(old, new))
