"""Whether somebody came, and what follows: decided from a day's minutes, without a building."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.interval import Interval
from samen.domain.presence import Beat
from samen.domain.release import (
    Booked,
    Next,
    Presence,
    ReleasePolicy,
    Step,
    Terms,
    frees_at,
    ghost,
    next_mark,
    next_step,
    outcome,
    seen,
    tail,
    verdict,
)
from support.building import NOW, at, span

MEETING = span("10:00", "12:00")
MINUTE = timedelta(minutes=1)
BEAT = 5


def terms_of(policy=ReleasePolicy.SENSOR, grace=15, tail_min=30):
    return Terms(policy, grace * MINUTE, tail_min * MINUTE)


USUAL = terms_of()


def booked(during=MEETING, **more):
    return Booked(during, NOW, **more)


def sensor(*told, until):
    """A node's words every five minutes: `("09:40", "empty")` says so from then on; None: it is silent."""
    beats, changes = [], [(at(clock), word) for clock, word in told]
    for (start, word), end in zip(changes, [*(start for start, _ in changes[1:]), at(until)], strict=True):
        moment = start
        while word is not None and moment < end:
            beats.append(Beat(moment.timestamp(), word))
            moment += BEAT * MINUTE
    return beats


def watched(*told, until):
    return seen([sensor(*told, until=until)], Interval(at("09:00"), at(until)), watched=True)


def says(*told, until, terms=USUAL, **more):
    return verdict(booked(**more), watched(*told, until=until), terms, at(until))


def step(*told, until, terms=USUAL, **more):
    return next_step(booked(**more), watched(*told, until=until), terms, at(until))


def test_who_comes_after_the_start_is_present():
    assert says(("09:00", "empty"), ("10:12", "occupied"), until="10:13") is Presence.PRESENT


def test_who_came_and_went_again_was_there():
    came = (("09:00", "empty"), ("10:02", "hold"), ("10:10", "empty"))

    assert says(*came, until="10:15", warned_at=at("10:08")) is Presence.PRESENT


def test_who_came_early_and_stayed_is_present():
    assert says(("09:00", "empty"), ("09:51", "occupied"), until="10:01") is Presence.PRESENT


def test_who_had_the_space_before_and_leaves_late_has_not_come():
    lingering = (("09:00", "occupied"), ("10:05", "empty"))

    assert says(*lingering, until="10:04") is Presence.PRESENT
    assert says(*lingering, until="10:08") is Presence.WARN
    assert step(("09:00", "occupied"), until="10:04") == Next(Step.WAIT, at("10:15"))


def test_who_is_still_there_when_the_grace_is_over_has_come():
    assert says(("09:00", "occupied"), until="10:15") is Presence.PRESENT


def test_an_empty_space_waits_then_warns_then_is_a_no_show():
    empty = (("09:00", "empty"),)

    assert says(*empty, until="10:07") is Presence.WAITING
    assert says(*empty, until="10:08") is Presence.WARN
    assert says(*empty, until="10:14", warned_at=at("10:08")) is Presence.WAITING
    assert says(*empty, until="10:16", warned_at=at("10:08")) is Presence.NO_SHOW


def test_nobody_is_a_no_show_without_time_to_answer_the_warning():
    late = {"until": "10:40", "warned_at": at("10:39")}

    assert says(("09:00", "empty"), **late) is Presence.WAITING
    assert frees_at(booked(warned_at=at("10:39")), USUAL) == at("10:46") + timedelta(seconds=30)


def test_the_grace_begins_when_the_booking_is_made():
    running = Booked(MEETING, made_at=at("10:30"))
    empty = watched(("09:00", "empty"), until="10:36")

    assert verdict(running, empty, USUAL, at("10:36")) is Presence.WAITING
    assert frees_at(running, USUAL) == at("10:45")


@pytest.mark.parametrize(
    "silence",
    [
        (("09:00", None),),
        (("09:00", "empty"), ("09:40", None)),
        (("09:00", "empty"), ("09:40", None), ("10:10", "empty")),
        (("09:00", None), ("10:01", "empty")),
    ],
)
def test_a_sensor_that_was_silent_for_a_while_says_nothing(silence):
    assert says(*silence, until="10:20", warned_at=at("10:08")) is Presence.UNKNOWN


def test_a_silent_sensor_that_saw_somebody_first_has_seen_them():
    assert says(("09:00", "empty"), ("10:02", "occupied"), ("10:05", None), until="11:00") is Presence.PRESENT


def test_nobody_is_a_no_show_while_the_sensor_keeps_its_next_word_to_itself():
    quiet = (("09:00", "empty"), ("10:06", None))

    assert says(*quiet, until="10:15", warned_at=at("10:08")) is Presence.WAITING
    assert step(*quiet, until="10:15", warned_at=at("10:07")) == Next(Step.WAIT, at("10:16"))
    assert step(*quiet, until="10:22", warned_at=at("10:07")) == Next(Step.TELL_SILENT, at("12:00"))


def test_where_people_check_in_they_are_asked_and_not_the_sensor():
    door = terms_of(ReleasePolicy.CHECK_IN)
    nobody = {"until": "10:16", "terms": door, "warned_at": at("10:08")}

    assert says(("09:00", None), **nobody) is Presence.NO_SHOW
    assert says(("09:00", None), **nobody, checked_in_at=at("09:46")) is Presence.PRESENT
    assert says(("09:00", "empty"), ("10:05", "occupied"), **nobody) is Presence.PRESENT


def test_a_check_in_for_a_time_that_it_was_moved_from_says_nothing():
    assert says(("09:00", "empty"), until="10:08", checked_in_at=at("09:40")) is Presence.WARN


