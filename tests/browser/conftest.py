"""A furnished Bota 75 behind a real server, and a real browser to visit it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Browser

from samen.adapters.db import Database
from samen.cli.demo import prepare
from samen.cli.tick import catch_up
from samen.services import demo
from support.browsing import Visitors, chromium
from support.building import BRUSSELS
from support.ports import free_port
from support.server import environment, web_server

# Long enough for every chart, short enough to be rolled up in a second.
HISTORY = timedelta(days=40)


@dataclass(frozen=True)
class House:
    """A running Samen: its address, its database and its broker's port."""

    url: str
    database: Database
    database_url: str
    mqtt_port: int


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's building with people, bookings and some weeks of energy, to copy."""
    path = tmp_path_factory.mktemp("furnished") / "samen.db"
    with mock.patch.object(demo, "HISTORY", HISTORY):
        prepare(f"sqlite:///{path}", datetime.now(UTC))
    database = Database(f"sqlite:///{path}")
    catch_up(database)
    database.dispose()
    return path


@contextmanager
def a_house(furnished: Path, folder: Path, mqtt_port: int) -> Iterator[House]:
    """`samen serve` over a copy of the furnished database."""
    shutil.copy(furnished, folder / "samen.db")
    database_url = f"sqlite:///{folder}/samen.db"
    database = Database(database_url)
    env = environment(database_url, mqtt_port, SAMEN_DEMO="1")
    with web_server(env, folder / "serve.log") as port:
        yield House(f"http://127.0.0.1:{port}", database, database_url, mqtt_port)
    database.dispose()


@pytest.fixture(scope="module")
def house(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Without a broker: pages say that no sensor speaks."""
    with a_house(furnished, tmp_path_factory.mktemp("house"), free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module: Playwright's loop must not outlive these tests, others run loops of their own."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def guests(house: House, browser: Browser) -> Visitors:
    return Visitors(browser, house.url)


@pytest.fixture
def visitors(guests: Visitors) -> Iterator[Visitors]:
    """People at their browsers; no console may complain."""
    yield guests
    assert guests.leave() == []


@pytest.fixture(scope="session")
def monday() -> date:
    """Next week's Monday: the demo has bookings on it, and it is never over."""
    today = datetime.now(BRUSSELS).date()
    return today + timedelta(days=7 - today.weekday())
