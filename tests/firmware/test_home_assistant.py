"""A node on a network that has Home Assistant: what that would show, from a real broker's messages."""

import json
from collections.abc import Iterator

import paho.mqtt.client as paho
import pytest
from node_parts.nodes import DEVICE, RunningNode

from samen_node import contract
from support.home_assistant import HomeAssistant
from support.ports import eventually

BASE = f"samen/v1/bota75/{DEVICE}"


class Listener:
    """Home Assistant's ears: discovery messages in order, and the newest message of each topic."""

    def __init__(self, port: int, user: str | None = None, password: str | None = None):
        self.shown = HomeAssistant()
        self.discovered: list[tuple[str, bytes, bool]] = []
        self.newest: dict[str, dict] = {}
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if user:
            self.client.username_pw_set(user, password)
        self.client.on_connect = lambda client, *_: client.subscribe(
            [("homeassistant/#", 1), (BASE + "/#", 1)]
        )
        self.client.on_message = self._take
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_connect = self.client.on_message = None

    def _take(self, _client, _userdata, message) -> None:
        if message.topic.endswith("/config"):
            self.discovered.append((message.topic, message.payload, message.retain))
        elif message.topic != "homeassistant/status":
            self.newest[message.topic] = json.loads(message.payload)

    def tells(self, *names: str) -> bool:
        return set(names) <= {topic.split("/")[3] for topic, *_ in list(self.discovered)}

    def whole(self, times: int = 1) -> bool:
        """Whether everything was told so often; the last entity of a telling is the reset cause."""
        return sum(topic.endswith("/reset/config") for topic, *_ in self.discovered) >= times


@pytest.fixture
def listener(broker) -> Iterator[Listener]:
    one = Listener(broker.port)
    yield one
    one.stop()


@pytest.fixture
def node(broker, listener, tmp_path) -> Iterator[RunningNode]:
    running = RunningNode(broker, tmp_path / "nodes")
    yield running
    running.kill()


def test_home_assistant_accepts_every_entity_and_shows_what_the_node_measures(listener, node):
    # The CO2 sensor speaks after some seconds: what it measures is told then.
    eventually(lambda: listener.tells("t", "rh", "co2") and BASE + "/diag" in listener.newest, within=30)
    for topic, payload, _ in list(listener.discovered):
        listener.shown.discover(topic, payload)
    state = eventually(lambda: _with_all_streams(listener.newest.get(BASE + "/state")))
    shown = {name: float(listener.shown.shows(name, BASE + "/state", state)) for name in ("t", "rh", "co2")}

    assert shown == {"t": 20.4, "rh": 41, "co2": 640}
    assert listener.shown.shows("energy_1_8_0_wh", BASE + "/state", state) == str(
        state["d"]["energy"]["1.8.0"]["wh"]
    )
    assert listener.shown.shows("depth", BASE + "/diag", listener.newest[BASE + "/diag"]).isdigit()
    assert listener.shown.is_available("t", listener.newest[BASE + "/status"])


def test_it_is_told_again_when_home_assistant_starts_and_the_broker_keeps_it(broker, listener, node):
    eventually(listener.whole, within=30)

    listener.client.publish("homeassistant/status", "online")

    eventually(lambda: listener.whole(times=2), within=30)
    latecomer = Listener(broker.port)
    try:
        eventually(latecomer.whole)
        assert all(retained for *_, retained in latecomer.discovered)
    finally:
        latecomer.stop()


def _with_all_streams(state: dict | None) -> dict | None:
    return state if state and len(state["d"]) == 3 else None


STATES = [("occupied", "ON"), ("hold", "ON"), ("empty", "OFF"), ("entering", "OFF"), ("unknown", None)]


@pytest.fixture
def shown() -> HomeAssistant:
    """Home Assistant with every entity of a node that measures everything."""
    from samen_node.discovery import entities
    from samen_node.settings import Settings

    snapshot = {
        "occupancy": {"state": "empty", "conf": 1, "ev": [], "n": None},
        "climate": {"t": 1, "rh": 2, "co2": 3},
        "energy": {"1.8.0": {"r": "1.8.0", "wh": 1, "w": 2}, "s0.1": {"r": "s0.1", "wh": 1, "w": None}},
        "p1": {"1-0:1.8.1": [1234.567, "kWh"], "1-0:32.7.0": [230.1, "V"], "1-0:31.7.0": [1.5, "A"]}
        | {"1-0:1.7.0": [0.5, "kW"], "0-1:24.1.0": [3, None], "0-1:24.2.3": [9.5, "m3"]},
    }
    who = {"site": "bota75", "device": "node.1", "hw": "samen-room-1", "fw": "0.1.0"}
    home = HomeAssistant()
    for topic, payload in entities("homeassistant", who, Settings("nowhere", {}), snapshot):
        home.discover(topic, payload)
    return home


@pytest.mark.parametrize(("state", "shows"), STATES)
def test_a_room_is_on_off_or_unknown(shown, state, shows):
    said = {"d": {"occupancy": {"state": state, "conf": 50, "ev": [], "n": None}}}

    assert shown.shows("occupancy", "samen/v1/bota75/node.1/state", said) == shows


def test_a_stream_that_fell_silent_is_unknown_and_no_error(shown):
    topic = "samen/v1/bota75/node.1/state"

    for name, entity in shown.entities.items():
        if entity["state_topic"] == topic:
            assert shown.shows(name.partition("node_1_")[2], topic, {"d": {}}) is None


def test_a_power_that_is_not_known_is_unknown(shown):
    said = {"d": {"energy": {"s0.1": {"r": "s0.1", "wh": 5, "w": None}}}}

    assert shown.shows("energy_s0_1_w", "samen/v1/bota75/node.1/state", said) is None
    assert shown.shows("energy_s0_1_wh", "samen/v1/bota75/node.1/state", said) == "5"


@pytest.mark.parametrize(
    ("state", "available"), [("online", True), ("sleeping", True), ("offline", False), ("updating", False)]
)
def test_a_node_that_sleeps_is_there_and_one_that_is_gone_is_not(shown, state, available):
    assert shown.is_available("t", {"state": state}) is available


ONLY_ITS_OWN = f"""pattern readwrite {contract.ROOT}/+/%u/#
user server
topic readwrite #
"""


def test_a_node_that_may_speak_on_its_own_topics_alone_works_as_ever(start_broker, tmp_path):
    broker = start_broker(users={DEVICE: "secret", "server": "secret"}, access=ONLY_ITS_OWN)
    listener = Listener(broker.port, "server", "secret")
    node = RunningNode(broker, tmp_path / "nodes")
    try:
        # By then it has tried to tell Home Assistant.
        diag = eventually(lambda: _after(9, listener.newest.get(BASE + "/diag")), within=30)
    finally:
        node.kill()
        listener.stop()

    assert listener.discovered == []
    assert diag["reconnects"] == 0


def _after(seconds: int, diag: dict | None) -> dict | None:
    return diag if diag and diag["up"] >= seconds else None
