"""The sweep beside the web server: what it frees, open pages hear of."""

from datetime import date

import pytest

from samen.adapters import mqtt
from samen.cli.sweep import Sweep
from samen.services.live import calendar_changed
from samen.web.feed import Feed
from samen.web.live import Hub
from support.brokers import a_broker
from support.brokers import at as broker_at
from support.building import at
from support.ports import eventually, free_port
from support.watching import Watched
from support.web import Clock


@pytest.fixture
def building(sqlite_database):
    building = Watched(sqlite_database)
    building.booked("10:00", "12:00")
    building.hears("empty", "09:30", "10:16")
    return building


def test_open_pages_hear_of_what_the_sweep_freed(building, tmp_path):
    clock, hub = Clock(), Hub()
    feed = Feed(building.database, hub, clock)
    heard = hub.join(frozenset({"booking"}))
    with a_broker("embedded", tmp_path) as broker:
        feed.start(broker_at(broker.port))
        # A subscription is answered before it is in force.
        ping = calendar_changed("bota75", "canal", date(2026, 11, 1))
        eventually(lambda: mqtt.say(broker_at(broker.port), [ping]) and heard.next(0.2))
        sweep = Sweep(broker_at(broker.port), clock)
        for minute in ("10:00", "10:08", "10:16"):
            clock.now = at(minute)
            assert sweep(building.database) == 1
            assert sweep(building.database) == 0

        told = next(event.data for event in iter(lambda: heard.next(5), None) if "iris" in str(event.data))
        feed.stop()

    assert told == {"space": "iris", "on": "2026-11-23"}


def test_without_a_broker_rooms_are_freed_all_the_same(building):
    clock = Clock()
    sweep = Sweep(broker_at(free_port()), clock)

    for minute in ("10:00", "10:08", "10:16"):
        clock.now = at(minute)
        sweep(building.database)

    assert "no_show_released" in building.told(building.an)
