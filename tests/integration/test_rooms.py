"""How rooms stand now: from their sensors, their bookings, and the silence of either."""

from datetime import timedelta

import pytest

from samen.domain.presence import RoomNow
from samen.services import ingest, rooms
from support.building import Calendar, a_member, at, load_demo
from support.nodes_words import climate, occupancy

NINE = at("09:10")


@pytest.fixture
def building(sqlite_database):
    load_demo(sqlite_database)
    return sqlite_database


def hear(database, *messages, now=NINE):
    with database.write() as session:
        ingest.record(session, messages, now)


def states(database, now=NINE):
    with database.read() as session:
        return {state.slug: state for state in rooms.room_states(session, 1, now)}


def test_a_room_nobody_ever_heard_of_is_unknown(building):
    assert {state.now for state in states(building).values()} == {RoomNow.UNKNOWN}


def test_an_occupied_room_is_in_use_and_an_empty_one_free(building):
    hear(building, occupancy("hold", 1, NINE), occupancy("empty", 1, NINE, device="node-canal"))

    now = states(building)
    assert (now["iris"].now, now["canal"].now) == (RoomNow.IN_USE, RoomNow.FREE)


def test_an_empty_room_that_is_booked_says_so(building):
    viewer = a_member(building, "lea@example.org")
    assert Calendar(building, viewer).ask("09:00", "10:00").series

    hear(building, occupancy("empty", 1, NINE))

    iris = states(building)["iris"]
    assert (iris.now, iris.booked, iris.booked_until) == (RoomNow.BOOKED_EMPTY, True, at("10:00"))


def test_a_silent_node_says_nothing_after_a_quarter_of_an_hour(building):
    hear(building, occupancy("occupied", 1, NINE), climate(20.5, 2, NINE))

    early, late = (states(building, NINE + timedelta(minutes=minutes))["iris"] for minutes in (15, 16))
    assert (early.now, early.deg_c) == (RoomNow.IN_USE, 20.5)
    assert (late.now, late.deg_c, late.heard_at) == (RoomNow.UNKNOWN, None, NINE)


def test_a_room_made_of_parts_is_booked_with_them(building):
    viewer = a_member(building, "lea@example.org")
    assert Calendar(building, viewer).ask("09:00", "10:00", space="zenne-noord").series

    now = states(building)
    assert (now["zenne"].booked, now["zenne-noord"].booked, now["zenne-zuid"].booked) == (True, True, False)
