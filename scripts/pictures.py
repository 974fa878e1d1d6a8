"""Draws docs/pictures: the pages of a furnished Bota 75 on a Monday afternoon, as a browser shows them.

Run as `make pictures`. Needs Chromium, and ImageMagick's `convert` to keep the files small.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from samen.adapters.db import Database
from samen.adapters.db.models import Member, Site, Tenant
from samen.adapters.message import Message
from samen.cli.demo import prepare
from samen.cli.tick import catch_up
from samen.config import Settings
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.services import booking, demo, findings_sweep, members
from samen.services.demo import PASSWORD
from samen.services.ingest import record
from samen.web.app import create_app
from samen.web.logs import configure_logs
from samen_node import contract

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
# A Monday on which the demo's building is in full use.
NOW = datetime(2026, 11, 23, 14, 25, tzinfo=ZoneInfo("Europe/Brussels")).astimezone(UTC)
MANAGER, MEMBER = "manager@bota75.example", "an@atelier-rue.example"
ROOMS = {
    "node-iris": ("empty", 20.6),
    "node-marolles": ("occupied", 21.1),
    "node-canal": ("occupied", 20.9),
    "node-atelier": ("empty", 17.8),
    "node-keuken": ("empty", 22.4),
}
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
COLOURS = "128"


def main() -> None:
    """Furnish, serve, look, shrink."""
    os.environ["SAMEN_DEMO"] = "1"
    configure_logs()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/samen.db"
        prepare(url, NOW)
        database = Database(url)
        link = furnish(database)
        catch_up(database)
        settle(database)
        with serving(database, url) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            Album(browser, address).draw(link)
            browser.close()
        database.dispose()
    shrink()


def furnish(database: Database) -> str:
    """Let nodes speak and An book; returns an invitation's path."""
    with database.write() as session:
        for device, (state, deg_c) in ROOMS.items():
            record(session, words_of(device, state, deg_c), NOW)
        record(session, meter_words(), NOW)
        an = session.scalars(select(Member).where(Member.email == MEMBER)).one()
        viewer = Viewer(an.id, an.memberships[0].tenant_id, Role.MEMBER)
        during = Interval(NOW + timedelta(days=1, minutes=35), NOW + timedelta(days=1, minutes=155))
        booking.request(session, booking.Ask("canal", during, "Entretiens d’embauche", 4, viewer), NOW)
        manager = session.scalars(select(Member).where(Member.email == MANAGER)).one()
        inviting = Viewer(manager.id, manager.memberships[0].tenant_id, Role.MANAGER)
        tenant = session.scalars(select(Tenant).where(Tenant.slug == "collectif-senne")).one()
        answer = members.invite(
            session, inviting, tenant.id, "nadia@collectif-senne.example", Role.MEMBER, NOW
        )
    if not isinstance(answer, members.Invited):
        raise SystemExit(f"no invitation: {answer}")
    return f"/invitation/{answer.token}"


def settle(database: Database) -> None:
    """What needs counted energy: bills are shared, and waste is looked for."""
    with database.write() as session:
        demo.settle(session, session.scalars(select(Site)).one(), NOW)
    findings_sweep.sweep(database, NOW)


def words_of(device: str, state: str, deg_c: float) -> list[Message]:
    """A node's greeting and its readings."""
    meta = {
        "hw": "esp32-c6",
        "fw": "0.1.0",
        "git": "",
        "chip": "esp32c6",
        "caps": [],
        "contract": 1,
        "streams": {},
    }
    diag = {
        "up": 93211,
        "rssi": -61,
        "reset": "power_on",
        "heap": 41216,
        "depth": 0,
        "drops": 0,
        "reconnects": 2,
    }
    presence = {"state": state, "conf": 95, "ev": [], "n": None}
    air = {"t": deg_c, "rh": 44, "co2": 610}
    return [
        said(device, "status", {"state": "online", "sid": "1-a3f2"}),
        said(device, "meta", meta),
        said(device, "diag", {**diag, "crc": {}}),
        said(device, "t/occupancy", reading(1, presence)),
        said(device, "t/climate", reading(2, air)),
    ]


def meter_words() -> list[Message]:
    """The meters' node: power now, and one message that cannot be used."""
    power = {"r": "1.8.0", "wh": 120, "w": 2410, "gen": 0}
    return [
        said("node-meters", "status", {"state": "online", "sid": "1-77b0"}),
        said("node-meters", "t/energy", reading(1, power)),
        Message(contract.topic("bota75", "node-meters", "t/energy"), b'{"v":1,"d":', False),
    ]


