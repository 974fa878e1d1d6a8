"""A tenant's statements: what it owes of each bill and why, and nothing of what any other tenant has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from samen.adapters.db.models import Bill, SettledShare, Settlement, SharingKey, Site, Tenant
from samen.domain.access import Viewer
from samen.domain.sharing import Part
from samen.services import settling


@dataclass(frozen=True)
class StatementLine:
    """`quantity` of `whole` at `weight` of its part. `whole` is None where it would tell of somebody else."""

    part: str
    criterion: str | None
    quantity: float
    whole: float | None
    weight: float
    kwh: float
    cents: int


@dataclass(frozen=True)
class Others:
    """All other tenants together, and with them the whole bill."""

    cents: int
    kwh: float
    bill_cents: int
    not_measured: float


@dataclass(frozen=True)
class Statement:
    """One tenant's share of a settlement.

    `others` is None where what all others owe or used would tell what one of them does.
    `doubts`: those of the bill, and the tenant's own.
    """

    number: int
    made_at: datetime
    tenant: Tenant
    bill: Bill
    key: SharingKey
    cents: int
    kwh: float
    lines: tuple[StatementLine, ...]
    others: Others | None
    doubts: tuple[Mapping[str, Any], ...]
    note: str
    corrects: int | None
    corrected_by: int | None


def statements(session: Session, viewer: Viewer, site: Site | None = None) -> list[Statement]:
    """Those that stand and that the viewer may see: its tenant's, or for who looks after the building all."""
    return [
        statement_of(session, made, share.tenant_id)
        for made in settling.settlements(session, site)
        for share in made.shares
        if viewer.sees_details_of(share.tenant_id)
    ]


def own_statements(session: Session, viewer: Viewer, site: Site) -> list[Statement]:
    """Those of the viewer's own tenant that stand, newest period first."""
    found = settling.settlements(session, site, viewer.tenant_id)
    return [statement_of(session, made, viewer.tenant_id) for made in found]


def statement(session: Session, viewer: Viewer, number: int, tenant_id: int) -> Statement | None:
    """One, corrected or not; None where it is not there or not the viewer's to see."""
    made = settling.settlement(session, number)
    if made is None or not viewer.sees_details_of(tenant_id):
        return None
    if all(share.tenant_id != tenant_id for share in made.shares):
        return None
    return statement_of(session, made, tenant_id)


def statement_of(session: Session, made: Settlement, tenant_id: int) -> Statement:
    """What a tenant may read of a settlement in which it has a share."""
    own = next(share for share in made.shares if share.tenant_id == tenant_id)
    rest = [share for share in made.shares if share.tenant_id != tenant_id]
    return Statement(
        number=made.id,
        made_at=made.made_at,
        tenant=own.tenant,
        bill=made.bill,
        key=made.key,
        cents=own.cents,
        kwh=own.kwh,
        lines=tuple(_line(line, rest) for line in own.lines),
        others=None if _tell_of_one(rest) else _others(made, rest),
        doubts=tuple(doubt for doubt in made.doubts if doubt["tenant"] in {None, own.tenant.slug}),
        note=made.note,
        corrects=made.corrects_id,
        corrected_by=settling.corrected_by(session, made),
    )


def _tell_of_one(rest: Sequence[SettledShare]) -> bool:
    """Whether a single other tenant takes part, or a single one has meters of its own.

    Whoever has common energy knows from its own lines how much of that there was: taken from what all others
    used, it leaves what is on the others' meters.
    """
    taking_part = sum(bool(share.cents or share.kwh) for share in rest)
    metered = sum(any(line["part"] == Part.MEASURED.value for line in share.lines) for share in rest)
    return 1 in {taking_part, metered}


def _line(line: Mapping[str, Any], rest: Sequence[SettledShare]) -> StatementLine:
    """What all have together is told where at least two others have some of it: else it would tell whose."""
    same = (line["part"], line["criterion"])
    having = sum(any((one["part"], one["criterion"]) == same for one in share.lines) for share in rest)
    return StatementLine(**{**line, "whole": line["whole"] if having > 1 else None})


def _others(made: Settlement, rest: Sequence[SettledShare]) -> Others:
    return Others(
        sum(share.cents for share in rest),
        round(sum(share.kwh for share in rest), 3),
        made.bill.cents,
        made.inputs["residual"]["not_measured_kwh"],
    )
