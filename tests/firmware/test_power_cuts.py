"""The outbox on littlefs, MicroPython's own file system: the power fails at each program and erase."""

import json
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = HERE / "node_parts" / "power_cuts.py"
# `make node-kills` cuts at every step.
EVERY = int(os.environ.get("SAMEN_NODE_CUTS_EVERY", "13"))


def cut_and_count(micropython, environment, folder, every, *kind):
    """What was found once the power had failed at each `every`th step: cuts, lost readings, dead starts."""
    env = environment | {"MICROPYPATH": f"{environment['MICROPYPATH']}:{HERE}"}
    command = [micropython, str(PROGRAM), str(folder), str(every), *kind]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_wherever_the_power_fails_nothing_that_was_kept_is_lost(micropython, environment, tmp_path):
    found = cut_and_count(micropython, environment, tmp_path, EVERY)

    assert found["cuts"] > 300 // EVERY
    assert (found["lost"], found["dead"]) == (0, 0)


def test_not_even_on_a_chip_that_is_full(micropython, environment, tmp_path):
    found = cut_and_count(micropython, environment, tmp_path, EVERY, "full")

    assert found["cuts"] > 300 // EVERY
    assert (found["lost"], found["dead"]) == (0, 0)


def test_the_cuts_find_an_outbox_that_keeps_readings_in_memory(micropython, environment, tmp_path):
    assert cut_and_count(micropython, environment, tmp_path, 23, "gather")["lost"] > 0


def test_the_cuts_find_an_outbox_that_drops_in_silence(micropython, environment, tmp_path):
    assert cut_and_count(micropython, environment, tmp_path, 23, "silent")["lost"] > 0
