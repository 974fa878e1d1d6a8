"""`samen series expand`."""

import json

from click.testing import CliRunner

from samen.cli import samen


def run(*args):
    return CliRunner().invoke(samen, ["series", "expand", *args])


def test_it_prints_a_local_time_with_its_offset_a_line():
    done = run("--dtstart", "2027-03-21T09:00", "--tz", "Europe/Brussels", "--rrule", "FREQ=WEEKLY;COUNT=2")

    assert done.stdout.split() == ["2027-03-21T09:00:00+01:00", "2027-03-28T09:00:00+02:00"]


def test_a_time_that_does_not_exist_is_told_on_stderr():
    done = run("--dtstart", "2027-03-27T02:30", "--tz", "Europe/Brussels", "--rrule", "FREQ=DAILY;COUNT=2")

    assert done.stdout.split() == ["2027-03-27T02:30:00+01:00", "2027-03-29T02:30:00+02:00"]
    assert "2027-03-28T02:30:00" in done.stderr


def test_json_says_it_all_at_once():
    done = run(
        "--dtstart",
        "2027-01-04T09:00",
        "--tz",
        "Europe/Brussels",
        "--rrule",
        "FREQ=DAILY",
        "--limit",
        "1",
        "--json",
    )

    assert json.loads(done.stdout) == {
        "starts": ["2027-01-04T09:00:00+01:00"],
        "skipped": [],
        "complete": False,
    }


def test_bad_input_is_one_line_and_exit_2():
    for args in (
        ("--dtstart", "soon", "--tz", "Europe/Brussels", "--rrule", "FREQ=DAILY"),
        ("--dtstart", "2027-01-04T09:00", "--tz", "Europe/Atlantis", "--rrule", "FREQ=DAILY"),
        ("--dtstart", "2027-01-04T09:00", "--tz", "Europe/Brussels", "--rrule", "FREQ=NEVER"),
    ):
        done = run(*args)

        assert (done.exit_code, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
