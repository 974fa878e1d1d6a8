"""Booked rooms that stand empty, on both engines: warned, freed, offered; and kept wherever nobody knows."""

import pytest
from sqlalchemy import func, select, update

from samen.adapters.db.models import (
    Claim,
    Device,
    Mail,
    OccupancyReading,
    OccurrenceStatus,
    TimeQuality,
)
from samen.domain.release import ReleasePolicy
from samen.services import quota
from samen.services.booking import Booked, Refused
from support.building import NOW, a_member, at, codes
from support.watching import Watched


@pytest.fixture
def building(database):
    return Watched(database)


@pytest.fixture
def cheap(sqlite_database):
    return Watched(sqlite_database)


def test_a_no_show_is_warned_then_freed_and_offered_to_who_waits(building):
    booked, waiting = building.booked("10:00", "12:00"), building.waits("10:00", "12:00")
    building.hears("empty", "09:30", "10:16")

    building.sweep("10:00", "10:08")
    assert building.told(building.an) == building.told(building.an, Mail) == ["release_warning"]
    swept = building.sweep("10:15", "10:16")

    assert building.stands(booked) == ("released", False)
    assert building.offer(waiting) == (at("10:16"), at("12:00"))
    assert building.told(building.an) == ["release_warning", "no_show_released"]
    assert building.told(building.bo) == ["slot_offered"]
    assert building.deeds() == ["booking.made", "booking.released"]
    assert [change.topic for change in swept.changes] == ["samen/live/bota75"]
    assert b'"space":"iris","on":"2026-11-23"' in swept.changes[0].payload


def test_who_is_seen_keeps_the_room(building):
    booked = building.booked("10:00", "12:00")
    building.hears("empty", "09:30", "10:10")
    building.hears("occupied", "10:10", "12:00")

    building.sweep("10:00", "10:08", "10:15", "11:00", "12:00")

    assert building.stands(booked) == ("confirmed", True)
    assert building.one(booked).look_at is None
    assert building.told(building.an) == ["release_warning"]


def test_one_tap_keeps_the_room(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "11:30")
    cheap.sweep("10:00", "10:08")

    answer = cheap.check_in(booked, cheap.an, "10:09")
    cheap.sweep("10:10", "10:15", "10:30", "11:00", "11:20")

    assert answer.checked_in_at == at("10:09")
    assert cheap.stands(booked) == ("confirmed", None)
    cheap.sweep("12:00")
    assert cheap.stands(booked) == ("confirmed", True)


@pytest.mark.parametrize("ends", ["09:30", "10:05"])
def test_a_silent_sensor_frees_nothing_and_managers_are_told_once(cheap, ends):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:00", ends)

    cheap.sweep("10:00", "10:08", "10:15", "10:22", "10:30", "12:00")

    assert cheap.stands(booked) == ("confirmed", None)
    assert cheap.told(cheap.boss) == ["sensor_silent"]
    assert "no_show_released" not in cheap.told(cheap.an)


def test_a_room_that_never_had_a_sensor_is_left_alone(cheap):
    booked = cheap.booked("10:00", "12:00", "marolles")

    looks = [cheap.sweep(clock).looked for clock in ("10:00", "10:08", "10:16", "12:00")]

    assert looks == [1, 0, 0, 1]
    assert cheap.stands(booked) == ("confirmed", None)
    assert cheap.told(cheap.boss) == []


def test_the_rest_is_given_away_once_everybody_has_left(building):
    booked, waiting = building.booked("10:00", "13:00"), building.waits("11:30", "13:00")
    building.hears("occupied", "10:00", "10:40")
    building.hears("empty", "10:40", "11:12")

    building.sweep("10:00", "10:15", "10:45", "11:11")

    one = building.one(booked)
    assert (one.ends_at, one.booked_until) == (at("11:15"), at("13:00"))
    assert building.offer(waiting) == (at("11:30"), at("13:00"))
    assert building.told(building.an) == ["tail_released"]
    assert one.sequence == 1
    building.sweep("11:15")
    assert building.stands(booked) == ("confirmed", True)


