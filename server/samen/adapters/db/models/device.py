"""Sensor nodes, their boots, and the messages that could not be used."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.site import Site, Space


class DeviceState(enum.Enum):
    """What a node last said of itself; NEW until it speaks."""

    NEW = "new"
    ONLINE = "online"
    OFFLINE = "offline"
    SLEEPING = "sleeping"
    UPDATING = "updating"


class Device(Base):
    """A node. `slug` is its device id, its MQTT client id and its MQTT user name.

    One that hangs `outdoor` has no space, and its temperatures are the site's weather.
    """

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    outdoor: Mapped[bool] = mapped_column(default=False)
    streams: Mapped[list[str]]
    secret_hash: Mapped[str | None]
    # Signs what the node is asked to run. Follows from the secret, and not the other way round.
    update_key: Mapped[bytes | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    state: Mapped[DeviceState] = mapped_column(choice(DeviceState, "state"), default=DeviceState.NEW)
    # Names the connection that `state` speaks of: a will from an older one is ignored.
    sid: Mapped[str | None]
    state_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    clock_skew_s: Mapped[float | None]
    meta: Mapped[dict[str, Any] | None]
    diag: Mapped[dict[str, Any] | None]

    site: Mapped[Site] = relationship()
    space: Mapped[Space | None] = relationship()


class DeviceClaim(Base):
    """The set-up code by which a new board becomes this device: good for one board, and for a while.

    The code is kept as it is, for both sides prove by it that they know it. `asked_nonce` names the board
    that used it, which may ask again until the end.
    """

    __tablename__ = "device_claims"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_nonce: Mapped[str | None] = mapped_column(String(32))
    answered_nonce: Mapped[str | None] = mapped_column(String(32))

    device: Mapped[Device] = relationship()


class Boot(Base):
    """One boot of a node: how its seconds since boot map to UTC, once its clock was set."""

    __tablename__ = "boots"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    boot: Mapped[int] = mapped_column(primary_key=True)
    up: Mapped[int]
    utc: Mapped[datetime]


class Quarantined(Base):
    """A message that could not be used: a short sample and the reason, for the manager to read."""

    __tablename__ = "quarantined"

    id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    topic: Mapped[str]
    device: Mapped[str | None]
    reason: Mapped[str]
    detail: Mapped[str]
    sample: Mapped[str]
    size: Mapped[int]


class QuarantineTally(Base):
    """How many messages were quarantined for a reason; `device` is "" where it is not one of ours.

    Counts go on when samples are thinned out, and an unknown name cannot make the table grow.
    """

    __tablename__ = "quarantine_tallies"

    reason: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    messages: Mapped[int]
    last_at: Mapped[datetime]
