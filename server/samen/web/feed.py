"""What goes over the broker, for open pages and for knowing how far ingest is behind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Device, Meter, Space
from samen.adapters.message import Message
from samen.adapters.mqtt import Watch
from samen.config import Broker
from samen.services.energy import power_now
from samen.services.live import ROOT as LIVE
from samen.services.rooms import room_states
from samen.web.lag import Lag
from samen.web.live import Hub
from samen.web.report import room_report
from samen_node import contract

TOPICS = (f"{LIVE}/+", f"{contract.ROOT}/+/+/t/+", f"{contract.ROOT}/+/+/ack")
log = structlog.get_logger(__name__)


class Feed:
    """Turns what ingest says on `samen/live/{site}` into room and meter events, and times acks."""

    def __init__(self, database: Database, hub: Hub, clock: Callable[[], datetime]) -> None:
        self._database, self._hub, self._clock = database, hub, clock
        self._lag = Lag()
        self._told: dict[str, dict[str, Any]] = {}
        self._telling = threading.Lock()
        self._watch: Watch | None = None

    def start(self, broker: Broker) -> None:
        """Subscribe, in a thread of the client's own; a broker that is away is waited for."""
        self._watch = Watch(broker, TOPICS, self.hear)

    def stop(self) -> None:
        """Leave the broker."""
        if self._watch is not None:
            self._watch.stop()

    @property
    def connected(self) -> bool:
        """Whether the broker is there right now."""
        return self._watch is not None and self._watch.connected

    def lag_s(self) -> float:
        """For how many seconds a known node has been waiting for an ack."""
        with self._database.read() as session:
            devices = set(session.scalars(select(Device.slug).where(Device.revoked_at.is_(None))))
        return self._lag.seconds(devices)

    def hear(self, message: Message) -> None:
        """Take in one message; nothing that it holds raises."""
        parts = message.topic.split("/")
        if message.topic.startswith(f"{LIVE}/"):
            self._hear_change(message.payload)
        elif parts[-1] == "ack":
            self._lag.acked(parts[-2])
        elif len(parts) > 2 and parts[-1] != "clock" and not message.retained:
            self._lag.sent(parts[-3])

    def tell_rooms(self, session: Session, space: str) -> None:
        """Publish every room of the space's site that stands otherwise than it was last told."""
        site_id = session.scalar(select(Space.site_id).where(Space.slug == space))
        if site_id is None:
            return
        with self._telling:
            for state in room_states(session, site_id, self._clock()):
                report = room_report(state)
                if self._told.get(state.slug) != report:
                    self._told[state.slug] = report
                    self._hub.publish("room", report)

    def tell_meter(self, session: Session, meter: str) -> None:
        """Publish what the meter draws now, if it says so."""
        found = session.scalar(select(Meter).where(Meter.slug == meter))
        power = power_now(session, found, self._clock()) if found else None
        if power is not None:
            self._hub.publish("meter", {"meter": meter, "power_w": power.w, "at": power.at.isoformat()})

    def _hear_change(self, payload: bytes) -> None:
        kind, name, on = _named(payload)
        if name is None:
            log.warning("live_message_unreadable", size=len(payload))
            return
        if on is not None:
            self._hub.publish("booking", {"space": name, "on": on})
        tell = self.tell_rooms if kind == "space" else self.tell_meter
        try:
            with self._database.read() as session:
                tell(session, name)
        except SQLAlchemyError as error:
            # Pages ask again when they reconnect, and poll when they cannot.
            log.warning("change_not_told", error=type(error).__name__)


def _named(payload: bytes) -> tuple[str, str | None, str | None]:
    """("space" or "meter", its slug, the day on which a space's bookings changed if they did).

    None for a slug where the message is not one of ours.
    """
    try:
        message = json.loads(payload)
    except ValueError:
        message = None
    said = message if isinstance(message, dict) else {}
    kind = "meter" if "meter" in said else "space"
    name, on = (_printable(said.get(key)) for key in (kind, "on"))
    return kind, name, on


def _printable(value: object) -> str | None:
    return value if isinstance(value, str) and value.isprintable() else None