@pytest.mark.parametrize(("heard", "stands"), [("10:21", "released"), ("09:50", "confirmed")])
def test_both_halves_must_be_known_empty(cheap, heard, stands):
    booked = cheap.booked("10:00", "12:00", "zenne", viewer=cheap.boss)
    cheap.hears("empty", "09:30", "10:21", cheap.sensor("zenne-noord"))
    cheap.hears("empty", "09:30", heard, cheap.sensor("zenne-zuid"))

    cheap.sweep("10:00", "10:08", "10:16", "10:20")

    assert cheap.stands(booked)[0] == stands


def test_where_people_check_in_no_sensor_is_asked(cheap):
    cheap.rules(release=ReleasePolicy.CHECK_IN)
    kept, lost = cheap.booked("10:00", "12:00"), cheap.booked("12:00", "14:00")
    cheap.check_in(kept, None, "09:50")

    cheap.sweep("10:00", "10:15", "11:55", "12:00", "12:08", "12:15", "12:16")

    assert cheap.stands(kept) == ("confirmed", True)
    assert cheap.stands(lost) == ("released", False)


def test_where_nothing_is_freed_the_use_is_still_known(cheap):
    cheap.rules(release=ReleasePolicy.NEVER)
    booked = cheap.booked("10:00", "11:00")
    cheap.hears("empty", "09:30", "11:00")

    cheap.sweep("10:00", "10:08", "10:16", "11:00")

    assert cheap.stands(booked) == ("confirmed", False)
    assert cheap.told(cheap.an) == []


def test_a_sweep_that_was_away_for_the_whole_booking_only_notes_its_use(cheap):
    booked = cheap.booked("10:00", "11:00")
    cheap.hears("empty", "09:30", "11:00")

    cheap.sweep("13:00")

    assert cheap.stands(booked) == ("confirmed", False)
    assert cheap.told(cheap.an) == []


def test_a_sweep_that_was_late_warns_before_it_frees(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "11:00")

    cheap.sweep("10:40")
    assert (cheap.stands(booked), cheap.told(cheap.an)) == (("confirmed", None), ["release_warning"])
    cheap.sweep("10:48")

    assert cheap.stands(booked) == ("released", False)


def test_what_waits_for_a_yes_is_not_swept(cheap):
    booked = cheap.booked("10:00", "12:00", "zenne")
    assert cheap.one(booked).status is OccurrenceStatus.PENDING

    assert cheap.sweep("10:00", "10:20", "12:00").looked == 0


def test_a_freed_no_show_gives_its_hours_back(cheap):
    cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "10:16")

    cheap.sweep("10:00", "10:08", "10:16")

    with cheap.database.read() as session:
        (use,) = quota.usage(session, cheap.an.tenant_id, at("13:00"))
    assert (use.booked, use.used) == (2.0, 0.0)


def test_a_series_that_nobody_comes_to_is_asked_about_once(building):
    dates = building.weekly(9)
    for week in range(7):
        building.hears("empty", "09:30", "10:20", days=7 * week)
        building.sweep("10:00", "10:08", "10:16", days=7 * week)

    asked = [code for code in building.told(building.an) if code == "ghost_series"]

    assert [building.stands(one)[0] for one in dates] == ["released"] * 7 + ["confirmed"] * 2
    # After the third date, and again four dates later.
    assert asked == ["ghost_series"] * 2


def test_a_series_without_further_dates_is_not_asked_about(cheap):
    cheap.weekly(3)
    for week in range(3):
        cheap.hears("empty", "09:30", "10:20", days=7 * week)
        cheap.sweep("10:00", "10:08", "10:16", days=7 * week)

    assert "ghost_series" not in cheap.told(cheap.an)


