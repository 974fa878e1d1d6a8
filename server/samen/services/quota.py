"""What a tenant has booked together, and whether there is room for more.

A quota is pooled over the tenant's members and counted by one clock, that of the first site, with its
peaks, whichever site is booked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Occurrence, OccurrenceStatus, Peak, Quota, Site, Space, Tenant
from samen.domain.access import Viewer
from samen.domain.interval import Interval, hull
from samen.domain.quota import Basis, Busy, Period, Spent, period_of, periods_touched, weighted_hours
from samen.domain.rules import Fact, Refusal
from samen.services import audit

# What was cancelled or released while it ran counts until then; what was declined or lapsed never stood.
COUNTING = (
    OccurrenceStatus.CONFIRMED,
    OccurrenceStatus.PENDING,
    OccurrenceStatus.HELD,
    OccurrenceStatus.CANCELLED,
    OccurrenceStatus.RELEASED,
)
# A booking lies within one local day, of 25 hours at the most.
LONGEST_BOOKING = timedelta(hours=25)
# Hours are sums of floats.
TINY = 1e-6
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class QuotaUse:
    """How a tenant stands against one quota, in weighted hours.

    `used`: what is over, where somebody came. `counted`: what its basis says, of which `left` is the rest.
    """

    period: Period
    basis: Basis
    during: Interval
    limit: float
    booked: float
    used: float
    counted: float
    left: float


@dataclass(frozen=True)
class SpaceUse:
    """Plain hours in one space: booked, and of those that are over, with somebody there."""

    space: str
    booked: float
    used: float


@dataclass(frozen=True)
class Meter:
    """By which clock and with which peaks hours are counted."""

    zone: ZoneInfo
    busy: tuple[Busy, ...] = ()

    def hours(self, spent: Sequence[Spent], basis: Basis, within: Interval) -> float:
        return weighted_hours(spent, basis, self.busy, within, self.zone)


def over(
    session: Session,
    tenant_id: int,
    wanted: Sequence[tuple[Interval, float]],
    now: datetime,
    ignoring: Collection[UUID] = (),
    *,
    firm: bool = True,
) -> list[Refusal]:
    """Which quotas the wanted times (each with its space's weight) would break, the first period of each.

    Holds the tenant's turn until the transaction ends, so that of two at once the second sees the first:
    call it before waiting for any space. What the occurrences `ignoring` hold is overlooked. Not `firm`: an
    answer without a turn, for who asks again before anything is final.
    """
    quotas = _quotas(session, tenant_id)
    if not quotas or not wanted:
        return []
    if firm:
        take_turn(session, TENANT, [tenant_id])
    meter = house_meter(session)
    more = [Spent(during, weight) for during, weight in wanted]
    spans = [one.during for one in more]
    windows = {quota.period: periods_touched(quota.period, spans, meter.zone) for quota in quotas}
    near = [quota for quota in quotas if not _far_below(session, quota, windows[quota.period], more, meter)]
    if not near:
        return []
    reach = hull(window for quota in near for window in windows[quota.period])
    spent = [one for id_, _, one in _spent(session, tenant_id, reach) if id_ not in ignoring]
    broken = (_broken(quota, windows[quota.period], spent, more, meter, now) for quota in near)
    return [refusal for refusal in broken if refusal is not None]


def usage(session: Session, tenant_id: int, now: datetime) -> list[QuotaUse]:
    """How the tenant stands in the week, month and quarter of `now`, for each quota that it has."""
    meter = house_meter(session)
    today = now.astimezone(meter.zone).date()
    return [
        _use(session, quota, period_of(quota.period, today, meter.zone), meter, now)
        for quota in _quotas(session, tenant_id)
    ]


def hours_by_space(session: Session, tenant_id: int, during: Interval, now: datetime) -> list[SpaceUse]:
    """Hours per space that the tenant booked within `during`, most booked first."""
    meter = Meter(house_meter(session).zone)
    by_space: defaultdict[str, list[Spent]] = defaultdict(list)
    for _, space, one in _spent(session, tenant_id, during):
        by_space[space].append(Spent(one.during, 1.0, one.ended_at, one.used))
    uses = [
        SpaceUse(space, meter.hours(spent, Basis.BOOKED, during), _used(meter, spent, during, now))
        for space, spent in by_space.items()
    ]
    return sorted((use for use in uses if use.booked), key=lambda use: (-use.booked, use.space))


def allot(
    session: Session,
    tenant: Tenant,
    quotas: Mapping[Period, tuple[float, Basis]],
    viewer: Viewer,
    now: datetime,
) -> None:
    """Make these the tenant's quotas; a period that is not named has none."""
    before = {quota.period: (quota.hours, quota.basis) for quota in tenant.quotas}
    if before == quotas:
        return
    kept = {quota.period: quota for quota in tenant.quotas}
    tenant.quotas = [kept.get(period) or Quota(period=period) for period in Period if period in quotas]
    for quota in tenant.quotas:
        quota.hours, quota.basis = quotas[quota.period]
    session.flush()
    facts = {period.value: [hours, basis.value] for period, (hours, basis) in quotas.items()}
    audit.note(session, viewer.actor, "rules.changed", f"tenant:{tenant.slug}", {"quotas": facts}, now)


def this_period(session: Session, period: Period, now: datetime) -> Interval:
    """The week, month or quarter of `now`, by the clock that quotas go by."""
    zone = house_meter(session).zone
    return period_of(period, now.astimezone(zone).date(), zone)


def _quotas(session: Session, tenant_id: int) -> list[Quota]:
    """From the shortest period to the longest."""
    found = session.scalars(select(Quota).where(Quota.tenant_id == tenant_id))
    return sorted(found, key=lambda quota: list(Period).index(quota.period))


def house_meter(session: Session) -> Meter:
    """How the house counts: by the clock of its first site, with the peaks there."""
    site = session.scalars(select(Site).order_by(Site.id)).first()
    if site is None:
        return Meter(ZoneInfo("UTC"))
    peaks = session.scalars(select(Peak).where(Peak.site_id == site.id))
    busy = (Busy(peak.weekdays, peak.opening, peak.closing, peak.weight) for peak in peaks)
    return Meter(ZoneInfo(site.timezone), tuple(busy))


def _spent(session: Session, tenant_id: int, during: Interval) -> Iterator[tuple[UUID, str, Spent]]:
    """(occurrence, name of its space, what it may count), of those that reach into `during`."""
    spaces = {
        id_: (name, weight)
        for id_, name, weight in session.execute(select(Space.id, Space.name, Space.weight))
    }
    rows = session.execute(
        select(
            Occurrence.id,
            Occurrence.space_id,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.ended_at,
            Occurrence.used,
        ).where(*_reaching(tenant_id, during))
    )
    for id_, space_id, start, end, ended_at, used in rows:
        name, weight = spaces[space_id]
        yield id_, name, Spent(Interval(start, end), weight, ended_at, used)


def _far_below(
    session: Session, quota: Quota, windows: Sequence[Interval], more: Sequence[Spent], meter: Meter
) -> bool:
    """Whether there is room even if every hour weighed as much as the busiest: then nobody need count."""
    reach, heaviest = hull(windows), max([1.0, *(rule.weight for rule in meter.busy)])
    seconds = extract("epoch", Occurrence.ends_at) - extract("epoch", Occurrence.starts_at)
    held = session.scalar(
        select(func.sum(seconds * Space.weight))
        .select_from(Occurrence)
        .join(Space, Space.id == Occurrence.space_id)
        .where(*_reaching(quota.tenant_id, reach))
    )
    wanted = sum(one.during.length / HOUR * one.space_weight for one in more)
    return heaviest * (float(held or 0) / HOUR.total_seconds() + wanted) <= quota.hours


def _reaching(tenant_id: int, during: Interval) -> tuple[ColumnElement[bool], ...]:
    """The tenant's dates that may count in `during`. Bounded on both sides, for the index."""
    return (
        Occurrence.tenant_id == tenant_id,
        Occurrence.starts_at < during.end,
        Occurrence.starts_at > during.start - LONGEST_BOOKING,
        Occurrence.ends_at > during.start,
        Occurrence.status.in_(COUNTING),
    )


def _broken(
    quota: Quota,
    windows: Sequence[Interval],
    spent: Sequence[Spent],
    more: Sequence[Spent],
    meter: Meter,
    now: datetime,
) -> Refusal | None:
    """The refusal for the first period that has no room; a period that is over is held against nobody."""
    for window in windows:
        booked = meter.hours(spent, quota.basis, window)
        wanted = meter.hours(more, quota.basis, window)
        if window.end > now and booked + wanted > quota.hours + TINY:
            return _over_quota(quota, window, booked, wanted, meter.zone)
    return None


def _over_quota(quota: Quota, window: Interval, booked: float, wanted: float, zone: ZoneInfo) -> Refusal:
    start, until = (edge.astimezone(zone).date() for edge in (window.start, window.end))
    limit, left, per = quota.hours, max(0.0, quota.hours - booked), quota.period
    more: dict[str, Fact] = {"from": start, "booked": booked, "wanted": wanted}
    return Refusal("over_quota", {"left": left, "limit": limit, "period": per, "until": until, **more})


def _use(session: Session, quota: Quota, window: Interval, meter: Meter, now: datetime) -> QuotaUse:
    spent = [one for _, _, one in _spent(session, quota.tenant_id, window)]
    counted = meter.hours(spent, quota.basis, window)
    return QuotaUse(
        period=quota.period,
        basis=quota.basis,
        during=window,
        limit=quota.hours,
        booked=meter.hours(spent, Basis.BOOKED, window),
        used=_used(meter, spent, window, now),
        counted=counted,
        left=max(0.0, quota.hours - counted),
    )


def _used(meter: Meter, spent: Sequence[Spent], within: Interval, now: datetime) -> float:
    """Hours with somebody there, of those that are over."""
    if now <= within.start:
        return 0.0
    return meter.hours(spent, Basis.USED, Interval(within.start, min(now, within.end)))
