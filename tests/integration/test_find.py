"""Finding something to book, on both engines: who may, what fits, until when, and what comes near."""

from datetime import UTC, datetime, time, timedelta

import pytest

from samen.adapters.db.models import SpaceKind
from samen.domain.access import Role
from samen.domain.interval import Interval, midnight
from samen.domain.presence import RoomNow
from samen.domain.rules import END_OF_DAY
from samen.domain.site_plan import (
    BlackoutPlan,
    BuildingPlan,
    PermissionPlan,
    SitePlan,
    SpacePlan,
    ZonePlan,
)
from samen.services import find, ingest
from samen.services import site as sites
from samen.services.booking import Booked
from samen.services.find import Needs
from support.building import BRUSSELS, NOW, Calendar, a_member, at, load_demo, span
from support.nodes_words import occupancy

HERE = SitePlan("bota75", "Bota 75")
LONDON = SitePlan("thames", "Thames House", timezone="Europe/London")
TEN = span("10:00", "11:00")


@pytest.fixture
def calendar(database):
    load_demo(database)
    return Calendar(database, a_member(database, "an@rue.test"))


def add(calendar, *spaces, site=HERE, **more):
    with calendar.database.write() as session:
        sites.load(session, BuildingPlan(site, spaces=spaces, **more), NOW)


def a_space(slug, **rules):
    return SpacePlan(slug, slug.title(), capacity=10, area_m2=20.0, **rules)


def search(calendar, during=TEN, viewer=None, now=NOW, asks=find.free_spaces, **needs):
    with calendar.database.read() as session:
        times = {site.id: during for site in find.sites(session)}
        found = asks(session, times, Needs(**needs), viewer or calendar.viewer, now)
        session.expunge_all()
    return found


def wall(text):
    return datetime.fromisoformat(text)


def slugs(found):
    return [one.space.slug for one in found]


def misses(calendar, during=TEN, **more):
    return {one.space.slug: one for one in search(calendar, during, asks=find.near_misses, **more)}


def book_everything(calendar, start, end, day=23):
    for space in ("iris", "marolles", "canal", "zenne", "atelier", "keuken"):
        assert isinstance(calendar.ask(start, end, space, now=NOW - timedelta(days=1)), Booked)


def test_what_is_found_can_be_booked(calendar):
    found = search(calendar)

    answers = [calendar.ask("10:00", "11:00", one.space.slug) for one in reversed(found)]

    assert isinstance(answers[0], Booked)
    refused = {answer.refusals[0].code for answer in answers if not isinstance(answer, Booked)}
    assert refused <= {"taken"}  # a half of Zenne, once the other or the whole is booked


def test_warm_zones_come_first_then_the_best_fit(calendar):
    assert slugs(search(calendar, people=8)) == [
        "marolles",
        "iris",
        "keuken",
        "atelier",
        "zenne-zuid",
        "zenne-noord",
        "zenne",
    ]

    calendar.ask("10:30", "12:00", "keuken")

    found = search(calendar, people=8)
    assert slugs(found) == ["atelier", "zenne-zuid", "zenne-noord", "zenne", "marolles", "iris"]
    assert [one.energy.warm for one in found] == [True] * 4 + [False] * 2


def test_features_and_people_narrow_it_down(calendar):
    found = search(calendar, people=20, features=frozenset({"projector", "step_free"}))

    assert slugs(found) == ["zenne-noord", "zenne"]


def test_a_whole_is_free_when_all_of_its_parts_are(calendar):
    (whole,) = (one for one in search(calendar, people=40))

    assert (whole.space.slug, [part.slug for part in whole.space.parts]) == (
        "zenne",
        ["zenne-noord", "zenne-zuid"],
    )
    assert whole.needs_approval
    calendar.ask("10:30", "10:45", "zenne-zuid")
    assert slugs(search(calendar, people=40)) == []
    assert "zenne-noord" in slugs(search(calendar))


