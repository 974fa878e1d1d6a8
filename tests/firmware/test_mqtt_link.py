"""The node's own MQTT client against a real Mosquitto, on both interpreters."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from node_parts.authority import Authority

from support.ports import eventually

DRIVER = Path(__file__).parent / "node_parts" / "link_driver.py"


class Driven:
    """A running driver process and what it has told."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path, **config: object):
        folder.mkdir(exist_ok=True)
        (folder / "driver.json").write_text(json.dumps({"id": "dev1", **config}))
        self._log = folder / "driver.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, str(DRIVER), str(folder / "driver.json")], env=environment, stdout=log, stderr=log
            )

    def events(self, kind: str) -> list[dict]:
        lines = [line for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def text(self) -> str:
        return self._log.read_text()


class Listener:
    """A paho client that hears everything and can speak."""

    def __init__(self, port: int, user: str | None = None, password: str | None = None):
        self.heard: list[tuple[str, bytes]] = []
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if user:
            self.client.username_pw_set(user, password)
        self.client.on_connect = lambda client, *_: client.subscribe([("out/#", 1), ("will/#", 1)])
        self.client.on_message = lambda _c, _u, message: self.heard.append((message.topic, message.payload))
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def numbers(self) -> list[int]:
        return [int(payload) for topic, payload in self.heard if topic == "out/dev1"]

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_connect = self.client.on_message = (
            None  # its last sockets close with the last reference
        )


@pytest.fixture
def drive(
    interpreter: list[str], environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., Driven]]:
    driven = []

    def start(**config: object) -> Driven:
        driven.append(Driven(interpreter, environment, tmp_path / f"driver-{len(driven)}", **config))
        return driven[-1]

    yield start
    for one in driven:
        one.process.kill()
        one.process.wait()


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    listeners = []

    def start(*arguments: object) -> Listener:
        listeners.append(Listener(*arguments))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.stop()


def test_messages_of_both_qualities_pass_in_both_directions(broker, drive, listen):
    listener = listen(broker.port)
    driven = drive(port=broker.port)
    eventually(lambda: driven.events("up"))

    for qos in (0, 1):
        listener.client.publish("in/dev1/x", f"hello {qos}", qos=qos)
    listener.client.publish("in/dev1/large", b"x" * 3000, qos=1)

    heard = eventually(lambda: len(driven.events("message")) == 3 and driven.events("message"))
    assert sorted(str(event["payload"]) for event in heard) == ["3000", "hello 0", "hello 1"]
    assert eventually(lambda: len(listener.numbers()) > 5)
    assert listener.numbers() == sorted(set(listener.numbers()))


def test_a_message_too_large_for_the_heap_is_passed_over(broker, drive, listen):
    listener = listen(broker.port)
    driven = drive(port=broker.port)
    eventually(lambda: driven.events("up"))

    listener.client.publish("in/dev1/huge", b"x" * 100_000, qos=1)
    listener.client.publish("in/dev1/x", "still here", qos=1)

    eventually(lambda: driven.events("message"))
    assert [event["payload"] for event in driven.events("message")] == ["still here"]
    assert driven.events("error") == []


def test_the_will_speaks_for_a_killed_node_and_not_for_one_that_left(broker, drive, listen):
    listener = listen(broker.port)
    leaving = drive(port=broker.port)
    eventually(lambda: leaving.events("up"))
    listener.client.publish("in/dev1/x", "stop", qos=1)
    assert leaving.process.wait(10) == 0
    assert ("will/dev1", b"gone") not in listener.heard

    killed = drive(port=broker.port)
    eventually(lambda: killed.events("up"))
    killed.process.kill()

    eventually(lambda: ("will/dev1", b"gone") in listener.heard)


def test_a_refused_password_is_told_and_tried_again(start_broker, drive):
    broker = start_broker(users={"dev1": "right"})

    driven = drive(port=broker.port, user="dev1", password="wrong")

    eventually(lambda: len(driven.events("error")) >= 3)
    assert all("Refused(5" in event["error"] for event in driven.events("error"))
    assert driven.events("up") == []


def test_a_password_that_is_set_right_later_lets_the_node_in(start_broker, drive):
    broker = start_broker(users={"dev1": "right"})
    driven = drive(port=broker.port, user="dev1", password="other")
    eventually(lambda: driven.events("error"))

    broker.set_password("dev1", "other")

    eventually(lambda: driven.events("up"))


