"""Waiting, taking over and deciding, on the page and through the API."""

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import Occurrence, OccurrenceStatus, Space, Tenant, Waiting, WaitState
from samen.domain.rules import Approval
from samen.services import ingest
from support.building import at
from support.nodes_words import occupancy

ELEVEN = {"space": "iris", "date": "2026-11-23", "start": "10:00", "end": "11:00", "title": "Atelier"}
KEY = {"Idempotency-Key": "once"}


def waits(house, **more):
    body = {"space": "iris", "start": at("10:00").isoformat(), "end": at("11:00").isoformat(), "title": "T"}
    return house.program("lea").call("POST", "/api/v1/waitlist", json={**body, **more}, headers=KEY)


def cancels(house, booked):
    one = booked.json["occurrences"][0]["id"]
    assert house.program("an").call("DELETE", f"/api/v1/occurrences/{one}").status_code == 200


@pytest.fixture
def taken(house):
    return house.program("an").book(at("10:00"), at("11:00"))


@pytest.fixture
def asked(house):
    """Lea asks for Iris, which belongs to Atelier Rue."""
    with house.database.write() as session:
        owner = session.scalars(select(Tenant.id).where(Tenant.slug == "atelier-rue")).one()
        iris = update(Space).where(Space.slug == "iris")
        session.execute(iris.values(owner_id=owner, approval=Approval.OTHERS, pending_holds=False))
    booked = house.program("lea").book(at("10:00"), at("11:00"), title="Danse africaine", people=9)
    assert booked.status_code == 202
    return booked.json


def statuses(house):
    with house.database.read() as session:
        return list(session.scalars(select(Occurrence.status).order_by(Occurrence.id)))


def test_a_member_waits_on_the_page_and_takes_what_is_kept(house, taken):
    lea = house.browser("lea")

    joined = lea.post("/waitlist", ELEVEN)
    assert (joined.status_code, joined.headers["Location"]) == (303, "/waitlist")
    assert "Vous êtes" in lea.get("/waitlist").text or "first" in lea.get("/waitlist").text
    cancels(house, taken)

    page = lea.get("/waitlist").text
    assert "/waitlist/1/accept" in page
    assert lea.post("/waitlist/1/accept").headers["Location"] == "/bookings"
    assert OccurrenceStatus.CONFIRMED in statuses(house)


