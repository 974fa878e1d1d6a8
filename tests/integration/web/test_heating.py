"""The heating page, its settings, and the same for programs."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Meter, MeterKind, SteeredDay, WarmUp, Zone
from samen.domain.alternating import is_steered_week
from samen.domain.zone_settings import Steering
from samen.services import steering
from samen.web.heating_form import filled
from samen.web.i18n import COOKIE
from support.building import NOW, at
from support.heating import ON

PAGE, FRONT = "/energy/heating", "/energy/heating/front"


@pytest.fixture
def heated(house):
    with house.database.write() as session:
        for zone in session.scalars(select(Zone)):
            steering.put_settings(session, zone, ON)
    house.program("an").book(at("14:00"), at("16:00"))
    return house


def english(house, who):
    browser = house.browser(who)
    browser.client.set_cookie(COOKIE, "en")
    return browser


def form(**changes):
    typed = {**filled(ON), **changes}
    return {name: value for name, value in typed.items() if value not in {False, None}}


def settings_of(house, slug="front"):
    with house.database.read() as session:
        return steering.settings_of(session, session.scalars(select(Zone).where(Zone.slug == slug)).one())


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_page_draws_the_plan_against_the_bookings_with_a_table_behind(heated):
    page = english(heated, "axel").get(PAGE).text

    assert "14:00–16:00" in page
    assert "10:00–14:00: 20.0 °C, warming up" in page  # an hour for each degree
    assert "Warm-ups measured: 0 of the 3 needed" in page
    assert "Settings of" not in page  # an auditor looks on


def test_a_manager_sets_a_zone_and_the_page_says_who_did(heated):
    browser = english(heated, "mounia")

    answer = browser.post(FRONT, form(comfort_deg_c="21,5", steering="alternate", coast_min="30"))

    assert answer.status_code == 303
    expected = replace(ON, comfort_deg_c=21.5, steering=Steering.ALTERNATE, coast_min=30)
    assert settings_of(heated) == expected
    page = browser.get(PAGE).text
    assert "Mounia" in page
    assert "comfort in °C 21.5" in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("comfort_deg_c", "45"),
        ("comfort_deg_c", "warm"),
        ("setback_deg_c", "21"),
        ("earliest", "25:00"),
        ("steering", "maybe"),
        ("vent_after_min", "1.5"),
    ],
)
def test_what_cannot_be_set_comes_back_as_typed_with_its_fault(heated, field, typed):
    answer = heated.browser("mounia").post(FRONT, form(**{field: typed}))

    assert answer.status_code == 422
    assert f'id="front-{field}-error"' in answer.text
    assert settings_of(heated) == ON


def test_only_a_manager_sets_anything_and_only_zones_that_are_there(heated):
    assert heated.browser("axel").post(FRONT, form()).status_code == 403
    assert heated.browser("an").get(PAGE).status_code == 403
    assert heated.browser("mounia").post("/energy/heating/attic", form()).status_code == 404


def test_the_figures_come_as_csv(heated):
    browser = heated.browser("axel")
    with heated.database.write() as session:
        zone = session.scalars(select(Zone).where(Zone.slug == "front")).one()
        facts = {"from_deg_c": 16.0, "to_deg_c": 20.0, "minutes": 120.0, "whole": True, "kwh": 8.0}
        session.add(WarmUp(zone_id=zone.id, started_at=NOW - timedelta(days=1), **facts))

    plan, runs = rows(browser.get(f"{FRONT}/plan.csv")), rows(browser.get(f"{FRONT}/warm-ups.csv"))

    assert [step["why"] for step in plan][:2] == ["setback", "warm_up"]
    assert plan[-1]["until"] == "2026-11-24T23:00:00+00:00"
    assert (runs[0]["minutes"], runs[0]["kwh"]) == ("120", "8")


def test_programs_read_the_plan_that_is_published(heated):
    program = heated.program("lea")

    plan = program.get("/api/v1/zones/front/plan").get_json()

    assert (plan["zone"], plan["steering"], plan["now"]["setpoint_deg_c"]) == ("front", True, 16.0)
    assert "booked" in [step["why"] for step in plan["steps"]]
    assert [doubt["code"] for doubt in plan["doubts"]] == ["no_temperature", "few_warm_ups"]
    assert program.get("/api/v1/zones/front/plan?site=elsewhere").status_code == 404
    assert program.get("/api/v1/zones/attic/plan").status_code == 404


def test_a_free_room_says_what_heat_it_takes(heated):
    asked = "/api/v1/spaces/free?from=2026-11-23T18:00:00Z&to=2026-11-23T19:00:00Z&kind=room"

    found = heated.program("lea").get(asked).get_json()

    heat = [one["heat_kwh"] for one in found]
    assert heat == sorted(heat)
    assert all(one["heat_is_estimate"] for one in found)
    page = english(heated, "an").get("/find?date=2026-11-23&start=19:00&end=20:00")
    assert "kWh to heat it" in page.text


def test_weeks_that_alternate_are_compared_by_the_meter_of_the_zone(heated, monkeypatch):
    days = [(NOW - timedelta(days=n)).date() for n in range(1, 141)]
    drawn = {on: is_steered_week("bota75/front", on) for on in days}
    deg_c = {on: 2.0 + 10 * ((on.toordinal() * 37) % 97) / 97 for on in days}
    used = {on: (80 - 4 * deg_c[on]) * (0.8 if drawn[on] else 1.0) + on.toordinal() % 5 for on in days}
    monkeypatch.setattr("samen.services.steered_days.kwh_by_day", lambda *_: used)
    monkeypatch.setattr("samen.services.steered_days.deg_c_by_day", lambda *_: deg_c)
    with heated.database.write() as session:
        zone = session.scalars(select(Zone).where(Zone.slug == "front")).one()
        meter = Meter(slug="front-heat", name="Chaleur rue", kind=MeterKind.HEAT, site_id=zone.site_id)
        meter.zone_id = zone.id
        session.add(meter)
        session.add_all(SteeredDay(zone_id=zone.id, on_date=on, steered=drawn[on]) for on in days)

    page = english(heated, "axel").get(PAGE).text

    assert "proved" in page
    assert "by the meter Chaleur rue" in page
