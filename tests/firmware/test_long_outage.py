"""A broker that is gone for a day, on a clock that flies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from node_parts.broker import Mosquitto
from node_parts.nodes import RunningNode
from node_parts.server import AckingServer

from support.ports import eventually

FAST = Path(__file__).parent / "node_parts" / "fast_node.py"
# Readings each hour: what counts here is the time, not their number.
HOURLY = {"energy_s": 3600, "climate_s": 3600, "occupancy_s": 3600, "replay_s": 30, "resend_s": 60}
AS_SHIPPED = {"backoff_s": [1, 60], "keepalive_s": 30, "timeout_s": 10}


@pytest.fixture
def after_a_day_without(broker: Mosquitto, tmp_path: Path) -> Iterator[Callable[..., RunningNode]]:
    """Starts a node that finds no broker for a day; then the broker is back."""
    started: list[RunningNode] = []

    def node(**settings: object) -> RunningNode:
        broker.kill()
        started.append(
            RunningNode(broker, tmp_path / "nodes", program=FAST, **HOURLY, **AS_SHIPPED, **settings)
        )
        eventually(lambda: started[0].told("day"), within=60)
        broker.start()
        return started[0]

    yield node
    for one in started:
        one.kill()


def test_after_a_day_without_a_broker_every_reading_arrives(broker, after_a_day_without):
    node = after_a_day_without()

    server = AckingServer(broker.port)
    eventually(lambda: len(server.seqs(1)) >= 48, within=60)
    eventually(lambda: server.heard["diag"] and server.heard["diag"][-1]["depth"] <= 3, within=60)
    seqs = server.seqs(1)
    server.stop()

    assert seqs == list(range(len(seqs)))
    # With pauses of up to a minute, at random, some 2,880 a day: it neither gives up nor hammers.
    assert 2400 < node.told("day")[0]["attempts"] < 3500


def test_a_node_that_gives_up_is_not_heard_of_again(after_a_day_without):
    # Nobody sees to it that its tasks report, either: that alone would have made it start again.
    node = after_a_day_without(gives_up=100, silent_s=10**9)

    eventually(lambda: len(node.told("day")) > 1, within=60)

    assert node.told("day")[1]["connects"] == 0
