"""Calendar feeds: whom they show what, what a calendar program finds in them, and how they end."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from samen.adapters.db.models import (
    CalendarFeed,
    Claim,
    Invite,
    Mail,
    Member,
    Membership,
    Occurrence,
    OccurrenceStatus,
    Series,
    Space,
    Tenant,
)
from samen.domain.series import expand
from samen.services.invitations import calendar_object
from support.building import BRUSSELS, NOW
from support.feed_reading import events_in, seen_in, standing_in
from support.web import a_house

HOUR = timedelta(hours=1)
NIGHTS = [
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in ((2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29))
]


@pytest.fixture
def house(sqlite_database):
    return a_house(sqlite_database)


@pytest.fixture
def every_house(database):
    """On both engines."""
    return a_house(database)


def a_series(
    house, who="an", starts="2026-11-30 10:00", rrule=None, space="iris", length=HOUR, title="Chœur"
):
    """A series with a row for every date the rule gives; its id."""
    local = datetime.fromisoformat(starts)
    viewer = house.people[who]
    with house.database.write() as session:
        room = session.scalars(select(Space).where(Space.slug == space)).one()
        rows = [
            a_row(viewer.tenant_id, room, start.astimezone(UTC), length)
            for start in expand(local, rrule, BRUSSELS).starts
        ]
        series = Series(
            space=room,
            tenant_id=viewer.tenant_id,
            booked_by_id=viewer.member_id,
            title=title,
            starts_local=local,
            length=length,
            timezone=BRUSSELS.key,
            rrule=rrule,
            created_at=NOW,
            occurrences=rows,
        )
        session.add(series)
        session.flush()
        return series.id


def a_row(tenant_id, room, start, length=HOUR):
    claims = [Claim(space_id=atom.id, starts_at=start, ends_at=start + length) for atom in room.atoms()]
    return Occurrence(
        tenant_id=tenant_id,
        space_id=room.id,
        original_start=start,
        starts_at=start,
        ends_at=start + length,
        status=OccurrenceStatus.CONFIRMED,
        claims=claims,
    )


def change(house, series_id, place, **values):
    """Change one date of the series, counted from 0."""
    with house.database.write() as session:
        row = session.get_one(Series, series_id).occurrences[place]
        for name, value in values.items():
            setattr(row, name, value)
        for claim in row.claims:
            claim.active = row.ended_at is None
        return row.id


def move(house, series_id, place, space):
    """Give one date another space."""
    with house.database.write() as session:
        row = session.get_one(Series, series_id).occurrences[place]
        row.space = session.scalars(select(Space).where(Space.slug == space)).one()
        row.claims = [
            Claim(space_id=atom.id, starts_at=row.starts_at, ends_at=row.ends_at)
            for atom in row.space.atoms()
        ]


def subscribe(house, who, of):
    """The path of a new feed, as the page shows it once."""
    browser = house.browser(who)
    made = browser.post("/feeds", {"of": of})
    assert made.status_code == 303, made.get_data(as_text=True)
    return re.search(r"http://127\.0\.0\.1:8075(/feeds/[^\"]+\.ics)", browser.get("/feeds").text)[1]


def read(house, path, **headers):
    return house.browser().get(path, headers=headers)


def test_both_clock_change_nights_give_a_reader_the_instants_of_the_rows(every_house):
    house, nightly = every_house, ("FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;COUNT=3")
    for night in NIGHTS:
        for place, rrule in enumerate(nightly):
            first = night - timedelta(days=2 if "DAILY" in rrule else 7)
            a_series(house, starts=f"{first:%Y-%m-%d} 02:30", rrule=rrule, space=["iris", "canal"][place])
    path = subscribe(house, "an", "person")

    with house.database.read() as session:
        rows = sorted(map(tuple, session.execute(select(Occurrence.starts_at, Occurrence.ends_at))))

    assert [(one.start, one.end) for one in seen_in(read(house, path).data)] == rows
    starts = {start for start, _end in rows}
    assert {datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2028, 10, 29, 0, 30, tzinfo=UTC)} <= starts
    assert not {start for start in starts if start.date().isoformat() in {"2027-03-28", "2028-03-26"}}


def test_a_feed_tells_what_a_program_needs(house):
    series = a_series(house, rrule="FREQ=WEEKLY;COUNT=3")
    answer = read(house, subscribe(house, "an", "person"))

    (event,) = events_in(answer.data)

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert b"BEGIN:VTIMEZONE" in answer.data
    assert (event["UID"], event["RRULE"].to_ical()) == (f"{series}@samen", b"FREQ=WEEKLY;COUNT=3")
    assert event["URL"] == "http://127.0.0.1:8075/day/2026-11-30"
    assert str(event["LOCATION"]).startswith("Iris, Bota 75")
    assert event["CATEGORIES"].to_ical() == b"Atelier Rue"


def test_moved_and_ended_dates_are_told_and_kept(house):
    series = a_series(house, rrule="FREQ=WEEKLY;COUNT=3")
    change(house, series, 1, status=OccurrenceStatus.CANCELLED, ended_at=NOW, sequence=1)
    change(
        house,
        series,
        2,
        starts_at=datetime(2026, 12, 15, 9, tzinfo=UTC),
        ends_at=datetime(2026, 12, 15, 11, tzinfo=UTC),
        moved=True,
        sequence=2,
    )

    shown = seen_in(read(house, subscribe(house, "an", "person")).data)

    assert [(one.status, one.end - one.start) for one in shown] == [
        ("CONFIRMED", HOUR),
        ("CANCELLED", HOUR),
        ("CONFIRMED", 2 * HOUR),
    ]


def test_a_space_shows_its_dates_and_not_those_moved_away(house):
    series = a_series(house, rrule="FREQ=WEEKLY;COUNT=3")
    move(house, series, 1, "canal")

    iris = standing_in(read(house, subscribe(house, "lea", "space/iris")).data)
    canal = events_in(read(house, subscribe(house, "lea", "space/canal")).data)

    assert [one.start.day for one in iris] == [30, 14]
    assert [(event["RECURRENCE-ID"].dt.day, event["DTSTART"].dt.day) for event in canal] == [(7, 7)]


def test_a_part_is_taken_when_its_whole_is(house):
    a_series(house, space="zenne")

    assert len(seen_in(read(house, subscribe(house, "an", "space/zenne-noord")).data)) == 1


def test_other_tenants_bookings_are_taken_and_no_more(house):
    a_series(house, title="Entretien confidentiel")
    own, other = (read(house, subscribe(house, who, "space/iris")).text for who in ("an", "lea"))

    assert "Entretien confidentiel" in own
    assert "Entretien" not in other
    assert "an@rue.test" not in other
    assert "SUMMARY:Réservé · Atelier Rue" in other or "SUMMARY:Booked · Atelier Rue" in other


def test_a_person_sees_their_own_and_a_tenant_all_of_its_own(house):
    a_series(house, "an")
    a_series(house, "ada", starts="2026-12-01 10:00")
    a_series(house, "lea", starts="2026-12-02 10:00")

    person, tenant = (
        seen_in(read(house, subscribe(house, "an", of)).data) for of in ("person", "tenant/atelier-rue")
    )

    assert ([one.start.day for one in person], [one.start.day for one in tenant]) == ([30], [30, 1])


WISHES = [
    ("an", "tenant/atelier-rue", 303),
    ("an", "tenant/collectif-senne", 422),
    ("mounia", "tenant/collectif-senne", 303),
    ("axel", "tenant/collectif-senne", 303),
    ("an", "space/cellar", 422),
    ("an", "planet/mars", 422),
    ("an", "", 422),
]


def test_everybody_may_subscribe_to_rooms_and_to_their_own(house):
    answers = [(who, of, house.browser(who).post("/feeds", {"of": of}).status_code) for who, of, _ in WISHES]

    assert answers == WISHES


def test_only_the_hash_of_an_address_is_kept(house):
    path = subscribe(house, "an", "person")

    with house.database.read() as session:
        kept = session.scalars(select(CalendarFeed.token_hash)).one()

    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert (len(token), len(kept), token in kept) == (43, 64, False)


def test_a_revoked_address_answers_as_one_that_never_was(house):
    path = subscribe(house, "an", "person")
    with house.database.read() as session:
        feed = session.scalars(select(CalendarFeed.id)).one()

    assert house.browser("lea").post(f"/feeds/{feed}/revoke").status_code == 303
    assert read(house, path).status_code == 200
    house.browser("an").post(f"/feeds/{feed}/revoke")

    revoked, unknown = read(house, path), read(house, "/feeds/no-such.ics")
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert path not in house.browser("an").get("/feeds").text


@pytest.mark.parametrize("lost", ["account", "membership"])
def test_a_feed_ends_with_its_members_rights(house, lost):
    path, an = subscribe(house, "an", "tenant/atelier-rue"), house.people["an"]
    with house.database.write() as session:
        if lost == "account":
            session.get_one(Member, an.member_id).disabled_at = NOW
        else:
            session.execute(delete(Membership).where(Membership.member_id == an.member_id))

    assert read(house, path).status_code == 404


def test_who_leaves_a_tenant_sees_its_titles_no_more(house):
    a_series(house, title="Entretien confidentiel")
    path, an = subscribe(house, "an", "space/iris"), house.people["an"]
    with house.database.write() as session:
        other = session.scalars(select(Tenant.id).where(Tenant.slug == "collectif-senne")).one()
        membership = session.get_one(Membership, (an.member_id, an.tenant_id))
        session.add(Membership(member_id=an.member_id, tenant_id=other, role=membership.role))
        session.delete(membership)

    assert "Entretien" not in read(house, path).text


def test_an_unchanged_calendar_is_not_sent_again(house):
    series = a_series(house)
    path = subscribe(house, "an", "person")
    tag = read(house, path).headers["ETag"]

    again = read(house, path, If_None_Match=tag)
    change(house, series, 0, status=OccurrenceStatus.RELEASED, ended_at=NOW, sequence=1)

    assert (again.status_code, again.data) == (304, b"")
    assert read(house, path, If_None_Match=tag).status_code == 200


def test_the_page_says_when_an_address_was_last_read_and_shows_it_no_more(house):
    path = subscribe(house, "an", "person")
    read(house, path)
    house.clock.now += timedelta(hours=3)

    page = house.browser("an").get("/feeds").text

    assert "il y a 3 heures" in page
    assert path not in page


def test_too_many_reads_are_refused(house):
    answers = [read(house, "/feeds/no-such.ics").status_code for _ in range(121)]

    assert (answers[119], answers[120]) == (404, 429)


def a_mail(house, series_id, invite, occurrence_id=None):
    """A mail to An about a series, or one date of it."""
    with house.database.write() as session:
        mail = Mail(
            member_id=house.people["an"].member_id,
            code="booking_made",
            facts={},
            invite=invite,
            series_id=series_id,
            occurrence_id=occurrence_id,
            created_at=NOW,
            due_at=NOW,
            message_id=f"<{uuid4()}@samen>",
        )
        session.add(mail)
        session.flush()
        return calendar_object(session, mail, "samen@house.test")


def test_an_invitation_holds_the_series_as_it_stands_with_the_feeds_uid(house):
    series = a_series(house, rrule="FREQ=WEEKLY;COUNT=3")
    change(house, series, 1, status=OccurrenceStatus.CANCELLED, ended_at=NOW, sequence=1)

    invitation = a_mail(house, series, Invite.REQUEST)

    assert b"METHOD:REQUEST" in invitation
    assert [one.start.day for one in seen_in(invitation)] == [30, 14]
    assert {event["UID"] for event in events_in(invitation)} == {f"{series}@samen"}
    assert events_in(invitation)[0]["ATTENDEE"] == "mailto:an@rue.test"


def test_a_cancellation_names_the_dates_that_ended_until_all_have(house):
    series = a_series(house, rrule="FREQ=WEEKLY;COUNT=3")
    ids = [
        change(house, series, place, status=OccurrenceStatus.CANCELLED, ended_at=NOW, sequence=4)
        for place in (1, 2)
    ]

    (date,) = events_in(a_mail(house, series, Invite.CANCEL, ids[0]))
    following = events_in(a_mail(house, series, Invite.CANCEL))
    change(house, series, 0, status=OccurrenceStatus.CANCELLED, ended_at=NOW, sequence=5)
    (whole,) = events_in(a_mail(house, series, Invite.CANCEL))

    assert (date["RECURRENCE-ID"].dt.day, date["STATUS"], date["SEQUENCE"]) == (7, "CANCELLED", 4)
    assert [event["RECURRENCE-ID"].dt.day for event in following] == [7, 14]
    assert ("RECURRENCE-ID" in whole, whole["STATUS"]) == (False, "CANCELLED")