def test_the_right_password_is_let_in(start_broker, drive):
    broker = start_broker(users={"dev1": "right"})

    driven = drive(port=broker.port, user="dev1", password="right")

    eventually(lambda: driven.events("up"))


def test_tls_trusts_the_given_authority_and_no_other(start_broker, drive, tmp_path):
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    broker = start_broker(certificate=ours.certificate, key=ours.key)

    trusting = drive(port=broker.port, host="localhost", ca=str(ours.der))
    wary = drive(port=broker.port, host="localhost", ca=str(theirs.der))

    eventually(lambda: trusting.events("up"))
    eventually(lambda: len(wary.events("error")) >= 2)
    assert wary.events("up") == []


def test_a_certificate_of_another_host_is_refused(start_broker, drive, tmp_path):
    authority = Authority(tmp_path / "ours")
    broker = start_broker(certificate=authority.certificate, key=authority.key)

    driven = drive(port=broker.port, host="127.0.0.1", ca=str(authority.der))

    eventually(lambda: len(driven.events("error")) >= 2)
    assert driven.events("up") == []


def test_an_expired_certificate_is_refused(start_broker, drive, tmp_path):
    authority = Authority(tmp_path / "ours", days=-1)
    broker = start_broker(certificate=authority.certificate, key=authority.key)

    driven = drive(port=broker.port, host="localhost", ca=str(authority.der))

    eventually(lambda: len(driven.events("error")) >= 2)
    assert driven.events("up") == []


def test_a_host_is_held_to_its_name_whoever_told_its_address(start_broker, drive, tmp_path):
    authority = Authority(tmp_path / "ours", name="broker.test")
    broker = start_broker(certificate=authority.certificate, key=authority.key)
    told = {"broker.test": "127.0.0.1", "other.test": "127.0.0.1"}

    right = drive(port=broker.port, host="broker.test", ca=str(authority.der), addresses=told)
    wrong = drive(port=broker.port, host="other.test", ca=str(authority.der), addresses=told)

    eventually(lambda: right.events("up"))
    eventually(lambda: len(wrong.events("error")) >= 2)
    assert wrong.events("up") == []


def test_a_session_that_the_broker_kept_is_no_hindrance_and_is_not_taken_up(broker, drive, listen):
    before = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="dev1", clean_session=False)
    before.on_connect = lambda client, *_: client.subscribe("in/dev1/#", qos=1)
    subscribed = []
    before.on_subscribe = lambda *_: subscribed.append(True)
    before.connect("127.0.0.1", broker.port)
    while not subscribed:
        before.loop()
    before.disconnect()
    listen(broker.port).client.publish("in/dev1/x", "from before", qos=1).wait_for_publish(5)

    driven = drive(port=broker.port)
    eventually(lambda: driven.events("up"))
    listen(broker.port).client.publish("in/dev1/x", "now", qos=1)

    eventually(lambda: driven.events("message"))
    assert [event["payload"] for event in driven.events("message")] == ["now"]


def test_session_present_is_no_error(broker, drive, proxy):
    absent, present = b"\x20\x02\x00\x00", b"\x20\x02\x01\x00"
    proxy.alter = lambda piece: piece.replace(absent, present)

    driven = drive(port=proxy.port)
    eventually(lambda: driven.events("up"))
    proxy.cut()

    eventually(lambda: len(driven.events("up")) == 2)


def test_the_link_comes_back_after_the_broker_was_killed(broker, drive, listen):
    listener = listen(broker.port)
    driven = drive(port=broker.port)
    eventually(lambda: driven.events("up"))

    broker.kill()
    eventually(lambda: driven.events("down"))
    broker.start()

    eventually(lambda: len(driven.events("up")) == 2)
    before = len(listener.heard)
    eventually(lambda: len(listener.heard) > before)


def test_a_half_open_link_is_noticed_and_replaced(broker, drive, proxy):
    driven = drive(port=proxy.port, keepalive_s=1, timeout_s=1)
    eventually(lambda: driven.events("up"))

    proxy.frozen = True
    eventually(lambda: driven.events("error"))
    proxy.frozen = False
    proxy.cut()

    eventually(lambda: len(driven.events("up")) == 2)


def test_a_cut_link_is_replaced(broker, drive, proxy):
    driven = drive(port=proxy.port)
    eventually(lambda: driven.events("up"))

    proxy.cut()

    eventually(lambda: len(driven.events("up")) == 2)
