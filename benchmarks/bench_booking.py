"""What a booking costs over the bare insert of its claim, in one run, on both engines.

The bare limit is a loop of the two INSERTs that a booking cannot do without, each committed, under the same
lock, trigger or constraint. Rules, conflict check, audit entry and their reads are what the ratio shows.
Absolute times depend on the machine; the ratio is the figure to compare.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from sqlalchemy import insert, select  # noqa: E402

from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.models import Claim  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.domain.interval import Interval  # noqa: E402
from samen.services import booking  # noqa: E402
from support.building import NOW, a_member, load_demo  # noqa: E402
from support.postgres import postgres_server  # noqa: E402

BOOKINGS = 300


def slot(number: int) -> Interval:
    """The n-th free half hour: 28 of them a day, from 8 to 22 in winter time."""
    start = datetime(2026, 11, 24, 7, tzinfo=UTC) + timedelta(days=number // 28, minutes=30 * (number % 28))
    return Interval(start, start + timedelta(minutes=30))


def milliseconds(deeds) -> list[float]:
    """How long each took."""
    took = []
    for deed in deeds:
        begun = perf_counter()
        deed()
        took.append((perf_counter() - begun) * 1000)
    return took


def measure(database: Database) -> tuple[list[float], list[float]]:
    """(booking, bare insert), each a list of milliseconds."""
    load_demo(database)
    viewer = a_member(database, "bench@rue.test")

    def book(number: int) -> None:
        with database.write() as session:
            booking.request(session, booking.Ask("iris", slot(number), "Bench", 4, viewer), NOW)

    def bare(number: int, occurrence: object) -> None:
        during = slot(number)
        row = {"occurrence_id": occurrence, "starts_at": during.start, "ends_at": during.end, "active": True}
        with database.write() as session:
            session.execute(insert(Claim), [row | {"space_id": 2}])

    booked = milliseconds([lambda n=n: book(n) for n in range(BOOKINGS)])
    with database.read() as session:
        occurrence = session.scalars(select(Claim.occurrence_id).limit(1)).one()
    return booked, milliseconds([lambda n=n: bare(n, occurrence) for n in range(BOOKINGS)])


def report(engine: str, booked: list[float], bare: list[float]) -> None:
    """One line: medians, 99th percentiles, and the ratio of the medians."""
    usual, limit = statistics.median(booked), statistics.median(bare)
    slowest = statistics.quantiles(booked, n=100)[98]
    print(f"{engine:10}  booking {usual:6.2f} ms (p99 {slowest:6.2f})  bare insert {limit:6.2f} ms  ", end="")
    print(f"ratio {usual / limit:4.1f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder) / "pg") as server:
        for engine, url in (
            ("SQLite", f"sqlite:///{folder}/samen.db"),
            ("PostgreSQL", server.new_database()),
        ):
            upgrade(url)
            database = Database(url)
            report(engine, *measure(database))
            database.dispose()


if __name__ == "__main__":
    main()
