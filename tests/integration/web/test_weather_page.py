"""The weather page and its API: what is known, what is missing, and a file from the manager's own hands."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from samen.adapters.db.models import ArchiveAsk, OutdoorHour, Site
from samen.domain.access import Scope
from samen.domain.interval import midnight
from samen.domain.outdoor import HOUR, WeatherSource
from samen.services import weather
from support.building import NOW
from support.web import a_house

BRUSSELS = ZoneInfo("Europe/Brussels")


def store(house, first: date, end: date, deg_c: float, source=WeatherSource.CSV):
    start, stop = midnight(first, BRUSSELS), min(midnight(end, BRUSSELS), NOW)
    hours = [(start + n * HOUR, deg_c) for n in range((stop - start) // HOUR)]
    with house.database.write() as session:
        weather.store_temperatures(session, session.scalars(select(Site)).one(), source, hours, NOW)


@pytest.fixture(scope="module")
def cold_year(shared):
    """2025 at 5 °C, 2026 so far at 4 °C with a January day missing: to look at."""
    store(shared, date(2025, 1, 1), date(2026, 1, 1), 5.0)
    store(shared, date(2026, 1, 1), date(2026, 1, 9), 4.0)
    store(shared, date(2026, 1, 10), date(2026, 11, 24), 4.0, WeatherSource.SENSOR)
    return shared


def page(house, path="/energy/weather", who="mounia") -> str:
    answer = house.browser(who).get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def row(head: str, *figures: str) -> str:
    """A row of the figures behind a chart, up to its last figure."""
    return "</th>".join((head, "".join(f'<td class="num">{figure}</td>' for figure in figures)))


def send(browser, content: bytes, **fields):
    form = {
        "file": FileStorage(io.BytesIO(content), "weather.csv"),
        "column": "value",
        "unit": "degC",
        **fields,
    }
    # The client itself would leave the temporary file open into which it writes a large form.
    boundary, body = encode_multipart({"csrf_token": browser.csrf(), **form})
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post("/energy/weather", data=body, content_type=kind)


def count(house) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(OutdoorHour))


def test_without_any_temperature_the_page_says_how_to_get_some(house):
    shown = page(house)

    assert "Pas encore de températures extérieures" in shown
    assert "samen device add NAME --outdoor --streams climate" in shown


def test_months_stand_beside_those_of_the_year_before_and_one_with_a_day_missing_says_so(cold_year):
    shown = page(cold_year)

    assert row("janv.", "310", "330", "30 jours sur 31 (2026)") in shown
    assert row("févr.", "280", "308", "") in shown
    assert "il manque 1 jour" in shown
    assert "9 janvier 2026" in shown


def test_the_year_is_compared_over_days_that_both_years_know(cold_year):
    assert "+10 % par rapport aux mêmes jours de 2025" in page(cold_year)


@pytest.mark.parametrize(
    ("form", "january", "normal"), [("15", "310", False), ("16.5", "356", False), ("synergrid", "334", True)]
)
def test_each_form_counts_in_its_own_way_and_the_published_normal_stands_beside_its_own_alone(
    cold_year, form, january, normal
):
    shown = page(cold_year, f"/energy/weather?form={form}")

    assert row("janv.", january) in shown
    assert ("Normale (Uccle, 1991–2020)" in shown) is normal


def figures(shown):
    """What the page's tables and charts say."""
    return re.findall(r"<(?:td|th|text|title)\b[^>]*>([^<]+)<", shown)


def test_a_form_or_a_year_that_is_none_shows_the_usual_one(cold_year):
    usual, odd = (page(cold_year, path) for path in ("/energy/weather", "/energy/weather?form=18&year=12"))

    assert figures(odd) == figures(usual) != []


def test_the_archives_trouble_is_told(sqlite_database):
    house = a_house(sqlite_database, SAMEN_WEATHER_URL="https://archive.example/v1/archive")
    with house.database.write() as session:
        site = session.scalars(select(Site.id)).one()
        trouble = {"failures": 2, "problem": "slow: no whole answer within 30 s"}
        session.add(ArchiveAsk(site_id=site, asked_at=NOW, again_at=NOW + timedelta(hours=2), **trouble))

    assert "n’ont pas pu être utilisées : la réponse a trop tardé." in page(house)


