"""Many nodes in few processes: each is a node like any other, and none outlives its time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from node_parts.nodes import QUICK

from samen.adapters.fleet import Fleet
from samen.adapters.nodes import NodeConfig
from support.ports import eventually

NODES, PER_PROCESS = 5, 2
# Starts a fleet and waits for ever, without a thought of stopping it.
HEEDLESS = """
import sys, time
from pathlib import Path
from samen.adapters.fleet import Fleet
from samen.adapters.nodes import NodeConfig
configs = [NodeConfig("bota75", f"node-{n}", "secret", sys.argv[1]) for n in range(3)]
Fleet(configs, Path(sys.argv[2])).__enter__()
time.sleep(600)
"""


def configs(port: int, count: int = NODES, **settings) -> list[NodeConfig]:
    return [
        NodeConfig(
            "bota75", f"node-{number}", "secret", f"mqtt://127.0.0.1:{port}", registers=["1.8.0"],
            seed=number, energy_s=0.5, settings={**QUICK, "start_after_s": 0, **settings},
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def fleet(broker, tmp_path) -> Iterator[Fleet]:
    with Fleet(configs(broker.port), tmp_path / "nodes", PER_PROCESS) as running:
        yield running


def speaking(server, boot: int = 1) -> set[str]:
    return {device for device, b, _ in dict(server.readings) if b == boot}


def test_every_node_speaks_for_itself_and_says_how_far_it_has_come(server, fleet):
    eventually(lambda: len(speaking(server)) == NODES, within=30)

    made = fleet.made(10)

    assert len(fleet) == 3
    assert set(made) == {f"node-{number}" for number in range(NODES)}
    assert all(one.boot == 1 and one.seq >= 1 for one in made.values())
    assert all(later.seq >= made[name].seq for name, later in fleet.made(10).items())


def test_the_end_of_a_fleet_is_said_for_each_of_its_nodes(server, broker, tmp_path):
    with Fleet(configs(broker.port), tmp_path / "nodes", PER_PROCESS):
        eventually(lambda: len(speaking(server)) == NODES, within=30)
        server.heard["status"].clear()

    eventually(lambda: [said["state"] for said in server.heard["status"]] == ["offline"] * NODES)


def test_a_power_cut_is_lived_through_and_nothing_is_lost(server, fleet):
    eventually(lambda: len(speaking(server)) == NODES, within=30)

    fleet.cut_power(0)
    assert fleet.revive() == 0
    fleet.restore_power(0)

    eventually(lambda: speaking(server, boot=2) == {"node-0", "node-1"}, within=30)
    made = fleet.made(10)
    assert [made[f"node-{number}"].boot for number in range(NODES)] == [2, 2, 1, 1, 1]
    eventually(lambda: whole(server, "node-0", 1), within=30)


def whole(server, device: str, boot: int) -> bool:
    seqs = sorted(seq for name, b, seq in dict(server.readings) if (name, b) == (device, boot))
    return seqs == list(range(len(seqs)))


def test_noise_on_the_wires_is_counted_and_lived_with(server, broker, tmp_path):
    with Fleet(configs(broker.port, 1, noise=0.3), tmp_path / "nodes"):
        eventually(lambda: server.heard["diag"] and server.heard["diag"][-1]["crc"].get("ld2410"), within=30)

        before = len(server.readings)
        eventually(lambda: len(server.readings) > before + 5, within=30)
    assert server.refused == []


def test_a_new_flash_counts_its_boots_from_where_the_server_knows(server, broker, tmp_path):
    with Fleet(configs(broker.port, 1, known_boot=41), tmp_path / "nodes"):
        eventually(lambda: speaking(server, boot=42) == {"node-0"}, within=30)


def test_nodes_end_with_a_process_that_is_killed(server, broker, tmp_path):
    folder = tmp_path / "nodes"
    asked = [sys.executable, "-c", HEEDLESS, f"mqtt://127.0.0.1:{broker.port}", str(folder)]
    with subprocess.Popen(asked) as heedless:
        eventually(lambda: len(speaking(server)) == 3, within=30)
        heedless.kill()

    eventually(lambda: not at_work(folder))


def at_work(folder: Path) -> list[Path]:
    """Processes whose command line names the folder."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder) in _words(path)]


def _words(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it ended while we looked
