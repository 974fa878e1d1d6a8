"""Outdoor temperatures from files: a real year, a second import, and files that are refused."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from statistics import fmean

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from samen.adapters.db.models import OutdoorDay, OutdoorHour, Site
from samen.cli.imports import imports
from samen.domain.degree_days import Form, degree_days, months
from samen.domain.evaluation import Period
from samen.services import weather
from support.building import load_demo

REAL = Path(__file__).parents[3] / "shared" / "data" / "belgium-2016" / "weather_hour.csv.gz"
YEAR_2016 = Period(date(2016, 1, 1), date(2017, 1, 1))
# IRM at Uccle, base 15/15, for 2016, as APERe publishes it: https://www.renouvelle.be/fr/
# statistiques-dj-1515-normalisez-les-consommations-de-chauffage/
UCCLE_2016 = 1948


@pytest.fixture
def run(database, monkeypatch):
    load_demo(database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", database.url)
    return lambda file, *more: CliRunner().invoke(imports, ["weather", str(file), *more])


@pytest.fixture
def write(tmp_path):
    def writing(*lines, name="file.csv"):
        file = tmp_path / name
        file.write_text("\n".join(["time,value", *lines]) + "\n")
        return file

    return writing


def stored(database) -> dict[str, float]:
    """The hours by their UTC time."""
    with database.read() as session:
        rows = session.execute(select(OutdoorHour.starts_at, OutdoorHour.deg_c))
        return {f"{at:%Y-%m-%dT%H}": round(deg_c, 3) for at, deg_c in rows}


def counted(database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(OutdoorHour))


def recounted_days() -> dict[date, float]:
    """Means of the real year's local days, read off the file and nothing else."""
    assert REAL.exists(), f"the real weather of 2016 is not at {REAL}: this test needs it"
    days: dict[date, list[float]] = defaultdict(list)
    with gzip.open(REAL, "rt") as file:
        for row in csv.DictReader(file):
            days[datetime.fromisoformat(row["time"]).date()].append(float(row["temperature"]))
    return {on: fmean(values) for on, values in days.items() if on.year == 2016}


def test_a_real_year_gives_every_local_day_and_the_degree_days_that_were_published(run, database):
    answer = run(REAL, "--column", "temperature", "--json")

    recounted = recounted_days()
    with database.read() as session:
        days = weather.deg_c_by_day(session, session.scalars(select(Site)).one(), YEAR_2016)
    assert json.loads(answer.stdout)["added"] == 8953
    assert len(days) == 366
    assert days == pytest.approx(recounted)
    for form, base in ((Form.BASE_15, 15.0), (Form.BASE_16_5, 16.5)):
        year = sum(degree_days(days, form).values())
        assert year == pytest.approx(sum(max(0.0, base - deg_c) for deg_c in recounted.values()))
    assert sum(degree_days(days, Form.BASE_15).values()) == pytest.approx(UCCLE_2016, rel=0.03)
    assert all(month.whole for month in months(degree_days(days, Form.BASE_15), 2016, YEAR_2016.end))


def test_a_second_import_changes_nothing(run, write, database):
    file = write("2026-01-12T00:00,1", "2026-01-12T01:00,2", "2026-01-12T02:00,")
    run(file)

    told = json.loads(run(file, "--json").stdout)

    assert (told["added"], told["changed"], told["already_known"], told["empty"]) == (0, 0, 2, 1)
    assert stored(database) == {"2026-01-11T23": 1.0, "2026-01-12T00": 2.0}


def test_quarters_become_means_of_their_hours_and_a_gap_is_told(run, write, database):
    quarters = [f"2026-01-12T00:{minute:02},{deg_c}" for minute, deg_c in ((0, 1), (15, 2), (30, 3), (45, 6))]

    answer = run(write(*quarters, "2026-01-12T03:45,9"))

    assert stored(database) == {"2026-01-11T23": 3.0}
    assert "gap: 2026-01-12T00:00:00+00:00 to 2026-01-12T02:45:00+00:00" in answer.stdout


def test_a_daily_mean_is_that_of_each_of_its_hours_on_clock_change_days_too(run, write, database):
    run(write("2026-03-28,6", "2026-03-29,7", "2026-03-30,8"))

    with database.read() as session:
        days = session.execute(select(OutdoorDay.on_date, OutdoorDay.deg_c, OutdoorDay.hours)).all()
    assert [(on.day, deg_c, hours) for on, deg_c, hours in days] == [(28, 6, 24), (29, 7, 23), (30, 8, 24)]


def test_fahrenheit_is_understood(run, write, database):
    run(write("2026-01-12T00:00,32", "2026-01-12T01:00,50"), "--temperature-unit", "degF")

    assert list(stored(database).values()) == [0.0, 10.0]


def test_a_file_that_contradicts_an_earlier_one_is_refused_with_its_lines(run, write, database):
    run(write("2026-01-12T00:00,1", "2026-01-12T01:00,2"))
    other = write("2026-01-12T01:00,2.5", "2026-01-12T02:00,3", name="other.csv")

    answer = run(other)

    assert answer.exit_code == 1
    assert "line 2: differs: an earlier file said otherwise (2.00 → 2.50 °C)" in answer.stderr
    assert "--replace" in answer.stderr
    assert list(stored(database).values()) == [1.0, 2.0]


def test_a_file_may_replace_an_earlier_one_where_that_is_asked_for(run, write, database):
    run(write("2026-01-12T00:00,1", "2026-01-12T01:00,2"))
    other = write("2026-01-12T01:00,2.5", "2026-01-12T02:00,3", name="other.csv")

    told = json.loads(run(other, "--replace", "--json").stdout)

    assert (told["added"], told["changed"]) == (1, 1)
    assert list(stored(database).values()) == [1.0, 2.5, 3.0]


@pytest.mark.parametrize(
    ("lines", "more", "code", "complaint"),
    [
        (("2026-01-12T00:00,68", "2026-01-12T01:00,50"), (), 1, "is the unit right? (68.0 °C)"),
        (("2096-01-12T00:00,1", "2096-01-12T01:00,2"), (), 1, "line 2: not_over:"),
        (("2026-01-12T00:00,1",), (), 2, "line 2: two rows at least"),
        (("2026-01-12T00:00,", "2026-01-12T01:00,"), (), 2, "no values"),
        ((), (), 2, "two rows at least"),
        (("2026-01-12T00:00,mild",), (), 2, "line 2: 'mild' is not a number"),
        (("2026-01-12T00:00,1", "2026-01-12T01:00,2"), ("--site", "tour"), 2, "no site is called 'tour'"),
        (("2026-01-12T00:00,1", "2026-01-12T01:00,2"), ("--tz", "Europe/Bxl"), 2, "no time zone is called"),
        (("2026-01-12T00:00,1", "2026-01-12T01:00,2"), ("--column", "t"), 2, "there is no column 't'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(run, write, database, lines, more, code, complaint):
    answer = run(write(*lines), *more)

    assert answer.exit_code == code
    assert complaint in answer.stderr
    assert counted(database) == 0
