"""Set-up codes: a manager makes one, and a new board becomes the device that the code is for."""

from __future__ import annotations

import base64
import enum
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Boot, Device, DeviceClaim, Reading, ReadingGap
from samen.config import NodeBroker
from samen.services import audit, devices
from samen_node import claim

LIVES_FOR = timedelta(hours=24)
# A board that is replaced may start again a few times before the broker has read who may come in.
BOOTS_TO_SPARE = 100


@dataclass(frozen=True)
class Code:
    """A set-up code, to be shown once, in groups as people read it."""

    device: str
    text: str
    expires_at: datetime


@dataclass(frozen=True)
class Ask:
    """What a board sends: see samen_node.claim."""

    public_id: str
    nonce: str
    mac: str


class No(enum.Enum):
    """Why a board gets nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Claimed:
    """A yes: what to answer, and the MQTT password that goes with the device's name from now on."""

    device: str
    password: str
    answer: dict[str, str]


def make(session: Session, slug: str, actor: str, now: datetime) -> Code:
    """A new code for a device; the one before it ends. Raises devices.Refusal where there is no such device,
    or it is revoked.
    """
    device = devices.named(session, slug)
    if device.revoked_at is not None:
        raise devices.Refusal("revoked", f"{slug!r} is revoked")
    session.refresh(device, with_for_update=True)  # two managers at once take turns
    ended = or_(DeviceClaim.device_id == device.id, DeviceClaim.expires_at <= now)
    session.execute(delete(DeviceClaim).where(ended))
    code = "".join(secrets.choice(claim.ALPHABET) for _ in range(claim.CODE_LENGTH))
    made = DeviceClaim(device_id=device.id, public_id=claim.public_id(code), code=code, made_at=now)
    made.expires_at = now + LIVES_FOR
    session.add(made)
    audit.note(session, actor, "device.code_made", slug, {}, now)
    return Code(slug, "-".join(code[at : at + 4] for at in range(0, len(code), 4)), made.expires_at)


def settle(session: Session, ask: Ask, broker: NodeBroker, now: datetime) -> Claimed | No:
    """What becomes of a board's question: the same answer again to the board that had it already."""
    made = session.scalar(select(DeviceClaim).where(DeviceClaim.public_id == ask.public_id).with_for_update())
    if made is None or not claim.same(ask.mac, claim.proof(made.code, "ask", ask.nonce)):
        return No.UNKNOWN
    if made.expires_at <= now:
        return No.EXPIRED
    if made.asked_nonce not in (None, ask.nonce):
        return No.USED
    if made.answered_nonce is None:
        _accept(session, made, ask.nonce, now)
    said = _said(session, made, broker)
    return Claimed(made.device.slug, _password(made), claim.answer(made.code, ask.nonce, json.dumps(said)))


def _accept(session: Session, made: DeviceClaim, nonce: str, now: datetime) -> None:
    made.asked_nonce, made.answered_nonce = nonce, secrets.token_hex(16)
    devices.give_secret(session, made.device, _password(made))
    audit.note(session, "node", "device.claimed", made.device.slug, {}, now)


def _password(made: DeviceClaim) -> str:
    return claim.password(made.code, made.asked_nonce or "", made.answered_nonce or "")


def _said(session: Session, made: DeviceClaim, broker: NodeBroker) -> dict[str, Any]:
    device = made.device
    said = {
        "site": device.site.slug,
        "device": device.slug,
        "mqtt_url": broker.mqtt_url,
        "streams": device.streams,
        "boot": _last_boot(session, device) + BOOTS_TO_SPARE,
        "nonce": made.answered_nonce,
    }
    return said | ({"ca": base64.b64encode(broker.authority).decode()} if broker.authority else {})


def _last_boot(session: Session, device: Device) -> int:
    """A reading is known by its boot and number: a board that began at 1 again would say nothing new."""
    tables = (Reading, ReadingGap, Boot)
    asks = (select(func.max(table.boot)).where(table.device_id == device.id) for table in tables)
    return max(session.scalar(ask) or 0 for ask in asks)
