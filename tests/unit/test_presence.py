"""What a room's sensor and its bookings say together."""

from datetime import timedelta

import pytest

from samen.domain.presence import (
    Beat,
    RoomNow,
    Stay,
    Use,
    heard_lately,
    in_buckets,
    present_in_whole,
    room_now,
    somebody,
    stays,
)

MINUTE = 60.0


@pytest.mark.parametrize(
    ("word", "present"),
    [
        ("occupied", True),
        ("hold", True),
        ("empty", False),
        ("entering", False),
        ("unknown", None),
        (None, None),
    ],
)
def test_a_nodes_word_means_somebody_nobody_or_that_nobody_knows(word, present):
    assert somebody(word) is present


def test_after_a_quarter_of_an_hour_of_silence_nobody_knows():
    assert heard_lately("occupied", timedelta(minutes=15)) == "occupied"
    assert heard_lately("occupied", timedelta(minutes=15, seconds=1)) is None
    assert heard_lately("occupied", None) is None


@pytest.mark.parametrize(
    ("present", "booked", "standing"),
    [
        (True, False, RoomNow.IN_USE),
        (True, True, RoomNow.IN_USE),
        (False, False, RoomNow.FREE),
        (False, True, RoomNow.BOOKED_EMPTY),
        (None, False, RoomNow.UNKNOWN),
        (None, True, RoomNow.UNKNOWN),
    ],
)
def test_a_room_is_free_in_use_booked_but_empty_or_unknown(present, booked, standing):
    assert room_now(present, booked) is standing


def test_a_whole_is_in_use_if_a_part_is_and_empty_only_if_all_parts_are():
    assert present_in_whole([None, True]) is True
    assert present_in_whole([False, False]) is False
    assert present_in_whole([False, None]) is None


def test_a_word_holds_until_the_next_one():
    beats = [Beat(0, "occupied"), Beat(5 * MINUTE, "empty"), Beat(10 * MINUTE, "empty")]

    assert stays(beats) == [Stay(0, 300, True), Stay(300, 600, False)]


def test_a_word_holds_no_longer_than_silence_allows():
    assert stays([Beat(0, "occupied"), Beat(20 * MINUTE, "empty")]) == [
        Stay(0, 900, True),
        Stay(900, 1200, None),
    ]


def test_a_stay_is_shared_between_the_buckets_it_lies_in():
    assert in_buckets([Stay(600, 1200, True), Stay(1200, 1500, None)], [0, 900, 1800]) == [
        Use(0, 300, 0, 0), Use(900, 300, 0, 300)
    ]  # fmt: skip
