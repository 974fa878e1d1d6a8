"""`samen savings evaluate` on files: what it prints, and what it refuses."""

import csv
import gzip
import json
from datetime import date, timedelta
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
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(files, option, value, says):
    answer = run(*files, option, value)

    assert answer.exit_code == 2
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("meter", ["313b", "ba14"])
def test_a_saving_put_into_a_real_meter_is_found_within_its_band(tmp_path, meter):
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


def a_column(name, column, folder, left):
    """One column of the data as a file of its own, with `left` of it from SAVED_FROM on."""
    with gzip.open(BELGIUM / f"{name}.csv.gz", "rt") as source:
        rows = list(csv.DictReader(source))
    saved = (
        (row["time"], float(row[column]) * (left if row["time"] >= SAVED_FROM.isoformat() else 1))
        if row[column]
        else (row["time"], "")
        for row in rows
    )
    return a_file(folder / f"{column}-{left}.csv", saved)
