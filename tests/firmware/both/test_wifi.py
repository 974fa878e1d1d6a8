"""Which network a node is on, and when it tries another."""

import asyncio

from samen_node.hal.wifi import Wifi
from samen_node.net import names

HOME = ("house", "secret-1")
SPARE = ("upstairs", "secret-2")


class WifiRadio:
    """A radio that finds the networks in `there`; `calls` lists what it was told."""

    def __init__(self, *there):
        self.there = there
        self.name = None
        self.on = False
        self.calls = []
        self.busy = False

    def active(self, on):
        self.on = on
        self.name = self.name if on else None

    def connect(self, name, password):
        if self.busy:
            raise OSError("Wifi Internal State Error")
        assert self.on
        self.calls.append((name, password))
        self.name = name

    def isconnected(self):
        return self.name in self.there

    def ifconfig(self):
        return ("10.0.0.7", "255.255.255.0", "10.0.0.1", "10.0.0.53")


class WifiRoom:
    """A radio, and the node's loop that looks after it each second; `served`: whether a broker answers."""

    def __init__(self, *there, networks=(HOME, SPARE)):
        self.radio = WifiRadio(*there)
        self.wifi = Wifi(self.radio, networks)
        self.now = 0

    def run(self, seconds, served=True):
        for _ in range(seconds):
            self.now += 1
            self.wifi.step(self.now, served and self.wifi.connected())

    def on(self):
        return self.radio.name if self.wifi.connected() else None


def test_the_first_network_is_preferred():
    room = WifiRoom("house", "upstairs")

    room.run(100)

    assert (room.on(), room.wifi.index, room.radio.calls) == ("house", 0, [HOME])


def test_without_the_first_network_the_second_is_taken_within_half_a_minute():
    room = WifiRoom("upstairs")

    room.run(30)

    assert (room.on(), room.wifi.index) == ("upstairs", 1)


def test_without_any_network_all_are_tried_again_and_again():
    room = WifiRoom()

    room.run(400)
    room.radio.there = ("house",)
    room.run(45)

    assert room.on() == "house"
    assert room.radio.calls[:4] == [HOME, SPARE, HOME, SPARE]


def test_a_lost_network_is_sought_again_before_another():
    room = WifiRoom("house", "upstairs")
    room.run(100)

    room.radio.there = ("upstairs",)
    room.run(15)
    room.radio.there = ("house", "upstairs")
    room.run(5)

    assert (room.on(), len(room.radio.calls)) == ("house", 2)


def test_a_network_that_leads_to_no_broker_is_left_for_the_other():
    room = WifiRoom("house", "upstairs")

    room.run(590, served=False)
    before = room.on()
    room.run(30, served=False)

    assert (before, room.on()) == ("house", "upstairs")


def test_a_single_network_that_leads_nowhere_is_joined_anew():
    room = WifiRoom("house", networks=(HOME,))

    room.run(700, served=False)

    assert (room.on(), room.radio.calls) == ("house", [HOME, HOME])


def test_from_the_second_network_the_first_is_tried_once_an_hour():
    room = WifiRoom("upstairs")
    room.run(3500)
    before = len(room.radio.calls)

    room.run(200)
    back = room.on()
    room.radio.there = ("house", "upstairs")
    room.run(3700)

    assert (before, back, room.on()) == (2, "upstairs", "house")


def test_a_radio_that_is_busy_is_asked_again():
    room = WifiRoom("house")
    room.radio.busy = True
    room.run(10)

    room.radio.busy = False
    room.run(60)

    assert room.on() == "house"


def test_a_host_is_looked_up_at_the_networks_own_resolver():
    asked = []

    async def address_of(name, server):
        asked.append((name, server))
        return "10.0.0.9"

    room = WifiRoom("house")
    before, names.address_of = names.address_of, address_of
    try:
        found = asyncio.run(room.wifi.look_up("broker.example"))
    finally:
        names.address_of = before

    assert (found, asked) == ("10.0.0.9", [("broker.example", "10.0.0.53")])
