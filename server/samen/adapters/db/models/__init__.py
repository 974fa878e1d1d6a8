"""The tables, a file per feature. Importing this package registers them all."""

from samen.adapters.db.models.audit import AuditEntry
from samen.adapters.db.models.base import Base
from samen.adapters.db.models.booking import Claim, Occurrence, OccurrenceStatus, Series
from samen.adapters.db.models.device import Boot, Device, DeviceState, Quarantined, QuarantineTally
from samen.adapters.db.models.idempotency import IdempotencyKey
from samen.adapters.db.models.member import ApiToken, Invitation, LoginSession, Member, Membership
from samen.adapters.db.models.meter import Meter, MeterKind, Register, Unit
from samen.adapters.db.models.notice import Notice
from samen.adapters.db.models.reading import (
    IndexReading,
    OccupancyReading,
    Reading,
    ReadingGap,
    SpaceState,
    TimeQuality,
)
from samen.adapters.db.models.rollup import (
    DirtyEnergy,
    DirtyOccupancy,
    EnergyRollup,
    OccupancyRollup,
    Step,
)
from samen.adapters.db.models.site import Site, Space, SpaceFeature, Zone
from samen.adapters.db.models.tenant import Tenant

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Base",
    "Boot",
    "Claim",
    "Device",
    "DeviceState",
    "DirtyEnergy",
    "DirtyOccupancy",
    "EnergyRollup",
    "IdempotencyKey",
    "IndexReading",
    "Invitation",
    "LoginSession",
    "Member",
    "Membership",
    "Meter",
    "MeterKind",
    "Notice",
    "OccupancyReading",
    "OccupancyRollup",
    "Occurrence",
    "OccurrenceStatus",
    "QuarantineTally",
    "Quarantined",
    "Reading",
    "ReadingGap",
    "Register",
    "Series",
    "Site",
    "Space",
    "SpaceFeature",
    "SpaceState",
    "Step",
    "Tenant",
    "TimeQuality",
    "Unit",
    "Zone",
]