def reading(seq: int, said_of: dict[str, object]) -> dict[str, object]:
    return {"boot": 1, "seq": seq, "ts": int(NOW.timestamp()) - 40, "tq": "ntp", "up": 900, "d": said_of}


def said(device: str, leaf: str, body: dict[str, object]) -> Message:
    return Message(contract.topic("bota75", device, leaf), json.dumps({"v": 1, **body}).encode(), False)


@contextmanager
def serving(database: Database, url: str) -> Iterator[str]:
    """The application with its clock on that Monday."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    environ = {"SAMEN_DATABASE_URL": url, "SAMEN_SECRET_KEY": "only-for-pictures", "SAMEN_DEMO": "1"}
    app = create_app(Settings.from_env(environ), database, clock=lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


class Album:
    """Goes round the pages and takes a picture of each."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address

    def draw(self, invitation: str) -> None:
        """Every page, on a desk and in a hand; the first in the dark too."""
        for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
            visitor = self._context(size)
            self._take(visitor, "/sign-in", f"sign-in-{name}")
            self._take(visitor, invitation, f"invitation-{name}")
            for theme in ("light", "dark"):
                manager = self._signed_in(MANAGER, size, theme)
                self._take(manager, "/", f"day-{name}-{theme}")
                self._take(manager, "/energy", f"energy-{name}-{theme}", whole=name == "desktop")
            manager = self._signed_in(MANAGER, size)
            for page in ("devices", "members", "requests", "spaces"):
                self._take(manager, f"/{page}", f"{page}-{name}")
            for part in ("savings", "interventions", "findings", "sharing", "meters", "heating", "weather"):
                self._take(manager, f"/energy/{part}", f"{part}-{name}")
            self._draw_booking(self._signed_in(MEMBER, size), name)

    def _draw_booking(self, context: BrowserContext, name: str) -> None:
        self._take(context, "/bookings", f"my-bookings-{name}")
        self._take(context, "/week/2026-11-30", f"week-{name}")
        self._take(context, "/find", f"find-{name}")
        self._take(context, "/tenant", f"hours-{name}")
        page = self._open(context, "/")
        page.locator(".chip:visible, .gap:visible").first.click()
        page.get_by_label("Titre").fill("Réunion de quartier")
        self._shoot(page, f"book-dialog-{name}")
        page.locator("#booking-space").select_option("keuken")
        page.locator("#booking-start").select_option("15:00")
        page.locator("#booking-end").select_option("16:00")
        page.locator("#booking-form .button-primary").click()
        page.get_by_role("alert").wait_for()
        self._shoot(page, f"book-conflict-{name}")

    def _context(self, size: dict[str, int], theme: str = "light") -> BrowserContext:
        phone = size is PHONE
        return self._browser.new_context(
            viewport=size, is_mobile=phone, has_touch=phone, color_scheme=theme, locale="fr-BE",
            timezone_id="Europe/Brussels", reduced_motion="reduce",
        )  # fmt: skip

    def _signed_in(self, who: str, size: dict[str, int], theme: str = "light") -> BrowserContext:
        context = self._context(size, theme)
        context.add_cookies([{"name": "samen_language", "value": "fr", "url": self._address}])
        page = self._open(context, "/sign-in")
        page.locator("#email").fill(who)
        page.locator("#password").fill(PASSWORD)
        page.locator("button.button-primary").click()
        page.wait_for_url(f"{self._address}/")
        page.close()
        return context

    def _open(self, context: BrowserContext, path: str) -> Page:
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        page.goto(self._address + path)
        page.evaluate("document.fonts.ready")
        return page

    def _take(self, context: BrowserContext, path: str, name: str, whole: bool = False) -> None:
        page = self._open(context, path)
        self._shoot(page, name, whole)
        page.close()

    def _shoot(self, page: Page, name: str, whole: bool = False) -> None:
        page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)


def shrink() -> None:
    """A palette of few colours: flat pages lose nothing by it."""
    convert = shutil.which("convert")
    if convert is None:
        sys.exit("ImageMagick's convert is missing: the pictures are left as large as they are")
    for path in sorted(PICTURES.glob("*.png")):
        subprocess.run(  # noqa: S603 (our own files)
            [
                convert,
                path,
                "-strip",
                "+dither",
                "-colors",
                COLOURS,
                "-define",
                "png:compression-level=9",
                path,
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
