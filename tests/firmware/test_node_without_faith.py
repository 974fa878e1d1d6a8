"""Why flash is trimmed on the server's ack alone: a node that believes the broker loses readings."""

from pathlib import Path

from node_parts.nodes import RunningNode
from node_parts.server import AckingServer

from support.ports import eventually

HASTY = Path(__file__).parent / "node_parts" / "hasty_node.py"


def readings_made_while_nobody_stores(broker, folder, program=None):
    """Run a node for a while without a server, then let one come: how many seqs it never hears of."""
    node = RunningNode(broker, folder, energy_s=0.1, program=program)
    eventually(lambda: len(node.told("occupancy")) >= 3)
    server = AckingServer(broker.port)
    eventually(lambda: len(server.seqs(1)) > 10)
    eventually(lambda: server.heard["diag"] and server.heard["diag"][-1]["depth"] <= 2, within=20)
    node.stop()
    server.stop()
    seqs = server.seqs(1)
    return seqs[-1] + 1 - len(seqs)


def test_readings_made_while_no_server_listens_arrive_later(broker, tmp_path):
    assert readings_made_while_nobody_stores(broker, tmp_path / "nodes") == 0


def test_a_node_that_trims_on_the_brokers_word_loses_them(broker, tmp_path):
    assert readings_made_while_nobody_stores(broker, tmp_path / "nodes", program=HASTY) > 10
