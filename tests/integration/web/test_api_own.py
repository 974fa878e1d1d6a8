"""A member's own feeds, notices and take-overs through the API."""

import pytest
from sqlalchemy import select

from samen.adapters.db.models import CalendarFeed, Waiting, WaitState
from samen.services import ingest, notices
from support.building import NOW, at
from support.nodes_words import occupancy

FACTS = {
    "space": "Iris",
    "title": "Fête",
    "start": at("14:00").isoformat(),
    "end": at("15:30").isoformat(),
    "url": "/day/2026-11-23",
}


@pytest.fixture
def an(house):
    return house.program("an")


@pytest.fixture
def lea(house):
    return house.program("lea")


def make(program, headers=None, **body):
    return program.call("POST", "/api/v1/feeds", json=body, headers=headers)


@pytest.mark.parametrize(
    "body", [{"kind": "person"}, {"kind": "space", "of": "iris"}, {"kind": "tenant", "of": "atelier-rue"}]
)
def test_the_address_of_a_feed_is_told_once_and_can_be_read_until_it_ends(house, an, body):
    made = make(an, **body)
    path = made.json["address"].removeprefix("http://127.0.0.1:8075")

    (listed,) = an.get("/api/v1/feeds").json
    read = house.browser().get(path)
    ended = an.call("DELETE", f"/api/v1/feeds/{made.json['id']}")

    assert made.status_code == 201
    assert listed == {name: made.json[name] for name in ("id", "kind", "of", "created_at", "read_at")}
    assert (read.status_code, read.mimetype) == (200, "text/calendar")
    assert (ended.status_code, house.browser().get(path).status_code) == (204, 404)
    assert an.call("DELETE", f"/api/v1/feeds/{made.json['id']}").status_code == 404


@pytest.mark.parametrize(
    "body", [{"kind": "tenant", "of": "collectif-senne"}, {"kind": "space", "of": "atlantis"}]
)
def test_a_calendar_that_is_not_ones_to_see_has_no_feed(an, body):
    answer = make(an, **body)

    assert (answer.status_code, answer.json["refusals"][0]["code"]) == (422, "no_such_calendar")
    assert an.get("/api/v1/feeds").json == []


@pytest.mark.parametrize("body", [{"kind": "person", "of": "iris"}, {"kind": "space"}, {"kind": "all"}, {}])
def test_a_feed_of_nothing_is_not_understood(an, body):
    answer = make(an, **body)

    assert (answer.status_code, set(answer.json["errors"]["json"]) <= {"kind", "of"}) == (422, True)


def test_anothers_feed_is_neither_seen_nor_ended(an, lea):
    made = make(an, kind="person").json

    assert lea.get("/api/v1/feeds").json == []
    assert lea.call("DELETE", f"/api/v1/feeds/{made['id']}").status_code == 404
    assert len(an.get("/api/v1/feeds").json) == 1


def test_a_retry_makes_no_second_feed(house, an):
    key = {"Idempotency-Key": "once"}

    first, second = make(an, key, kind="person"), make(an, key, kind="person")
    other = make(an, key, kind="space", of="iris")

    with house.database.read() as session:
        assert len(session.scalars(select(CalendarFeed)).all()) == 1
    assert (first.data, other.status_code) == (second.data, 422)


def test_too_many_feeds_are_too_many(an):
    statuses = [make(an, kind="person").status_code for _ in range(31)]

    assert statuses == [201] * 30 + [429]


def tell(house, *names):
    with house.database.write() as session:
        members = [house.people[name].member_id for name in names]
        notices.tell(session, members, "booking_changed", FACTS, NOW)


@pytest.mark.parametrize(("language", "says"), [("fr", "Modifié"), ("nl", "Gewijzigd"), ("en", "Changed")])
def test_a_notice_is_told_in_the_language_asked_for(house, an, language, says):
    tell(house, "an")

    (notice,) = an.get("/api/v1/notices", headers={"Accept-Language": language}).json

    assert (notice["code"], notice["facts"], notice["path"]) == ("booking_changed", FACTS, "/day/2026-11-23")
    assert says in notice["subject"]


def test_notices_are_put_away_and_only_ones_own(house, an, lea):
    tell(house, "an", "lea")
    tell(house, "an")
    first, *others = [one["id"] for one in an.get("/api/v1/notices").json]
    not_hers = lea.call("POST", "/api/v1/notices/read", json={"ids": [first, *others, 999]})

    read = an.call("POST", "/api/v1/notices/read", json={"ids": [first]})

    assert (not_hers.json, read.status_code, read.json) == ({"unread": 1}, 200, {"unread": 1})
    assert [one["id"] for one in an.get("/api/v1/notices").json] == others


@pytest.mark.parametrize("ids", [[], [0], [2**31], ["1"], [True], "1", None])
def test_what_is_no_notice_is_not_understood(an, ids):
    assert an.call("POST", "/api/v1/notices/read", json={"ids": ids}).status_code == 422


@pytest.fixture
def asked(house, an, lea):
    """Lea asks for the room that An booked and that stands empty."""
    booked = an.book(at("10:00"), at("11:00"), title="Secret").json["occurrences"][0]["id"]
    house.clock.now = at("10:05")
    with house.database.write() as session:
        ingest.record(session, [occupancy("empty", 1, at("10:05"))], at("10:05"))
    answer = lea.call("POST", f"/api/v1/occurrences/{booked}/take-over", json={"title": "Atelier"})
    assert answer.status_code == 202
    return booked


def test_who_is_asked_for_a_room_sees_by_whom_and_keeps_it(house, an, lea, asked):
    (question,) = an.get("/api/v1/take-overs").json

    kept = an.call("POST", f"/api/v1/take-overs/{question['id']}/keep")

    assert (question["occurrence"], question["tenant"]) == (asked, "collectif-senne")
    assert question["answer_by"] == at("10:15").isoformat()
    assert (kept.status_code, kept.json["checked_in_at"]) == (200, at("10:05").isoformat())
    assert an.get("/api/v1/take-overs").json == lea.get("/api/v1/take-overs").json == []
    with house.database.read() as session:
        assert session.get_one(Waiting, question["id"]).state is WaitState.LAPSED


def test_a_room_is_kept_by_who_booked_it_while_it_runs(house, an, lea, asked):
    (question,) = an.get("/api/v1/take-overs").json
    keep = f"/api/v1/take-overs/{question['id']}/keep"

    assert lea.call("POST", keep).status_code == 404
    assert an.call("POST", "/api/v1/take-overs/999/keep").status_code == 404
    house.clock.now = at("11:00")
    assert an.call("POST", keep).json["refusals"][0]["code"] == "already_over"
