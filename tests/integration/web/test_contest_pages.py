"""Asking for a date that is not open yet, and ways out of a no that say why, on the page and by the API."""

import pytest
from sqlalchemy import update

from samen.adapters.db.models import Space
from samen.services import waiting_sweep
from support.building import at
from support.crediting import AFTER, BEFORE

NBSP = "\N{NO-BREAK SPACE}"
FORM = {"space": "iris", "date": "2026-11-30", "start": "10:00", "end": "12:00", "title": "Réunion"}


@pytest.fixture
def gathering(house):
    """Iris opens ten days ahead at noon, and gathers requests for five days before."""
    with house.database.write() as session:
        session.execute(update(Space).where(Space.slug == "iris").values(horizon_days=10, gather_days=5))
    house.clock.now = BEFORE
    return house


def test_a_date_that_is_not_open_yet_is_asked_for_and_answered_by_a_rule(gathering):
    browser = gathering.browser("an")

    refused = browser.post("/book", FORM)
    asked = browser.post("/waitlist", FORM, follow_redirects=True).get_data(as_text=True)
    gathering.clock.now = AFTER
    waiting_sweep.sweep(gathering.database, AFTER)
    told = browser.get("/notices").get_data(as_text=True)

    assert refused.status_code == 409
    assert "les demandes sont rassemblées" in refused.get_data(as_text=True)
    assert "/waitlist" in refused.get_data(as_text=True)
    assert f"Ouverture le 20 nov. 12:00{NBSP}: on départage alors par crédit" in asked
    assert "Personne d’autre ne l’a demandé." in told


def test_the_api_tells_when_it_opens_and_how_it_was_decided(gathering):
    programs = [gathering.program(who) for who in ("an", "lea")]
    wish = {"space": "iris", "start": at("10:00", 30).isoformat(), "end": at("12:00", 30).isoformat()}

    asked = [one.call("POST", "/api/v1/waitlist", json=wish | {"title": "Réunion"}) for one in programs]
    gathering.clock.now = AFTER
    waiting_sweep.sweep(gathering.database, AFTER)
    left = [one.get("/api/v1/waitlist").json for one in programs]

    assert [one.status_code for one in asked] == [201, 201]
    assert asked[0].json["opens_at"] == "2026-11-20T11:00:00+00:00"
    (loser,) = [places[0] for places in left if places]
    assert loser["decision"]["rule"] == "lottery"
    assert not loser["decision"]["granted"]
    assert len(loser["decision"]["seed"]) == 64


def test_ways_out_of_a_no_say_why_and_what_heat_they_take(house):
    house.program("lea").book(at("10:00"), at("12:00"))

    on_page = house.browser("an").post("/book", FORM | {"date": "2026-11-23"}).get_data(as_text=True)
    ways = house.program("an").book(at("10:00"), at("12:00")).json["suggestions"]

    assert "le même moment, " in on_page
    assert 0 < len(ways) <= 3
    assert {"space", "start", "end", "why", "warm", "kwh"} == set(ways[0])
    assert {way["why"] for way in ways} == {"same_time", "same_space"}
    assert ways[0]["warm"]
