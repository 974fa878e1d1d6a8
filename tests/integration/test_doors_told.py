"""What the lights beside doors are told, so that they need nobody for a week."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters import mqtt
from samen.adapters.db.models import Blackout, Device, OccurrenceStatus, Site
from samen.cli.doors import Doors
from samen.services import next_told
from samen_node import contract
from support.brokers import a_broker, a_client
from support.brokers import at as broker_at
from support.building import NOW, Calendar, a_member, at, load_demo
from support.ports import eventually
from support.web import Clock

TOPIC = "samen/v1/bota75/node-iris/next"


@pytest.fixture
def doors_calendar(database):
    load_demo(database)
    return Calendar(database, a_member(database, "an@rue.test"))


def doors_told(calendar, now=NOW, topic=TOPIC):
    with calendar.database.read() as session:
        return contract.decode("next", next_told.messages(session, now)[topic])


def seconds(clock, day=23):
    return int(at(clock, day).timestamp())


def test_a_node_is_told_when_its_room_is_taken_and_no_names(doors_calendar):
    doors_calendar.ask("10:00", "12:00")
    doors_calendar.ask("14:00", "15:00")
    doors_calendar.ask("10:00", "11:00", space="marolles")

    told = doors_told(doors_calendar)

    assert told["items"] == [
        {"start": seconds("10:00"), "end": seconds("12:00"), "state": "booked"},
        {"start": seconds("14:00"), "end": seconds("15:00"), "state": "booked"},
    ]
    assert told["until"] == seconds("00:00", 30) + 86400


def test_what_is_cancelled_or_over_is_gone(doors_calendar):
    early = doors_calendar.ask("10:00", "12:00")
    doors_calendar.ask("14:00", "15:00")
    doors_calendar.cancel(early)

    assert [item["start"] for item in doors_told(doors_calendar)["items"]] == [seconds("14:00")]
    assert doors_told(doors_calendar, at("15:00"))["items"] == []


def test_a_closed_room_is_not_free(doors_calendar):
    with doors_calendar.database.write() as session:
        site = session.scalars(select(Site)).one()
        session.add(Blackout(site_id=site.id, starts_at=at("16:00"), ends_at=at("17:00"), reason="works"))

    assert doors_told(doors_calendar)["items"] == [
        {"start": seconds("16:00"), "end": seconds("17:00"), "state": "blackout"}
    ]


def test_what_waits_for_a_yes_or_for_somebody_in_line_is_held():
    assert next_told._state(OccurrenceStatus.CONFIRMED) == "booked"
    assert next_told._state(OccurrenceStatus.PENDING) == "held"
    assert next_told._state(OccurrenceStatus.HELD) == "held"


def test_more_than_fits_shortens_how_far_ahead_it_is_true():
    start = at("08:00")
    taken = [
        (start + timedelta(hours=n), start + timedelta(hours=n, minutes=30), "blackout") for n in range(40)
    ]

    payload = next_told._message(taken, start + timedelta(days=7))

    told = contract.decode("next", payload)
    assert len(told["items"]) == 32
    assert told["until"] == int((start + timedelta(hours=32)).timestamp())


def test_a_revoked_node_is_told_nothing(doors_calendar):
    with doors_calendar.database.write() as session:
        session.scalars(select(Device).where(Device.slug == "node-iris")).one().revoked_at = NOW

    with doors_calendar.database.read() as session:
        assert TOPIC not in next_told.messages(session, NOW)


def test_every_node_in_a_space_is_told(doors_calendar):
    with doors_calendar.database.read() as session:
        hung = session.scalars(select(Device.slug).where(Device.space_id.is_not(None))).all()

        told = next_told.messages(session, NOW)

    assert sorted(told) == sorted(f"samen/v1/bota75/{slug}/next" for slug in hung)


def doors_heard(port, seconds=5):
    """What a node hears that connects only now."""
    found = []
    with a_client(port) as client:
        client.on_message = lambda _client, _data, message: found.append(message)
        client.subscribe(TOPIC, 1)
        eventually(lambda: found, seconds)
    return found[0]


def test_it_is_said_on_change_only_and_stays_at_the_broker(doors_calendar, tmp_path):
    clock = Clock(at("08:00"))
    with a_broker("mosquitto", tmp_path) as broker:
        doors = Doors(broker_at(broker.port), clock, lambda: 0)
        said = [doors(doors_calendar.database)]
        for _ in range(2):
            clock.now += timedelta(minutes=1)
            said.append(doors(doors_calendar.database))
        doors_calendar.ask("17:30", "18:30", now=clock.now)
        said.append(doors(doors_calendar.database))
        clock.now += timedelta(minutes=1)
        said.append(doors(doors_calendar.database))

        message = doors_heard(broker.port)

    assert said[0] > 1
    assert said[1:] == [0, 0, 0, 1]
    assert message.retain
    assert contract.decode("next", message.payload)["items"][0]["start"] == seconds("17:30")


def test_a_broker_that_forgot_everything_is_told_again(doors_calendar, tmp_path):
    with a_broker("mosquitto", tmp_path) as broker:
        watch = mqtt.Watch(broker_at(broker.port), (), lambda _: None)
        try:
            doors = Doors(broker_at(broker.port), Clock(), lambda: watch.links)
            eventually(lambda: watch.links == 1)
            first = doors(doors_calendar.database)
            broker.kill()
            eventually(lambda: not watch.connected)
            broker.start()
            eventually(lambda: watch.links == 2, 20)

            assert doors(doors_calendar.database) == first > 1
            assert doors_heard(broker.port).retain
        finally:
            watch.stop()
