"""Any sequence of deeds against a plain calendar: nothing overlaps, no exception is lost, quotas add up."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from faults.unguarded import drop_constraint
from integration.booking_machine import Deeds
from samen.services import approvals, cancelling, editing, moving, placing, quota
from support.told_calendar import House

# On each of two engines: 2,000 steps in all, at the least.
LEAST_STEPS = 1_000
LIMITS = settings(
    max_examples=46,
    stateful_step_count=32,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# A control stops at the first failure, the same each time, and nobody reads it.
TO_FAIL = settings(
    LIMITS,
    max_examples=200,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    database=None,
    derandomize=True,
)


def _deeds_in(house):
    return type("DeedsHere", (Deeds,), {"house": house, "steps": 0})


def test_any_sequence_of_deeds_keeps_the_calendar_whole(database):
    deeds = _deeds_in(House(database))

    run_state_machine_as_test(deeds, settings=LIMITS)

    assert deeds.steps >= LEAST_STEPS


def _no_overlap_is_seen(monkeypatch, database):
    drop_constraint(database)
    monkeypatch.setattr(placing, "refused_dates", lambda *_: [])


def _cancelled_dates_come_back(monkeypatch, _database):
    real = moving.dated
    monkeypatch.setattr(moving, "dated", lambda one, **more: replace(real(one, **more), alive=True))


def _moved_dates_follow_their_series(monkeypatch, _database):
    real = moving.dated
    monkeypatch.setattr(moving, "dated", lambda one, **more: replace(real(one, **more), moved=False))


def _no_hours_are_counted(monkeypatch, _database):
    monkeypatch.setattr(quota, "over", lambda *_, **__: [])


def _nobody_in_the_line_is_told(monkeypatch, _database):
    for module in (approvals, cancelling, editing):
        monkeypatch.setattr(module, "offer_back", lambda *_: None)


@pytest.mark.parametrize(
    "broken",
    [
        _no_overlap_is_seen,
        _cancelled_dates_come_back,
        _moved_dates_follow_their_series,
        _no_hours_are_counted,
        _nobody_in_the_line_is_told,
    ],
)
def test_the_same_catches_a_calendar_in_which(broken, sqlite_database, monkeypatch):
    deeds = _deeds_in(House(sqlite_database))
    broken(monkeypatch, sqlite_database)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(deeds, settings=TO_FAIL)
