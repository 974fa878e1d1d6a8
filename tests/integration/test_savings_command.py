"""`samen savings evaluate` on files: what it prints, and what it refuses."""

import csv
import gzip
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from samen.cli.savings import savings

BELGIUM = Path(__file__).parents[3] / "shared" / "data" / "belgium-2016"
SAVED_FROM = date(2016, 10, 1)


def run(*arguments):
    return CliRunner().invoke(savings, ["evaluate", *map(str, arguments)])


def a_file(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("time", "value"), *rows])
    return path


@pytest.fixture
def files(tmp_path):
    """Two years of days in which a fifth is saved."""
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(731)]
    warmth = {on: 10 + (on.timetuple().tm_yday % 21) - 10 for on in days}
    energy = [
        (on, (100 + 5 * max(0, 15 - warmth[on]) + on.day % 3) * (1 if on.year == 2015 else 0.8))
        for on in days
    ]
    return (
        "--energy", a_file(tmp_path / "energy.csv", energy),
        "--temperature", a_file(tmp_path / "temperature.csv", warmth.items()),
        "--baseline", "2015-01-01/2016-01-01",
        "--reporting", "2016-01-01/2017-01-01",
    )  # fmt: skip


def test_the_object_has_what_others_rely_on(files):
    answer = run(*files, "--intervention", "insulation=2016-01-01", "--json")

    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert set(told) == {"baseline", "reporting", "saving", "raw", "daily", "interventions", "warnings"}
    assert told["baseline"]["model"] == "heating"
    assert (told["baseline"]["n_days"], told["reporting"]["n_days"]) == (365, 366)
    assert told["saving"]["fraction"] == pytest.approx(0.2, abs=0.005)
    assert (told["saving"]["confidence"], told["saving"]["verdict"]) == (0.9, "proved")
    assert told["raw"]["fraction"] == pytest.approx(-0.2, abs=0.01)
    assert len(told["daily"]) == 366
    assert set(told["interventions"][0]) == {
        "name", "date", "kwh", "fraction", "low_fraction", "high_fraction", "verdict", "joint_with",
    }  # fmt: skip
    spent = sum(day["adjusted_baseline_kwh"] - day["energy_kwh"] for day in told["daily"])
    assert told["saving"]["kwh"] == pytest.approx(spent)


def test_without_json_it_says_so_in_sentences(files):
    answer = run(*files)

    assert answer.exit_code == 0
    assert answer.stdout.startswith("proved: 20.")


def test_what_cannot_be_told_is_said_in_notes(files):
    named = ["old=2014-06-01", "middle=2015-06-01", "new=2016-12-24", "next=2017-06-01"]

    answer = run(*files, *(part for one in named for part in ("--intervention", one)))

    notes = [line for line in answer.stdout.splitlines() if line.startswith("note: ")]
    assert [note.split()[1] for note in notes] == ["old", "middle", "next", "new"]
    assert "falls within the baseline" in notes[1]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--baseline", "2015-01-01", "--baseline: '' is not a date"),
        ("--baseline", "2016-01-01/2015-01-01", "ends before it begins"),
        ("--reporting", "2015-06-01/2016-01-01", "begins before the baseline ends"),
        ("--tz", "Europe/Nowhere", "no time zone"),
        ("--energy", "missing.csv", "no such file"),
        ("--intervention", "2016-01-01", "is not NAME=DATE"),
        ("--reporting", "2019-01-01/2020-01-01", "reporting: 0 days"),
        ("--open", "08:00-18:00", "is not like mon-fri=08:00-18:00"),
        ("--open", "mon-xyz=08:00-18:00", "is not like mon-fri=08:00-18:00"),
        ("--open", "mon-fri=08:00-18:00", "hourly ones are needed"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(files, option, value, says):
    answer = run(*files, option, value)

    assert answer.exit_code == 2
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_occupied_hours_tell_a_saving_from_being_away(files, tmp_path):
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(731)]
    hours = [(on, (on.toordinal() * 7 % 5) * (1 if on.year == 2015 else 0.5)) for on in days]
    warmth = {on: 10 + (on.timetuple().tm_yday % 21) - 10 for on in days}
    energy = [(on, 100 + 5 * max(0, 15 - warmth[on]) + 20 * hour + on.day % 3) for on, hour in hours]

    answer = run(
        *files, "--energy", a_file(tmp_path / "away.csv", energy),
        "--occupied-hours", a_file(tmp_path / "hours.csv", hours), "--json",
    )  # fmt: skip

    told = json.loads(answer.stdout)["occupancy"]
    assert told["kwh_per_hour"] == pytest.approx(20, abs=0.5)
    assert (told["saved"]["verdict"], told["away"]["verdict"]) == ("cannot_tell", "proved")


