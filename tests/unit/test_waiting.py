"""What of freed time is offered, for how long, and when an empty room changes hands."""

from datetime import timedelta

import pytest

from samen.domain.interval import Interval
from samen.domain.presence import RoomNow
from samen.domain.rules import Refusal
from samen.domain.waiting import changes_hands, hold_until, may_be_asked_for, still_refused, what_is_left
from support.building import NOW, at, span

NO_BUFFERS = (timedelta(0), timedelta(0))
HALF_HOURS = (timedelta(minutes=30), timedelta(minutes=30))


def left(start, end, *busy, buffers=NO_BUFFERS, now=NOW):
    return what_is_left(span(start, end), [span(*one) for one in busy], buffers, now)


def test_a_wish_is_offered_whole_or_not_at_all_before_it_begins():
    assert left("10:00", "12:00") == span("10:00", "12:00")
    assert left("10:00", "12:00", ("09:00", "10:00"), ("12:00", "13:00")) == span("10:00", "12:00")
    assert left("10:00", "12:00", ("11:30", "13:00")) is None


def test_buffers_must_be_free_too():
    assert left("10:00", "12:00", ("09:00", "09:45"), buffers=HALF_HOURS) is None
    assert left("10:00", "12:00", ("09:00", "09:30"), buffers=HALF_HOURS) == span("10:00", "12:00")


def test_of_a_wish_that_has_begun_the_rest_is_offered():
    assert left("10:00", "12:00", now=at("10:40")) == span("10:40", "12:00")
    assert left("10:00", "12:00", ("09:00", "11:00"), now=at("10:40")) == span("11:00", "12:00")
    assert left("10:00", "12:00", ("10:00", "10:40"), buffers=HALF_HOURS, now=at("10:40")) == span(
        "11:10", "12:00"
    )


def test_a_rest_under_a_quarter_of_an_hour_is_not_worth_the_way():
    assert left("10:00", "12:00", now=at("11:45")) == span("11:45", "12:00")
    assert left("10:00", "12:00", now=at("11:46")) is None
    assert left("10:00", "12:00", ("11:00", "13:00"), now=at("10:40")) is None


@pytest.mark.parametrize(
    ("start", "until"), [("12:00", "08:30"), ("08:20", "08:20"), ("08:02", "08:05"), ("07:50", "08:05")]
)
def test_an_offer_is_kept_until_it_starts_but_never_too_short_to_answer(start, until):
    assert hold_until(NOW, timedelta(minutes=30), at(start)) == at(until)


def test_who_waits_is_not_held_to_notice():
    reasons = [Refusal("notice_too_short"), Refusal("blacked_out")]

    assert still_refused(reasons) == [Refusal("blacked_out")]


@pytest.mark.parametrize(
    ("booked", "room", "code"),
    [
        (("10:00", "12:00"), RoomNow.BOOKED_EMPTY, None),
        (("10:00", "12:00"), RoomNow.IN_USE, "not_known_empty"),
        (("10:00", "12:00"), RoomNow.UNKNOWN, "not_known_empty"),
        (("11:00", "12:00"), RoomNow.BOOKED_EMPTY, "not_running_now"),
        (("10:00", "10:50"), RoomNow.BOOKED_EMPTY, "too_little_left"),
    ],
)
def test_only_what_runs_and_is_known_to_be_empty_can_be_asked_for(booked, room, code):
    refusal = may_be_asked_for(span(*booked), room, at("10:30"))

    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("booked", "room", "answered", "granted"),
    [
        (Interval(at("10:00"), at("12:00")), RoomNow.BOOKED_EMPTY, False, True),
        (Interval(at("10:00"), at("12:00")), RoomNow.BOOKED_EMPTY, True, False),
        (Interval(at("10:00"), at("12:00")), RoomNow.IN_USE, False, False),
        (Interval(at("10:00"), at("12:00")), RoomNow.UNKNOWN, False, False),
        (Interval(at("10:00"), at("10:50")), RoomNow.BOOKED_EMPTY, False, False),
    ],
)
def test_a_room_changes_hands_only_while_it_is_known_to_be_empty(booked, room, answered, granted):
    assert changes_hands(booked, room, answered, at("10:40")) is granted
