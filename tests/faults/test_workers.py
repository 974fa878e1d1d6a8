"""Several ingest and tick workers at once: every fact once, and no bucket left behind."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import (
    DirtyEnergy,
    DirtyOccupancy,
    EnergyRollup,
    IndexReading,
    OccupancyReading,
    Reading,
    Step,
    TimeQuality,
)
from samen.services import ingest
from samen.services.rollup import roll_up
from support.building import load_demo
from support.nodes_words import clock, energy, occupancy

NOW = datetime.now(UTC).replace(microsecond=0)
READINGS = 600
CODES = ("1.8.0", "s0.1", "s0.2")


def words():
    """What four nodes say: indexes that rise by 2 a minute, rooms, and a clock that is set late."""
    said = []
    for number in range(READINGS):
        at = NOW - timedelta(minutes=READINGS - number)
        said.append(energy(2 * (number // 3), number, at, r=CODES[number % 3]))
        state = "occupied" if number % 7 else "empty"
        said += [occupancy(state, number, at, device=room) for room in ("node-iris", "node-canal")]
        said.append(occupancy("empty", number, None, device="node-keuken", up=60 * number))
    said.append(clock(1, 60 * READINGS, NOW, "node-keuken"))
    return said


def hear(database, seed):
    """One worker: all messages in an order of its own, in batches."""
    said = words()
    random.Random(seed).shuffle(said)
    for start in range(0, len(said), 50):
        with database.write() as session:
            ingest.record(session, said[start : start + 50], NOW)


def tick(database):
    while True:
        with database.write() as session:
            roll_up(session, limit=2)
        with database.read() as session:
            if session.scalar(select(func.count()).select_from(Reading)) == 4 * READINGS:
                return


def count(session, kind, *where):
    return session.scalar(select(func.count()).select_from(kind).where(*where))


@pytest.mark.timeout(200)
def test_workers_that_hear_the_same_leave_every_fact_once(database):
    load_demo(database)

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(hear, database, seed) for seed in range(3)]
        jobs += [pool.submit(tick, database) for _ in range(2)]
        for job in jobs:
            job.result()
    while rolled(database):
        pass

    with database.read() as session:
        assert count(session, Reading) == 4 * READINGS
        assert count(session, IndexReading) == READINGS
        assert count(session, OccupancyReading) == 3 * READINGS
        assert count(session, Reading, Reading.quality == TimeQuality.RECEIVED) == 0
        assert [count(session, kind) for kind in (DirtyEnergy, DirtyOccupancy)] == [0, 0]
        counted = 3 * 2 * (READINGS // 3 - 1)
        for step in Step:
            total = session.scalar(select(func.sum(EnergyRollup.amount)).where(EnergyRollup.step == step))
            assert total == pytest.approx(counted)


def rolled(database):
    with database.write() as session:
        return roll_up(session)
