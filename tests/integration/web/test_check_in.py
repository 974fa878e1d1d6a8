"""Where the door's code leads, and the same deeds through the API."""

import pytest

from samen.services import ingest
from support.building import at
from support.nodes_words import occupancy


@pytest.fixture
def booked(house):
    return house.program("an").book(at("10:00"), at("12:00"), title="Permanence").json["occurrences"][0]["id"]


def deed(house, who, booked, what, **more):
    return house.program(who).call("POST", f"/api/v1/occurrences/{booked}/{what}", **more)


def state(house, booked):
    (found,) = (
        one
        for one in house.program("an").get("/api/v1/occurrences?from=2026-11-23T00:00Z").json
        if one["id"] == booked
    )
    return found


def test_one_tap_keeps_the_room(house, booked):
    house.clock.now = at("10:05")
    an = house.browser("an")

    answer = an.post("/check-in/iris/here", {"occurrence": booked}, follow_redirects=True)

    assert answer.status_code == 200
    assert "note-good" in answer.text
    assert "check-in/iris/here" not in answer.text


def test_one_tap_gives_it_back(house, booked):
    house.clock.now = at("10:05")
    an = house.browser("an")
    assert "Permanence" in an.get("/check-in/iris").text

    answer = an.post("/check-in/iris/release", {"occurrence": booked}, follow_redirects=True)

    assert answer.status_code == 200
    assert state(house, booked)["end"] == at("10:05").isoformat()


def test_the_association_may_do_both_and_others_see_only_that_it_is_taken(house, booked):
    house.clock.now = at("10:05")
    admin = house.browser("ada").get("/check-in/iris").text
    other = house.browser("lea").get("/check-in/iris").text

    assert "check-in/iris/here" in admin
    assert "check-in/iris/release" in admin
    assert "Permanence" not in other
    assert "10:00–12:00" in other
    assert "check-in/iris/here" not in other


def test_somebody_elses_booking_is_refused_with_a_sentence(house, booked):
    house.clock.now = at("10:05")
    lea = house.browser("lea")

    answer = lea.post("/check-in/iris/here", {"occurrence": booked}, follow_redirects=True)

    assert "note-bad" in answer.text
    assert lea.post("/check-in/iris/here", {"occurrence": "x"}).status_code == 400
    assert lea.get("/check-in/nowhere").status_code == 404


def test_a_visitor_signs_in_first_and_comes_back(house):
    answer = house.browser().get("/check-in/iris")

    assert answer.status_code == 303
    assert "next=/check-in/iris" in answer.headers["Location"]


def test_checking_in_through_the_api_is_answered_and_repeated(house, booked):
    house.clock.now = at("10:05")
    key = {"Idempotency-Key": "one"}

    first, again = (deed(house, "an", booked, "check-in", headers=key) for _ in range(2))

    assert (first.status_code, first.json["checked_in_at"]) == (200, at("10:05").isoformat())
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")


def test_giving_back_through_the_api(house, booked):
    house.clock.now = at("10:31")

    answer = deed(house, "an", booked, "release")

    assert answer.status_code == 200
    assert (answer.json["end"], answer.json["booked_until"]) == (
        at("10:35").isoformat(),
        at("12:00").isoformat(),
    )
    assert house.program("lea").book(at("10:35"), at("12:00")).status_code == 201


@pytest.mark.parametrize("what", ["check-in", "release"])
def test_what_is_not_theirs_is_not_there(house, booked, what):
    house.clock.now = at("10:05")

    assert deed(house, "lea", booked, what).status_code == 404
    assert deed(house, "lea", "00000000-0000-0000-0000-000000000000", what).status_code == 404


def test_too_early_is_a_conflict_with_its_reason(house, booked):
    answer = deed(house, "an", booked, "check-in")

    assert answer.status_code == 409
    assert [one["code"] for one in answer.json["refusals"]] == ["too_early_to_check_in"]
    assert answer.json["refusals"][0]["facts"] == {"opens": at("09:45").isoformat()}


def test_a_room_that_stands_empty_can_be_asked_for_where_one_stands(house, booked):
    house.clock.now = at("10:20")
    unknown = house.browser("lea").get("/check-in/iris").text
    with house.database.write() as session:
        ingest.record(session, [occupancy("empty", 1, house.clock.now)], house.clock.now)
    lea = house.browser("lea")

    offered = lea.get("/check-in/iris").text
    answer = lea.post(f"/bookings/{booked}/take-over", follow_redirects=True)

    assert f"/bookings/{booked}/take-over" in offered
    assert f"/bookings/{booked}/take-over" not in unknown
    assert "note-good" in answer.text
    assert f"/bookings/{booked}/take-over" not in house.browser("lea").get("/check-in/iris").text


def test_my_bookings_lead_to_the_door_while_one_can_check_in(house, booked):
    an = house.browser("an")
    early = an.get("/bookings").text
    house.clock.now = at("09:55")

    assert "/check-in/iris" not in early
    assert "/check-in/iris" in an.get("/bookings").text
