"""Booking a space, for once or again and again, and giving it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Occurrence, OccurrenceStatus, Series, Space
from samen.adapters.db.models.booking import OVERLAP
from samen.adapters.db.models.notice import Invite
from samen.domain.access import Viewer
from samen.domain.alternatives import Alternative
from samen.domain.editing import Pattern
from samen.domain.interval import Interval, hull
from samen.domain.rules import Booker, Refusal, bookable_until, needs_approval
from samen.domain.series import BadRule, cut_before, expand, read_rule
from samen.services import audit, notices, placing, quota
from samen.services.placing import DateRefused, Party, Slot

# Parts of a rule that name a time within the day: a booking has one time a day.
TOO_FINE = ("BYHOUR", "BYMINUTE", "BYSECOND")
MOST_DATES = 1000


@dataclass(frozen=True)
class Instead:
    """Another space and time for one date of a series."""

    space: str
    during: Interval


@dataclass(frozen=True)
class Ask:
    """What a member asks for, in the name of their tenant.

    With an `rrule`, `during` is the first date. `instead`: for single dates, by the start the rule gives
    them, another space and time, or None to leave the date out. `bundle`: what is booked along each time.
    """

    space: str
    during: Interval
    title: str
    people: int | None
    viewer: Viewer
    rrule: str | None = None
    skip_conflicts: bool = False
    bundle: tuple[str, ...] = ()
    instead: Mapping[datetime, Instead | None] = field(default_factory=dict)
    source_uid: str | None = None


@dataclass(frozen=True)
class Booked:
    """A yes: the series, the dates left out of it, and the local times that do not exist on their date."""

    series: Series
    occurrences: tuple[Occurrence, ...]
    skipped: tuple[Interval, ...] = ()
    missing: tuple[datetime, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether somebody must still say yes."""
        return any(one.status is OccurrenceStatus.PENDING for one in self.occurrences)


