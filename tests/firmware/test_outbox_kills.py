"""Kill -9 at random instants: what was appended is there, and nothing else."""

import random
import subprocess
from pathlib import Path

from node_parts.appender import payload_of

from samen_node.outbox import Outbox
from support.ports import eventually

APPENDER = Path(__file__).parent / "node_parts" / "appender.py"
KILLS = 4


def append_and_kill(command: list[str], environment: dict[str, str], folder: Path) -> list[tuple[int, int]]:
    """What an appender had promised when it was killed: (boot, seq) of each append that returned."""
    told = folder.parent / "told"
    with told.open("wb") as output:
        process = subprocess.Popen([*command], env=environment, stdout=output)
    bytes_told = random.randint(500, 5_000)
    eventually(lambda: told.stat().st_size > bytes_told, every=0.001)
    process.kill()
    process.wait()
    whole_lines = told.read_text().rpartition("\n")[0].splitlines()
    return [tuple(map(int, line.split())) for line in whole_lines]


def promised_and_kept(command, environment, folder):
    promised = []
    for _ in range(KILLS):
        promised += append_and_kill(command, environment, folder)
    kept = {(boot, seq): payload for boot, seq, payload in Outbox(str(folder), 50_000_000).pending(10**6)}
    return promised, kept


def test_every_append_that_returned_survives_kills(interpreter, environment, tmp_path):
    folder = tmp_path / "outbox"

    promised, kept = promised_and_kept([*interpreter, APPENDER, folder], environment, folder)

    assert [reading for reading in promised if reading not in kept] == []
    assert all(payload == payload_of(*reading) for reading, payload in kept.items())
    assert {boot for boot, _ in kept} == set(range(1, KILLS + 1))


def test_the_kills_do_find_a_copy_that_gathers_before_it_writes(interpreter, environment, tmp_path):
    folder = tmp_path / "outbox"

    promised, kept = promised_and_kept([*interpreter, APPENDER, folder, "gather"], environment, folder)

    assert [reading for reading in promised if reading not in kept] != []
