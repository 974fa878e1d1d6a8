"""A node that fails, starts again, says why, and stays within reach."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from node_parts.booted import BootedNode
from node_parts.broker import Mosquitto
from node_parts.nodes import DEVICE
from node_parts.server import AckingServer
from node_parts.time_server import TimeServer

from samen_node import contract
from support.ports import eventually


@pytest.fixture
def boot(
    broker: Mosquitto, tmp_path: Path, micropython: str, environment: dict[str, str]
) -> Iterator[Callable[..., BootedNode]]:
    booted: list[BootedNode] = []

    def node(via: Mosquitto | None = None, **settings: object) -> BootedNode:
        booted.append(BootedNode((via or broker).port, tmp_path, [micropython], environment, **settings))
        return booted[-1]

    yield node
    for one in booted:
        one.kill()


@pytest.fixture
def time_server() -> Iterator[TimeServer]:
    running = TimeServer()
    yield running
    running.stop()


def a_connection_with_a_will(port: int, sid: str) -> paho.Client:
    """A connection as the node had it before: it falls without a word when its socket is closed."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="earlier")
    will = contract.encode({"v": 1, "state": "offline", "sid": sid})
    client.will_set(contract.topic("bota75", DEVICE, "status"), will, qos=1, retain=True)
    client.connect("127.0.0.1", port)
    while not client.is_connected():
        client.loop()
    return client


def newest(server: AckingServer, leaf: str) -> dict:
    return eventually(lambda: server.heard[leaf])[-1]


def test_a_node_that_fails_starts_again_and_says_why(server, boot):
    node = boot(fails="sensing")
    assert node.start_and_fail() == 3

    node.config["fails"] = ""
    node.start()

    meta = eventually(lambda: [meta for meta in server.heard["meta"] if "crash" in meta])[0]
    assert (meta["mode"], meta["reset"]) == ("normal", "power_on")
    assert "no such sensor" in meta["crash"]
    assert eventually(lambda: server.seqs(2))
    assert not (node.flash / "crash").exists()


def test_a_task_that_fails_is_not_lived_without(server, boot):
    node = boot(fails="task")

    assert node.start_and_fail() == 3

    assert "a batch of nothing" in (node.flash / "crash").read_text()


def test_a_task_that_falls_silent_ends_the_node_by_name(server, boot):
    node = boot(fails="silence", silent_s=3, energy_s=0.2)

    assert node.start_and_fail() == 3

    assert "silent: backlog" in (node.flash / "crash").read_text()


def test_after_three_failures_the_node_is_safe_and_within_reach_and_then_tries_again(server, boot):
    # Without a broker's answer no start counts as healthy.
    node = boot(fails="sensing", healthy_s=60)
    assert [node.start_and_fail() for _ in range(3)] == [3, 3, 3]

    node.config["healthy_s"] = 0
    node.start()
    eventually(lambda: server.heard["meta"] and server.heard["meta"][-1]["mode"] == "safe")
    meta = server.heard["meta"][-1]
    server.say(DEVICE, "cmd", {"id": "c-1", "op": "restart", "exp": 4000000000})

    assert (meta["streams"], "no such sensor" in meta["crash"]) == ({}, True)
    assert eventually(lambda: server.heard["cmd/res"])[-1]["ok"]
    assert eventually(node.process.poll, within=20) == 3
    assert server.heard["status"][-1]["state"] == "offline"
    assert server.seqs(4) == []
    node.kill()
    node.config["fails"] = ""
    node.start()
    eventually(lambda: server.heard["meta"][-1]["mode"] == "normal")


def test_the_readings_of_failed_starts_are_not_lost(server, boot):
    server.acking = False
    node = boot(fails="sensing", energy_s=0.1)
    assert [node.start_and_fail() for _ in range(2)] == [3, 3]

    server.acking = True
    node.config["fails"] = ""
    node.start()

    eventually(lambda: server.seqs(3))
    eventually(lambda: all(server.seqs(boot) == list(range(len(server.seqs(boot)))) for boot in (1, 2)))
    assert server.seqs(1)
    assert server.seqs(2)


def test_a_configuration_that_cannot_be_read_is_a_failure_like_any_other(server, boot):
    node = boot()
    node.config["mqtt_url"] = "nowhere"

    assert node.start_and_fail() == 3

    assert (node.flash / "crash").read_text()


def test_a_network_that_goes_and_comes_costs_one_connection_and_no_reading(server, boot):
    script = [{"at": 0, "radar": "none", "w": {}}, {"at": 1.5, "wifi": "off"}, {"at": 2.5, "wifi": "on"}]
    node = boot(script=script, energy_s=0.3, backoff_s=[0.1, 30])
    node.start()

    eventually(lambda: len(server.heard["status"]) >= 3)
    count = len(server.seqs(1))
    eventually(lambda: len(server.seqs(1)) > count and server.seqs(1) == list(range(len(server.seqs(1)))))

    assert [said["state"] for said in server.heard["status"]] == ["online", "offline", "online"]


def test_a_late_will_is_not_what_stays_at_the_broker(broker, server, boot):
    earlier = a_connection_with_a_will(broker.port, "1-0ld")
    boot().start()
    online = newest(server, "status")

    earlier.socket().shutdown(socket.SHUT_RDWR)
    earlier.socket().close()

    eventually(lambda: [said["sid"] for said in server.heard["status"]][-2:] == ["1-0ld", online["sid"]])
    after = AckingServer(broker.port)
    stored = eventually(lambda: after.heard["status"])
    after.stop()
    assert (stored[0]["state"], stored[0]["sid"]) == ("online", online["sid"])


def test_a_node_that_asks_time_servers_dates_nothing_before_one_has_answered(server, boot, time_server):
    boot(ntp=[f"127.0.0.1:{time_server.port}"], energy_s=0.2).start()

    eventually(lambda: [one for one in server.readings.values() if one["ts"]])
    clock = eventually(lambda: server.heard["t/clock"])[0]
    eventually(lambda: server.seqs(1)[0] == 0)

    energy = [reading for _, reading in sorted(server.readings.items())]
    assert (energy[0]["seq"], energy[0]["tq"], energy[-1]["tq"]) == (0, "none", "ntp")
    assert abs(clock["utc"] - time_server.utc()) < 60


def test_a_node_without_an_answering_time_server_works_on_undated(server, boot, time_server):
    time_server.silent = True
    boot(ntp=[f"127.0.0.1:{time_server.port}"], energy_s=0.2).start()

    eventually(lambda: len(server.readings) > 5)

    assert {reading["tq"] for reading in server.readings.values()} == {"none"}


def test_why_there_is_no_link_is_said_on_the_serial_line(start_broker, boot):
    strict = start_broker(users={DEVICE: "another secret"})
    node = boot(via=strict)
    node.start()

    said = eventually(lambda: node.told("link"))

    assert "Refused(5" in said[0]["why"]


def test_the_light_says_which_node_it_is_and_goes_out_again(server, boot):
    node = boot()
    node.start()
    newest(server, "meta")

    server.say(DEVICE, "cmd", {"id": "c-1", "op": "identify", "exp": 4000000000, "args": {"s": 1}})

    eventually(lambda: [event["on"] for event in node.told("led")] == [True, False])
