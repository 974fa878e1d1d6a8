"""Kill -9 at random instants of an update: what starts next is whole, and nothing goes back."""

import json
import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from support.ports import eventually

DRIVER = Path(__file__).parent / "node_parts" / "ota_driver.py"
KILLS = int(os.environ.get("SAMEN_NODE_KILLS", "12"))
KILLS_THAT_FIND = 12


def update_and_kill(command: list, environment: dict[str, str], folder: Path) -> list[dict]:
    """What the driver told between its start and its end, which comes at some instant of its second update
    or a later one."""
    told = folder.parent / "told"
    with told.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
    bytes_told = random.randint(150, 900)
    eventually(lambda: told.stat().st_size > bytes_told or process.poll() is not None, every=0.001)
    time.sleep(random.uniform(0, 0.02))
    process.kill()
    process.wait()
    return [json.loads(line) for line in told.read_text().rpartition("\n")[0].splitlines()]


def lives(command: list, environment: dict[str, str], folder: Path, kills: int) -> list[dict]:
    return [event for _ in range(kills) for event in update_and_kill(command, environment, folder)]


def torn(events: list[dict]) -> list[dict]:
    return [event for event in events if event["event"] == "start" and not event["whole"]]


@pytest.mark.timeout(120 + KILLS)
def test_whatever_is_killed_starts_again_whole_and_goes_forward(interpreter, environment, tmp_path):
    events = lives([*interpreter, DRIVER, tmp_path / "flash"], environment, tmp_path / "flash", KILLS)

    assert torn(events) == []
    assert {event["mode"] for event in events if event["event"] == "start"} <= {"normal", "update", "trial"}
    confirmed = [event["runs"] for event in events if event["event"] == "healthy"]
    assert confirmed == sorted(confirmed)
    assert confirmed[-1] >= KILLS


def test_the_kills_do_find_an_update_that_is_written_over_the_running_copy(
    interpreter, environment, tmp_path
):
    flash = tmp_path / "flash"

    assert torn(lives([*interpreter, DRIVER, flash, "hasty"], environment, flash, KILLS_THAT_FIND)) != []