def test_what_has_not_begun_is_given_back_whole(building):
    booked, waiting = building.booked("10:00", "12:00"), building.waits("10:00", "12:00")

    answer = building.give_back(booked, building.an, "09:00")

    assert answer.status is OccurrenceStatus.RELEASED
    assert building.offer(waiting) == (at("10:00"), at("12:00"))
    assert building.told(building.an, Mail) == ["booking_cancelled"]
    assert codes(building.give_back(booked, building.an, "09:00")) == ["already_released"]


def test_of_what_runs_the_rest_is_given_back(cheap):
    booked = cheap.booked("10:00", "12:00")

    answer = cheap.give_back(booked, cheap.an, "10:31")

    assert (answer.status, answer.ends_at) == (OccurrenceStatus.CONFIRMED, at("10:35"))
    assert isinstance(cheap.calendar.ask("10:35", "12:00", now=at("10:32")), Booked)
    with cheap.database.read() as session:
        ends = session.scalar(select(func.max(Claim.ends_at)).where(Claim.occurrence_id == booked))
    assert ends == at("10:35")


def test_buffers_that_were_changed_since_stand_in_nobodys_way(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.booked("12:00", "13:00")
    cheap.rules(before_min=60, after_min=60)

    assert cheap.give_back(booked, cheap.an, "11:25").ends_at == at("11:25")


def test_the_last_minutes_are_not_worth_giving_back(cheap):
    booked = cheap.booked("10:00", "12:00")

    assert codes(cheap.give_back(booked, cheap.an, "11:56")) == ["too_little_left"]


def test_who_may_check_in(cheap):
    booked = cheap.booked("10:00", "12:00")
    colleague = a_member(cheap.database, "ada@rue.test")

    assert codes(cheap.check_in(booked, cheap.bo, "10:00")) == ["no_such_booking"]
    for viewer in (cheap.an, colleague, cheap.boss, None):
        assert not isinstance(cheap.check_in(booked, viewer, "10:00"), Refused)
    assert cheap.deeds().count("booking.checked_in") == 1
    assert codes(cheap.give_back(booked, colleague, "10:00")) == ["no_such_booking"]


def test_when_one_may_check_in(cheap):
    booked = cheap.booked("10:00", "12:00")

    assert codes(cheap.check_in(booked, cheap.an, "09:44")) == ["too_early_to_check_in"]
    assert cheap.check_in(booked, cheap.an, "09:45").checked_in_at == at("09:45")
    assert codes(cheap.check_in(booked, cheap.an, "12:00")) == ["already_over"]


def test_what_was_freed_cannot_be_kept_any_more(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "10:16")
    cheap.sweep("10:00", "10:08", "10:16")

    assert codes(cheap.check_in(booked, cheap.an, "10:17")) == ["already_released"]


def test_a_revoked_sensor_is_asked_nothing(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "10:16")
    with cheap.database.write() as session:
        session.execute(update(Device).where(Device.slug == "node-iris").values(revoked_at=NOW))

    cheap.sweep("10:00", "10:08", "10:16")

    assert cheap.stands(booked) == ("confirmed", None)
    assert cheap.told(cheap.boss) == []


def test_managers_hear_of_a_silent_sensor_once_a_day(cheap):
    for start, end in (("10:00", "11:00"), ("11:00", "12:00")):
        cheap.booked(start, end)
    cheap.hears("empty", "09:00", "09:30")

    cheap.sweep("10:00", "10:15", "11:00", "11:15", "12:00")

    assert cheap.told(cheap.boss) == ["sensor_silent"]


def test_an_old_word_that_arrives_late_frees_nothing(cheap):
    booked = cheap.booked("10:00", "12:00")
    cheap.hears("empty", "09:30", "10:21")
    with cheap.database.write() as session:
        session.execute(update(OccupancyReading).values(quality=TimeQuality.RECEIVED))

    cheap.sweep("10:00", "10:08", "10:16", "10:20")

    assert cheap.stands(booked) == ("confirmed", None)
