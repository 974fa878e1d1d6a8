"""`samen tick` does its jobs side by side, and ends as one."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from samen.cli import tick


def test_a_job_that_hangs_holds_up_no_other():
    stop, other_ran = threading.Event(), threading.Event()

    def hang(_):
        assert other_ran.wait(5)
        stop.set()
        return 0

    tick.run_tick(None, (hang, lambda _: other_ran.set() or 1), stop)

    assert stop.is_set()


def test_a_job_that_fails_ends_the_others_and_is_heard_of():
    stop = threading.Event()

    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tick.run_tick(None, (lambda _: 0, fail), stop)

    assert stop.is_set()


def test_a_database_that_is_away_is_tried_again(monkeypatch):
    stop, tries = threading.Event(), []
    monkeypatch.setattr(tick, "EVERY_S", 0)

    def work(_):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("select", {}, Exception("away"))
        stop.set()
        return 0

    tick.run_tick(None, (work,), stop)

    assert len(tries) == 2