def test_the_form_in_the_dialog_is_led_on_too(house, taken):
    answer = house.browser("lea").post("/waitlist", ELEVEN, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/waitlist")


def test_what_is_free_is_booked_and_not_waited_for(house):
    answer = house.browser("lea").post("/waitlist", ELEVEN)

    assert answer.headers["Location"].startswith("/book?gap=iris")


def test_a_wish_that_cannot_be_understood_goes_back_to_the_form(house, taken):
    answer = house.browser("lea").post("/waitlist", ELEVEN | {"end": "09:00"})

    assert answer.headers["Location"].startswith("/book?gap=iris")


@pytest.mark.parametrize("step", ["withdraw", "decline"])
def test_a_member_waits_no_longer(house, taken, step):
    lea = house.browser("lea")
    lea.post("/waitlist", ELEVEN)
    if step == "decline":
        cancels(house, taken)

    lea.post(f"/waitlist/1/{step}")

    with house.database.read() as session:
        assert session.get_one(Waiting, 1).state is WaitState.WITHDRAWN


def test_the_api_tells_where_one_stands_and_takes_the_offer(house, taken):
    lea = house.program("lea")
    joined = waits(house)
    assert (joined.status_code, joined.json["state"], joined.json["ahead"]) == (201, "waiting", 0)
    assert waits(house).data == joined.data
    cancels(house, taken)

    (place,) = lea.get("/api/v1/waitlist").json
    assert (place["state"], place["until"]) == ("offered", at("08:30").isoformat())
    accepted = lea.call("POST", f"/api/v1/waitlist/{place['id']}/accept")

    assert (accepted.status_code, accepted.json["occurrences"][0]["state"]) == (201, "confirmed")
    assert lea.get("/api/v1/waitlist").json == []
    assert lea.call("DELETE", f"/api/v1/waitlist/{place['id']}").status_code == 409


def test_the_api_refuses_to_wait_for_what_is_free_and_says_what_to_book(house):
    answer = waits(house)

    assert (answer.status_code, answer.json["refusals"][0]["code"]) == (409, "it_is_free")
    assert answer.json["alternatives"][0]["space"] == "iris"


def test_anothers_place_in_line_is_not_found(house, taken):
    waits(house)

    assert house.program("an").call("DELETE", "/api/v1/waitlist/1").status_code == 404
    assert house.program("an").call("POST", "/api/v1/waitlist/1/accept").status_code == 404
    assert house.program("an").call("POST", "/api/v1/waitlist/99999999999/decline").status_code == 404


def test_who_is_asked_for_an_empty_room_sees_it_and_keeps_it(house, taken):
    house.clock.now = at("10:05")
    with house.database.write() as session:
        ingest.record(session, [occupancy("empty", 1, at("10:05"))], at("10:05"))
    one = taken.json["occurrences"][0]["id"]

    asked = house.browser("lea").post(f"/bookings/{one}/take-over", {"title": "Atelier"})
    assert asked.headers["Location"] == "/waitlist"
    an = house.browser("an")
    assert "Collectif Senne" in an.get("/waitlist").text
    an.post("/take-overs/1/keep")

    with house.database.read() as session:
        assert session.get_one(Waiting, 1).state is WaitState.LAPSED
    again = house.program("lea").call(
        "POST", f"/api/v1/occurrences/{one}/take-over", json={"title": "Atelier"}
    )
    assert (again.status_code, again.json["refusals"][0]["code"]) == (409, "already_asked")


def test_an_admin_sees_who_asks_and_says_yes(house, asked):
    ada = house.browser("ada")
    page = ada.get("/requests").text
    assert "Danse africaine" in page
    assert "Collectif Senne" in page

    dates = [one["id"] for one in asked["occurrences"]]
    ada.post(f"/requests/{asked['id']}/approve", {"date": dates})

    assert statuses(house) == [OccurrenceStatus.CONFIRMED]
    assert "Danse africaine" not in ada.get("/requests").text


def test_an_admin_says_no_with_a_reason(house, asked):
    dates = [one["id"] for one in asked["occurrences"]]

    house.browser("ada").post(f"/requests/{asked['id']}/decline", {"date": dates, "reason": "Travaux"})

    assert statuses(house) == [OccurrenceStatus.DECLINED]


def test_no_date_ticked_decides_nothing(house, asked):
    house.browser("ada").post(f"/requests/{asked['id']}/approve")

    assert statuses(house) == [OccurrenceStatus.PENDING]


def test_the_api_shows_and_decides_requests(house, asked):
    house.program("lea").book(at("10:30"), at("11:30"), title="Autre")
    ada = house.program("ada")

    first, _ = ada.get("/api/v1/requests").json
    assert [len(date["rivals"]) for date in first["dates"]] == [1]
    assert first["declines"] == [{"tenant": "collectif-senne", "dates": 1}]
    approved = ada.call("POST", f"/api/v1/requests/{asked['id']}/approve", json={}, headers=KEY)

    assert approved.status_code == 200
    assert [one["state"] for one in approved.json["declined"]] == ["declined"]
    again = ada.call("POST", f"/api/v1/requests/{asked['id']}/approve", json={}, headers=KEY)
    assert again.data == approved.data
    declined = ada.call("POST", f"/api/v1/requests/{asked['id']}/decline", json={"reason": "non"})
    assert (declined.status_code, declined.json["refusals"][0]["code"]) == (409, "already_decided")


def test_who_does_not_own_the_space_decides_nothing(house, asked):
    answer = house.program("lea").call("POST", f"/api/v1/requests/{asked['id']}/approve", json={})

    assert answer.status_code == 403
    assert statuses(house) == [OccurrenceStatus.PENDING]
