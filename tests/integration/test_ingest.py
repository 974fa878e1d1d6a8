"""A reading becomes a fact, once; what cannot be used is kept apart and never stops the rest."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import (
    Device,
    DeviceState,
    DirtyEnergy,
    IndexReading,
    OccupancyReading,
    Quarantined,
    QuarantineTally,
    Reading,
    ReadingGap,
    Register,
    Space,
    SpaceState,
    TimeQuality,
    Unit,
)
from samen.adapters.message import Message
from samen.services import devices, ingest
from support.building import NOW, load_demo
from support.nodes_words import SITE, climate, clock, energy, message, occupancy, replay, stamp, status

MINUTE = timedelta(minutes=1)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def hear(database, *messages, now=NOW, paces=None):
    with database.write() as session:
        return ingest.record(session, messages, now, paces)


def count(database, kind, *where):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(kind).where(*where))


def reasons(database):
    with database.read() as session:
        rows = session.execute(select(QuarantineTally.reason, QuarantineTally.messages))
        return {row.reason: row.messages for row in rows}


def acked(outcome):
    """{device: {boot: [[first, last], …]}}"""
    told = {}
    for sent in outcome.acks:
        body = json.loads(sent.payload)
        told.setdefault(sent.topic.split("/")[3], {}).setdefault(body["boot"], []).extend(body["got"])
    return told


def one(database, query):
    """A row to look at after its session is gone."""
    with database.read() as session:
        row = session.scalars(query).one()
        session.expunge_all()
        return row


def device(database, slug):
    return one(database, select(Device).where(Device.slug == slug))


def room(database, slug="iris"):
    return one(database, select(SpaceState).join(Space).where(Space.slug == slug))


def test_a_reading_that_comes_twice_is_one_fact_and_acked_twice(building):
    first = hear(building, energy(1000, 1, NOW), energy(1010, 2, NOW + MINUTE))
    second = hear(building, energy(1000, 1, NOW), energy(1010, 2, NOW + MINUTE))

    assert (first.stored, second.stored, second.known) == (2, 0, 2)
    assert count(building, Reading) == count(building, IndexReading) == 2
    assert acked(first) == acked(second) == {"node-meters": {1: [[1, 2]]}}


def test_a_reading_twice_in_one_batch_is_one_fact(building):
    outcome = hear(building, energy(1000, 1, NOW), energy(1000, 1, NOW), replay(energy(1000, 1, NOW)))

    assert outcome.stored == count(building, IndexReading) == 1


def test_the_same_number_of_another_boot_or_device_is_another_reading(building):
    outcome = hear(building, occupancy("empty", 1, NOW), occupancy("empty", 1, NOW, boot=2),
                   occupancy("empty", 1, NOW, device="node-canal"))  # fmt: skip

    assert outcome.stored == count(building, OccupancyReading) == 3


def test_a_reading_touches_its_buckets_and_its_duplicate_does_not(building):
    hear(building, energy(1000, 1, NOW))
    marks = count(building, DirtyEnergy)

    hear(building, energy(1000, 1, NOW))

    assert marks == count(building, DirtyEnergy) == 1


def test_one_bad_message_costs_only_itself(building):
    outcome = hear(
        building,
        Message(f"samen/v1/{SITE}/node-meters/t/energy", b"\xff\x00{"),
        Message("somewhere/else", b"x"),
        Message(f"samen/v1/{SITE}/nobody/t/energy", b"{}"),
        message("node-meters", "t/energy", {"boot": 1}, site="elsewhere"),
        Message(f"samen/v1/{SITE}/node-meters/t/energy", b"x" * 3000),
        energy(1000, 7, NOW),
    )

    assert outcome.stored == count(building, IndexReading) == 1
    assert reasons(building) == {
        "not_json": 1, "bad_topic": 1, "unknown_device": 1, "wrong_site": 1, "oversized": 1
    }  # fmt: skip


def test_samples_are_short_printable_and_few(building):
    bad = [Message(f"samen/v1/{SITE}/node-iris/t/energy", b"\x00\x1b" * 900) for _ in range(15)]

    for _ in range(12):
        hear(building, *bad)

    with building.read() as session:
        samples = session.scalars(select(Quarantined.sample)).all()
    assert reasons(building) == {"not_json": 180}
    assert len(samples) <= 100
    assert all(len(sample) <= 200 and sample.isprintable() for sample in samples)


def test_a_useless_reading_is_acked_so_that_it_is_not_sent_for_ever(building):
    broken = message("node-meters", "t/energy", {"boot": 3, "seq": 9, "ts": 1, "d": {}})

    outcome = hear(building, broken)

    assert acked(outcome) == {"node-meters": {3: [[9, 9]]}}
    assert reasons(building) == {"bad_field": 1}


def test_an_unknown_register_keeps_the_reading_and_says_why_it_is_no_fact(building):
    outcome = hear(building, energy(1000, 1, NOW, r="9.9.9"))

    assert (count(building, Reading), count(building, IndexReading)) == (1, 0)
    assert reasons(building) == {"unknown_register": 1}
    assert acked(outcome) == {"node-meters": {1: [[1, 1]]}}


def test_a_telegram_fills_the_registers_it_has_in_their_unit(building):
    with building.write() as session:
        main = session.scalars(select(Register).where(Register.code == "1.8.0")).one()
        main.code = "1-0:1.8.1"
    said = {"1-0:1.8.1": [1234.567, "kWh"], "1-0:1.7.0": [0.5, "kW"], "0-0:96.14.0": ["0001", None]}

    hear(building, message("node-meters", "t/p1", {"boot": 1, **stamp(1, NOW), "d": said}))

    assert one(building, select(IndexReading)).index == pytest.approx(1_234_567)
    assert reasons(building) == {}


@pytest.mark.parametrize(
    ("said", "unit", "index"),
    [
        ([1234567, "Wh"], Unit.WH, 1_234_567),
        ([12.5, "m3"], Unit.LITRE, 12_500),
        ([12500, "dm3"], Unit.LITRE, 12_500),
    ],
)
def test_a_telegram_may_tell_an_index_in_whole_units(building, said, unit, index):
    with building.write() as session:
        register = session.scalars(select(Register).where(Register.code == "1.8.0")).one()
        register.code, register.unit = "0-1:24.2.3", unit

    hear(building, message("node-meters", "t/p1", {"boot": 1, **stamp(1, NOW), "d": {"0-1:24.2.3": said}}))

    assert one(building, select(IndexReading)).index == index


def test_a_revoked_device_is_not_heard(building):
    with building.write() as session:
        devices.revoke(session, "node-iris", "test", NOW)

    outcome = hear(building, occupancy("occupied", 1, NOW))

    assert (outcome.acks, outcome.stored, reasons(building)) == ([], 0, {"revoked_device": 1})
    assert device(building, "node-iris").last_seen_at is None


def test_a_flood_is_slowed_and_what_it_cost_comes_again_by_replay(building):
    paces = ingest.Paces(rate=1, burst=60)
    flood = [energy(1000 + seq, seq, NOW) for seq in range(100)]

    first = hear(building, *flood, status("online", "1-a", "node-meters"), paces=paces)
    again = hear(building, *(replay(*flood[i : i + 10]) for i in range(60, 100, 10)), paces=paces)

    assert acked(first) == {"node-meters": {1: [[0, 59]]}}
    assert acked(again) == {"node-meters": {1: [[60, 99]]}}
    assert reasons(building) == {"too_fast": 40}
    assert count(building, IndexReading) == 100
    assert device(building, "node-meters").state is DeviceState.ONLINE


# --- rooms ----------------------------------------------------------------------------------------


def test_a_room_shows_its_newest_word_and_pages_are_told(building):
    outcome = hear(building, occupancy("entering", 1, NOW), occupancy("occupied", 2, NOW))

    (change,) = outcome.live
    told = json.loads(change.payload)
    assert (change.topic, change.qos, told["space"]) == ("samen/live/bota75", 0, "iris")
    assert (told["occupancy"], room(building).occupancy) == ("occupied", "occupied")


def test_a_beat_that_says_the_same_keeps_since_and_disturbs_nobody(building):
    hear(building, occupancy("occupied", 1, NOW))

    outcome = hear(building, occupancy("occupied", 2, NOW + 5 * MINUTE), now=NOW + 5 * MINUTE)

    assert outcome.live == []
    assert (room(building).since_at, room(building).occupancy_at) == (NOW, NOW + 5 * MINUTE)


def test_an_old_reading_told_again_does_not_turn_the_room_back(building):
    hear(building, occupancy("occupied", 5, NOW))

    outcome = hear(building, replay(occupancy("empty", 4, NOW - MINUTE), occupancy("empty", 3, NOW)))

    assert (outcome.stored, outcome.live, room(building).occupancy) == (2, [], "occupied")


def test_a_newer_reading_told_by_replay_does_turn_it(building):
    hear(building, occupancy("occupied", 5, NOW - MINUTE))

    outcome = hear(building, replay(occupancy("empty", 6, NOW)))

    assert len(outcome.live) == 1
    assert room(building).occupancy == "empty"


def test_climate_stands_beside_occupancy(building):
    hear(building, climate(20.4, 1, NOW), occupancy("empty", 2, NOW))

    assert (room(building).deg_c, room(building).co2_ppm, room(building).occupancy) == (20.4, 640, "empty")


# --- time -----------------------------------------------------------------------------------------


def test_a_boot_without_a_clock_is_dated_when_its_clock_is_set(building):
    hear(building, energy(1000, 1, None, up=10), energy(1100, 2, None, up=610))
    before = count(building, IndexReading, IndexReading.quality == TimeQuality.RECEIVED)

    hear(building, clock(1, 1000, NOW, "node-meters"))

    with building.read() as session:
        rows = session.execute(select(IndexReading.at, IndexReading.quality).order_by(IndexReading.seq)).all()
    assert before == 2
    assert rows == [(NOW - timedelta(seconds=990), TimeQuality.DATED),
                    (NOW - timedelta(seconds=390), TimeQuality.DATED)]  # fmt: skip


def test_what_such_a_boot_sends_later_is_dated_at_once(building):
    hear(building, clock(1, 1000, NOW, "node-meters"), energy(1000, 1, None, up=400))

    row = one(building, select(IndexReading))
    assert (row.at, row.quality) == (NOW - timedelta(seconds=600), TimeQuality.DATED)


def test_dating_touches_the_buckets_left_and_those_entered(building):
    hear(building, energy(1000, 1, None, up=0))

    hear(building, clock(1, 7200, NOW, "node-meters"))

    with building.read() as session:
        starts = set(session.scalars(select(DirtyEnergy.starts_at)))
    assert starts == {NOW, NOW - timedelta(hours=2)}


def test_a_second_synchronisation_moves_nothing(building):
    hear(building, energy(1000, 1, None, up=0), clock(1, 600, NOW, "node-meters"))

    hear(building, clock(1, 600, NOW - timedelta(hours=5), "node-meters"))

    with building.read() as session:
        assert session.scalars(select(IndexReading.at)).one() == NOW - timedelta(minutes=10)


def test_a_clock_that_runs_ahead_is_flagged_and_not_believed(building):
    hear(building, energy(1000, 1, NOW + timedelta(hours=3)))

    row = one(building, select(IndexReading))
    assert (row.at, row.quality) == (NOW, TimeQuality.RECEIVED)
    assert device(building, "node-meters").clock_skew_s == pytest.approx(3 * 3600)


def test_a_clock_that_is_right_again_is_no_longer_flagged(building):
    hear(building, energy(1000, 1, NOW - timedelta(hours=3)))

    hear(building, energy(1000, 2, NOW))

    assert device(building, "node-meters").clock_skew_s is None


# --- what nodes say of themselves -----------------------------------------------------------------


def test_a_late_will_does_not_kill_a_node_that_is_back(building):
    hear(building, status("online", "17-aaaa"), status("online", "17-bbbb"))

    hear(building, status("offline", "17-aaaa"))

    assert (device(building, "node-iris").state, device(building, "node-iris").sid) == (
        DeviceState.ONLINE, "17-bbbb"
    )  # fmt: skip


def test_its_own_will_does(building):
    hear(building, status("online", "17-aaaa"), status("offline", "17-aaaa"))

    assert device(building, "node-iris").state is DeviceState.OFFLINE


def test_a_retained_word_is_not_a_sign_of_life(building):
    hear(building, status("online", "17-aaaa", retained=True))

    seen = device(building, "node-iris")
    assert (seen.state, seen.last_seen_at) == (DeviceState.ONLINE, None)


def test_dropped_readings_are_kept_as_a_gap_and_acked(building):
    gap = message("node-iris", "gap", {"boot": 4, "from": 210, "to": 480, "why": "flash_full"})

    outcome = hear(building, gap)
    hear(building, gap)

    row = one(building, select(ReadingGap))
    assert (row.first, row.last, row.why) == (210, 480, "flash_full")
    assert acked(outcome) == {"node-iris": {4: [[210, 480]]}}
