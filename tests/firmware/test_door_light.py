"""The light at a door: a whole node on MicroPython, its broker gone, and a restart without it."""

import time

import pytest
from node_parts.nodes import DEVICE, RunningNode

from support.ports import eventually

DOOR = [{"driver": "door"}]


@pytest.fixture
def start_door(broker, tmp_path):
    """Starts the node at the door; a second start is its next boot."""
    started = []

    def door() -> RunningNode:
        started.append(RunningNode(broker, tmp_path / "nodes", streams=(), sensors=DOOR))
        return started[-1]

    yield door
    for one in started:
        one.kill()


def lights(node):
    """What shines, by what the node told of each switch."""
    shown = {event["name"]: event["on"] for event in node.told("light")}
    return [name for name, on in shown.items() if on]


def taken(*spans):
    now = int(time.time())
    return {"items": [{"start": now + a, "end": now + b, "state": "booked"} for a, b in spans]}


def test_it_follows_the_plan_through_an_outage_and_a_restart(broker, server, start_door):
    node = start_door()
    eventually(lambda: server.heard["status"])
    assert lights(node) == []

    server.say(DEVICE, "next", taken((-10, 4), (3600, 7200)), retain=True)
    eventually(lambda: lights(node) == ["busy"])

    broker.kill()
    eventually(lambda: lights(node) == ["free"])
    node.kill()
    again = start_door()
    eventually(lambda: lights(again) == ["free"])


def test_a_node_without_such_a_light_passes_the_plan_over(server, broker, tmp_path):
    node = RunningNode(broker, tmp_path / "nodes")
    try:
        eventually(lambda: server.readings)
        server.say(DEVICE, "next", taken((-10, 3600)))
        server.say(DEVICE, "cmd", {"id": "c-1", "op": "identify", "exp": 4000000000})
        eventually(lambda: server.heard["cmd/res"])

        assert node.told("light") == []
        assert not (tmp_path / "nodes" / DEVICE / "next").exists()
    finally:
        node.kill()
