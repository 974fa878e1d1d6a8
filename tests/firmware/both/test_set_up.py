"""A node's first start without any network: what it takes, keeps and forgets."""

import asyncio
import json
import os

from node_parts.ground import a_folder, read, write
from samen_node.outbox import Outbox
from samen_node.provision import Setup, forget
from samen_node.store import log

CODE = "K7QM-2XPA-9RTB-4WZN"


class Point:
    name = "samen-test"
    host = "127.0.0.1"
    dns = None

    def __init__(self, flash):
        self.flash = flash
        self.password = None

    def networks(self):
        return ["Maison"]

    def open(self, password):
        self.password = password


def a_setup(folder=None, **config):
    folder = folder or a_folder()
    return Setup(folder + "/config.json", config, Point(folder + "/flash"))


def filled_in(**more):
    return dict({"wifi": "Maison", "pass": "12345678", "server": "10.0.0.2:8075", "code": CODE}, **more)


def test_what_was_filled_in_is_kept_before_it_is_tried():
    folder = a_folder()
    setup = a_setup(folder, board="esp32-s3")

    assert setup.offer(filled_in(wifi2=" Voisin ", pass2="87654321")) == "working"

    kept = json.loads(read(folder + "/config.json"))
    assert kept["wifi"] == [["Maison", "12345678"], ["Voisin", "87654321"]]
    assert kept["claim"]["server"] == "http://10.0.0.2:8075"
    assert (kept["claim"]["code"], kept["board"]) == ("K7QM2XPA9RTB4WZN", "esp32-s3")
    assert Setup("", kept, Point(folder)).state == "working"


def test_what_cannot_be_right_is_refused_by_field():
    for field, wrong in (
        ("wifi", {"wifi": ""}),
        ("wifi", {"wifi": "é" * 17}),
        ("wifi", {"wifi2": "x" * 33}),
        ("pass", {"pass": "short"}),
        ("pass", {"wifi2": "Voisin", "pass2": "x" * 64}),
        ("server", {"server": "ftp://x"}),
        ("server", {"server": ""}),
        ("code", {"code": "K7QM"}),
    ):
        state = a_setup().offer(filled_in(**wrong))
        assert state == field + "_bad", (wrong, state)


def test_the_same_code_again_is_the_same_question():
    setup = a_setup()
    setup.offer(filled_in())
    first = setup._config["claim"]["nonce"]
    setup.state = "server_silent"
    setup.offer(filled_in(code=CODE.lower()))
    again = setup._config["claim"]["nonce"]
    setup.state = "code_old"
    setup.offer(filled_in(code="0" * 16))

    assert again == first != setup._config["claim"]["nonce"]


def test_a_password_need_not_be_typed_twice():
    setup = a_setup()
    setup.offer(filled_in())
    setup.state = "code_old"

    setup.offer(filled_in(**{"pass": ""}))

    assert setup._config["wifi"] == [["Maison", "12345678"]]


def test_a_code_is_never_shown_and_need_not_be_typed_twice():
    setup = a_setup()
    assert setup.offer(filled_in(code="")) == "code_bad"
    setup.offer(filled_in())
    setup.state = "wifi_lost"

    assert CODE.replace("-", "") not in json.dumps(setup.given())
    assert setup.offer(filled_in(code="")) == "working"
    assert setup._config["claim"]["code"] == CODE.replace("-", "")


class Visit:
    """Both streams of somebody who comes from an address."""

    def __init__(self, address):
        self.address = address
        self.said = b""
        self.closed = False

    def get_extra_info(self, _name):
        return self.address

    async def readline(self):
        return b""

    def write(self, data):
        self.said += data

    async def drain(self):
        pass

    def close(self):
        self.closed = True

    async def wait_closed(self):
        pass


def test_whoever_comes_by_the_network_that_was_joined_sees_nothing():
    setup = a_setup()
    setup._point.is_guest = lambda peer: peer[0].startswith("192.168.4.")
    visit = Visit(("10.0.0.7", 50000))

    asyncio.run(setup._visit(None, visit))

    assert (visit.said, visit.closed) == (b"", True)


