"""By which key costs are shared, and who has what: decided, dated, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import SHARING, take_turn
from samen.adapters.db.models import HoursBasis, MeterKind, SharingKey, Site, Tenant, TenantStanding
from samen.domain.access import Viewer
from samen.domain.belonging import Standing
from samen.domain.sharing import Key
from samen.services import audit


@dataclass(frozen=True)
class Decision:
    """Who agreed to a key, when, in what words, and for bills from which first day on."""

    from_on: date
    decided_by: str
    decided_on: date
    text: str


def decide(
    session: Session,
    site: Site,
    kind: MeterKind,
    key: Key,
    basis: HoursBasis,
    decision: Decision,
    viewer: Viewer,
    now: datetime,
) -> SharingKey:
    """Add the next version of the site's key for that kind."""
    take_turn(session, SHARING, [site.id])
    of_kind = (SharingKey.site_id == site.id, SharingKey.kind == kind)
    newest = session.scalar(select(func.max(SharingKey.version)).where(*of_kind)) or 0
    made = SharingKey(
        site_id=site.id,
        kind=kind,
        version=newest + 1,
        from_on=decision.from_on,
        area=key.area,
        hours=key.hours,
        heads=key.heads,
        fixed=key.fixed,
        hours_basis=basis,
        decided_by=decision.decided_by,
        decided_on=decision.decided_on,
        decision=decision.text,
        created_at=now,
    )
    session.add(made)
    session.flush()
    audit.note(session, viewer.actor, "key.decided", f"key:{made.id}", facts_of(made), now)
    return made


def facts_of(key: SharingKey) -> dict[str, object]:
    """A key as it is kept with what was shared by it, and on record."""
    weights = {name: getattr(key, name) for name in ("area", "hours", "heads", "fixed", "version")}
    return {**weights, "kind": key.kind.value, "hours_basis": key.hours_basis.value, "from": str(key.from_on)}


def weights_of(key: SharingKey) -> Key:
    """The weights alone."""
    return Key(key.area, key.hours, key.heads, key.fixed)


def keys(session: Session, site: Site) -> Sequence[SharingKey]:
    """Every version, by kind, the newest first."""
    return session.scalars(
        select(SharingKey)
        .where(SharingKey.site_id == site.id)
        .order_by(SharingKey.kind, SharingKey.version.desc())
    ).all()


def key_on(session: Session, site: Site, kind: MeterKind, on: date) -> SharingKey | None:
    """The key of bills that begin on that day: the last to begin by then; of one day, the newest version."""
    return session.scalar(
        select(SharingKey)
        .where(SharingKey.site_id == site.id, SharingKey.kind == kind, SharingKey.from_on <= on)
        .order_by(SharingKey.from_on.desc(), SharingKey.version.desc())
        .limit(1)
    )


def stand(
    session: Session, site: Site, tenant: Tenant, standing: Standing, viewer: Viewer, now: datetime
) -> None:
    """From that day on the tenant has this; said again for the same day, the last word counts.

    What was settled keeps the figures that it was settled with.
    """
    take_turn(session, SHARING, [site.id])
    row = session.get(TenantStanding, (site.id, tenant.id, standing.from_on))
    if row is None:
        row = TenantStanding(site_id=site.id, tenant_id=tenant.id, from_on=standing.from_on)
        session.add(row)
    row.area_m2, row.heads = standing.area_m2, standing.heads
    session.flush()
    facts = {
        "site": site.slug,
        "from": str(standing.from_on),
        "area_m2": standing.area_m2,
        "heads": standing.heads,
    }
    audit.note(session, viewer.actor, "tenant.stands", f"tenant:{tenant.slug}", facts, now)
