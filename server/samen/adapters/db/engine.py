"""The database, its sessions, and the fair write lock that SQLite needs."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

# A second beyond this and a person has given up waiting for the page.
BUSY_TIMEOUT_MS = 10_000
# Threads of one process share one interpreter: with more of them in transactions, whoever holds a lock in the
# database waits for the interpreter behind those that wait for the lock. 50 bookings a second then took 1.9 s
# each in the median, and with four places 18 ms (benchmarks/bench_load.py).
WRITERS = 4


class Database:
    """One database: `read()` and `write()` give sessions.

    On SQLite a write first takes an exclusive `flock` beside the file, then `BEGIN IMMEDIATE`: writers
    queue instead of polling, which cut the worst wait of 16 of them from 6 s to 33 ms (ADR 2).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock_path = _lock_path(url)
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(samen_write=True)
        self._places = threading.BoundedSemaphore(WRITERS)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking; whatever it changed is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose transaction commits on leaving and rolls back on an exception."""
        with self._turn(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this process's and thread's turn to write; the lock goes with the file handle.

        On PostgreSQL a few of this process write at once, and wait here for that rather than in the database.
        """
        if self._lock_path is None:
            with self._places:
                yield
            return
        with self._lock_path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _lock_path(url: str) -> Path | None:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    path = Path(parsed.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(path.name + ".lock")


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=20, max_overflow=140)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    # The driver must not open transactions behind our back: _begin_sqlite says BEGIN.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another wrote meanwhile.
    immediate = connection.get_execution_options().get("samen_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