def test_monthly_rows_are_bills(files, tmp_path):
    months = [date(2015 + n // 12, 1 + n % 12, 1) for n in range(25)]
    bills = []
    for first, end in pairwise(months):
        days = [first + timedelta(days=n) for n in range((end - first).days)]
        warmth = [(on.timetuple().tm_yday % 21) for on in days]
        used = sum(100 + 5 * max(0, 15 - one) for one in warmth)
        bills.append((first, used * (1 if first.year == 2015 else 0.8)))
    bills.append((months[-1], ""))

    answer = run(*files, "--energy", a_file(tmp_path / "bills.csv", bills), "--json")

    told = json.loads(answer.stdout)
    assert told["saving"]["fraction"] == pytest.approx(0.2, abs=0.005)
    assert (told["baseline"]["n_days"], len(told["daily"])) == (365, 12)


def test_open_hours_are_judged_by_themselves(files, tmp_path):
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(731)]
    hourly = [
        (f"{on}T{hour:02}:00Z", 10 if 8 <= hour < 18 else 4 if on.year == 2015 else 2)
        for on in [days[0] - timedelta(days=1), *days]
        for hour in range(24)
    ]
    source = a_file(tmp_path / "hourly.csv", hourly)

    answer = run(*files, "--energy", source, "--open", "mon-sun=08:00-18:00", "--tz", "UTC", "--json")

    parts = json.loads(answer.stdout)["parts"]
    assert parts["open"]["fraction"] == pytest.approx(0, abs=0.001)
    assert parts["other"]["fraction"] == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("meter", ["313b", "d5a7", "ba14"])
def test_nine_months_of_a_real_meter_are_not_enough_and_say_so(tmp_path, meter):
    temperature = a_column("weather_hour", "temperature", tmp_path, 1.0)
    period = (
        "--temperature", temperature,
        "--baseline", "2016-01-01/2016-10-01", "--reporting", "2016-10-01/2017-01-01", "--energy-unit", "Wh",
    )  # fmt: skip
    plain, saved = (
        json.loads(run("--energy", a_column("gas_hour", meter, tmp_path, left), *period, "--json").stdout)
        for left in (1.0, 0.8)
    )

    before, after = plain["saving"], saved["saving"]
    injected = 1 - 0.8 * (1 - before["fraction"])
    assert after["low_fraction"] <= injected <= after["high_fraction"]
    assert not saved["baseline"]["sufficient"]
    assert "baseline_too_short" in {one["code"] for one in saved["baseline"]["warnings"]}
    assert saved["saving"]["verdict"] in {"likely", "cannot_tell"}


@pytest.mark.parametrize(("meter", "refusal"), [("313b", None), ("d5a7", None), ("ba14", "poor_fit")])
def test_a_fifth_saved_of_a_real_year_is_found_where_the_fit_suffices_and_refused_elsewhere(
    tmp_path, meter, refusal
):
    answer = run(
        "--energy", a_year_and_again(tmp_path, "gas_hour", meter, 0.8),
        "--temperature", a_year_and_again(tmp_path, "weather_hour", "temperature", 1.0),
        "--baseline", "2016-01-01/2017-01-01", "--reporting", "2017-01-06/2018-01-07", "--energy-unit", "Wh",
        "--json",
    )  # fmt: skip

    told = json.loads(answer.stdout)
    assert told["saving"]["low_fraction"] <= 0.2 <= told["saving"]["high_fraction"]
    assert told["baseline"]["sufficient"] == (refusal is None)
    assert [one["code"] for one in told["baseline"]["warnings"]] == [refusal] * (refusal is not None)
    assert refusal is None or told["saving"]["verdict"] == "cannot_tell"


def rows_of(name, column):
    with gzip.open(BELGIUM / f"{name}.csv.gz", "rt") as source:
        return [(row["time"], float(row[column]) if row[column] else None) for row in csv.DictReader(source)]


def a_year_and_again(folder, name, column, left):
    """2016, and the same 53 weeks later with `left` of it."""
    year = [
        (datetime.fromisoformat(time), value) for time, value in rows_of(name, column) if time[:4] == "2016"
    ]
    again = [
        (at.astimezone(UTC) + timedelta(weeks=53), "" if value is None else value * left)
        for at, value in year
    ]
    first = [(at, "" if value is None else value) for at, value in year]
    return a_file(folder / f"{column}-twice.csv", [(at.isoformat(), value) for at, value in first + again])


def a_column(name, column, folder, left):
    """One column of the data as a file of its own, with `left` of it from SAVED_FROM on."""
    saved = (
        (time, "" if value is None else value * (left if time >= SAVED_FROM.isoformat() else 1))
        for time, value in rows_of(name, column)
    )
    return a_file(folder / f"{column}-{left}.csv", saved)
