"""What fits a board: the compiled size, and the loop that runs, on 64-bit words, against a real broker."""

import pytest
from node_parts.nodes import RunningNode

from samen.adapters import flashing
from support.ports import eventually

MPY_BUDGET = 80 * 1024
# What the loop needs on this interpreter, whose words have 64 bits: pointers take twice a board's room.
# On a board's 32 bits the node has to live in 96 KiB, and test_board_heap has it do so.
HEAP = "156K"
TOO_SMALL = "64K"


def test_every_file_compiles_and_all_of_it_fits(compiled):
    sizes = {name: (compiled / name).with_suffix(".mpy").stat().st_size for _, name in flashing.sources()}

    assert len(sizes) > 15
    assert sum(sizes.values()) <= MPY_BUDGET, sizes


@pytest.fixture
def node_with_heap(broker, compiled, tmp_path):
    """Starts the compiled node under a heap; its meter speaks ten times a second."""
    started = []

    def start(heap: str) -> RunningNode:
        started.append(RunningNode(broker, tmp_path / "nodes", compiled, heap, energy_s=0.1))
        return started[-1]

    yield start
    for node in started:
        node.kill()


def test_the_loop_runs_under_a_small_heap_live_and_in_replay(server, node_with_heap):
    server.acking = False
    node = node_with_heap(HEAP)
    eventually(lambda: len(server.readings) >= 60, within=30)
    eventually(lambda: len(server.heard["replay"]) >= 10, within=30)
    server.say("node-1", "next", {"items": A_DAY_OF_OCCURRENCES})
    server.acking = True
    eventually(lambda: server.heard["diag"] and server.heard["diag"][-1]["depth"] <= 5, within=30)
    made = len(server.readings)
    eventually(lambda: len(server.readings) >= made + 60, within=30)

    seqs = server.seqs(1)
    assert seqs == list(range(len(seqs)))
    assert node.process.poll() is None
    assert min(report["heap"] for report in server.heard["diag"]) > 0
    assert "Error" not in node.log(), node.log()


def test_a_heap_that_is_too_small_is_noticed(node_with_heap):
    node = node_with_heap(TOO_SMALL)

    assert node.process.wait(10) != 0
    assert "MemoryError" in node.log()


A_DAY_OF_OCCURRENCES = [
    {"start": 1795378500 + 3600 * hour, "end": 1795380300 + 3600 * hour, "state": "booked"}
    for hour in range(8)
]