@dataclass(frozen=True)
class Refused:
    """A no: why, what stands in the way (times only), and what would be accepted instead.

    `dates`: of a series, each date that cannot be had with its own ways out.
    """

    refusals: tuple[Refusal, ...]
    conflicts: tuple[Interval, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    dates: tuple[DateRefused, ...] = ()

    @classmethod
    def over(cls, dates: Sequence[DateRefused]) -> Refused:
        """A no because of some dates: each reason once, the first date's ways out on top."""
        reasons = {one.code: one for date in dates for one in date.refusals}
        conflicts = tuple(span for date in dates for span in date.conflicts)
        return cls(tuple(reasons.values()), conflicts, dates[0].alternatives, tuple(dates))


@dataclass(frozen=True)
class Plan:
    """The dates an ask stands for, before anybody has checked them. `space`: that of its rule."""

    space: Space
    pattern: Pattern
    slots: tuple[Slot, ...]
    missing: tuple[datetime, ...] = ()


def request(session: Session, ask: Ask, now: datetime) -> Booked | Refused:
    """Book every date, or say which cannot be had and what could. Of two at once, one is refused here."""
    spaces = _spaces(session, (ask.space, *ask.bundle))
    if isinstance(spaces, Refused):
        return spaces
    space, bundle = spaces[0], tuple(spaces[1:])
    plan = _plan(session, ask, space, now)
    if isinstance(plan, Refused):
        return plan
    party = Party(booker_of(ask.viewer), ask.people, bundle)
    take_turn(session, TENANT, [ask.viewer.tenant_id])
    placing.wait_for(session, plan.slots, bundle)
    refused = placing.refused_dates(session, plan.slots, party, now)
    kept = without(plan.slots, refused) if ask.skip_conflicts else plan.slots
    if (refused and not ask.skip_conflicts) or not kept:
        return Refused.over(refused)
    if over := quota.over(session, ask.viewer.tenant_id, weighed(kept), now):
        return Refused(tuple(over))
    return store(session, ask, replace(plan, slots=tuple(kept)), party, refused, now)


def booker_of(viewer: Viewer) -> Booker:
    """Who books, as the rules want to know it."""
    return Booker(viewer.tenant_id, viewer.role)


def find_space(session: Session, slug: str) -> Space | Refused:
    """The space of that name, or the no that says there is none."""
    space = session.scalar(select(Space).where(Space.slug == slug))
    return space or Refused((Refusal("unknown_space", {"space": slug}),))


def _spaces(session: Session, slugs: Iterable[str]) -> list[Space] | Refused:
    found: list[Space] = []
    for slug in dict.fromkeys(slugs):
        space = find_space(session, slug)
        if isinstance(space, Refused):
            return space
        found.append(space)
    return found


def _plan(session: Session, ask: Ask, space: Space, now: datetime) -> Plan | Refused:
    zone = ZoneInfo(space.site.timezone)
    starts_local = ask.during.start.astimezone(zone).replace(tzinfo=None)
    try:
        pattern = bounded(Pattern(starts_local, ask.during.length, ask.rrule, zone), space, now)
        expansion = expand(starts_local, pattern.rrule, zone, limit=MOST_DATES + 1)
    except BadRule as error:
        return Refused((Refusal(error.code, dict(error.facts)),))
    starts = [start.astimezone(UTC) for start in expansion.starts]
    if pattern.rrule is None:
        starts = [ask.during.start]
    if not starts:
        return Refused((Refusal("no_dates"),))
    if len(starts) > MOST_DATES:
        return Refused((Refusal("too_many_dates", {"most": MOST_DATES}),))
    slots = slots_of(session, {start: pattern.during(start) for start in starts}, space, ask.instead)
    return slots if isinstance(slots, Refused) else Plan(space, pattern, tuple(slots), expansion.skipped)


def bounded(pattern: Pattern, space: Space, now: datetime) -> Pattern:
    """A rule without an end, ended where the space may no longer be booked. Raises BadRule."""
    if pattern.rrule is None:
        return pattern
    read_rule(pattern.rrule)
    parts = pattern.rrule.upper()
    if fine := [part for part in TOO_FINE if part in parts]:
        raise BadRule(f"{fine[0]} names a time of day: a booking's time is that of its first date")
    if "COUNT=" in parts or "UNTIL=" in parts:
        return pattern
    until = bookable_until(space.horizon_days, pattern.zone, now, gathers=space.gather_days > 0)
    limit = until - pattern.length
    return replace(pattern, rrule=cut_before(pattern.rrule, pattern.starts_local, pattern.zone, limit))


def slots_of(
    session: Session,
    dates: Mapping[datetime, Interval],
    space: Space,
    instead: Mapping[datetime, Instead | None],
) -> list[Slot] | Refused:
    """A slot for each original start, where `instead` does not leave it out or name another."""
    slots: list[Slot] = []
    for start, during in dates.items():
        if start not in instead:
            slots.append(Slot(start, space, during))
        elif (other := instead[start]) is not None:
            elsewhere = find_space(session, other.space)
            if isinstance(elsewhere, Refused):
                return elsewhere
            moved = elsewhere.id != space.id or other.during != during
            slots.append(Slot(start, elsewhere, other.during, moved))
    return slots


def without(slots: Sequence[Slot], refused: Sequence[DateRefused]) -> list[Slot]:
    """The slots that were not refused."""
    left_out = {one.original_start for one in refused}
    return [slot for slot in slots if slot.original_start not in left_out]


def weighed(slots: Iterable[Slot]) -> list[tuple[Interval, float]]:
    """The slots as a quota wants to know them."""
    return [(slot.during, slot.space.weight) for slot in slots]


def store(
    session: Session,
    ask: Ask,
    plan: Plan,
    party: Party,
    refused: Sequence[DateRefused],
    now: datetime,
    by: Viewer | None = None,
) -> Booked | Refused:
    """Store dates that were found free, and tell of them. `by`: who does it in the ask's name."""
    doer = by or ask.viewer
    try:
        with session.begin_nested():
            series = _series(session, ask, plan, party, now)
            for slots, status, holds in by_status(plan.slots, party.who):
                placing.store(session, series, slots, status, holds=holds)
    except IntegrityError as error:
        if OVERLAP not in str(error.orig):
            raise
        # Somebody was first, between the look and the storing.
        return Refused.over(placing.refused_dates(session, plan.slots, party, now))
    session.expire(series, ["occurrences"])
    booked = Booked(series, tuple(series.occurrences), tuple(one.during for one in refused), plan.missing)
    tell(session, series, booked.occurrences, "booking_made", doer, now)
    facts = audit_facts(booked.occurrences)
    audit.note(session, doer.actor, "booking.made", str(series.id), facts, now)
    return booked


def by_status(slots: Sequence[Slot], who: Booker) -> list[tuple[list[Slot], OccurrenceStatus, bool]]:
    """The slots apart by whether a yes is needed, and whether they hold their space until then."""
    kinds: dict[tuple[OccurrenceStatus, bool], list[Slot]] = {}
    for slot in slots:
        kinds.setdefault(status_of(slot.space, who), []).append(slot)
    return [(alike, status, holds) for (status, holds), alike in kinds.items()]


def status_of(space: Space, who: Booker) -> tuple[OccurrenceStatus, bool]:
    """What a new booking of the space is, and whether its claims count at once."""
    if needs_approval(space.approval, space.owner_id, who):
        return OccurrenceStatus.PENDING, space.pending_holds
    return OccurrenceStatus.CONFIRMED, True


def _series(session: Session, ask: Ask, plan: Plan, party: Party, now: datetime) -> Series:
    series = Series(
        space_id=plan.space.id,
        tenant_id=ask.viewer.tenant_id,
        booked_by_id=ask.viewer.member_id,
        title=ask.title,
        people=ask.people,
        starts_local=plan.pattern.starts_local,
        length=plan.pattern.length,
        timezone=plan.pattern.zone.key,
        rrule=plan.pattern.rrule,
        created_at=now,
        source_uid=ask.source_uid,
        bundle=list(party.bundle),
    )
    session.add(series)
    session.flush()
    return series


def tell(
    session: Session,
    series: Series,
    dates: Sequence[Occurrence],
    code: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Tell the booker, with a calendar object, and those who must say yes. Call before dates are expired."""
    pending = [one for one in dates if one.status is OccurrenceStatus.PENDING]
    told = facts_of(series, dates)
    if pending and code != "booking_cancelled":
        deciders = notices.deciders(session, {one.space_id for one in pending})
        notices.tell(session, deciders, "request_waits", told | {"url": "/requests"}, now)
        return
    notices.tell(
        session,
        [series.booked_by_id],
        code,
        told,
        now,
        invite=Invite.CANCEL if code == "booking_cancelled" else Invite.REQUEST,
        series_id=series.id,
        occurrence_id=dates[0].id if len(dates) == 1 and series.rrule else None,
        page=series.booked_by_id != viewer.member_id,
    )


def facts_of(series: Series, occurrences: Sequence[Occurrence]) -> dict[str, str | int]:
    """What a notice says of a booking: its first date, and how many there are."""
    first = min(occurrences, key=lambda one: one.starts_at)
    return {
        "space": first.space.name,
        "title": first.title or series.title,
        "start": first.starts_at.isoformat(),
        "end": first.ends_at.isoformat(),
        "dates": len(occurrences),
        "url": f"/series/{series.id}",
    }


def audit_facts(occurrences: Sequence[Occurrence]) -> dict[str, str | int]:
    """What the audit chain keeps of dates: no title, no name."""
    during = hull(Interval(one.starts_at, one.ends_at) for one in occurrences)
    return {
        "space": occurrences[0].space.slug,
        "start": during.start.isoformat(),
        "end": during.end.isoformat(),
        "dates": len(occurrences),
    }
