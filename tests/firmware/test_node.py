"""A whole node on MicroPython, a real broker, and a server that acks."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from node_parts.broker import Mosquitto
from node_parts.nodes import DEVICE, RunningNode
from node_parts.proxy import FaultProxy
from node_parts.server import AckingServer

from support.ports import eventually

FIRMWARE = Path(__file__).parent.parent.parent / "firmware"


@pytest.fixture
def start(broker: Mosquitto, tmp_path: Path) -> Iterator[Callable[..., RunningNode]]:
    """Starts the node; a second start is the same node's next boot."""
    started: list[RunningNode] = []

    def node(via: FaultProxy | None = None, **settings: object) -> RunningNode:
        started.append(RunningNode(via or broker, tmp_path / "nodes", **settings))
        return started[-1]

    yield node
    for one in started:
        one.kill()


def states(server: AckingServer) -> list[str]:
    readings = sorted(server.readings.items())
    return [reading["d"]["state"] for _, reading in readings if reading["stream"] == "occupancy"]


def nothing_missing(server: AckingServer, boot: int = 1) -> bool:
    seqs = server.seqs(boot)
    return seqs == list(range(len(seqs)))


def has_trimmed(server: AckingServer) -> bool:
    """Whether the node says, from now on, that it owes nothing."""
    server.heard["diag"].clear()
    return bool(eventually(lambda: any(said["depth"] == 0 for said in server.heard["diag"]), within=30))


def test_a_visit_becomes_readings_that_are_acked_and_trimmed(server, start):
    node = start(energy_s=3600)

    eventually(lambda: states(server)[-1:] == ["empty"] and len(states(server)) == 5, within=20)
    assert has_trimmed(server)
    node.stop()

    assert states(server) == ["empty", "entering", "occupied", "hold", "empty"]
    assert nothing_missing(server)
    assert server.refused == []
    assert node.kept() == []


def test_the_meter_counts_what_is_drawn(server, start):
    start(energy_s=1)

    readings = eventually(lambda: len(server.heard["t/energy"]) > 4 and server.heard["t/energy"])

    wh = [reading["d"]["wh"] for reading in readings]
    assert wh == sorted(wh)
    assert readings[-1]["d"]["w"] == pytest.approx(2351, rel=0.1)


def test_a_reading_is_at_the_server_within_a_second_of_the_radar_edge(server, start):
    node = start()

    eventually(lambda: "entering" in states(server))
    edge = next(event["ms"] for event in node.told("radar") if event["radar"] == "moving")
    told = next(event["ms"] for event in node.told("occupancy") if event["state"] == "entering")

    assert 0 <= told - edge < 500


def test_what_stays_unacked_is_sent_again_to_the_letter(server, start):
    server.acking = False
    # A visit and then silence: a meter that speaks each second would owe a reading whenever it is asked.
    node = start(energy_s=3600)

    eventually(lambda: server.copies > 10 and len(states(server)) == 5, within=20)
    server.acking = True
    assert has_trimmed(server)
    node.stop()

    assert [forms for forms in server.bodies.values() if len(forms) != 1] == []
    assert node.kept() == []


def test_readings_of_an_outage_are_replayed_oldest_first(proxy, server, start):
    node = start(via=proxy, energy_s=0.2, resend_s=60)
    eventually(lambda: len(server.readings) > 3, within=20)

    proxy.frozen = True
    before = len(node.told("occupancy"))
    eventually(lambda: len(node.told("occupancy")) > before)
    proxy.frozen = False
    proxy.cut()

    eventually(lambda: server.heard["replay"], within=20)
    count = len(server.readings)
    eventually(lambda: len(server.readings) > count + 5 and nothing_missing(server), within=20)
    replayed = [item["seq"] for message in server.heard["replay"] for item in message["items"]]
    assert replayed == sorted(replayed)


def test_no_reading_is_lost_when_the_node_is_killed_three_times(server, start):
    for boot in (1, 2, 3):
        node = start(energy_s=0.2)
        eventually(lambda boot=boot: len(server.seqs(boot)) >= 10)
        node.kill()
    start()

    eventually(lambda: server.seqs(4))
    eventually(lambda: all(nothing_missing(server, boot) for boot in (1, 2, 3)))


def test_readings_that_no_server_has_stored_outlive_a_killed_node(broker, start):
    node = start(energy_s=0.2)
    eventually(lambda: node.told("occupancy"))
    eventually(lambda: "occupied" in [event["state"] for event in node.told("occupancy")])
    node.kill()

    last = node.told("occupancy")[-1]
    assert (1, last["seq"]) in node.kept()


def test_before_the_clock_is_set_readings_say_so_and_the_node_dates_the_boot_later(server, start):
    start(clock_unset_s=2)

    clock = eventually(lambda: server.heard["t/clock"])[0]

    undated = [reading for reading in server.heard["t/energy"] if reading["ts"] is None]
    assert undated
    assert all(reading["tq"] == "none" for reading in undated)
    assert (clock["boot"], clock["up"] >= 2) == (1, True)


