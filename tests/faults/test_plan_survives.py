"""Killed at any instant, `samen allocate solve` leaves the last plan whole and right."""

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from samen.adapters.allocation_file import read_plan, write_instance
from samen.domain.allocation.verifier import faults
from support.ports import eventually
from support.wrong_plans import the_case

RESTLESS = (sys.executable, str(Path(__file__).with_name("restless_solver.py")))
KILLS = 6
# The exact solver, and somebody who presses Ctrl-C when it is done and the plan is not yet written.
CTRL_C_AT_THE_END = """
import signal
from samen.cli import allocate as command

def interrupted(*arguments, solve=command.propose):
    plan = solve(*arguments)
    signal.raise_signal(signal.SIGINT)
    return plan

command.propose = interrupted
command.allocate()
"""


@pytest.fixture
def instance(tmp_path):
    path = tmp_path / "instance.json"
    path.write_bytes(write_instance(the_case(5).instance))
    return path


def a_search(program, instance, out):
    arguments = [*program, "solve", str(instance), "--out", str(out)]
    search = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(lambda: out.exists() or search.poll() is not None, within=30)
    return search


def left_after_a_kill(program, instance, out, moment):
    search = a_search(program, instance, out)
    # At any moment, and not as soon as there is a plan.
    threading.Event().wait(moment)
    search.kill()
    search.communicate()
    return faults(instance.read_bytes(), out.read_bytes())


def test_a_kill_at_any_instant_leaves_a_plan_that_is_right(instance, tmp_path):
    dice = random.Random(1)

    for number in range(KILLS):
        assert left_after_a_kill(RESTLESS, instance, tmp_path / f"{number}.json", dice.random() / 10) == []


def test_the_same_catches_writing_over_the_plan_that_is_there(instance, tmp_path):
    dice, hasty = random.Random(1), (*RESTLESS, "hasty")

    left = [
        left_after_a_kill(hasty, instance, tmp_path / f"{number}.json", dice.random() / 10)
        for number in range(KILLS)
    ]

    assert any(left)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_search_that_is_told_to_stop_keeps_its_plan_and_says_so(instance, tmp_path, number):
    out = tmp_path / "plan.json"
    search = a_search(RESTLESS, instance, out)

    search.send_signal(number)
    told, wrong = search.communicate(timeout=30)

    assert (search.returncode, wrong) == (0, b"")
    assert told.startswith(f"{out}: ".encode())
    assert faults(instance.read_bytes(), out.read_bytes()) == []
    assert read_plan(out.read_bytes()).seed >= 1


def test_ctrl_c_is_heard_also_after_native_code_was_at_work(instance, tmp_path):
    search = subprocess.run(
        [sys.executable, "-c", CTRL_C_AT_THE_END, "solve", instance, "--out", tmp_path / "plan.json"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (search.returncode, search.stderr) == (0, "")
    assert " by cpsat with seed 1." in search.stdout
