"""Readings from files: a real year of three meters, a second import, and files that are refused."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from samen.adapters.db.models import EnergyRollup, IndexReading, Meter, Register, Site, Step
from samen.cli.imports import imports
from samen.domain.interval import Interval, local_day
from samen.services import energy as energies
from support.building import load_demo

BRUSSELS = ZoneInfo("Europe/Brussels")
YEAR = Path(__file__).parents[3] / "shared" / "data" / "belgium-2016" / "electricity_hour.csv.gz"
METERS = {"main": "3aa4", "ventilation": "b841", "keuken-circuit": "c1a7"}


@pytest.fixture
def run(database, monkeypatch):
    load_demo(database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", database.url)

    def importing(file, *more, meter="main", unit="Wh", kind="delta"):
        arguments = ["readings", str(file), "--meter", meter, "--unit", unit, "--kind", kind, *more]
        return CliRunner().invoke(imports, arguments)

    return importing


@pytest.fixture
def write(tmp_path):
    def writing(*lines, name="file.csv"):
        file = tmp_path / name
        file.write_text("\n".join(["time,value", *lines]) + "\n")
        return file

    return writing


def a_year(column: str, folder: Path) -> tuple[Path, dict[date, float]]:
    """One meter of the real year as a file of its own, and its sums per local day."""
    assert YEAR.exists(), f"the real readings of 2016 are not at {YEAR}: this test needs them"
    sums: dict[date, float] = defaultdict(float)
    file = folder / f"{column}.csv"
    with gzip.open(YEAR, "rt") as source, file.open("w") as target:
        rows = csv.DictReader(source)
        target.write("time,value\n")
        for row in rows:
            target.write(f"{row['time']},{row[column]}\n")
            sums[datetime.fromisoformat(row["time"]).date()] += float(row[column] or 0)
    return file, sums


def days(database, slug):
    span = Interval(local_day(date(2016, 1, 1), BRUSSELS).start, local_day(date(2016, 12, 31), BRUSSELS).end)
    with database.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == slug)).one()
        series = energies.energy_series(session, meter, span, "day", BRUSSELS)
    return {bucket.starts_at.astimezone(BRUSSELS).date(): bucket for bucket in series}


def hours(database, slug, day):
    with database.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == slug)).one()
        return energies.energy_series(session, meter, local_day(day, BRUSSELS), "hour", BRUSSELS)


def facts(database):
    with database.read() as session:
        indexes = session.execute(
            select(func.count(), func.sum(IndexReading.index)).select_from(IndexReading)
        )
        rollups = session.execute(
            select(func.count(), func.sum(EnergyRollup.amount)).select_from(EnergyRollup)
        )
        return [tuple(indexes.one()), tuple(rollups.one())]


def energy_of(database, step=Step.QUARTER, slug="main"):
    with database.read() as session:
        return session.scalar(
            select(func.sum(EnergyRollup.amount))
            .join(Register)
            .join(Meter)
            .where(Meter.slug == slug, EnergyRollup.step == step)
        )


def test_a_real_year_of_three_meters_arrives_whole(run, database, tmp_path):
    for slug, column in METERS.items():
        file, sums = a_year(column, tmp_path)

        assert run(file, meter=slug).exit_code == 0

        found = days(database, slug)
        assert {day: bucket.amount for day, bucket in found.items()} == {
            day: pytest.approx(sums[day] / 1000, rel=1e-6) for day in found
        }
        assert all(bucket.known == 1.0 and bucket.estimated == 0.0 for bucket in found.values())
        nights = [len(hours(database, slug, day)) for day in (date(2016, 3, 27), date(2016, 10, 30))]
        assert nights == [23, 25]


def test_a_second_import_changes_nothing_and_says_so(run, database, tmp_path):
    file, _ = a_year("3aa4", tmp_path)
    run(file)
    before = facts(database)

    again = run(file)

    assert (again.exit_code, facts(database)) == (0, before)
    assert "nothing changed, all 8785 rows were known already" in again.output


HOURS = [f"2016-01-01 {hour:02}:00,{hour + 1}" for hour in range(24)]


def test_a_file_may_overlap_what_is_stored_and_adds_the_rest(run, write, database):
    run(write(*HOURS[:10]))

    report = json.loads(run(write(*HOURS[5:]), "--json").output)

    assert (report["added"], report["already_known"]) == (14, 5)
    assert energy_of(database) == pytest.approx(sum(range(1, 25)))
    with database.read() as session:
        assert session.scalar(select(func.count(IndexReading.gen.distinct()))) == 1


def test_rows_that_contradict_what_is_stored_refuse_the_file(run, write, database):
    run(write(*HOURS[:10]))
    before = facts(database)

    answer = run(write("2016-01-01 08:00,9", "2016-01-01 09:00,999", "2016-01-01 10:00,11"))

    assert (answer.exit_code, facts(database)) == (1, before)
    assert "line 3: differs: 10.000 is stored, the file says 999.000" in answer.output


def test_another_step_over_the_same_time_refuses_the_file(run, write, database):
    run(write(*HOURS))

    answer = run(write("2016-01-01 00:00,1", "2016-01-01 00:30,1"))

    assert answer.exit_code == 1
    assert "line 2: overlaps" in answer.output


def test_a_gap_is_told_and_stays_unknown(run, write, database):
    answer = run(write(*HOURS[:5], "2016-01-01 05:00,", *HOURS[8:12]), unit="kWh")

    known = [bucket.amount for bucket in hours(database, "main", date(2016, 1, 1))]
    assert "gap: 2016-01-01T04:00:00+00:00 to 2016-01-01T07:00:00+00:00" in answer.output
    assert known[:12] == [1, 2, 3, 4, 5, None, None, None, 9, 10, 11, 12]


def test_daily_rows_fill_local_days(run, write, database):
    run(write("2016-03-26,10", "2016-03-27,20", "2016-03-28,30"), unit="kWh")

    found = days(database, "main")
    assert [found[date(2016, 3, day)].amount for day in (26, 27, 28)] == [
        pytest.approx(10), pytest.approx(20), pytest.approx(30)
    ]  # fmt: skip
    assert found[date(2016, 3, 27)].estimated == 0


def test_an_index_is_read_as_it_is_and_a_reset_is_no_negative_energy(run, write, database):
    file = write("2016-01-01 00:00,100", "2016-01-01 01:00,103", "2016-01-01 02:00,1", "2016-01-01 03:00,5")

    first = run(file, unit="kWh", kind="index")
    again = run(file, unit="kWh", kind="index")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert energy_of(database) == pytest.approx(7000)
    assert "nothing changed" in again.output


def test_the_next_file_of_an_index_continues_it(run, write, database):
    run(write("2016-01-01 00:00,100", "2016-01-01 01:00,103"), kind="index")

    run(write("2016-01-01 02:00,104", "2016-01-01 03:00,109"), kind="index")

    assert energy_of(database) == pytest.approx(9)


@pytest.mark.parametrize(
    ("lines", "options", "complaint"),
    [
        (["2016-01-01 00:00,1", "2016-01-01 01:00,x"], {}, "line 3: 'x' is not a number"),
        (["2016-01-01 00:00,1", "2016-01-01 01:00,-1"], {}, "line 3: -1 is below zero"),
        (["2016-01-01 00:00,1"], {}, "line 2: two rows at least"),
        (["2016-01-01 00:00,", "2016-01-01 01:00,"], {}, "no values"),
        (HOURS[:2], {"meter": "cellar"}, "--meter: no meter is called 'cellar'"),
        (HOURS[:2], {"unit": "m3"}, "--unit: register 1.8.0 of main counts Wh"),
    ],
)
def test_what_cannot_be_used_is_bad_input_and_stores_nothing(run, write, database, lines, options, complaint):
    answer = run(write(*lines), **options)

    assert (answer.exit_code, facts(database)[0][0]) == (2, 0)
    assert complaint in answer.output


def test_a_meter_without_registers_gets_one(run, write, database):
    with database.write() as session:
        site = session.scalars(select(Site.id)).one()
        main = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        session.add(Meter(slug="year", name="2016", kind=main.kind, site_id=site, position=9))

    assert run(write(*HOURS), meter="year", unit="kWh").exit_code == 0
    assert energy_of(database, slug="year") == pytest.approx(300_000)


def test_a_missing_file_is_bad_input(run, tmp_path):
    answer = run(tmp_path / "nothing.csv")

    assert (answer.exit_code, answer.output.count("\n")) == (2, 1)
    assert "no such file" in answer.output


OPERATORS = """Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;\
Volume;Eenheid;Validatiestatus;Omschrijving
21-11-2024;06:45:00;21-11-2024;07:00:00;="541";1SAG;Digitale meter;Afname Nacht;0,100;kWh;Uitgelezen;
21-11-2024;07:00:00;21-11-2024;07:15:00;="541";1SAG;Digitale meter;Afname Dag;0,200;kWh;Geschat;
21-11-2024;07:00:00;21-11-2024;07:15:00;="541";1SAG;Digitale meter;Injectie Dag;0,050;kWh;Uitgelezen;
"""


def test_a_grid_operators_file_needs_no_options_and_says_what_was_in_it(run, database, tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(OPERATORS, encoding="utf-8-sig")
    arguments = ["readings", str(file), "--meter", "main"]

    first = json.loads(CliRunner().invoke(imports, [*arguments, "--json"]).output)
    again = CliRunner().invoke(imports, arguments)

    assert [(one["register"], one["added"]) for one in first["registers"]] == [("1.8.0", 2), ("2.8.1", 1)]
    assert (first["format"], first["rows"], first["estimated"]) == ("fluvius", 3, 1)
    assert energy_of(database) == pytest.approx(350)
    assert "main 1.8.0: nothing changed" in again.output


def test_a_plain_file_without_its_unit_is_bad_input(run, write, database):
    answer = CliRunner().invoke(imports, ["readings", str(write(*HOURS)), "--meter", "main"])

    assert (answer.exit_code, facts(database)[0][0]) == (2, 0)
    assert "--unit: a file with the header time,value says nothing of it" in answer.output
