"""What Home Assistant is told of a node, and when."""

import asyncio
import json
import sys

from node_parts.ground import a_folder

from samen_node import discovery
from samen_node.drivers.p1 import Telegram
from samen_node.herald import Herald
from samen_node.net.mqtt import LinkDown, Refused
from samen_node.settings import Settings

WHO = {"site": "bota75", "device": "node-1", "hw": "samen-room-1", "fw": "0.1.0"}
SNAPSHOT = {
    "occupancy": {"state": "occupied", "conf": 95, "ev": ["pir"], "n": None},
    "climate": {"t": 20.4, "co2": 640},
    "energy": {"1.8.0": {"r": "1.8.0", "wh": 123456789, "w": 2351}},
}


def told(snapshot, **given):
    """(topic, message) of every entity."""
    settings = Settings(a_folder() + "/settings", given)
    return [
        (topic, json.loads(p)) for topic, p in discovery.entities("homeassistant", WHO, settings, snapshot)
    ]


def names(snapshot):
    return [topic.split("/")[3] for topic, _ in told(snapshot)]


def test_an_entity_for_each_value_that_was_measured_and_no_other():
    assert names(SNAPSHOT) == (
        ["occupancy"] + sorted(["t", "co2"], key=list(SNAPSHOT["climate"]).index)
        + ["energy_1_8_0_wh", "energy_1_8_0_w", "rssi", "up", "depth", "reset"]
    )  # fmt: skip


def test_every_entity_is_of_one_device_and_knows_when_that_is_gone():
    messages = [message for _, message in told(SNAPSHOT)]

    assert {message["dev"]["ids"][0] for message in messages} == {"samen_bota75_node-1"}
    assert {message["avty_t"] for message in messages} == {"~/status"}
    assert len({message["uniq_id"] for message in messages}) == len(messages)


def test_a_value_expires_after_three_missed_reports():
    messages = dict(told(SNAPSHOT, occupancy_s=300, climate_s=10, diag_s=600))

    expiry = {topic.split("/")[3]: message["exp_aft"] for topic, message in messages.items()}
    assert (expiry["occupancy"], expiry["t"], expiry["energy_1_8_0_wh"], expiry["up"]) == (900, 60, 180, 1800)


def test_of_a_telegram_numbers_in_known_units_are_told_and_mbus_meters_by_their_kind():
    telegram = Telegram(
        b"/FLU5\r\n1-0:1.8.1(001234.567*kWh)\r\n1-0:1.7.0(00.500*kW)\r\n"
        b"1-0:1.6.0(261112181500W)(04.212*kW)\r\n0-0:96.1.1(3153414733313030)\r\n1-0:32.7.0(230.1*V)\r\n"
        b"0-1:24.1.0(003)\r\n0-1:24.2.3(261112181500W)(00120.500*m3)\r\n"
        b"0-2:24.1.0(007)\r\n0-2:24.2.1(261112181500W)(00080.250*m3)\r\n"
        b"0-3:24.2.1(261112181500W)(00001.000*m3)\r\n!"
    ).told()

    entities = {topic.split("/")[3]: message for topic, message in told({"p1": telegram})[:-4]}

    assert {name: message["dev_cla"] for name, message in entities.items()} == {
        "p1_1-0_1_8_1": "energy",
        "p1_1-0_1_7_0": "power",
        "p1_0-1_24_2_3": "gas",
        "p1_0-2_24_2_1": "water",
    }
    assert entities["p1_1-0_1_8_1"]["unit_of_meas"] == "Wh"
    assert "/ 1000" in entities["p1_0-1_24_2_3"]["val_tpl"]  # dm³ are told, m³ shown


class Link:
    """A link that keeps what was published."""

    def __init__(self, refuses=False):
        self.refuses = refuses
        self.down = False
        self.published = []

    async def subscribe(self, filters, qos):
        if self.refuses:
            raise Refused(0x80)

    async def publish(self, topic, payload, qos, retain):
        if self.down:
            raise LinkDown("cut")
        assert (qos, retain) == (1, True)
        self.published.append(topic)


class Stage:
    """A herald on a link, and a clock that is moved by hand."""

    def __init__(self, refuses=False):
        self.now = 0
        self.link = Link(refuses)
        settings = Settings(a_folder() + "/settings", {})
        self.herald = Herald("homeassistant", WHO, settings, self.link, lambda: self.now)

    def connect(self):
        asyncio.run(self.herald.link_is_up())

    def count(self, after_s=0):
        """How many entities are told from so many seconds later on."""
        self.now += after_s
        self.link.published = []

        async def work():
            for _ in range(30):
                await self.herald.step()

        asyncio.run(work())
        return len(self.link.published)


ALL = 9  # of SNAPSHOT


def a_stage(refuses=False):
    stage = Stage(refuses)
    stage.herald.measured(SNAPSHOT)
    stage.connect()
    return stage


def test_everything_is_told_once_a_link_after_the_first_readings():
    stage = a_stage()

    assert (stage.count(1), stage.count(10), stage.count(100)) == (0, ALL, 0)

    stage.connect()
    assert stage.count(10) == ALL


def test_it_is_told_again_when_home_assistant_says_online_and_not_all_at_the_same_moment():
    stage = a_stage()
    stage.count(10)

    assert stage.herald.hears("homeassistant/status", b"online")

    assert stage.count(10) == ALL
    assert stage.herald.hears("homeassistant/status", b"offline")
    assert stage.count(10) == 0


def test_what_comes_on_another_topic_is_not_home_assistants():
    assert not a_stage().herald.hears("samen/v1/bota75/node-1/cmd", b"online")


def test_a_value_that_appears_later_is_told_then():
    stage = a_stage()
    stage.count(10)

    stage.herald.measured(SNAPSHOT)
    assert stage.count() == 0

    more = dict(SNAPSHOT)
    more["climate"] = {"t": 20.4, "co2": 640, "rh": 41}
    stage.herald.measured(more)
    assert stage.count() == ALL + 1


def test_a_broker_that_refuses_is_told_nothing():
    assert a_stage(refuses=True).count(10) == 0


def cut_while_it_tells():
    stage = a_stage()
    stage.link.down = True
    stage.now += 10
    for _ in range(2):
        try:
            asyncio.run(stage.herald.step())
        except LinkDown:
            pass
    return stage


def test_what_a_cut_interrupts_is_told_whole_on_the_next_link():
    stage = cut_while_it_tells()

    stage.link.down = False
    stage.connect()

    assert stage.count(10) == ALL


def test_the_list_of_entities_leaves_the_heap_once_it_is_told():
    stage = a_stage()

    stage.count(10)

    assert "samen_node.discovery" not in sys.modules


def test_nor_does_it_stay_there_without_a_link():
    cut_while_it_tells()

    assert "samen_node.discovery" not in sys.modules
