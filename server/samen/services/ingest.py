"""What nodes say, turned into facts: `record` is one batch and one transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Device, ReadingGap
from samen.adapters.db.upsert import insert_into
from samen.adapters.message import Message, Publication
from samen.domain.node import SKEW, Sync, instant, skew_s
from samen.domain.pace import Pace
from samen.services import devices, live, outdoor, readings, updates
from samen.services.quarantine import Refused, quarantine
from samen.services.readings import Taken
from samen_node import contract
from samen_node.contract import ContractError

LEAVES = (
    "status",
    "meta",
    "t/+",
    "replay",
    "gap",
    "diag",
    "cfg/reported",
    "cmd/res",
    "ota/status",
    "ota/want",
)
TOPICS = tuple(f"{contract.ROOT}/+/+/{leaf}" for leaf in LEAVES)
# Only the server speaks on these.
_OURS = frozenset({"ack", "cfg/desired", "cmd", "ota/desired", "ota/part", "next"})


class Paces:
    """How much a node may say: readings, replays, pieces of an update that it asks for, and all else each
    have a bucket of their own."""

    def __init__(self, rate: float = 1.0, burst: float = 60.0) -> None:
        self._readings = Pace(rate, burst)
        self._replays = Pace(rate * 5, burst)
        self._pieces = Pace(rate * 20, burst)
        self._rest = Pace(rate, burst)

    def allows(self, device: str, leaf: str, now: datetime) -> bool:
        """Whether the device may say one more thing on this leaf."""
        if leaf == "replay":
            return self._replays.allows(device, now)
        if leaf == "ota/want":
            return self._pieces.allows(device, now)
        # A flood of readings must not cost a node its status or the one message that dates a boot.
        pace = self._readings if leaf.startswith("t/") and leaf != "t/clock" else self._rest
        return pace.allows(device, now)


@dataclass(frozen=True)
class Heard:
    """A message that keeps the contract, from a device of ours."""

    message: Message
    device: Device
    leaf: str
    body: dict[str, Any]


@dataclass
class Outcome:
    """What to publish once the transaction is committed, and what was counted."""

    acks: list[Publication] = field(default_factory=list)
    live: list[Publication] = field(default_factory=list)
    updates: list[Publication] = field(default_factory=list)
    stored: int = 0
    known: int = 0
    quarantined: int = 0

    @property
    def publications(self) -> list[Publication]:
        """Acks first: a node waits for them."""
        return [*self.acks, *self.updates, *self.live]


@dataclass
class _Batch:
    """A batch while it is being taken in."""

    now: datetime
    heard: list[Heard] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    settled: dict[tuple[Device, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    acks: list[Publication] = field(default_factory=list)
    updates: list[Publication] = field(default_factory=list)


def record(
    session: Session, messages: Sequence[Message], now: datetime, paces: Paces | None = None
) -> Outcome:
    """Store a batch: new readings and their facts, what nodes say of themselves, and what cannot be used.

    Nothing a node sends raises: a message is understood before anything is stored. The outcome's acks name
    what will be durable once the caller has committed: stored now, stored before, or never usable. A reading
    refused for coming too fast is not acked, so it comes again.
    """
    batch = _Batch(now)
    known = _senders(session, messages)
    for message in messages:
        _hear(batch, message, known, paces)
    _note_contact(batch)
    _note_words(session, batch)
    outcome = _store_readings(session, batch)
    quarantine(session, batch.refused, now)
    outcome.quarantined = len(batch.refused)
    outcome.acks = [*batch.acks, *_acks(batch)]
    wants = [(heard.device, heard.body) for heard in batch.heard if heard.leaf == "ota/want"]
    outcome.updates = [*batch.updates, *updates.parts(session, wants)]
    return outcome


def _senders(session: Session, messages: Sequence[Message]) -> dict[str, Device]:
    """The devices that speak, locked in order until the end of the transaction.

    The lock makes one of several workers wait while another dates a boot or takes in a status.
    """
    names = {parts[3] for message in messages if len(parts := message.topic.split("/", 4)) == 5}
    found = session.scalars(
        select(Device)
        .where(Device.slug.in_(sorted(name for name in names if name.isprintable())))
        .order_by(Device.id)
        .options(joinedload(Device.site, innerjoin=True))
        .with_for_update(key_share=True, of=Device)
        .execution_options(populate_existing=True)
    )
    return {device.slug: device for device in found}


def _hear(batch: _Batch, message: Message, known: Mapping[str, Device], paces: Paces | None) -> None:
    try:
        site, name, leaf = contract.parse_topic(message.topic)
    except ContractError as error:
        batch.refused.append(Refused(message, error.code, error.detail))
        return
    device = known.get(name)
    reason = _stranger(device, site, leaf)
    if device is None or reason is not None:
        batch.refused.append(Refused(message, reason or "", name, device.slug if device else None))
    elif paces is not None and not message.retained and not paces.allows(name, leaf, batch.now):
        batch.refused.append(Refused(message, "too_fast", leaf, name))
    else:
        _understand(batch, message, device, leaf)


def _stranger(device: Device | None, site: str, leaf: str) -> str | None:
    """Why this sender is not listened to at all, or None."""
    if device is None:
        return "unknown_device"
    if device.revoked_at is not None:
        return "revoked_device"
    if device.site.slug != site:
        return "wrong_site"
    return "not_a_nodes_topic" if leaf in _OURS else None


def _understand(batch: _Batch, message: Message, device: Device, leaf: str) -> None:
    try:
        body = contract.decode(leaf, message.payload)
    except ContractError as error:
        batch.refused.append(Refused(message, error.code, error.detail, device.slug))
        claimed = contract.identity(leaf, message.payload)
        if claimed is not None and (leaf == "replay" or leaf.startswith("t/")):
            # Never usable: without an ack the node would send it again for ever.
            batch.settled[device, claimed[0]].update(claimed[1])
        return
    batch.heard.append(Heard(message, device, leaf, body))


def _note_contact(batch: _Batch) -> None:
    for heard in batch.heard:
        if not heard.message.retained:
            heard.device.last_seen_at = batch.now


def _note_words(session: Session, batch: _Batch) -> None:
    for heard in batch.heard:
        if heard.leaf == "t/clock":
            _take_clock(session, batch, heard)
        elif heard.leaf == "gap":
            _take_gap(session, batch, heard)
        elif heard.leaf == "ota/status":
            batch.updates += updates.hear(session, heard.device, heard.body, batch.now)
        else:
            devices.hear(heard.device, heard.leaf, heard.body, batch.now)


def _take_clock(session: Session, batch: _Batch, heard: Heard) -> None:
    sync = Sync(heard.body["up"], instant(heard.body["utc"]))
    if sync.utc > batch.now + SKEW:
        detail = f"{sync.utc.isoformat()} at {batch.now.isoformat()}"
        batch.refused.append(Refused(heard.message, "clock_ahead", detail, heard.device.slug))
        heard.device.clock_skew_s = skew_s(heard.body["utc"], batch.now)
        return
    if readings.date_boot(session, heard.device, heard.body["boot"], sync, batch.now):
        outdoor.mark_dated(session, heard.device, heard.body["boot"], batch.now)


def _take_gap(session: Session, batch: _Batch, heard: Heard) -> None:
    body = heard.body
    row = {
        "device_id": heard.device.id,
        "boot": body["boot"],
        "first": body["from"],
        "last": body["to"],
        "why": body["why"],
        "received_at": batch.now,
    }
    session.execute(insert_into(session, ReadingGap).on_conflict_do_nothing(), row)
    # Told and kept: the node need not tell it again.
    got = {"v": contract.VERSION, "boot": body["boot"], "got": [[body["from"], body["to"]]]}
    batch.acks.append(_ack(heard.device, got))


def _store_readings(session: Session, batch: _Batch) -> Outcome:
    arrived = _taken(session, batch)
    stored = readings.store(session, [reading for _, reading in arrived], batch.now)
    senders = {id(reading): heard.message for heard, reading in arrived}
    batch.refused += [
        Refused(senders[id(reading)], reason, detail, reading.device.slug)
        for reading, reason, detail in stored.unplaced
    ]
    batch.refused += [
        Refused(senders[id(reading)], "impossible_temperature", detail, reading.device.slug)
        for reading, detail in outdoor.mark_new(session, stored.new, batch.now)
    ]
    for _, reading in arrived:
        batch.settled[reading.device, reading.body["boot"]].add(reading.body["seq"])
    changes = live.show(session, stored.new, batch.now)
    return Outcome(live=changes, stored=len(stored.new), known=len(arrived) - len(stored.new))


def _taken(session: Session, batch: _Batch) -> list[tuple[Heard, Taken]]:
    said = [(heard, body) for heard in batch.heard for body in contract.readings(heard.leaf, heard.body)]
    syncs = readings.syncs(session, ((heard.device.id, body["boot"]) for heard, body in said))
    taken = []
    for heard, body in said:
        sync = syncs.get((heard.device.id, body["boot"]))
        replayed = heard.leaf == "replay"
        taken.append((heard, readings.taken(heard.device, body, sync, batch.now, replayed)))
        if not replayed and body["ts"] is not None:
            heard.device.clock_skew_s = skew_s(body["ts"], batch.now)
    return taken


def _acks(batch: _Batch) -> list[Publication]:
    return [
        _ack(device, message)
        for (device, boot), seqs in batch.settled.items()
        for message in contract.ack(boot, seqs)
    ]


def _ack(device: Device, message: Mapping[str, Any]) -> Publication:
    payload = json.dumps(message, separators=(",", ":")).encode()
    return Publication(contract.topic(device.site.slug, device.slug, "ack"), payload)
