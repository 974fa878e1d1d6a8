"""Messages are acknowledged after they are handled, on both brokers, whatever goes away meanwhile."""

import threading
from contextlib import contextmanager
from itertools import count

import pytest

from samen.adapters.broker import BrokerUnavailable, start_broker
from samen.adapters.message import Publication
from samen.adapters.mqtt import Listener, Unavailable, Watch
from samen.config import Broker
from support.brokers import BROKERS, a_broker, a_client, at
from support.ports import eventually, free_port


@pytest.fixture(params=list(BROKERS))
def broker(request, tmp_path):
    with a_broker(request.param, tmp_path) as running:
        yield running


class Notebook:
    """A handler that writes down what it is given, and says when it cannot."""

    def __init__(self, failures=0, answers=()):
        self.read, self.failures, self.answers = [], failures, answers

    def __call__(self, messages):
        if self.failures:
            self.failures -= 1
            raise Unavailable("not now")
        self.read += [message.payload for message in messages]
        return self.answers


@contextmanager
def listening(broker, notebook):
    stop = threading.Event()
    listener = Listener(at(broker.port), ["t/+"], notebook, "listener")
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    eventually(lambda: listener.connected)
    try:
        yield listener
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def say(broker, *payloads):
    with a_client(broker.port) as client:
        for payload in payloads:
            client.publish("t/a", payload, qos=1).wait_for_publish(5)


def is_subscribed(broker, notebook):
    """Say things until one of them is heard: a subscription is answered before it is in force."""
    said = (b"ping %d" % n for n in count())

    def heard():
        say(broker, mark := next(said))
        return any(mark == read for _ in range(20) if not pause.wait(0.02) for read in notebook.read)

    pause = threading.Event()
    eventually(heard)
    notebook.read.clear()


def test_what_is_said_while_nobody_listens_is_heard_later(broker):
    with listening(broker, first := Notebook()):
        is_subscribed(broker, first)

    say(broker, *(b"%d" % n for n in range(60)))

    with listening(broker, notebook := Notebook()):
        eventually(lambda: set(notebook.read) >= {b"%d" % n for n in range(60)})


def test_a_batch_that_cannot_be_stored_is_offered_again(broker):
    with listening(broker, notebook := Notebook()):
        is_subscribed(broker, notebook)
        notebook.failures = 2

        say(broker, b"precious")

        eventually(lambda: notebook.read == [b"precious"])


def test_what_was_never_stored_is_not_acknowledged(broker):
    with listening(broker, notebook := Notebook()):
        is_subscribed(broker, notebook)
        notebook.failures = 1_000
        say(broker, b"precious")
        eventually(lambda: notebook.failures < 1_000)

    with listening(broker, later := Notebook()):
        eventually(lambda: b"precious" in later.read)


def test_answers_are_published_after_the_batch(broker):
    heard = []
    watch = Watch(at(broker.port), ["answers"], lambda message: heard.append(message.payload))
    eventually(lambda: watch.connected)

    with listening(broker, notebook := Notebook(answers=[Publication("answers", b"done", qos=1)])):
        is_subscribed(broker, notebook)
        eventually(lambda: say(broker, b"more") or heard, every=0.1)

    watch.stop()
    assert set(heard) == {b"done"}


def test_a_broker_that_comes_back_is_found_again(broker):
    with listening(broker, notebook := Notebook()):
        is_subscribed(broker, notebook)
        broker.kill()
        broker.start()

        is_subscribed(broker, notebook)
        say(broker, b"after")

        eventually(lambda: b"after" in notebook.read)


def test_the_embedded_broker_knows_passwords():
    port = free_port()
    broker = start_broker("127.0.0.1", port, {"node": "secret"})
    right, wrong = Notebook(), Notebook()

    with listening_as("secret", port, right) as known, listening_as("wrong", port, wrong) as stranger:
        eventually(lambda: known.connected)
        assert not stranger.connected

    broker.stop()


@contextmanager
def listening_as(password, port, notebook):
    stop = threading.Event()
    place = Broker("127.0.0.1", port, username="node", password=password)
    listener = Listener(place, ["t/+"], notebook, password)
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    yield listener
    stop.set()
    thread.join(10)


def test_a_taken_port_is_said_plainly():
    port = free_port()
    broker = start_broker("127.0.0.1", port)

    with pytest.raises(BrokerUnavailable, match=str(port)):
        start_broker("127.0.0.1", port)

    broker.stop()
    broker.stop()
