"""The devices of `samen simulate` in a site's database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Device, Reading, ReadingGap, Site, Space
from samen.adapters.db.models.reading import TimeQuality
from samen.domain.tally import Received
from samen.services import devices, simulated_nodes
from samen.services.simulated_nodes import Refusal
from support.building import Calendar, a_member, load_demo, span

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


@pytest.fixture
def house(database):
    load_demo(database)
    return database


def enrolled(house, count, **given):
    """(slug, room, streams) of the simulated devices."""
    with house.write() as session:
        found = simulated_nodes.enrol(session, None, count, NOW, **given)
        return [(d.slug, d.space.slug if d.space else None, tuple(d.streams)) for d in found]


def revoke(house, *slugs):
    with house.write() as session:
        for slug in slugs:
            devices.revoke(session, slug, "test", NOW)


def test_what_is_missing_is_added_apart_from_rooms_and_meters(house):
    assert enrolled(house, 2) == [("sim-0001", None, ("climate",)), ("sim-0002", None, ("climate",))]

    assert [name for name, *_ in enrolled(house, 3)] == ["sim-0001", "sim-0002", "sim-0003"]
    with house.read() as session:
        assert len(session.scalars(select(Device).where(Device.slug.like("sim-%"))).all()) == 3


def test_what_is_enrolled_is_taken_as_it_is(house):
    revoke(house, "node-iris")
    with house.write() as session:
        devices.add(session, "sim-0001", "iris", ["occupancy"], "test", NOW)

    assert enrolled(house, 1) == [("sim-0001", "iris", ("occupancy",))]


def test_for_bookings_they_get_rooms_that_no_node_watches_and_the_site_says_so(house):
    revoke(house, "node-iris", "node-canal")
    until = NOW + timedelta(hours=1)

    rooms = {room for _, room, _ in enrolled(house, 40, invented_until=until)}

    with house.read() as session:
        watched = {"marolles", "atelier", "keuken"}
        parts = {space.slug for space in session.scalars(select(Space)) if not space.parts}
        assert {"iris", "canal"} <= rooms - {None} <= parts - watched
        assert session.scalars(select(Site)).one().simulated_until == until


def test_a_room_keeps_its_simulated_node(house):
    revoke(house, "node-iris")
    first = enrolled(house, 1, invented_until=NOW)

    assert enrolled(house, 1, invented_until=NOW) == first


def test_a_real_device_is_never_played(house):
    names = {name for name, *_ in enrolled(house, 5)}

    assert all(name.startswith("sim-") for name in names)


def test_a_revoked_one_or_a_site_that_is_not_there_is_refused(house):
    enrolled(house, 1)
    revoke(house, "sim-0001")

    with house.write() as session:
        with pytest.raises(Refusal, match="revoked"):
            simulated_nodes.enrol(session, None, 1, NOW)
        with pytest.raises(Refusal, match="no site is called 'tour'"):
            simulated_nodes.enrol(session, "tour", 1, NOW)


def store(session, device, boot, *seqs):
    session.add_all(
        Reading(
            device_id=device.id, boot=boot, seq=seq, stream="climate", at=NOW, quality=TimeQuality.NTP,
            up=1, received_at=NOW, body={"t": 20},
        )
        for seq in seqs
    )  # fmt: skip


def test_a_boot_that_is_known_already_is_neither_counted_nor_begun_again(house):
    with house.write() as session:
        device = simulated_nodes.enrol(session, None, 1, NOW)[0]
        store(session, device, 4, 0, 1, 2)
        session.flush()
        (described,) = simulated_nodes.described(session, [device], None, 1)

        assert (described.boot, described.visits) == (4, None)
        store(session, device, 5, 0, 1, 5)
        session.add(
            ReadingGap(device_id=device.id, boot=5, first=2, last=4, why="flash_full", received_at=NOW)
        )
        session.flush()
        come = simulated_nodes.received(session, {"sim-0001": 4})

    assert come == {("sim-0001", 5): Received(3, 5, 3)}


def test_people_come_as_the_room_is_booked(house, monkeypatch):
    monkeypatch.setattr("samen.domain.visits.FORGOTTEN", 0)
    revoke(house, "node-iris")
    calendar = Calendar(house, a_member(house, "an@rue.test"))
    calendar.ask("09:00", "11:00", space="iris")
    calendar.ask("12:00", "13:00", space="canal")
    window = span("08:00", "20:00")

    with house.write() as session:
        found = simulated_nodes.enrol(session, None, 40, window.start, invented_until=window.end)
        told = simulated_nodes.described(session, found, window, seed=1)
        (watcher,) = [device.slug for device in found if device.space and device.space.slug == "iris"]
    visits = {node.device: node.visits for node in told}

    assert [(round(a / 3600), round(b / 3600)) for a, b in visits.pop(watcher)] == [(1, 3)]
    assert set(map(len, visits.values())) == {0}
