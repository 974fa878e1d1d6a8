"""`samen device`: enrolling sensor nodes, and sending them away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from samen.adapters import firmware, password_file
from samen.adapters.db import Database
from samen.adapters.db.models import Device, DeviceUpdate
from samen.cli import BadInput, No
from samen.cli.device_flash import flash, warn_of_loopback
from samen.config import Settings
from samen.services import device_claims, devices, updates

ACTOR = "cli"
# What was asked makes no sense here; everything else is a "no".
BAD = frozenset(
    {"unknown_space", "unknown_site", "unknown_stream", "unknown_device", "unknown_version", "bad_name"}
)


@click.group
def device() -> None:
    """Enrol, set up, list, update and revoke sensor nodes, and give them new secrets."""


@device.command
@click.argument("name")
@click.option("--space", default=None, help="The slug of the space it stands in.")
@click.option("--outdoor", is_flag=True, help="It hangs outdoors: its temperatures are the site's weather.")
@click.option("--site", default=None, help="Without --space: the site's slug, where there are several.")
@click.option("--streams", required=True, help="What it reports: occupancy,energy,climate,p1; door: a light.")
@click.option("--json", "as_json", is_flag=True)
def add(name: str, space: str | None, outdoor: bool, site: str | None, streams: str, as_json: bool) -> None:
    """Enrol a node and print its secret, once."""
    if space is not None and outdoor:
        raise BadInput("say where it is: --space S, or --outdoor")
    wanted = [stream.strip() for stream in streams.split(",") if stream.strip()]
    with _changing() as session:
        now = datetime.now(UTC)
        if space is not None:
            added, secret = devices.add(session, name, space, wanted, ACTOR, now)
        else:
            at_site = devices.add_outdoors if outdoor else devices.add_meters
            added, secret = at_site(session, name, site, wanted, ACTOR, now)
        told = _row(added)
    _tell_secret(told, secret, _let_in(name, secret), as_json)


@device.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_all(as_json: bool) -> None:
    """Every node, with what it last said of itself."""
    with _database() as database, database.read() as session:
        asked = updates.every(session)
        rows = [{**_row(one), **_update(one, asked.get(one.id))} for one in devices.every(session)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        place = "outdoors" if row["outdoor"] else row["space"] or "-"
        state = "revoked" if row["revoked_at"] else row["state"]
        click.echo(f"{row['name']:24} {place:16} {state:10} {row['last_seen_at'] or 'never seen'}")


@device.command
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def revoke(name: str, as_json: bool) -> None:
    """Take in nothing more that the node says."""
    with _changing() as session:
        told = _row(devices.revoke(session, name, ACTOR, datetime.now(UTC)))
    is_out = _written(lambda path: password_file.remove(path, name))
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"{name} is revoked. With Mosquitto, cut its connection too:")
    first = "" if is_out else f"mosquitto_passwd -D PASSWORD_FILE {name}, then "
    click.echo(f"  {first}send the broker SIGHUP")


@device.command
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def rotate(name: str, as_json: bool) -> None:
    """Give a node a new secret and print it, once."""
    with _changing() as session:
        rotated, secret = devices.rotate(session, name, ACTOR, datetime.now(UTC))
        told = _row(rotated)
    _tell_secret(told, secret, _let_in(name, secret), as_json)


@device.command
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def claim(name: str, as_json: bool) -> None:
    """Make a set-up code, by which one new board becomes this node within a day."""
    with _changing() as session:
        code = device_claims.make(session, name, ACTOR, datetime.now(UTC))
    server = Settings.from_env().base_url
    warn_of_loopback(server)
    if as_json:
        told = {"name": name, "code": code.text, "server": server, "expires_at": _iso(code.expires_at)}
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(f"{name}'s set-up code, until {_iso(code.expires_at)}: {code.text}")
        click.echo(f"Type it on the board's own page, with {server} as the address of Samen.")


@device.command
@click.argument("words", nargs=-1, required=True, metavar="(NAME... | --all) VERSION")
@click.option("--all", "everyone", is_flag=True, help="Every node that is not revoked.")
@click.option(
    "--firmware",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A samen_node folder to build VERSION from, in place of what this Samen carries.",
)
@click.option("--json", "as_json", is_flag=True)
def update(words: tuple[str, ...], everyone: bool, folder: Path | None, as_json: bool) -> None:
    """Have nodes run VERSION: they load it, try it, and go back by themselves should it fail."""
    *names, version = words
    if bool(names) == everyone:
        raise BadInput("say which nodes, and then the version: NAME VERSION, or --all VERSION")
    with _changing() as session:
        now = datetime.now(UTC)
        _keep(session, version, folder, now)
        asked = updates.ask(session, names or None, version, ACTOR, now)
        refused = [one.refusal for one in asked if one.refusal is not None]
        if refused and not everyone:
            raise refused[0]
    _tell_asked(asked, as_json)
    helpless = [refusal for refusal in refused if refusal.code != "not_newer"]
    if helpless:
        raise No(f"{len(helpless)} of {len(asked)} nodes cannot be updated")


def _keep(session: Session, version: str, folder: Path | None, now: datetime) -> None:
    """Build the version unless it is kept already; a version is only ever built once."""
    if folder is None and updates.has(session, version):
        return
    source = folder or firmware.own_source()
    try:
        found = firmware.version_of(source)
        if found != version:
            carries = f"{folder} is" if folder else "this Samen carries"
            raise BadInput(f"no version {version!r} is kept here, and {carries} {found}")
        updates.keep(session, firmware.build(source), now)
    except firmware.CannotBuild as problem:
        raise BadInput(str(problem)) from problem


def _tell_asked(asked: list[updates.Asked], as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "name": one.device,
                "runs": one.runs,
                "version": one.version,
                "attempt": one.attempt,
                "refusal": one.refusal.code if one.refusal else None,
            }
            for one in asked
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    for one in asked:
        click.echo(f"{one.device}: {one.refusal or f'asked to run {one.version}'}")
    if not asked:
        click.echo("There is no node to ask.")


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(Settings.from_env().database_url)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _changing() -> Iterator[Session]:
    """A transaction in which a refusal is bad input or a no."""
    try:
        with _database() as database, database.write() as session:
            yield session
    except devices.Refusal as refusal:
        raise (BadInput if refusal.code in BAD else No)(str(refusal)) from refusal


def _row(device: Device) -> dict[str, Any]:
    return {
        "name": device.slug,
        "space": device.space.slug if device.space else None,
        "outdoor": device.outdoor,
        "streams": device.streams,
        "state": device.state.value,
        "last_seen_at": _iso(device.last_seen_at),
        "revoked_at": _iso(device.revoked_at),
        "clock_skew_s": device.clock_skew_s,
    }


def _update(device: Device, update: DeviceUpdate | None) -> dict[str, Any]:
    told = None
    if update is not None:
        told = {"version": update.version, "state": update.state.value, "detail": update.detail}
    return {"firmware": (device.meta or {}).get("fw"), "update": told}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _let_in(name: str, secret: str) -> bool:
    return _written(lambda path: password_file.put(path, name, secret))


def _written(change: Callable[[Path], None]) -> bool:
    """Change Mosquitto's password file, where that is ours to write; whether it was. What the database
    holds by then must be told all the same."""
    path = Settings.from_env().nodes.password_file
    if path is None:
        return False
    try:
        change(path)
    except OSError as error:
        click.echo(f"{path} could not be written ({error.strerror}).", err=True)
        return False
    return True


def _tell_secret(told: dict[str, Any], secret: str, is_let_in: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**told, "secret": secret}, indent=2))
        return
    click.echo(f"{told['name']}'s secret, shown this once: {secret}")
    click.echo("It is the node's MQTT password; its name is its user name. With Mosquitto:")
    first = "" if is_let_in else f"mosquitto_passwd PASSWORD_FILE {told['name']}, then "
    click.echo(f"  {first}send the broker SIGHUP")


device.add_command(flash)
commands = (device,)
