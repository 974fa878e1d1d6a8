"""`samen series expand`."""

import json

import pytest
from click.testing import CliRunner

from samen.cli import samen


def run(rrule="FREQ=DAILY;COUNT=2", *options, dtstart="2027-01-04T09:00", tz="Europe/Brussels"):
    asked = ("--dtstart", dtstart, "--tz", tz, "--rrule", rrule, *options)
    return CliRunner().invoke(samen, ["series", "expand", *asked])


def test_it_prints_a_local_time_with_its_offset_a_line():
    done = run("FREQ=WEEKLY;COUNT=2", dtstart="2027-03-21T09:00")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "2027-03-21T09:00:00+01:00\n2027-03-28T09:00:00+02:00\n"


def test_a_time_that_does_not_exist_is_told_on_stderr():
    done = run(dtstart="2027-03-27T02:30")

    assert done.stdout.split() == ["2027-03-27T02:30:00+01:00", "2027-03-29T02:30:00+02:00"]
    assert done.stderr == "skipped: 2027-03-28T02:30:00 does not exist in Europe/Brussels\n"


def test_a_rule_that_goes_on_is_cut_and_that_is_told():
    done = run("FREQ=DAILY")

    assert len(done.stdout.splitlines()) == 1000
    assert done.stderr == "stopped after 1000: the rule goes on (--limit)\n"


def test_json_says_it_all_at_once():
    done = run("FREQ=DAILY", "--limit", "1", "--json", dtstart="2027-03-28T02:30")

    assert json.loads(done.stdout) == {
        "starts": ["2027-03-29T02:30:00+02:00"],
        "skipped": ["2027-03-28T02:30:00"],
        "complete": False,
    }


@pytest.mark.parametrize(
    ("dtstart", "first"),
    [
        ("2027-07-01T07:00Z", "2027-07-01T09:00:00+02:00"),  # an instant, read in the zone
        ("2027-10-31T02:30+01:00", "2027-10-31T02:30:00+02:00"),  # a wall time that occurs twice is the first
        ("2027-07-01", "2027-07-01T00:00:00+02:00"),  # a date begins at midnight
    ],
)
def test_the_first_start_may_be_an_instant_or_a_date(dtstart, first):
    assert run("FREQ=DAILY;COUNT=1", dtstart=dtstart).stdout.split() == [first]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"dtstart": "soon"}, "--dtstart: 'soon'"),
        ({"dtstart": "2027-01-04T09:00:00.5"}, "--dtstart: "),
        ({"dtstart": "0001-01-01T00:00+01:00"}, "--dtstart: "),
        ({"tz": "Europe/Atlantis"}, "--tz: "),
        ({"tz": "Europe"}, "--tz: "),
        ({"tz": "../Brussels"}, "--tz: "),
        ({"rrule": "FREQ=NEVER"}, "--rrule: FREQ: 'NEVER'"),
        ({"rrule": "FREQ=DAILY;A\nB=1"}, "--rrule: "),
    ],
)
def test_bad_input_is_one_line_that_says_where_and_exit_2(wrong, place):
    done = run(**wrong)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {place}")
    assert len(done.stderr.splitlines()) == 1
