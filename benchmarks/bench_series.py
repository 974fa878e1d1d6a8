"""A series of 365 dates against 365 single ones, on both engines, in one run.

Two ratios: storing alone (one statement for the dates and one for their claims, against a transaction for
each date), and the whole way through `services.booking.request`, with rules, quota, notice and audit.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from sqlalchemy import delete, select  # noqa: E402

from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.models import OccurrenceStatus, Quota, Series, Space  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.domain.access import Viewer  # noqa: E402
from samen.domain.interval import Interval  # noqa: E402
from samen.services import booking, placing  # noqa: E402
from samen.services.placing import Slot  # noqa: E402
from support.building import NOW, a_member, an_hour, at, load_demo  # noqa: E402
from support.postgres import postgres_server  # noqa: E402

DATES, TIMES, TARGET = 365, 3, 0.1


def during(day: int, hour: int) -> Interval:
    """An hour of the n-th day from tomorrow on."""
    return an_hour(at(f"{hour:02}:00", 24) + timedelta(days=day))


def seconds(deed: Callable[[], object]) -> float:
    """How long it took."""
    begun = perf_counter()
    deed()
    return perf_counter() - begun


def request_ratio(database: Database, viewer: Viewer, hour: int) -> float:
    """The whole way: a daily series against as many bookings."""

    def ask(space: str, span: Interval, rrule: str | None = None) -> None:
        with database.write() as session:
            wanted = booking.Ask(space, span, "Bench", 4, viewer, rrule=rrule)
            assert isinstance(booking.request(session, wanted, NOW), booking.Booked)

    series = seconds(lambda: ask("iris", during(0, hour), f"FREQ=DAILY;COUNT={DATES}"))
    single = seconds(lambda: [ask("canal", during(day, hour)) for day in range(DATES)])
    return series / single


def store_ratio(database: Database, viewer: Viewer, hour: int) -> float:
    """Storing alone: all dates at once against one a transaction."""

    def put(slug: str, spans: list[Interval]) -> None:
        with database.write() as session:
            space = session.scalars(select(Space).where(Space.slug == slug)).one()
            series = _series(space, viewer, spans[0])
            session.add(series)
            session.flush()
            slots = [Slot(span.start, space, span) for span in spans]
            placing.store(session, series, slots, OccurrenceStatus.CONFIRMED)

    spans = [during(day, hour) for day in range(DATES)]
    series = seconds(lambda: put("marolles", spans))
    return series / seconds(lambda: [put("keuken", [span]) for span in spans])


def _series(space: Space, viewer: Viewer, first: Interval) -> Series:
    return Series(
        space_id=space.id,
        tenant_id=viewer.tenant_id,
        booked_by_id=viewer.member_id,
        title="Bench",
        starts_local=first.start.replace(tzinfo=None),
        length=first.length,
        timezone="Europe/Brussels",
        created_at=NOW,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder) / "pg") as server:
        for engine, url in (
            ("SQLite", f"sqlite:///{folder}/samen.db"),
            ("PostgreSQL", server.new_database()),
        ):
            upgrade(url)
            database = Database(url)
            load_demo(database)
            viewer = a_member(database, "bench@rue.test", "radio-pixel")
            _lift_limits(database)
            stored, asked = (
                statistics.median(ratio(database, viewer, 9 + n) for n in range(TIMES))
                for ratio in (store_ratio, request_ratio)
            )
            met = "met" if max(stored, asked) <= TARGET else "MISSED"
            print(
                f"{engine:10}  a series of {DATES} dates over {DATES} single ones: stored {stored:.3f}, ",
                end="",
            )
            print(f"asked for {asked:.3f}  (target {TARGET}: {met})")
            database.dispose()


def _lift_limits(database: Database) -> None:
    """Rooms for everybody, every day, and no quota: what is measured is the calendar."""
    with database.write() as session:
        for space in session.scalars(select(Space)):
            space.hours, space.permissions, space.closed_on_holidays, space.horizon_days = [], [], False, 500
            space.before_min = space.after_min = 0
        session.execute(delete(Quota))


if __name__ == "__main__":
    main()
