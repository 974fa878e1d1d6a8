"""Each rule refuses with its facts and the nearest choice, or says nothing."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from samen.domain.access import Role
from samen.domain.holidays import Holiday
from samen.domain.interval import Interval
from samen.domain.rules import (
    END_OF_DAY,
    Approval,
    Booker,
    Closure,
    Permission,
    Refusal,
    SpaceRules,
    Wanted,
    first_open,
    needs_approval,
    opening_of,
    refusals,
)
from support.building import BRUSSELS, NOW, an_hour, at, span

SPACE = SpaceRules(opening=time(8), closing=time(22), horizon_days=90, capacity=12, zone=BRUSSELS)
OURS, THEIRS = 1, 2
MEMBER, ADMIN, MANAGER = (Booker(OURS, role) for role in (Role.MEMBER, Role.TENANT_ADMIN, Role.MANAGER))
STRANGER = Booker(THEIRS, Role.MEMBER)
NEVER = dict.fromkeys(range(7))


def reasons(during: Interval, people: int | None = None, who: Booker | None = None, **rules) -> list[Refusal]:
    return refusals(Wanted(during, people, who), replace(SPACE, **rules), NOW)


def codes(*args, **more) -> list[str]:
    return [reason.code for reason in reasons(*args, **more)]


def test_an_ordinary_hour_is_allowed():
    assert reasons(span("09:00", "10:00"), people=12) == []


def test_the_whole_day_from_opening_to_closing_is_allowed():
    assert reasons(span("08:00", "22:00")) == []


@pytest.mark.parametrize(
    ("start", "end", "nearest"),
    [("07:45", "09:00", "08:00"), ("21:00", "22:15", "20:45"), ("05:00", "23:00", "08:00")],
)
def test_outside_opening_hours_names_the_hours_and_the_nearest_start(start, end, nearest):
    assert reasons(span(start, end, day=24)) == [
        Refusal(
            "outside_opening_hours", {"opening": time(8), "closing": time(22), "nearest": at(nearest, day=24)}
        )
    ]


def test_a_booking_over_midnight_is_outside_opening_hours():
    night = Interval(at("21:00"), at("09:00", day=24))

    assert codes(night) == ["outside_opening_hours"]


def test_a_space_open_until_the_end_of_the_day_is_booked_until_midnight():
    evening = Interval(at("22:00"), at("00:00", day=24))

    assert codes(evening) == ["outside_opening_hours"]
    assert codes(evening, closing=END_OF_DAY) == []


def test_a_weekday_may_have_hours_of_its_own():
    early = span("06:00", "07:00", day=24)

    assert codes(early) == ["outside_opening_hours"]
    assert codes(early, hours={1: (time(6), time(9))}) == []


def test_a_closed_weekday_names_the_next_open_day():
    saturday = span("10:00", "11:00", day=28)

    assert reasons(saturday, hours={5: None, 6: None}) == [
        Refusal("closed_that_day", {"date": date(2026, 11, 28), "nearest": at("08:00", day=30)})
    ]


def test_a_space_without_any_hours_says_so():
    assert codes(span("10:00", "11:00"), hours=NEVER) == ["never_open"]


def test_a_holiday_closes_where_holidays_are_kept():
    # 25 November and a month: the same wall time, for no clock changes between.
    christmas = an_hour(at("10:00", day=25) + timedelta(days=30))

    assert codes(christmas) == []
    assert reasons(christmas, closed_on_holidays=True) == [
        Refusal(
            "closed_on_holiday",
            {"holiday": Holiday.CHRISTMAS, "nearest": at("08:00", day=26) + timedelta(days=30)},
        )
    ]


def test_a_blackout_gives_its_reason_and_its_end():
    works = [Closure(span("08:00", "12:00"), "Painting"), Closure(span("12:00", "14:00"), "Drying")]

    assert codes(span("14:00", "15:00"), blackouts=works) == []
    assert reasons(span("11:00", "13:00"), blackouts=works) == [
        Refusal("blacked_out", {"reason": "Painting", "nearest": at("14:00")})
    ]


def test_what_is_over_cannot_be_booked():
    assert codes(span("09:00", "10:00", day=22)) == ["already_begun"]


def test_notice_names_the_first_open_time_after_it():
    soon = span("09:00", "10:00")

    assert codes(soon, notice=timedelta(hours=1)) == []
    assert reasons(soon, notice=timedelta(hours=15)) == [
        Refusal("notice_too_short", {"notice": timedelta(hours=15), "nearest": at("08:00", day=24)})
    ]


def test_notice_does_not_bind_a_booking_that_keeps_its_start():
    running = Interval(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    rules = replace(SPACE, opening=time(1), notice=timedelta(hours=2))
    longer = replace(running, end=running.end + timedelta(hours=1))

    assert refusals(Wanted(longer, instead_of=running), rules, NOW) == []
    assert refusals(Wanted(longer), rules, NOW)[0].code == "notice_too_short"


def test_the_horizon_is_named():
    limit = NOW + timedelta(days=90)

    assert reasons(an_hour(limit)) == [Refusal("too_far_ahead", {"limit": limit})]


@pytest.mark.parametrize(
    ("end", "refused"),
    [
        ("09:30", [Refusal("too_short", {"shortest": timedelta(hours=1)})]),
        ("10:00", []),
        ("12:00", []),
        ("12:15", [Refusal("too_long", {"longest": timedelta(hours=3)})]),
    ],
)
def test_lengths_have_a_least_and_a_most(end, refused):
    assert reasons(span("09:00", end), shortest=timedelta(hours=1), longest=timedelta(hours=3)) == refused


def test_more_people_than_chairs_are_refused():
    assert reasons(span("09:00", "10:00"), people=13) == [
        Refusal("too_many_people", {"people": 13, "capacity": 12})
    ]


@pytest.mark.parametrize(
    ("permitted", "who", "refused"),
    [
        ([], STRANGER, []),
        ([Permission(OURS, None, "Atelier")], MEMBER, []),
        ([Permission(OURS, None, "Atelier")], STRANGER, ["not_for_your_tenant"]),
        ([Permission(None, Role.TENANT_ADMIN)], MEMBER, ["not_for_your_role"]),
        ([Permission(None, Role.TENANT_ADMIN)], ADMIN, []),
        ([Permission(OURS, Role.MEMBER, "Atelier")], ADMIN, []),
        ([Permission(OURS, Role.TENANT_ADMIN, "Atelier"), Permission(THEIRS, None, "B")], STRANGER, []),
        ([Permission(THEIRS, None, "Collectif")], MANAGER, []),
        ([Permission(OURS, None, "Atelier")], None, []),
    ],
)
def test_a_space_may_be_for_some_only(permitted, who, refused):
    assert codes(span("09:00", "10:00"), who=who, permitted=permitted) == refused


def test_who_may_book_is_named():
    some = [Permission(THEIRS, None, "Radio"), Permission(THEIRS + 1, None, "Collectif")]
    admins = [Permission(None, Role.TENANT_ADMIN)]

    assert reasons(span("09:00", "10:00"), who=MEMBER, permitted=some)[0].facts == {
        "tenants": ("Collectif", "Radio")
    }
    assert reasons(span("09:00", "10:00"), who=MEMBER, permitted=admins)[0].facts == {
        "roles": (Role.TENANT_ADMIN,)
    }


@pytest.mark.parametrize(
    ("during", "rules", "bound"),
    [
        (span("09:00", "10:00"), {"notice": timedelta(days=2)}, False),
        (an_hour(NOW + timedelta(days=95, hours=3)), {}, False),
        (span("06:00", "07:00", day=24), {}, True),
        (span("09:00", "10:00"), {"blackouts": [Closure(span("08:00", "12:00"), "Painting")]}, True),
        (span("09:00", "13:00"), {"longest": timedelta(hours=1)}, True),
    ],
)
def test_a_manager_is_bound_by_the_building_and_not_by_the_queue(during, rules, bound):
    assert bool(codes(during, who=MANAGER, **rules)) == bound
    assert codes(during, who=MEMBER, **rules)


@pytest.mark.parametrize(
    ("approval", "who", "owner", "needed"),
    [
        (Approval.NONE, STRANGER, OURS, False),
        (Approval.OTHERS, STRANGER, OURS, True),
        (Approval.OTHERS, MEMBER, OURS, False),
        (Approval.OTHERS, MEMBER, None, True),
        (Approval.ALWAYS, MEMBER, OURS, True),
        (Approval.ALWAYS, ADMIN, OURS, False),
        (Approval.ALWAYS, ADMIN, THEIRS, True),
        (Approval.ALWAYS, MANAGER, None, False),
    ],
)
def test_who_could_say_yes_need_not_ask(approval, who, owner, needed):
    assert needs_approval(approval, owner, who) == needed


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 10, 30), 24)]
)
def test_a_day_open_all_day_is_as_long_as_it_is(on, hours):
    opened = opening_of(replace(SPACE, opening=time(0), closing=END_OF_DAY), on)

    assert opened.length == timedelta(hours=hours)


def test_hours_that_the_clock_skips_are_no_hours():
    night = replace(SPACE, opening=time(2), closing=time(3))

    assert opening_of(night, date(2027, 3, 28)) is None
    assert opening_of(night, date(2027, 10, 31)).length == timedelta(hours=2)


def test_the_next_open_time_passes_blackouts_that_follow_one_another():
    works = [Closure(span("08:00", "12:00"), "A"), Closure(span("11:00", "22:00"), "B")]

    assert first_open(replace(SPACE, blackouts=works), at("09:00")) == at("08:00", day=24)