def test_buffers_count_for_what_is_asked_and_for_what_stands(calendar):
    calendar.ask("11:00", "12:00", "keuken")

    assert "keuken" not in slugs(search(calendar))
    assert "keuken" in slugs(search(calendar, span("09:30", "10:30")))
    (keuken,) = (one for one in search(calendar, span("09:00", "10:00")) if one.space.slug == "keuken")
    assert keuken.free_until == at("10:30")  # two buffers of a quarter before eleven


def test_only_who_may_book_a_space_finds_it(calendar, database):
    add(
        calendar,
        a_space("archive", permitted=(PermissionPlan(tenant="atelier-rue"),)),
        a_space("vault", permitted=(PermissionPlan(tenant="atelier-rue", role=Role.TENANT_ADMIN),)),
    )
    neighbour = a_member(database, "bo@senne.test", tenant="collectif-senne")
    admin = a_member(database, "di@rue.test", role=Role.TENANT_ADMIN)
    manager = a_member(database, "mo@pixel.test", tenant="radio-pixel", role=Role.MANAGER)

    seen = {
        name: {"archive", "vault"} & set(slugs(search(calendar, viewer=viewer)))
        for name, viewer in {
            "member": calendar.viewer, "neighbour": neighbour, "admin": admin, "manager": manager
        }.items()
    }  # fmt: skip

    both = {"archive", "vault"}
    assert seen == {"member": {"archive"}, "neighbour": set(), "admin": both, "manager": both}


def test_equipment_and_people_are_found_when_asked_for(calendar):
    tuesday = span("10:00", "11:00", day=24)

    assert slugs(search(calendar, tuesday, kind=SpaceKind.EQUIPMENT)) == ["velo-cargo"]
    assert slugs(search(calendar, tuesday, kind=SpaceKind.PERSON)) == ["comptable"]
    assert slugs(search(calendar, kind=SpaceKind.PERSON)) == []  # not in on Mondays


def test_it_is_free_until_the_next_booking_a_closed_time_or_the_evening(calendar):
    calendar.ask("15:30", "16:00", "iris")
    closed = BlackoutPlan(wall("2026-11-23T14:00"), wall("2026-11-24T09:00"), "Paint", space="canal")
    add(calendar, blackouts=(closed,))

    until = {one.space.slug: one.free_until for one in search(calendar)}

    assert (until["iris"], until["canal"], until["marolles"]) == (at("15:30"), at("14:00"), at("22:00"))


def test_a_space_that_never_closes_is_free_until_midnight(calendar):
    add(calendar, a_space("lobby", opening=time(0), closing=END_OF_DAY))

    (lobby,) = search(calendar, span("23:00", "23:30"))

    assert (lobby.space.slug, lobby.free_until) == ("lobby", midnight(at("12:00", 24).date(), BRUSSELS))


@pytest.mark.parametrize(("day", "left"), [("2027-03-28", 22), ("2027-10-31", 24)])
def test_a_clock_change_makes_the_day_shorter_or_longer(calendar, day, left):
    add(calendar, a_space("lobby", opening=time(0), closing=END_OF_DAY))
    one = datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=BRUSSELS).astimezone(UTC)

    (lobby,) = search(calendar, Interval(one, one + timedelta(hours=1)))

    assert lobby.free_until - one == timedelta(hours=left)


def test_every_site_is_looked_in_by_its_own_clock(calendar):
    add(calendar, a_space("quay", opening=time(8), closing=time(18)), site=LONDON)

    at_ten, early = search(calendar), search(calendar, span("08:30", "09:30"))

    assert {"quay", "iris"} <= set(slugs(at_ten))
    (quay,) = (one for one in at_ten if one.space.slug == "quay")
    assert quay.free_until == at("19:00")  # six in London
    assert "quay" not in slugs(early)


def test_the_heat_of_one_site_warms_no_other(calendar):
    add(calendar, a_space("quay", zone="front"), site=LONDON, zones=(ZonePlan("front", "Front"),))
    calendar.ask("10:00", "11:00", "iris")

    warm = {one.space.slug for one in search(calendar) if one.energy.warm}

    assert warm == {"marolles", "canal"}


