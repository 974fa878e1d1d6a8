"""The compiled node on littlefs: flash wears as the docs say.

`make node-week` lives a week, the suite an hour.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from node_parts.hurry import HOUR_S, HurriedNode, compiled_with

from support.ports import eventually

HOURS = int(os.environ.get("SAMEN_NODE_HOURS", "1"))
A_DAY = 24
# Blocks erased a day, as docs/node-storage.md has it.
MOST_ERASES_A_DAY = 2900


@pytest.fixture
def hurry(broker, compiled):
    """Starts the node on a chip of its own."""
    nodes = []
    with TemporaryDirectory(prefix="n") as folder:
        start = compiled_with(compiled, Path(folder) / "c")

        def begin(**settings):
            nodes.append(HurriedNode(broker, Path(folder), start, **settings))
            return nodes[-1]

        yield begin
        for node in nodes:
            node.process.kill()
            node.process.wait()
            node.process.stdin.close()


def lived(node, hours):
    """What the node told, once it has lived so many hours."""

    def far_enough():
        assert node.process.poll() is None, node.log()[-2000:]
        return node.told()[-1:] and node.told()[-1]["up"] >= hours * HOUR_S

    eventually(far_enough, within=60 + 30 * hours, every=0.2)
    return node.told()


def erases_a_day(told):
    return (told[-1]["erases"] - told[0]["erases"]) * A_DAY * HOUR_S / told[-1]["up"]


def missing(server):
    """Readings below the last that the server heard of, which it neither has nor was told of as gone."""
    seqs = server.seqs(1)
    gaps = [range(gap["from"], gap["to"] + 1) for gap in list(server.heard["gap"])]
    return set(range(seqs[-1])) - set(seqs) - {seq for gap in gaps for seq in gap}


@pytest.mark.timeout(120 + 30 * HOURS)
def test_flash_wears_no_faster_than_the_docs_say(server, hurry, tmp_path):
    told = lived(hurry(chip=str(tmp_path / "chip")), HOURS)

    assert erases_a_day(told) <= MOST_ERASES_A_DAY, told
    print(f"{erases_a_day(told):.0f} erases a day, at the end {told[-1]}")


@pytest.mark.timeout(120)
def test_a_node_on_a_full_chip_goes_on_and_tells_what_it_dropped(server, hurry, tmp_path):
    """The outbox may take more than the chip has: littlefs says no before the outbox does."""
    server.acking = False
    chip = {"chip": str(tmp_path / "chip"), "blocks": 10, "outbox_bytes": 200_000}
    node = hurry(patient=False, **chip)
    lived(node, 1)
    server.acking = True
    eventually(lambda: server.heard["gap"], within=20)
    lived(node, node.told()[-1]["up"] / HOUR_S + 1)

    eventually(lambda: missing(server) == set(), within=20)
