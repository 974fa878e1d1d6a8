"""Booking and reading under load with 200,000 occurrences stored, on both engines; and the rivals' way.

A real server answers; requests come at fixed times from another process. The rivals' way is the same server
without constraint and lock (tests/faults/unguarded.py): it checks, then inserts. Then many clients ask for
one slot, to count how often each way books it twice. SAMEN_BENCH_SECONDS and _STORED: a smaller run.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from sqlalchemy import text  # noqa: E402
from stored_years import ROOMS, STORED, Building, build  # noqa: E402

from faults.test_race import OVERLAPS, UNGUARDED, Race  # noqa: E402
from faults.unguarded import drop_constraint  # noqa: E402
from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.models import Member  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.domain.access import Scope  # noqa: E402
from samen.domain.interval import Interval  # noqa: E402
from samen.services import login  # noqa: E402
from support.ports import free_port  # noqa: E402
from support.postgres import postgres_server  # noqa: E402
from support.server import SAMEN, environment, web_server  # noqa: E402

SECONDS = int(os.environ.get("SAMEN_BENCH_SECONDS", "30"))
BOOKINGS_A_SECOND, WEEKS_A_SECOND = 50, 10
BOOKING_TARGET_MS, WEEK_TARGET_MS = 300, 150
RACERS, TRIALS = 8, 30


@dataclass(frozen=True)
class Heard:
    """How long answers took in milliseconds, and which they were."""

    took: Sequence[float]
    statuses: Sequence[int]
    seconds: float

    def line(self, target: float | None = None) -> str:
        """Throughput, median and 99th percentile, against a target."""
        p99 = statistics.quantiles(self.took, n=100)[98]
        good = sum(status < 400 for status in self.statuses)
        said = (
            f"{good / self.seconds:5.1f}/s  median {statistics.median(self.took):6.1f} ms  p99 {p99:6.1f} ms"
        )
        return (
            said if target is None else f"{said}  (target {target}: {'met' if p99 <= target else 'MISSED'})"
        )


def send(port: int, requests: Sequence[dict[str, Any]]) -> Heard:
    """Have another process send them."""
    job = json.dumps({"port": port, "requests": list(requests)})
    load = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "load.py"],
        input=job, capture_output=True, text=True, check=True, timeout=SECONDS * 4 + 120,
    )  # fmt: skip
    took, statuses = zip(*json.loads(load.stdout), strict=True)
    return Heard(took, statuses, max(one["at"] for one in requests) or 1)


def bookings(tokens: Sequence[str], free: Sequence[tuple[str, Interval]]) -> list[dict[str, Any]]:
    """Members book free hours, at an even pace."""
    return [
        {
            "at": number / BOOKINGS_A_SECOND,
            "method": "POST",
            "path": "/api/v1/bookings",
            "headers": {
                "Authorization": f"Bearer {tokens[number % len(tokens)]}",
                "Content-Type": "application/json",
            },
            "body": json.dumps(
                {
                    "space": space,
                    "start": during.start.isoformat(),
                    "end": during.end.isoformat(),
                    "title": "Load",
                }
            ),
        }
        for number, (space, during) in enumerate(free)
    ]


def weeks(cookie: str, monday: datetime) -> list[dict[str, Any]]:
    """Members read one week after the other."""
    return [
        {
            "at": number / WEEKS_A_SECOND,
            "method": "GET",
            "path": f"/week/{(monday + timedelta(weeks=number % 40)).date().isoformat()}",
            "headers": {"Cookie": f"samen={cookie}", "Accept-Encoding": "gzip"},
        }
        for number in range(SECONDS * WEEKS_A_SECOND)
    ]


@contextmanager
def stored(url: str) -> Iterator[tuple[Database, Building]]:
    """The building with its years."""
    upgrade(url)
    database = Database(url)
    built = build(database, datetime.now(UTC))
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    yield database, built
    database.dispose()


def tokens_of(database: Database, built: Building) -> list[str]:
    """An API token for each member."""
    now = datetime.now(UTC)
    with database.write() as session:
        members = [session.get_one(Member, viewer.member_id) for viewer in built.viewers]
        return [login.create_token(session, member, [Scope.BOOKINGS], "bench", now) for member in members]


def cookie_of(database: Database, built: Building, url: str) -> str:
    """The session cookie of somebody who signed in."""
    from samen.web.app import create_app
    from support.web import settings_for

    with database.write() as session:
        token = login.sign_in(session, login.Proven(built.viewers[0].member_id, None), datetime.now(UTC))
    app = create_app(settings_for(url, SAMEN_SECRET_KEY=SECRET), database)
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"login": token}))


SECRET = environment("", 0)["SAMEN_SECRET_KEY"]


def measure(engine: str, folder: Path, url: str) -> None:
    """Ours, then the same without what keeps bookings apart."""
    with stored(url) as (database, built):
        tokens, cookie = tokens_of(database, built), cookie_of(database, built, url)
        count = SECONDS * BOOKINGS_A_SECOND
        env = environment(url, free_port())
        with web_server(env, folder / "serve.log") as port:
            ours = send(port, bookings(tokens, built.free[:count]))
            print(f"{engine:10}  booking, ours           {ours.line(BOOKING_TARGET_MS)}")
            read = send(port, weeks(cookie, datetime.now(UTC)))
            assert set(read.statuses) == {200}, set(read.statuses)
            print(f"{engine:10}  week of {ROOMS} spaces      {read.line(WEEK_TARGET_MS)}")
        doubled = twice(database, tokens, folder, SAMEN)
        drop_constraint(database)
        with web_server(env, folder / "serve.log", UNGUARDED) as port:
            theirs = send(port, bookings(tokens, built.free[count : 2 * count]))
            print(f"{engine:10}  booking, check and insert {theirs.line()}")
        ratio = statistics.median(ours.took) / statistics.median(theirs.took)
        print(f"{engine:10}  ours over theirs, median: {ratio:.2f}")
        rivals = twice(database, tokens, folder, UNGUARDED)
        print(
            f"{engine:10}  {RACERS} clients, one slot: booked twice in {doubled} of {TRIALS} trials (ours), ",
            end="",
        )
        print(f"{rivals} of {TRIALS} (check and insert)")


def twice(database: Database, tokens: Sequence[str], folder: Path, program: Sequence[str]) -> int:
    """In how many trials more than one of the clients was told that the slot is theirs."""
    env = environment(database.url, free_port())
    with database.write() as session:
        session.execute(text("UPDATE spaces SET slug = 'iris' WHERE slug = 'room-0'"))
        session.execute(
            text("DELETE FROM claims WHERE space_id = (SELECT id FROM spaces WHERE slug = 'iris')")
        )
    log = folder / "race.log"
    with web_server(env, log, program) as one, web_server(env, log, program) as two:
        trials = Race((one, two), tokens).run(RACERS, TRIALS)
    with database.read() as session:
        assert (session.scalar(OVERLAPS) == 0) == all(trial[201] == 1 for trial in trials)
    return sum(trial[201] > 1 for trial in trials)


def main() -> None:
    print(f"{STORED} occurrences stored; {SECONDS} s of {BOOKINGS_A_SECOND} bookings a second")
    with tempfile.TemporaryDirectory() as name, postgres_server(Path(name) / "pg") as server:
        folder = Path(name)

        measure("PostgreSQL", folder, server.new_database())


if __name__ == "__main__":
    main()
