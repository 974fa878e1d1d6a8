"""The energy pages' data with 100 meters read each quarter of an hour: one year, two and ten stored.

Each page is asked for in this process; its data is what comes before its template is drawn. Reported: the
95th percentile, against 50 ms, and that of ten years over that of one, against 1.3. Pages that hold a year
against the one before have nothing to say of a single year: theirs is over that of two. SAMEN_BENCH_YEARS:
other years than "1,2,10"; ten are 53 million rows, and take minutes and gigabytes an engine to write.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import structlog  # noqa: E402
from flask import Flask, before_render_template, request_started  # noqa: E402
from stored_energy import METERS, build, furnish  # noqa: E402

from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.cli.serve import calm_the_collector  # noqa: E402
from samen.domain.access import Role  # noqa: E402
from samen.services import login  # noqa: E402
from samen.web.app import create_app  # noqa: E402
from support.building import a_member  # noqa: E402
from support.postgres import postgres_server  # noqa: E402
from support.web import Browser, settings_for  # noqa: E402

YEARS = tuple(map(int, os.environ.get("SAMEN_BENCH_YEARS", "1,2,10").split(",")))
TIMES, WARM_UP = 40, 3
TARGET_MS, TARGET_RATIO = 50.0, 1.3
COMPARING = ("/energy/savings", "/energy/interventions", "/energy/weather")


class Stopwatch:
    """How long a request works before its template is drawn, in milliseconds."""

    def __init__(self, app: Flask) -> None:
        self.took: list[float] = []
        request_started.connect(self._start, app)
        before_render_template.connect(self._stop, app)

    def _start(self, _app: Flask, **_more: object) -> None:
        self._since = time.perf_counter()

    def _stop(self, _app: Flask, **_more: object) -> None:
        self.took.append((time.perf_counter() - self._since) * 1000)


def pages(app: Flask) -> list[str]:
    """Every page of the energy area that needs nothing more than its address."""
    rules = (rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/energy"))
    return sorted(rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments)


@contextmanager
def manager(url: str, days: int) -> Iterator[tuple[Flask, Browser]]:
    """A manager signed in to the building with so many days behind it."""
    upgrade(url)
    database = Database(url)
    now = datetime.now(UTC)
    build(database, now, days)
    viewer = a_member(database, "manager@bench.test", "tenant-0", Role.MANAGER)
    furnish(database, viewer, now)
    with database.write() as session:
        token = login.sign_in(session, login.Proven(viewer.member_id, None), now)
    app = create_app(settings_for(url), database)
    calm_the_collector()
    browser = Browser(app)
    browser.hold(token)
    yield app, browser
    database.dispose()


def measure(url: str, days: int, times: int = TIMES) -> dict[str, float]:
    """The 95th percentile of each page's data, in milliseconds."""
    found = {}
    with manager(url, days) as (app, browser):
        for path in pages(app):
            watch = Stopwatch(app)
            for _ in range(WARM_UP + times):
                answer = browser.get(path)
                assert answer.status_code == 200, (path, answer.status)
            found[path] = statistics.quantiles(watch.took[WARM_UP:], n=20)[18] if watch.took else 0.0
    return found


def report(engine: str, by_years: dict[int, dict[str, float]]) -> None:
    for path, ms in by_years[YEARS[-1]].items():
        least = min((years for years in YEARS if years > 1), default=1) if path in COMPARING else YEARS[0]
        ratio = ms / by_years[least][path] if by_years[least][path] else 1.0
        met = ms <= TARGET_MS and ratio <= TARGET_RATIO
        figures = "  ".join(f"{years} y {by_years[years][path]:6.1f} ms" for years in YEARS)
        print(
            f"{engine:10}  {path:28}  {figures}  ratio {ratio:4.2f}  {'met' if met else 'MISSED'}", flush=True
        )


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"{METERS} meters, quarters of an hour; data of each page, 95th percentile of {TIMES}")
    with tempfile.TemporaryDirectory() as name, postgres_server(Path(name) / "pg") as server:
        urls = {
            "SQLite": lambda years: f"sqlite:///{name}/samen-{years}.db",
            "PostgreSQL": lambda _years: server.new_database(),
        }
        for engine, url in urls.items():
            report(engine, {years: measure(url(years), 365 * years) for years in YEARS})


if __name__ == "__main__":
    main()
