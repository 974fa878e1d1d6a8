"""Real parts for every test: both database engines, migrated."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from samen.adapters.db import Database
from samen.adapters.db.schema import upgrade
from support.postgres import PostgresServer, postgres_server, quick_folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not in pytest's own folder: every pytest that starts closes that to the user that the server runs as.
    folders = TemporaryDirectory(prefix="samen-postgres-", dir=quick_folder())
    with folders as folder, postgres_server(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating anew for each test would take most of the time."""
    path = tmp_path_factory.mktemp("template") / "samen.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    """A migrated PostgreSQL database to copy."""
    url = postgres.new_database()
    upgrade(url)
    return url.rpartition("/")[2]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/samen.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database, on each engine in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server, template = (request.getfixturevalue(name) for name in ("postgres", "migrated_template"))
    url = server.new_database(template)
    opened = Database(url)
    yield opened
    opened.dispose()
    server.drop(url)


@pytest.fixture
def sqlite_database(migrated_file: Path, sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database, for tests in which the engine does not matter."""
    shutil.copy(migrated_file, tmp_path / "samen.db")
    opened = Database(sqlite_url)
    yield opened
    opened.dispose()