def test_a_killed_node_is_said_offline_by_its_will_with_the_same_sid(server, start):
    node = start()
    online = eventually(lambda: server.heard["status"])[0]
    eventually(lambda: server.readings)

    node.kill()

    offline = eventually(lambda: server.heard["status"][1:])[0]
    assert (online["state"], offline["state"]) == ("online", "offline")
    assert online["sid"] == offline["sid"]


def test_a_node_that_stops_says_so_before_it_goes(server, start):
    node = start()
    eventually(lambda: server.readings)

    node.stop()

    eventually(lambda: len(server.heard["status"]) == 2)
    assert node.process.returncode == 0
    assert server.heard["status"][1]["state"] == "offline"


def test_a_node_tells_what_it_is_and_how_it_is(server, start):
    start()

    meta = eventually(lambda: server.heard["meta"])[0]
    state = eventually(lambda: [s for s in server.heard["state"] if len(s["d"]) == 3])[-1]
    diag = eventually(lambda: server.heard["diag"])[0]

    assert meta["streams"]["energy"] == {"wh": "Wh", "w": "W"}
    assert state["d"]["energy"]["1.8.0"]["r"] == "1.8.0"
    assert diag["heap"] > 0


def test_a_command_with_the_same_id_has_one_effect(server, start):
    node = start()
    eventually(lambda: server.readings)
    command = {"id": "c-1", "op": "identify", "exp": 4000000000}

    for _ in range(3):
        server.say(DEVICE, "cmd", command)
    server.say(DEVICE, "cmd", {"id": "c-2", "op": "dance", "exp": 4000000000})
    server.say(DEVICE, "cmd", {"id": "c-3", "op": "identify", "exp": 1600000000})

    answers = eventually(lambda: len(server.heard["cmd/res"]) == 5 and server.heard["cmd/res"])
    assert [answer["ok"] for answer in answers] == [True, True, True, False, False]
    assert [answer["detail"] for answer in answers[3:]] == ["unknown_op", "expired"]
    assert len(node.told("led")) == 1


def test_settings_are_applied_kept_and_reported_key_by_key(server, start):
    node = start(energy_s=60)
    eventually(lambda: server.readings)

    server.say(
        DEVICE, "cfg/desired", {"rev": 4, "set": {"energy_s": 1, "hold_s": -1, "colour": "red"}}, retain=True
    )

    report = eventually(lambda: server.heard["cfg/reported"])[0]
    assert (report["rev"], report["set"]["energy_s"]) == (4, 1)
    assert report["errors"] == {"hold_s": "out_of_range", "colour": "unknown_key"}
    eventually(lambda: len(server.heard["t/energy"]) >= 3)
    node.stop()


def test_an_answer_too_long_to_send_ends_no_node(server, start):
    node = start()
    eventually(lambda: server.heard["status"])
    strange = {f"k{number:02}{'x' * 45}": 1 for number in range(32)}
    server.say(DEVICE, "cfg/desired", {"rev": 3, "set": strange}, retain=True)

    eventually(lambda: node.told("refused"))
    server.say(DEVICE, "cfg/desired", {"rev": 4, "set": {"energy_s": 2}})
    reported = eventually(lambda: server.heard["cfg/reported"])

    assert [said["rev"] for said in reported] == [4]
    assert {said["state"] for said in server.heard["status"]} == {"online"}


def test_garbage_on_its_own_topics_does_not_stop_a_node(server, start):
    node = start()
    eventually(lambda: server.readings)

    for leaf in ("ack", "cmd", "cfg/desired", "next", "ota/desired"):
        server.say_bytes(DEVICE, leaf, b"\xff\x00{")
        server.say_bytes(DEVICE, leaf, b'{"v":1}')

    # A wish is only read in a start of its own.
    eventually(lambda: len(node.told("refused")) == 8)
    before = len(server.readings)
    eventually(lambda: len(server.readings) > before + 2)


def test_what_flash_could_not_hold_is_told_as_a_gap(server, start):
    server.acking = False
    node = start(outbox_bytes=3000, energy_s=0.1)

    gap = eventually(lambda: server.heard["gap"], within=20)[-1]

    assert (gap["boot"], gap["from"], gap["why"]) == (1, 0, "flash_full")
    server.say(DEVICE, "ack", {"boot": 1, "got": [[0, 100_000]]})
    node.stop()


def test_the_entry_of_a_board_runs_on_either_interpreter(interpreter, environment, broker, server, tmp_path):
    moments = [{"at": 0, "radar": "moving", "t": 20, "w": {}}]
    config = {
        "site": "bota75",
        "device": DEVICE,
        "password": "secret",
        "mqtt_url": f"mqtt://127.0.0.1:{broker.port}",
        "folder": str(tmp_path / "flash"),
        "streams": ["occupancy", "climate"],
        "sensors": [{"driver": "ld2410", "uart": "radar"}],
        "script": moments,
        "stop_on_stdin": True,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    command = [*interpreter, str(FIRMWARE / "main.py"), str(tmp_path / "config.json")]

    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as node:
        eventually(lambda: "occupied" in states(server))
        node.stdin.close()
        assert node.wait(10) == 0

    eventually(lambda: server.heard["status"][-1]["state"] == "offline")
