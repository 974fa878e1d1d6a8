"""Updates over the air: the versions there are, which node shall run which, and what became of it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Device,
    DeviceUpdate,
    FirmwareFile,
    FirmwareRelease,
    UpdateState,
)
from samen.adapters.firmware import Release
from samen.adapters.message import Publication
from samen.services import audit
from samen.services.devices import Refusal
from samen_node import contract, signing

MANIFEST = ""
# The node has said its last word; a new attempt starts with a new wish.
ENDED = frozenset({UpdateState.CONFIRMED, UpdateState.ROLLED_BACK, UpdateState.REFUSED})


@dataclass(frozen=True)
class Asked:
    """What became of asking a node for a version: `refusal` says why it was not asked."""

    device: str
    runs: str | None
    version: str
    attempt: int | None = None
    refusal: Refusal | None = None


def keep(session: Session, release: Release, now: datetime) -> None:
    """Keep a version to hand out. Raises Refusal where something else was kept under its name."""
    manifest = manifest_of(release)
    digest = hashlib.sha256(manifest).hexdigest()
    kept = session.get(FirmwareRelease, release.version)
    if kept is not None:
        if kept.sha256 != digest:
            raise Refusal("version_taken", f"another {release.version} was handed out: give it a new number")
        return
    row = FirmwareRelease(version=release.version, added_at=now, size=len(manifest), sha256=digest)
    session.add(row)
    session.flush()
    for path, content in {**release.files, MANIFEST: manifest}.items():
        session.add(FirmwareFile(version=release.version, path=path, content=content))
    session.flush()


def manifest_of(release: Release) -> bytes:
    """A line a file: SHA-256 in hex, bytes, path."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()} {len(content)} {path}\n"
        for path, content in sorted(release.files.items())
    ]
    return "".join(lines).encode()


def has(session: Session, version: str) -> bool:
    """Whether this version is kept."""
    return session.get(FirmwareRelease, version) is not None


def ask(
    session: Session, names: Sequence[str] | None, version: str, actor: str, now: datetime
) -> list[Asked]:
    """Have nodes run a version: those named, or all that are not revoked.

    Raises Refusal where nothing is kept under that version, or no node has such a name.
    """
    if not has(session, version):
        raise Refusal("unknown_version", f"no version {version!r} is kept here")
    asked = [_ask(session, device, version, now) for device in _wanted(session, names)]
    for one in asked:
        if one.refusal is None:
            audit.note(session, actor, "device.update_asked", one.device, {"version": version}, now)
    return asked


def _wanted(session: Session, names: Sequence[str] | None) -> list[Device]:
    query = select(Device).order_by(Device.id).with_for_update(key_share=True, of=Device)
    if names is None:
        return list(session.scalars(query.where(Device.revoked_at.is_(None))))
    found = list(session.scalars(query.where(Device.slug.in_(names))))
    unknown = sorted(set(names) - {device.slug for device in found})
    if unknown:
        raise Refusal("unknown_device", f"no device is called {unknown[0]!r}")
    return found


def _ask(session: Session, device: Device, version: str, now: datetime) -> Asked:
    runs = (device.meta or {}).get("fw")
    refusal = _refusal(device, runs, version)
    if refusal is not None:
        return Asked(device.slug, runs, version, refusal=refusal)
    row = session.get(DeviceUpdate, device.id) or DeviceUpdate(device_id=device.id, attempt=0)
    row.version, row.attempt, row.asked_at = version, row.attempt + 1, now
    row.state, row.detail, row.state_at = UpdateState.ASKED, "", now
    session.add(row)
    session.flush()
    return Asked(device.slug, runs, version, row.attempt)


def _refusal(device: Device, runs: str | None, version: str) -> Refusal | None:
    if device.revoked_at is not None:
        return Refusal("revoked", f"{device.slug!r} is revoked")
    if device.update_key is None:
        why = f"{device.slug!r} has no key for updates: set its board up anew, with a code"
        return Refusal("no_key", why)
    if runs is not None and _number(version) <= _number(runs):
        return Refusal("not_newer", f"{device.slug!r} runs {runs}")
    return None


def _number(version: str) -> tuple[int, ...]:
    """What a version sorts by; one that is none sorts before all others."""
    try:
        return signing.number(version)
    except ValueError:
        return ()


def desired(session: Session) -> list[Publication]:
    """The retained wish of every node whose update has not come to its end."""
    rows = session.execute(
        select(DeviceUpdate, Device, FirmwareRelease)
        .join(Device, DeviceUpdate.device_id == Device.id)
        .join(FirmwareRelease, DeviceUpdate.version == FirmwareRelease.version)
        .where(DeviceUpdate.state.not_in(ENDED), Device.revoked_at.is_(None), Device.update_key.is_not(None))
        .order_by(Device.id)
    )
    return [_wish(device, update, release) for update, device, release in rows]


def _wish(device: Device, update: DeviceUpdate, release: FirmwareRelease) -> Publication:
    wish: dict[str, Any] = {
        "v": contract.VERSION,
        "version": update.version,
        "attempt": update.attempt,
        "size": release.size,
        "sha256": release.sha256,
    }
    wish["hmac"] = signing.signature(device.update_key or b"", device.site.slug, device.slug, wish)
    topic = contract.topic(device.site.slug, device.slug, "ota/desired")
    return Publication(topic, contract.encode(wish), retain=True)


def hear(session: Session, device: Device, said: Mapping[str, Any], now: datetime) -> list[Publication]:
    """Take in an ota/status. Once the update has come to its end the wish is taken back from the broker, so
    that a node which has nothing to do need not think about it at every connect."""
    row = session.get(DeviceUpdate, device.id)
    if row is None or (row.version, row.attempt) != (said["version"], said.get("attempt", 0)):
        return []
    state, detail = UpdateState(said["state"]), said.get("detail", "")
    if (row.state, row.detail) != (state, detail):
        row.state, row.detail, row.state_at = state, detail, now
    if state not in ENDED:
        return []
    return [Publication(contract.topic(device.site.slug, device.slug, "ota/desired"), b"", retain=True)]


def parts(session: Session, wants: Sequence[tuple[Device, Mapping[str, Any]]]) -> list[Publication]:
    """Answers to ota/want: a piece of a file of a version; of one that is not kept, nothing.

    Whoever loads a version may bring that to its end, even where it was asked for another meanwhile.
    """
    if not wants:
        return []
    contents = _contents(session, {(want["version"], want["file"]) for _, want in wants})
    return [_part(device, want, contents.get((want["version"], want["file"]), b"")) for device, want in wants]


def _contents(session: Session, files: set[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    found = session.scalars(
        select(FirmwareFile).where(tuple_(FirmwareFile.version, FirmwareFile.path).in_(sorted(files)))
    )
    return {(file.version, file.path): file.content for file in found}


def _part(device: Device, want: Mapping[str, Any], content: bytes) -> Publication:
    data = b64encode(content[want["at"] : want["at"] + want["n"]]).decode()
    part = {"v": contract.VERSION, "version": want["version"], "file": want["file"], "at": want["at"]}
    topic = contract.topic(device.site.slug, device.slug, "ota/part")
    return Publication(topic, contract.encode({**part, "data": data}))


def every(session: Session) -> dict[int, DeviceUpdate]:
    """The last update of each node, by the node's id."""
    return {row.device_id: row for row in session.scalars(select(DeviceUpdate))}
