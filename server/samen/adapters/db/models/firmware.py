"""Versions of the node's code, and which of them a node was asked to run."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.device import Device


class UpdateState(enum.Enum):
    """How far a node has come with an update; ASKED until it answers."""

    ASKED = "asked"
    LOADING = "loading"
    STAGED = "staged"
    TRIAL = "trial"
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled_back"
    REFUSED = "refused"


class FirmwareRelease(Base):
    """A version, with size and SHA-256 (hex) of its manifest. What was published under it never changes."""

    __tablename__ = "firmware_releases"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    added_at: Mapped[datetime]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class FirmwareFile(Base):
    """A compiled file of a version; the manifest is the one whose path is empty."""

    __tablename__ = "firmware_files"

    version: Mapped[str] = mapped_column(ForeignKey("firmware_releases.version"), primary_key=True)
    path: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DeviceUpdate(Base):
    """The update that a node was asked for last. Asking again for what it gave back is a new attempt.

    `detail`: the node's code for why it refused or gave back.
    """

    __tablename__ = "device_updates"
    __table_args__ = (CheckConstraint("attempt > 0", name="attempt"),)

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(ForeignKey("firmware_releases.version"))
    attempt: Mapped[int]
    asked_at: Mapped[datetime]
    state: Mapped[UpdateState] = mapped_column(choice(UpdateState, "state"), default=UpdateState.ASKED)
    detail: Mapped[str] = mapped_column(default="")
    state_at: Mapped[datetime]

    device: Mapped[Device] = relationship()
