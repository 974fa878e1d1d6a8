"""The energy page, each chart's file, and a span of its own."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from samen.adapters.db.models import CalorificFactor, DirtyEnergy, Meter, Register, Site, Step
from samen.domain.interval import midnight
from samen.web.energy import CHARTS
from support.building import BRUSSELS, NOW
from support.rollups import used

TODAY = NOW.astimezone(BRUSSELS).date()
DAY = timedelta(days=1)


@pytest.fixture
def measured(house):
    """Two days, quarter by quarter, of electricity and gas, and a year ago two days as well."""
    start = midnight(TODAY - 2 * DAY, BRUSSELS)
    with house.database.write() as session:
        for meter, kwh in (("main", 0.5), ("studio", 0.125), ("gas", 0.1)):
            used(session, meter, Step.QUARTER, start, [kwh] * 192)
            used(session, meter, Step.HOUR, start, [4 * kwh] * 48)
            used(session, meter, Step.DAY, start, [96 * kwh] * 2, length=DAY)
            used(session, meter, Step.DAY, start - 365 * DAY, [192 * kwh] * 2, length=DAY)
    return house.browser("mounia")


def text_of(page) -> str:
    assert page.status_code == 200, page.text
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page.text))


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(StringIO(answer.text)))


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_a_file_of_its_figures(measured, name):
    answer = measured.get(f"/energy/charts/{name}.csv?meter=main")

    assert rows_of(answer)
    assert f"bota75-main-{name}.csv" in answer.headers["Content-Disposition"]


def test_a_file_says_what_the_chart_draws(measured):
    days = rows_of(measured.get("/energy/charts/days.csv?meter=main"))

    assert [day["energy_kwh"] for day in days[-4:]] == ["", "48", "48", ""]
    assert days[-2]["date"] == (TODAY - DAY).isoformat()


def test_times_in_a_file_bear_their_offset(measured):
    hours = rows_of(measured.get("/energy/charts/hours.csv?meter=main"))

    assert hours[-1]["start"].endswith("+01:00")


def test_gas_is_read_in_cubic_metres_and_kwh(measured):
    text = text_of(measured.get("/energy?meter=gas"))

    assert "19,2 m³" in text
    assert "218,9 kWh" in text
    assert rows_of(measured.get("/energy/charts/days.csv?meter=gas"))[-2]["volume_m3"] == "9.6"


def test_where_it_goes_adds_up_with_what_nobody_measured(measured):
    flows = rows_of(measured.get("/energy/charts/flows.csv"))

    assert [(flow["meter"], flow["goes_to"], flow["energy_kwh"]) for flow in flows] == [
        ("Studio radio", "Radio Pixel", "24"),
        ("Pas mesuré plus loin", "", "72"),
        ("Pas mesuré plus loin", "", "218.88"),
    ]
    assert sum(float(flow["share_fraction"]) for flow in flows) == pytest.approx(1.0, abs=1e-5)


def test_gas_goes_where_it_goes_by_what_each_days_gas_held(measured, house):
    with house.database.write() as session:
        gas = session.scalars(select(Meter).where(Meter.slug == "gas")).one()
        for on, kwh_per_m3 in ((TODAY - 2 * DAY, 10.0), (TODAY - DAY, 12.0)):
            session.add(CalorificFactor(site_id=gas.site_id, from_on=on, kwh_per_m3=kwh_per_m3))

    flows = rows_of(measured.get("/energy/charts/flows.csv"))

    assert flows[-1]["energy_kwh"] == "211.2"
    assert "211,2 kWh" in text_of(measured.get("/energy?meter=gas"))


def test_hours_of_which_only_the_sum_is_known_say_nothing_of_when(house):
    with house.database.write() as session:
        used(session, "main", Step.HOUR, midnight(TODAY - DAY, BRUSSELS), [1.0] * 24, estimated=1.0)

    page = house.browser("mounia").get("/energy?meter=main").text

    assert 'aria-labelledby="hours"' not in page


def test_a_meter_that_is_read_by_hand_is_never_called_silent(house):
    with house.database.write() as session:
        for register in session.scalars(select(Register).join(Meter).where(Meter.slug == "main")):
            register.device_id = None
        used(session, "main", Step.DAY, midnight(TODAY - DAY, BRUSSELS), [48.0], length=DAY)

    text = text_of(house.browser("mounia").get("/energy?meter=main"))

    assert "Hier" in text
    assert "se tait" not in text


def test_a_quarter_that_still_runs_has_no_power(house):
    quarter = timedelta(minutes=15)
    with house.database.write() as session:
        used(session, "main", Step.QUARTER, NOW - 2 * quarter, [0.5])
        used(session, "main", Step.QUARTER, NOW - quarter, [0.1], length=quarter / 3)

    power = rows_of(house.browser("mounia").get("/energy/charts/power.csv?meter=main"))

    assert [row["power_kw"] for row in power[-2:]] == ["2", ""]


def test_a_year_is_compared_on_the_days_that_both_know(measured):
    (november,) = rows_of(measured.get("/energy/charts/years.csv?meter=main"))

    assert (november["energy_2025_kwh"], november["energy_2026_kwh"]) == ("192", "96")
    assert (november["days_compared"], november["change_fraction"]) == ("2", "-0.5")


@pytest.mark.parametrize("path", ["/energy/charts/nothing.csv", "/energy/charts/days.csv?meter=nothing"])
def test_what_is_not_there_is_not_found(measured, path):
    assert measured.get(path).status_code == 404


@pytest.mark.parametrize("meter", ["main", "gas", "water"])
def test_a_building_without_a_reading_has_a_page_all_the_same(house, meter):
    text = text_of(house.browser("mounia").get(f"/energy?meter={meter}"))

    assert "Rien n’a été mesuré" in text


def test_a_simulated_past_is_called_so_on_the_page(measured, house):
    before = text_of(measured.get("/energy"))
    with house.database.write() as session:
        session.scalars(select(Site)).one().simulated_until = datetime(2026, 11, 20, 12, tzinfo=UTC)

    after = text_of(measured.get("/energy"))

    assert "simulés" not in before
    assert "jusqu’au 20 novembre 2026 sont simulés" in after


def test_the_page_says_that_past_readings_are_being_counted(measured, house):
    before = text_of(measured.get("/energy"))
    with house.database.write() as session:
        register, now = session.scalars(select(Register.id).limit(1)).one(), NOW
        session.add(DirtyEnergy(register_id=register, starts_at=now - 700 * DAY, ends_at=now, marked_at=now))

    after = text_of(measured.get("/energy"))

    assert "en train d’être comptés" not in before
    assert "en train d’être comptés" in after


def test_a_span_has_a_page_with_its_figures(measured):
    start = (TODAY - 2 * DAY).isoformat()

    text = text_of(measured.get(f"/energy/span?meter=main&from={start}T00:00&to={start}T06:00"))

    assert "12,0 kWh" in text
    assert "3,96 €" in text
    assert "Qui avait réservé Personne." in text


def test_a_script_asks_for_the_part_alone_by_the_second(measured):
    start = int(midnight(TODAY - 2 * DAY, BRUSSELS).timestamp())

    part = measured.get(
        f"/energy/span?meter=main&from={start}&to={start + 3600}", headers={"HX-Request": "true"}
    )

    assert "<main" not in part.text
    assert "2,0 kWh" in text_of(part)


@pytest.mark.parametrize(
    "query", ["from=2026-11-23T10:00&to=2026-11-23T09:00", "from=x&to=99999999999999999", ""]
)
def test_a_span_that_is_none_is_asked_for_again(measured, query):
    assert "La fin doit venir après le début." in text_of(measured.get(f"/energy/span?{query}"))
