"""What can be booked then, over all sites; and what is free now."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Blackout, Site, Space, SpaceKind, SpacePermission, Tenant
from samen.adapters.site_file import read_site_file
from samen.domain.interval import Interval
from samen.services import booking, find
from samen.services import site as sites
from samen.services.find import Needs
from support.building import DEMO_FILE, NOW, Calendar, a_member, at, load_demo, span

TEN = span("10:00", "11:00", day=24)


@pytest.fixture
def calendar(database):
    load_demo(database)
    return Calendar(database, a_member(database, "an@x.example"))


def found(calendar, during=TEN, **needs):
    """What is found, in order: (slug, zone, the rest)."""
    with calendar.database.read() as session:
        times = {site.id: during for site in find.sites(session)}
        answer = find.free_spaces(session, times, Needs(**needs), calendar.viewer, NOW)
        return [(one.space.slug, one.space.zone and one.space.zone.slug, one) for one in answer]


def names(calendar, during=TEN, **needs):
    return [slug for slug, _, _ in found(calendar, during, **needs)]


def book(calendar, space, start, end, day=24):
    with calendar.database.write() as session:
        ask = booking.Ask(space, span(start, end, day), "Réunion", None, calendar.viewer)
        return booking.request(session, ask, NOW)


def test_rooms_of_a_zone_that_is_heated_anyway_come_first_then_the_best_fit(calendar):
    cold = names(calendar)
    book(calendar, "atelier", "10:00", "11:00")

    warm = found(calendar)

    assert cold[0] == "canal"
    assert [zone for _, zone, one in warm if one.energy.warm] == ["garden"] * 4
    assert [one.energy.warm for _, _, one in warm] == [True] * 4 + [False] * (len(warm) - 4)


def test_a_whole_is_found_while_all_of_its_parts_are_free(calendar):
    assert "zenne" in names(calendar, people=40)

    book(calendar, "zenne-noord", "10:30", "11:00")

    assert "zenne" not in names(calendar, people=40)
    assert "zenne-zuid" in names(calendar)


def test_people_features_kind_and_permission_are_asked(calendar):
    with calendar.database.write() as session:
        nova = session.scalars(select(Tenant).where(Tenant.slug == "jeugdhuis-nova")).one()
        iris = session.scalars(select(Space).where(Space.slug == "iris")).one()
        iris.permissions = [SpacePermission(tenant_id=nova.id)]

    assert "iris" not in names(calendar)
    assert names(calendar, features=frozenset({"kitchen"})) == ["keuken"]
    assert "canal" not in names(calendar, people=7)
    assert names(calendar, kind=SpaceKind.EQUIPMENT) == ["velo-cargo"]


def test_free_until_is_the_next_booking_with_its_buffers(calendar):
    with calendar.database.write() as session:
        session.scalars(select(Space).where(Space.slug == "iris")).one().before_min = 15
    book(calendar, "iris", "14:00", "15:00")

    until = {slug: one.free_until for slug, _, one in found(calendar)}

    assert until["iris"] == at("13:45", day=24)


def test_who_finds_nothing_is_told_why_and_when(calendar):
    book(calendar, "zenne", "10:00", "11:00")

    with calendar.database.read() as session:
        times = {site.id: TEN for site in find.sites(session)}
        missed = find.near_misses(session, times, Needs(people=45), calendar.viewer, NOW)
        told = [(one.space.slug, [why.code for why in one.reasons], one.times) for one in missed]

    assert told[0][:2] == ("zenne", ["taken"])
    assert span("11:00", "12:00", day=24) in told[0][2]
    assert all("too_many_people" in why and not times for _, why, times in told[1:])


def test_what_is_free_now_says_until_when_and_leaves_out_what_is_held_or_closed(calendar):
    now = at("12:07", day=24)
    book(calendar, "iris", "12:00", "13:00")
    book(calendar, "canal", "14:00", "15:00")
    with calendar.database.write() as session:
        keuken = session.scalars(select(Space).where(Space.slug == "keuken")).one()
        shut = span("11:00", "13:00", day=24)
        session.add(
            Blackout(
                site_id=keuken.site_id,
                space_id=keuken.id,
                starts_at=shut.start,
                ends_at=shut.end,
                reason="pipes",
            )
        )

    with calendar.database.read() as session:
        free = {one.found.space.slug: one.found for one in find.free_now(session, calendar.viewer, now)}

    assert not {"iris", "keuken"} & set(free)
    assert free["canal"].free_until == at("14:00", day=24)
    assert free["canal"].during.start == at("12:00", day=24)


def test_another_site_is_looked_in_by_its_own_clock(calendar):
    plan = read_site_file(DEMO_FILE)
    lisbon = replace(
        plan,
        site=replace(plan.site, slug="lisboa", name="Lisboa", timezone="Europe/Lisbon"),
        spaces=tuple(replace(space, slug=f"l-{space.slug}", part_of=()) for space in plan.spaces[:2]),
        meters=(),
        devices=(),
    )
    with calendar.database.write() as session:
        sites.load(session, lisbon, NOW)
    with calendar.database.read() as session:
        ids = {site.slug: site.id for site in session.scalars(select(Site))}
        later = Interval(TEN.start + timedelta(hours=1), TEN.end + timedelta(hours=1))
        times = {ids["bota75"]: TEN, ids["lisboa"]: later}

        both = find.free_spaces(session, times, Needs(people=10), calendar.viewer, NOW)
        by_site = {one.space.site.slug: one.during for one in both}

    assert by_site == {"bota75": TEN, "lisboa": later}
