"""The tables, a file per feature. Importing this package registers them all."""

from samen.adapters.db.models.audit import AuditEntry
from samen.adapters.db.models.base import Base
from samen.adapters.db.models.booking import Claim, Occurrence, OccurrenceStatus, Series
from samen.adapters.db.models.device import Boot, Device, DeviceState, Quarantined, QuarantineTally
from samen.adapters.db.models.feed import CalendarFeed, FeedKind
from samen.adapters.db.models.finding import Finding, WasteReview
from samen.adapters.db.models.heating import SteeredDay, WarmUp, ZoneHeating, ZoneWarming
from samen.adapters.db.models.idempotency import IdempotencyKey
from samen.adapters.db.models.intervention import Dossier, Intervention, InterventionPicture
from samen.adapters.db.models.member import ApiToken, Invitation, LoginSession, Member, Membership
from samen.adapters.db.models.meter import (
    PER_SHOWN_UNIT,
    CalorificFactor,
    EventKind,
    IndexDecrease,
    Meter,
    MeterEvent,
    MeterKind,
    QuarterDemand,
    ReadingsFile,
    Register,
    ToldPeak,
    Unit,
)
from samen.adapters.db.models.notice import Invite, Mail, MailState, Notice
from samen.adapters.db.models.price import Price
from samen.adapters.db.models.reading import (
    AS_SHOWN,
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
from samen.adapters.db.models.round import (
    HandAward,
    NamesShown,
    Round,
    RoundAward,
    RoundState,
    Solve,
    SolveState,
)
from samen.adapters.db.models.sharing import (
    Bill,
    HoursBasis,
    SettledShare,
    Settlement,
    SharingKey,
    TenantStanding,
)
from samen.adapters.db.models.site import (
    Blackout,
    Peak,
    Site,
    Space,
    SpaceFeature,
    SpaceHours,
    SpaceKind,
    SpacePermission,
    Zone,
)
from samen.adapters.db.models.tenant import Quota, Tenant
from samen.adapters.db.models.waitlist import Waiting, WaitState
from samen.adapters.db.models.weather import (
    ArchiveAsk,
    DirtyOutdoor,
    OutdoorDay,
    OutdoorHour,
)
from samen.adapters.db.models.wish import Objection, Swap, Wish

__all__ = [
    "AS_SHOWN",
    "PER_SHOWN_UNIT",
    "ApiToken",
    "ArchiveAsk",
    "AuditEntry",
    "Base",
    "Bill",
    "Blackout",
    "Boot",
    "CalendarFeed",
    "CalorificFactor",
    "Claim",
    "Device",
    "DeviceState",
    "DirtyEnergy",
    "DirtyOccupancy",
    "DirtyOutdoor",
    "Dossier",
    "EnergyRollup",
    "EventKind",
    "FeedKind",
    "Finding",
    "HandAward",
    "HoursBasis",
    "IdempotencyKey",
    "IndexDecrease",
    "IndexReading",
    "Intervention",
    "InterventionPicture",
    "Invitation",
    "Invite",
    "LoginSession",
    "Mail",
    "MailState",
    "Member",
    "Membership",
    "Meter",
    "MeterEvent",
    "MeterKind",
    "NamesShown",
    "Notice",
    "Objection",
    "OccupancyReading",
    "OccupancyRollup",
    "Occurrence",
    "OccurrenceStatus",
    "OutdoorDay",
    "OutdoorHour",
    "Peak",
    "Price",
    "QuarantineTally",
    "Quarantined",
    "QuarterDemand",
    "Quota",
    "Reading",
    "ReadingGap",
    "ReadingsFile",
    "Register",
    "Round",
    "RoundAward",
    "RoundState",
    "Series",
    "SettledShare",
    "Settlement",
    "SharingKey",
    "Site",
    "Solve",
    "SolveState",
    "Space",
    "SpaceFeature",
    "SpaceHours",
    "SpaceKind",
    "SpacePermission",
    "SpaceState",
    "SteeredDay",
    "Step",
    "Swap",
    "Tenant",
    "TenantStanding",
    "TimeQuality",
    "ToldPeak",
    "Unit",
    "WaitState",
    "Waiting",
    "WarmUp",
    "WasteReview",
    "Wish",
    "Zone",
    "ZoneHeating",
    "ZoneWarming",
]