def test_a_near_miss_says_why_and_offers_the_nearest_times(calendar):
    book_everything(calendar, "10:00", "11:00")

    assert search(calendar, people=7) == []
    near = misses(calendar, people=7)

    assert [one.code for one in near["iris"].reasons] == ["taken"]
    assert near["iris"].times == (span("09:00", "10:00"), span("11:00", "12:00"), span("08:45", "09:45"))
    assert near["keuken"].times[0] == span("08:30", "09:30")
    assert ([one.code for one in near["canal"].reasons], near["canal"].times) == (
        ["too_many_people"],
        (),
    )


def test_near_misses_come_nearest_first_and_those_that_lack_something_later(calendar):
    calendar.ask("10:00", "11:00", "zenne-noord", now=NOW)

    near = search(calendar, people=9, features=frozenset({"projector"}), asks=find.near_misses)

    assert slugs(near) == [
        "zenne-noord",
        "zenne",
        "keuken",
        "iris",
        "atelier",
        "zenne-zuid",
        "canal",
        "marolles",
    ]
    lacking = near[2]
    assert (lacking.reasons[0].code, lacking.times) == ("lacks_features", (TEN,))
    assert near[-1].times == ()


def test_on_a_day_on_which_a_space_is_closed_its_next_day_is_offered(calendar):
    sunday = span("10:00", "11:00", day=29)

    (first, *_more) = misses(calendar, sunday)["atelier"].times

    assert first == span("08:00", "09:00", day=30)


def test_what_a_near_miss_offers_is_accepted(calendar):
    book_everything(calendar, "10:00", "11:00")

    for miss in search(calendar, asks=find.near_misses):
        local = [
            when.astimezone(BRUSSELS).strftime("%H:%M") for when in (miss.times[0].start, miss.times[0].end)
        ]
        answer = calendar.ask(*local, space=miss.space.slug)
        assert isinstance(answer, Booked) or answer.refusals[0].code == "taken"


NINE = at("09:10")


def free_now(calendar, now=NINE, viewer=None):
    with calendar.database.read() as session:
        found = find.free_now(session, viewer or calendar.viewer, now)
        session.expunge_all()
    return found


def test_free_now_says_until_when_and_what_could_be_booked(calendar):
    calendar.ask("09:45", "11:00", "canal")
    calendar.ask("08:00", "10:00", "iris")
    shut = BlackoutPlan(wall("2026-11-23T09:00"), wall("2026-11-23T10:00"), "Pipes", space="keuken")
    add(calendar, blackouts=(shut,))

    found = {one.found.space.slug: one.found for one in free_now(calendar)}

    assert not {"iris", "keuken"} & set(found)
    assert "atelier" not in found  # it is booked an hour ahead
    assert (found["canal"].during, found["canal"].free_until) == (span("09:00", "09:45"), at("09:45"))
    assert (found["marolles"].during, found["marolles"].free_until) == (span("09:00", "10:00"), at("22:00"))


def test_free_now_hides_neither_who_sits_there_nor_what_nobody_knows(calendar):
    with calendar.database.write() as session:
        said = {"node-iris": "occupied", "node-keuken": "empty"}
        words = [occupancy(state, 1, NINE, device=device) for device, state in said.items()]
        ingest.record(session, words, NINE)

    found = [(one.found.space.slug, one.state.now) for one in free_now(calendar)]

    assert (found[0], found[-1]) == (("keuken", RoomNow.FREE), ("iris", RoomNow.IN_USE))
    assert {state for _slug, state in found[1:-1]} == {RoomNow.UNKNOWN}


def test_nothing_is_free_now_at_night_but_what_never_closes(calendar):
    add(calendar, a_space("lobby", opening=time(0), closing=END_OF_DAY))

    (lobby,) = free_now(calendar, at("23:10"))

    assert lobby.found.space.slug == "lobby"
    assert lobby.found.during.end == lobby.found.free_until == midnight(at("12:00", 24).date(), BRUSSELS)


def test_without_a_site_nothing_is_found(database):
    load_demo(database)
    viewer = a_member(database, "an@rue.test")

    with database.read() as session:
        assert find.free_spaces(session, {}, Needs(), viewer, NOW) == []
        assert find.near_misses(session, {}, Needs(), viewer, NOW) == []
