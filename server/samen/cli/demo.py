"""`samen demo`: a small building, alive, in one terminal."""

from __future__ import annotations

import secrets
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from samen.adapters.db import Database
from samen.adapters.db.models import Device, Site
from samen.adapters.db.schema import upgrade
from samen.adapters.fleet import Fleet
from samen.adapters.nodes import NodeConfig, NoInterpreter
from samen.cli import No
from samen.cli.children import keep_running
from samen.cli.site import demo_plan, load_plan
from samen.cli.stopping import until_told
from samen.services import demo as showcase
from samen.services import rollup

MQTT_PORT = 1883
# A demo is looked at for minutes: rooms empty sooner than they would in a building.
NODE_SETTINGS = {"hold_s": 20, "backoff_s": [0.5, 5], "replay_s": 0.2, "diag_s": 60}


@click.command
@click.option("--port", type=click.IntRange(1, 65535), default=8075, show_default=True)
@click.option("--reset", is_flag=True, help="Start afresh: what the demo stored is thrown away.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
def demo(port: int, reset: bool, folder: Path) -> None:
    """Run Bota 75: pages, broker, database, workers and six simulated nodes. Ctrl-C stops all of it."""
    if _is_taken(port):
        raise No(f"port {port} is taken: make demo PORT=… picks another")
    if reset:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    database_url = f"sqlite:///{folder.resolve()}/samen.db"
    prepare(database_url, datetime.now(UTC))
    stop = threading.Event()
    until_told(stop)
    mqtt_port = _mqtt_port()
    _introduce(port, mqtt_port, folder)
    mails = (folder / "mails").resolve().as_uri()
    with _nodes(Database(database_url), f"mqtt://127.0.0.1:{mqtt_port}", folder / "nodes"):
        environ = _environ(database_url, port, mqtt_port, _secret(folder)) | {"SAMEN_MAIL_URL": mails}
        settling = threading.Thread(target=_settle_bills, args=(database_url, stop), daemon=True)
        settling.start()
        keep_running((("serve", "--port", str(port)),), environ, stop)
        settling.join()
    click.echo("Stopped. The next `make demo` finds everything as it was.")


def prepare(database_url: str, now: datetime) -> None:
    """Tables, building, people, bookings and past energy; what is there already stays."""
    upgrade(database_url)
    database = Database(database_url)
    load_plan(database, demo_plan())
    with database.write() as session:
        if not showcase.is_seeded(session):
            click.echo("Furnishing the building (once)", err=True)
            site = session.scalars(select(Site)).one()
            showcase.seed(session, site, now)
    database.dispose()


def _settle_bills(database_url: str, stop: threading.Event) -> None:
    """Share the past's bills as soon as its energy is counted; the first page does not wait for that."""
    database = Database(database_url)
    while not stop.wait(2):
        now = datetime.now(UTC)
        with database.read() as session:
            is_counting = rollup.is_counting(session, now)
        if not is_counting:
            with database.write() as session:
                showcase.settle(session, session.scalars(select(Site)).one(), now)
            break
    database.dispose()


def node_configs(devices: Sequence[Device], mqtt_url: str) -> list[NodeConfig]:
    """A simulated node for each device of the site, with the registers that it reads."""
    return [
        NodeConfig(
            site=device.site.slug,
            device=device.slug,
            password=secrets.token_urlsafe(12),
            mqtt_url=mqtt_url,
            streams=device.streams,
            registers=showcase.LOADS if "energy" in device.streams else {},
            seed=75 + number,
            settings=NODE_SETTINGS,
        )
        for number, device in enumerate(devices)
    ]


@contextmanager
def _nodes(database: Database, mqtt_url: str, folder: Path) -> Iterator[None]:
    """Six nodes of the firmware's own code, on MicroPython, for as long as the block lasts."""
    with database.read() as session:
        configs = node_configs(session.scalars(select(Device).order_by(Device.slug)).all(), mqtt_url)
    try:
        with Fleet(configs, folder):
            yield
    except NoInterpreter as error:
        raise No(str(error)) from error


def _environ(database_url: str, port: int, mqtt_port: int, secret: str) -> dict[str, str]:
    return {
        "SAMEN_DEMO": "1",
        "SAMEN_DATABASE_URL": database_url,
        "SAMEN_MQTT_URL": f"embedded://127.0.0.1:{mqtt_port}",
        "SAMEN_BASE_URL": f"http://127.0.0.1:{port}",
        "SAMEN_SECRET_KEY": secret,
    }


def _secret(folder: Path) -> str:
    """Kept beside the data, so that whoever is signed in stays so after a restart."""
    path = folder / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def _introduce(port: int, mqtt_port: int, folder: Path) -> None:
    click.echo(f"\n  Bota 75 is at http://127.0.0.1:{port}   (MQTT on port {mqtt_port})")
    click.echo(f"  Its data is in {folder}, and the mails that it would send are in {folder}/mails\n")
    for person in showcase.PEOPLE:
        click.echo(f"    {person.email:28} {person.role.value:13} password {showcase.PASSWORD}")
    click.echo("\n  Ctrl-C stops everything.\n")


def _mqtt_port() -> int:
    """The usual port, or any other when a broker runs there already."""
    if not _is_taken(MQTT_PORT):
        return MQTT_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


commands = (demo,)