def test_a_manager_sends_a_file_and_it_is_there(house):
    answer = send(house.browser("mounia"), b"time,value\n2026-01-12T00:00,1\n2026-01-12T01:00,2\n")

    assert answer.status_code == 303
    assert count(house) == 2


def test_a_whole_year_fits_in_a_file(house):
    start = datetime(2025, 1, 1, tzinfo=UTC)
    lines = [
        f"{(start + n * HOUR).isoformat()},{n % 20}.25,some more words to make the line long"
        for n in range(8760)
    ]

    answer = send(house.browser("mounia"), "\n".join(["time,value", *lines]).encode())

    assert answer.status_code == 303
    assert count(house) == 8760


def test_a_file_that_contradicts_is_refused_with_its_lines_until_it_may_replace(house):
    browser = house.browser("mounia")
    send(browser, b"time,value\n2026-01-12T00:00,1\n2026-01-12T01:00,2\n")
    other = b"time,value\n2026-01-12T00:00,1\n2026-01-12T01:00,3\n"

    refused = send(browser, other)
    replaced = send(browser, other, replace="on")

    assert refused.status_code == 409
    assert "Ligne 3" in refused.text
    assert "2.00 → 3.00 °C" in refused.text
    assert replaced.status_code == 303


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"\xff\xfe", 422), (b"time,value\n", 422)],
    ids=["nothing", "not text", "no rows"],
)
def test_a_file_that_cannot_be_used_changes_nothing(house, content, status):
    assert send(house.browser("mounia"), content).status_code == status
    assert count(house) == 0


@pytest.mark.parametrize(("who", "size"), [("mounia", 5_000_000), (None, 100_000)])
def test_a_file_that_is_too_large_is_not_read_nor_is_a_strangers(house, who, size):
    raw = {"data": bytes(size), "content_type": "multipart/form-data; boundary=x"}

    answer = house.browser(who).client.post("/energy/weather", **raw)

    assert answer.status_code == 413


@pytest.mark.parametrize("who", ["axel", "ada", "lea"])
def test_only_a_manager_imports(house, who):
    answer = send(house.browser(who), b"time,value\n2026-01-12T00:00,1\n2026-01-12T01:00,2\n")

    assert answer.status_code == 403
    assert count(house) == 0


def test_an_auditor_reads_without_a_form(cold_year):
    shown = page(cold_year, who="axel")

    assert "Un gestionnaire peut en importer un ici." in shown
    assert "multipart" not in shown


def test_the_figures_are_there_as_files(cold_year):
    browser = cold_year.browser("axel")

    months = list(csv.DictReader(io.StringIO(browser.get("/energy/weather/degree-days.csv?form=15").text)))
    hours = list(csv.DictReader(io.StringIO(browser.get("/energy/weather/temperatures.csv?year=2026").text)))

    assert months[12] == {"month": "2026-01", "degree_days_15": "330.0", "known_days": "30", "days": "31"}
    assert hours[0] == {"time": "2025-12-31T23:00:00+00:00", "value": "4", "source": "csv"}
    assert hours[-1]["source"] == "sensor"


def test_a_program_reads_hours_with_their_source_and_days_with_what_is_known(cold_year):
    program = cold_year.program("lea", Scope.ENERGY)
    span = {"from": "2026-01-08T23:00:00+01:00", "to": "2026-01-10T02:00:00+01:00"}

    hours = program.get("/api/v1/weather", query_string=span).json
    days = program.get("/api/v1/weather", query_string={**span, "step": "day"}).json

    assert [(one["start"], one["sources"]) for one in hours["temperatures"]] == [
        ("2026-01-08T22:00:00+00:00", ["csv"]),
        ("2026-01-09T23:00:00+00:00", ["sensor"]),
        ("2026-01-10T00:00:00+00:00", ["sensor"]),
    ]
    assert [(one["start"], one["deg_c"], one["known"]) for one in days["temperatures"]] == [
        ("2026-01-09T23:00:00+00:00", 4.0, 1.0)
    ]


@pytest.mark.parametrize(
    "query", [{"step": "week"}, {"site": "tour"}, {"from": "2020-01-01T00:00Z"}, {"to": "2020-01-01T00:00"}]
)
def test_what_a_program_may_not_ask_is_refused_in_words(house, query):
    answer = house.program("lea", Scope.ENERGY).call("GET", "/api/v1/weather", query_string=query)

    assert answer.status_code == 422
    assert answer.json["errors"]
