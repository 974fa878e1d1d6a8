"""A private PostgreSQL server for the tests."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from support.ports import answers, eventually, free_port

# Folders that everybody may enter.
SHARED = (Path("/tmp"), Path("/dev/shm"))
ROOM = 2 << 30


class PostgresMissing(Exception):
    """The server's programs are not on this machine."""


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise PostgresMissing("PostgreSQL is not installed: `make test` installs it (apt: postgresql)")
    return found[-1].parent


def _as_postgres() -> list[str]:
    # The server refuses to run as root; Debian's package brings its own user.
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []


class PostgresServer:
    """A running server; `new_database()` gives the URL of an empty database of its own, `drop()` ends it."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self._log = port, log

    def new_database(self, template: str = "template1") -> str:
        name = f"samen_{uuid4().hex}"
        # Copied as files: written to the log block by block, eighty tables take twice as long.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with self._administer() as connection:
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return f"postgresql+psycopg://samen@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Whoever still listens to it is put out."""
        name = sql.Identifier(url.rpartition("/")[2])
        with self._administer() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _administer(self) -> psycopg.Connection:
        try:
            return psycopg.connect(self._dsn("postgres"), autocommit=True)
        except psycopg.OperationalError as error:
            error.add_note(f"the server's last words:\n{self._log.read_text()[-2000:]}")
            raise

    def _dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=samen dbname={database}"


def quick_folder() -> str | None:
    """Where files are memory, if there is room: a copy takes 0.02 s there and 0.5 s on a disk."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else None


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Run a server in `folder` until the block ends; nothing of it survives."""
    programs, port, cluster = _programs(), free_port(), folder / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    prefix = _as_postgres()
    if prefix:
        for place in (folder, *folder.parents):
            if place in SHARED:
                break
            place.chmod(0o755)
        shutil.chown(folder, "postgres")
    subprocess.run(
        [*prefix, programs / "initdb", "-D", cluster, "-U", "samen", "-A", "trust", "-E", "UTF8", "-N"],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = ("-p", str(port), "-k", "", "-h", "127.0.0.1", "-c", "max_connections=200", "-c", "fsync=off")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*prefix, programs / "postgres", "-D", cluster, *settings], stdout=log, stderr=log, cwd="/"
        )
    try:
        eventually(lambda: answers(port), within=30)
        eventually(lambda: _accepts(port), within=30)
        yield PostgresServer(port, folder / "server.log")
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: waits for no client
        server.wait(30)


def _accepts(port: int) -> bool:
    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=samen dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True
