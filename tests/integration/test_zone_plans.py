"""Plans as retained messages: a follower that comes late knows them, whatever the broker went through."""

import json
from datetime import timedelta

import pytest

from samen.adapters import mqtt
from samen.cli.heating import Plans
from samen.domain.zone_settings import Steering
from samen.services import steering_told
from samen_node import contract
from support.brokers import a_broker, a_client
from support.brokers import at as broker_at
from support.building import NOW, at, span
from support.heating import Heated
from support.ports import eventually, free_port
from support.web import Clock

TOPIC = "samen/v1/bota75/zones/front/plan"


@pytest.fixture
def house(sqlite_database):
    house = Heated(sqlite_database)
    house.set()
    house.calendar.ask("14:00", "16:00", "iris")
    return house


def heard_late(port, topic=TOPIC, seconds=5):
    """What somebody hears who subscribes only now."""
    found = []
    with a_client(port) as client:
        client.on_message = lambda _client, _data, message: found.append(message)
        client.subscribe(topic, 1)
        eventually(lambda: found, seconds)
    return found[0]


def told(house, now=NOW):
    (front,) = [one for one in steering_told.sweep(house.database, now) if one.topic == TOPIC]
    return front


def test_a_late_subscriber_is_told_the_plan_and_it_keeps_the_contract(house, tmp_path):
    with a_broker("mosquitto", tmp_path) as broker:
        assert Plans(broker_at(broker.port), Clock(at("13:00")), lambda: 0)(house.database) == 2

        message = heard_late(broker.port)

    plan = contract.decode("zones/plan", message.payload)
    assert (bool(message.retain), plan["zone"], plan["steering"]) == (True, "front", True)
    assert plan["now"] == {"t": 20.0, "vent": "low"}
    assert plan["valid_until"] - plan["at"] == 2 * 3600
    assert plan["steps"][0]["until"] == int(at("13:45").timestamp())


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_a_broker_that_forgot_everything_is_told_again(house, tmp_path, kind):
    with a_broker(kind, tmp_path) as broker:
        watch = mqtt.Watch(broker_at(broker.port), (), lambda _: None)
        try:
            watching = Plans(broker_at(broker.port), Clock(), lambda: watch.links)
            eventually(lambda: watch.links == 1)
            assert watching(house.database) == 2

            broker.kill()
            eventually(lambda: not watch.connected)
            broker.start()
            eventually(lambda: watch.links == 2, 20)
            assert watching(house.database) == 2

            assert heard_late(broker.port).retain
        finally:
            watch.stop()


def test_the_control_that_does_not_see_the_broker_come_back_leaves_it_without_a_plan(house, tmp_path):
    with a_broker("mosquitto", tmp_path) as broker:
        blind = Plans(broker_at(broker.port), Clock(), lambda: 0)
        blind(house.database)
        broker.kill()
        broker.start()

        assert blind(house.database) == 0

        with a_client(broker.port) as client:
            found, asked = [], []
            client.on_message = lambda _client, _data, message: found.append(message)
            client.on_subscribe = lambda *_: asked.append(1)
            client.subscribe(TOPIC, 1)
            eventually(lambda: asked)
            client.subscribe("later", 1)
            eventually(lambda: len(asked) == 2)
    assert found == []


def test_it_is_said_on_change_and_each_hour_and_not_in_between(house, tmp_path):
    clock = Clock(at("08:00"))
    with a_broker("mosquitto", tmp_path) as broker:
        plans = Plans(broker_at(broker.port), clock, lambda: 0)
        said = [plans(house.database)]
        for minutes in (1, 20, 25):
            clock.now = at("08:00") + timedelta(minutes=minutes)
            said.append(plans(house.database))
        house.calendar.ask("17:30", "18:30", "marolles", now=clock.now)
        clock.now += timedelta(minutes=2)
        said.append(plans(house.database))
        clock.now = at("09:30")
        said.append(plans(house.database))

    assert said == [2, 0, 0, 0, 1, 2]


def test_without_a_broker_it_is_tried_again_and_a_database_is_still_kept(house):
    clock = Clock(at("12:30"))
    plans = Plans(broker_at(free_port()), clock, lambda: 0)

    assert plans(house.database) == 0

    assert house.zone(clock.now).seen.begun is not None
    clock.now += timedelta(minutes=1)
    assert plans(house.database) == 0


def test_a_plan_of_many_steps_is_cut_to_what_a_node_can_read(house):
    house.set(vent_before_min=0, vent_after_min=0)
    for hour in range(8, 22):
        house.calendar.ask(f"{hour:02}:00", f"{hour:02}:15", "marolles")
        house.calendar.ask(f"{hour:02}:30", f"{hour:02}:45", "marolles")

    payload = told(house).publication(NOW).payload

    plan = contract.decode("zones/plan", payload)
    assert len(payload) <= contract.MAX_PAYLOAD
    assert len(plan["steps"]) > 20
    assert len(told(house).body["steps"]) > len(plan["steps"])
    assert plan["steps"][0]["from"] <= NOW.timestamp()


def test_a_zone_that_is_not_steered_says_so_and_its_followers_keep_their_own_schedule(house):
    house.set(steering=Steering.OFF)

    off = told(house)

    assert (off.body["steering"], off.discovery) == (False, None)


def test_home_assistant_finds_the_setpoint(house):
    discovery = told(house).discovery

    config = json.loads(discovery.payload)
    assert discovery.topic == "homeassistant/sensor/samen_bota75_front_setpoint/config"
    assert (config["state_topic"], config["expire_after"], discovery.retain) == (TOPIC, 7200, True)


def test_the_setpoint_rises_with_the_warm_up_and_falls_with_the_end(house):
    house.feels(16.0, since=at("09:00"))

    now = {clock: told(house, at(clock)).body["now"]["t"] for clock in ("09:00", "13:00", "15:59", "16:00")}

    assert now == {"09:00": 16.0, "13:00": 20.0, "15:59": 20.0, "16:00": 16.0}
    assert span("14:00", "16:00") in house.zone().booked