def test_one_empty_half_is_not_an_empty_whole():
    north = sensor(("09:00", "empty"), until="10:16")
    south = sensor(("09:00", "empty"), ("10:03", "occupied"), until="10:16")
    silent = sensor(("09:00", "empty"), ("09:50", None), until="10:16")
    during = Interval(at("09:00"), at("10:16"))

    def whole(*parts):
        return verdict(booked(warned_at=at("10:08")), seen(parts, during, watched=True), USUAL, at("10:16"))

    assert whole(north, south) is Presence.PRESENT
    assert whole(north, north) is Presence.NO_SHOW
    assert whole(north, silent) is Presence.UNKNOWN
    assert whole(south, silent) is Presence.PRESENT


def test_a_space_without_sensors_is_looked_at_again_when_it_is_over():
    nothing = seen([], MEETING, watched=False)

    assert next_step(booked(), nothing, USUAL, at("10:20")) == Next(Step.WAIT, at("12:00"))
    assert next_step(booked(), nothing, USUAL, at("12:00")) == Next(Step.FINISH)


def test_where_nothing_frees_the_space_its_use_is_still_known():
    never = terms_of(ReleasePolicy.NEVER)

    assert step(("09:00", "empty"), until="10:30", terms=never) == Next(Step.WAIT, at("12:00"))
    assert step(("09:00", "empty"), until="12:00", terms=never) == Next(Step.FINISH, used=False)


def test_the_rest_is_freed_once_its_people_have_been_gone_for_long_enough():
    left = (("09:00", "empty"), ("10:02", "occupied"), ("10:41", "empty"))

    assert step(*left, until="10:50") == Next(Step.WAIT, at("11:11"))
    assert step(*left, until="11:11") == Next(Step.SHORTEN, at("11:15"), at("11:15"))


@pytest.mark.parametrize(
    ("told", "more"),
    [
        ((("09:00", "empty"), ("10:02", "occupied"), ("11:01", "empty")), {}),
        ((("09:00", "empty"), ("10:02", "occupied"), ("10:30", "empty"), ("10:50", None)), {}),
        ((("09:00", "empty"), ("10:02", "occupied"), ("10:30", "empty"), ("11:00", "hold")), {}),
        ((("09:00", "empty"), ("10:02", "occupied"), ("10:30", None), ("11:10", "empty")), {}),
        (
            (("09:00", "empty"), ("10:02", "occupied"), ("10:30", "empty")),
            {"checked_in_at": at("11:10")},
        ),
        ((("09:00", "empty"),), {"checked_in_at": at("10:05")}),
        ((("09:00", "empty"), ("10:02", "occupied"), ("10:30", "empty")), {"terms": terms_of(tail_min=0)}),
    ],
    ids=["too short", "now silent", "back again", "not known", "keeps it", "checked in unseen", "never"],
)
def test_the_rest_is_kept(told, more):
    assert step(*told, until="11:25", **more).step is Step.WAIT


def test_a_rest_of_less_than_half_an_hour_is_kept():
    left = (("09:00", "empty"), ("10:02", "occupied"), ("10:56", "empty"))

    assert step(*left, until="11:26").step is Step.SHORTEN
    assert step(*left, until="11:31") == Next(Step.WAIT, at("12:00"))


def test_a_booking_is_used_not_used_or_nobody_knows():
    def was_used(*told, policy=ReleasePolicy.SENSOR, **more):
        return outcome(booked(**more), watched(*told, until="12:00"), terms_of(policy))

    assert was_used(("09:00", None), ("11:50", "occupied")) is True
    assert was_used(("09:00", None), checked_in_at=at("10:01")) is True
    assert was_used(("09:00", "empty")) is False
    assert was_used(("09:00", "empty"), ("11:00", None)) is None
    assert was_used(("09:00", None), policy=ReleasePolicy.CHECK_IN) is None
    assert was_used(("09:00", None), policy=ReleasePolicy.CHECK_IN, warned_at=at("10:08")) is False


def test_three_of_the_last_four_dates_without_anybody_make_a_ghost():
    assert ghost([False, False, False])
    assert ghost([True, True, False, False, True, False])
    assert not ghost([False, False, True, True, False])
    assert not ghost([False, False, None, None])


def test_a_time_is_rounded_up_to_the_next_five_minutes():
    assert next_mark(at("10:05")) == at("10:05")
    assert next_mark(at("10:05") + timedelta(seconds=1)) == at("10:10")


@given(
    st.dictionaries(st.integers(0, 150), st.sampled_from(["empty", "occupied", "unknown"]), max_size=8),
    st.integers(60, 200),
    st.sampled_from(ReleasePolicy),
    st.none() | st.integers(60, 180),
    st.none() | st.integers(45, 180),
)
def test_what_is_freed_was_known_to_be_empty_and_every_look_comes_later(words, until, policy, warned, here):
    def after(minutes):
        return None if minutes is None else at("09:00") + minutes * MINUTE

    now = after(until)
    beats = [Beat(after(n).timestamp(), word) for n, word in sorted(words.items()) if n < until]
    sight = seen([beats], Interval(at("09:00"), now), watched=True)
    stands = booked(warned_at=after(warned), checked_in_at=after(here))

    found = next_step(stands, sight, terms_of(policy), now)

    assert found.look_at is None or now < found.look_at <= MEETING.end
    if found.step is Step.FREE and policy is ReleasePolicy.SENSOR:
        within = [stay for stay in sight.stays if stay.start >= MEETING.start.timestamp()]
        assert all(stay.present is False for stay in within)
    if found.step is Step.SHORTEN:
        assert sight.stays[-1].present is False
        assert tail(stands, sight, terms_of(policy), now) == found.ends_at
