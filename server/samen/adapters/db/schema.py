"""Moving the tables from version to version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from samen.adapters.db.engine import Database


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables up to `revision`; what is there stays."""
    _run(url, command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to `revision` ("base" removes them all, with what is in them)."""
    _run(url, command.downgrade, revision)


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of this version of Samen."""
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    # `%` is ConfigParser's; a path or URL may hold one.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _run(url: str, step: Callable[[Config, str], None], revision: str) -> None:
    database = Database(url)
    config = _config()
    try:
        with database.engine.connect() as connection:
            _let_tables_be_rebuilt(connection)
            config.attributes["connection"] = connection
            step(config, revision)
    finally:
        database.dispose()


def _let_tables_be_rebuilt(connection: Connection) -> None:
    """SQLite changes a table by making a new one of it, during which what refers to it refers to nothing.

    Said to the driver itself: within a transaction the pragma has no effect.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        cast("SqliteConnection", driver).execute("PRAGMA foreign_keys = OFF")
