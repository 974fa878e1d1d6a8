"""Sensor nodes: enrolling and revoking them, and what they say of themselves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Device, DeviceClaim, DeviceState, Site, Space
from samen.domain.node import supersedes
from samen.services import audit
from samen_node import contract, signing

# 128 random bits need no costly hash: the cheapest argon2 keeps enrolment quick on a Raspberry Pi.
_HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
# What a door light is enrolled with: it reports nothing.
DOOR = "door"
METERS = frozenset({"energy", "p1"})


class Refusal(ValueError):
    """What was asked of a device cannot be; `code` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def hear(device: Device, leaf: str, body: Mapping[str, Any], now: datetime) -> None:
    """Take in what a node says of itself: status, meta, diag. Other leaves say nothing here."""
    if leaf == "status":
        _take_status(device, body["sid"], body["state"], now)
    elif leaf == "meta":
        device.meta = _words(body)
    elif leaf == "diag":
        device.diag = _words(body)


def _take_status(device: Device, sid: str, state: str, now: datetime) -> None:
    if not supersedes(device.sid, device.state.value, sid, state):
        return
    if (device.sid, device.state.value) != (sid, state):
        device.sid, device.state, device.state_at = sid, DeviceState(state), now


def _words(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "v"}


def add(
    session: Session, slug: str, space: str, streams: Sequence[str], actor: str, now: datetime
) -> tuple[Device, str]:
    """Enrol a node; returns it with its secret, which is shown once. Raises Refusal."""
    place = session.scalar(select(Space).where(Space.slug == space))
    if place is None:
        raise Refusal("unknown_space", f"no space is called {space!r}")
    _check(session, slug, place.site, streams)
    # Two nodes that take turns speaking would make a room flicker between their views.
    rival = "occupancy" in streams and _watcher(session, place)
    if rival:
        raise Refusal("already_watched", f"{rival.slug!r} already reports the occupancy of {place.slug!r}")
    device, secret = _enrol(session, Device(slug=slug, site_id=place.site_id, space=place), streams, now)
    audit.note(session, actor, "device.added", slug, {"space": space}, now)
    return device, secret


def add_outdoors(
    session: Session, slug: str, site: str | None, streams: Sequence[str], actor: str, now: datetime
) -> tuple[Device, str]:
    """Enrol a node that hangs outdoors, at the only site where none is named. Raises Refusal."""
    place = _site(session, site)
    if "climate" not in streams:
        raise Refusal("unknown_stream", "outdoors, climate is among the streams")
    return _add_at(session, Device(slug=slug, outdoor=True), place, streams, actor, now)


def add_meters(
    session: Session, slug: str, site: str | None, streams: Sequence[str], actor: str, now: datetime
) -> tuple[Device, str]:
    """Enrol a node at the meters, in no room, at the only site where none is named. Raises Refusal."""
    if not set(streams) or not set(streams) <= METERS:
        raise Refusal("unknown_space", "say where it is: only a node of meters is in no room")
    return _add_at(session, Device(slug=slug, outdoor=False), _site(session, site), streams, actor, now)


def _site(session: Session, slug: str | None) -> Site:
    sites = session.scalars(select(Site).where(Site.slug == slug) if slug else select(Site)).all()
    if len(sites) != 1:
        raise Refusal("unknown_site", f"no site is called {slug!r}" if slug else "name the site")
    return sites[0]


def _add_at(
    session: Session, device: Device, place: Site, streams: Sequence[str], actor: str, now: datetime
) -> tuple[Device, str]:
    _check(session, device.slug, place, streams)
    device.site_id = place.id
    enrolled, secret = _enrol(session, device, streams, now)
    audit.note(session, actor, "device.added", device.slug, {"outdoor": device.outdoor}, now)
    return enrolled, secret


def give_secret(session: Session, device: Device, secret: str) -> None:
    """From now on this is the node's secret, and what signs its updates follows from it."""
    device.secret_hash, device.update_key = _HASHER.hash(secret), signing.update_key(secret)
    session.flush()


def _enrol(session: Session, device: Device, streams: Sequence[str], now: datetime) -> tuple[Device, str]:
    secret = secrets.token_urlsafe(16)
    reports = [stream for stream in streams if stream != DOOR]
    device.name, device.streams, device.state = device.slug, reports, DeviceState.NEW
    device.created_at = now
    session.add(device)
    give_secret(session, device, secret)
    return device, secret


def _check(session: Session, slug: str, site: Site, streams: Sequence[str]) -> None:
    try:
        contract.topic(site.slug, slug, "status")
    except contract.ContractError:
        raise Refusal("bad_name", f"{slug!r} cannot be part of an MQTT topic") from None
    known = (*contract.STREAMS, DOOR)
    unknown = [stream for stream in streams if stream not in known]
    if unknown or not streams:
        raise Refusal("unknown_stream", f"streams are {', '.join(known)}; got {', '.join(unknown)}")
    if session.scalar(select(Device.id).where(Device.slug == slug)) is not None:
        raise Refusal("name_taken", f"a device is called {slug!r} already")


def _watcher(session: Session, place: Space) -> Device | None:
    there = session.scalars(select(Device).where(Device.space_id == place.id, Device.revoked_at.is_(None)))
    return next((device for device in there if "occupancy" in device.streams), None)


def revoke(session: Session, slug: str, actor: str, now: datetime) -> Device:
    """From now on nothing the node says is taken in. Raises Refusal if there is no such node."""
    device = named(session, slug)
    if device.revoked_at is None:
        device.revoked_at = now
        audit.note(session, actor, "device.revoked", slug, {}, now)
    device.secret_hash = device.update_key = None
    _forget_code(session, device)
    return device


def rotate(session: Session, slug: str, actor: str, now: datetime) -> tuple[Device, str]:
    """A new secret for a node. Raises Refusal if there is none, or it is revoked."""
    device = named(session, slug)
    if device.revoked_at is not None:
        raise Refusal("revoked", f"{slug!r} is revoked")
    secret = secrets.token_urlsafe(16)
    give_secret(session, device, secret)
    _forget_code(session, device)
    audit.note(session, actor, "device.rotated", slug, {}, now)
    return device, secret


def _forget_code(session: Session, device: Device) -> None:
    """What answered a claim before must not bring an old secret back."""
    session.execute(delete(DeviceClaim).where(DeviceClaim.device_id == device.id))


def knows(device: Device, secret: str) -> bool:
    """Whether this is the node's secret."""
    if device.secret_hash is None:
        return False
    try:
        return _HASHER.verify(device.secret_hash, secret)
    except VerifyMismatchError:
        return False


def every(session: Session) -> list[Device]:
    """All nodes by name, revoked ones too."""
    return list(session.scalars(select(Device).order_by(Device.slug)))


def named(session: Session, slug: str) -> Device:
    """The node of that name, revoked or not. Raises Refusal if there is none."""
    device = session.scalar(select(Device).where(Device.slug == slug))
    if device is None:
        raise Refusal("unknown_device", f"no device is called {slug!r}")
    return device