def test_a_radio_that_is_not_ready_is_tried_again():
    setup = a_setup()
    setup.offer(filled_in())

    def refuses(name, password):
        raise OSError("Wifi Internal State Error")

    setup._point.join = refuses

    assert asyncio.run(setup._attempt()) == "wifi_lost"


def test_what_is_filled_in_while_an_attempt_is_made_is_kept_for_the_next():
    setup = a_setup()
    setup.offer(filled_in())

    assert setup.offer(filled_in(wifi="Other")) == "working"
    assert setup._config["wifi"][0][0] == "Other"
    assert setup.offer(filled_in(code="")) == "working"


def test_who_the_node_is_goes_on_from_the_boots_of_another():
    folder = a_folder()
    setup = a_setup(folder)
    setup._prepare()
    setup.offer(filled_in())
    said = {"site": "bota75", "device": "node-iris", "mqtt_url": "mqtts://x:8883", "streams": ["climate"]}

    setup._become(dict(said, boot=140, ca="AAEC"), "secret")

    kept = json.loads(read(folder + "/config.json"))
    assert (kept["device"], kept["password"], "claim" in kept) == ("node-iris", "secret", False)
    assert read(kept["ca"]) == b"\x00\x01\x02"
    assert Outbox(folder + "/flash/outbox", 65536).boot == 141


def test_power_may_go_at_any_write():
    said = {
        "site": "bota75",
        "device": "n",
        "mqtt_url": "mqtts://x:1",
        "streams": [],
        "boot": 140,
        "ca": "AAEC",
    }
    outcomes = []
    for writes in range(5):
        folder = a_folder()
        setup = a_setup(folder)
        setup._prepare()
        setup.offer(filled_in())
        with_power_for(writes, lambda: setup._become(said, "secret"))

        kept = json.loads(read(folder + "/config.json"))
        outcomes.append("device" in kept)
        if "device" in kept:
            assert kept["password"] == "secret" and read(kept["ca"]) == b"\x00\x01\x02"
            assert Outbox(folder + "/flash/outbox", 65536).boot == 141
        else:
            assert Setup("", kept, Point(folder)).state == "working"
    assert outcomes == [False, False, False, True, True]


def with_power_for(writes, act):
    """Let so many files be replaced, and no more."""
    replace, left = log.replace, [writes]

    def cut(path, content):
        left[0] -= 1
        if left[0] < 0:
            raise OSError("the power is gone")
        replace(path, content)

    log.replace = cut
    try:
        act()
    except OSError:
        pass
    finally:
        log.replace = replace


def test_a_factory_reset_forgets_all_but_the_board():
    folder = a_folder()
    path, flash = folder + "/config.json", folder + "/flash"
    forget(path, {"board": "esp32", "sensors": [1], "wifi": [["a", "b"]], "device": "n", "password": "s"})
    os.mkdir(flash)
    Outbox(flash + "/outbox", 65536).append(b"a reading of somebody's room")
    os.mkdir(flash + "/a")
    for kept in ("/slots", "/a/code.mpy"):
        write(flash + kept, b"code")

    setup = Setup(path, json.loads(read(path)), Point(flash))
    setup._prepare()

    assert sorted(os.listdir(flash)) == ["a", "slots"]
    assert os.listdir(flash + "/a") == ["code.mpy"]
    kept = json.loads(read(path))
    assert sorted(kept) == ["board", "sensors", "setup"]
    assert len(kept["setup"]["password"]) == 16 and setup._point.password == kept["setup"]["password"]


def test_the_label_of_a_board_stays_right():
    folder = a_folder()
    config = {"setup": {"password": "LABEL23456"}}
    forget(folder + "/config.json", config)

    setup = Setup(
        folder + "/config.json", json.loads(read(folder + "/config.json")), Point(folder + "/flash")
    )
    setup._prepare()

    assert setup._point.password == "LABEL23456"
