"""Changing what is booked: one date, it and those that follow, or all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Occurrence, OccurrenceStatus, Series, Space
from samen.adapters.db.models.booking import OVERLAP
from samen.domain.access import Viewer
from samen.domain.editing import CannotShift, Pattern, Reach, Redrawn, left_out, redraw
from samen.domain.interval import Interval
from samen.domain.rules import Booker, Refusal
from samen.domain.series import BadRule
from samen.services import audit, moving, placing, quota
from samen.services.booking import (
    Instead,
    Refused,
    audit_facts,
    bounded,
    by_status,
    find_space,
    slots_of,
    tell,
    weighed,
    without,
)
from samen.services.moving import pattern_of, slot_of
from samen.services.placing import ALIVE, DateRefused, Party, Slot
from samen.services.reach import NO_SUCH, Dates, changeable, offer_back, reached

_BACKWARDS = Refused((Refusal("ends_before_start"),))


@dataclass(frozen=True)
class Change:
    """What is to be different; None stays as it is. `start` and `end` are those of the date at hand.

    `skip_conflicts`: dates that cannot follow stay where they are. `instead`: for single dates, by the
    start that the changed rule gives them, another space and time, or None to leave them where they are.
    """

    space: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    title: str | None = None
    people: int | None = None
    rrule: str | None = None
    skip_conflicts: bool = False
    instead: Mapping[datetime, Instead | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """The series as it is now, the dates that changed, and those that could not follow.

    `missing`: local times that the changed rule newly gives and that do not exist on their date.
    """

    series: Series
    occurrences: tuple[Occurrence, ...]
    skipped: tuple[Interval, ...] = ()
    missing: tuple[datetime, ...] = ()


def edit(
    session: Session, occurrence_id: UUID, change: Change, reach: Reach, viewer: Viewer, now: datetime
) -> Edited | Refused:
    """Change dates, or say which cannot change and what would be accepted instead. All or nothing."""
    found = changeable(session, occurrence_id, viewer, now)
    if isinstance(found, Refused):
        return found
    if found.status not in ALIVE:
        return Refused((Refusal("already_cancelled"),))
    if found.status is OccurrenceStatus.HELD:
        return Refused((Refusal("accept_first"),))
    space = find_space(session, change.space) if change.space else found.space
    if isinstance(space, Refused):
        return space
    alone = reach is Reach.THIS and found.series.rrule is not None
    if alone and change.rrule is not None:
        return Refused((Refusal("rule_needs_reach"),))
    job = _Edit(session, found, space, change, viewer, now)
    return _all_or_nothing(session, space, job.one if alone else lambda: job.many(reach))


def dates_left_out(series: Series, now: datetime) -> list[Interval]:
    """What the rule gives and is still to come, but was left out: each can be added again."""
    pattern = pattern_of(series)
    known = {one.original_start for one in series.occurrences}
    return [pattern.during(start) for start in left_out(pattern, known) if start > now]


def add_back(
    session: Session,
    series_id: UUID,
    original_start: datetime,
    viewer: Viewer,
    now: datetime,
    instead: Instead | None = None,
) -> Edited | Refused:
    """Book a date that was left out of a series, at its own time or elsewhere."""
    series = session.get(Series, series_id)
    if series is None or not viewer.may_change(series.tenant_id, series.booked_by_id):
        return NO_SUCH
    take_turn(session, TENANT, [series.tenant_id])
    session.refresh(series)
    wanted = {one.start: one for one in dates_left_out(series, now)}
    if original_start not in wanted:
        return Refused((Refusal("not_left_out"),))
    other = {original_start: instead} if instead else {}
    slots = slots_of(session, {original_start: wanted[original_start]}, series.space, other)
    if isinstance(slots, Refused):
        return slots
    return _all_or_nothing(session, series.space, lambda: _add(session, series, slots, viewer, now))


class _TurnedDown(Exception):
    """Carries a refusal out of a savepoint, so that nothing of the edit stays."""

    def __init__(self, answer: Refused) -> None:
        super().__init__()
        self.answer = answer


def _all_or_nothing(session: Session, space: Space, step: Callable[[], Edited | Refused]) -> Edited | Refused:
    name = space.name
    try:
        with session.begin_nested():
            answer = step()
            if isinstance(answer, Refused):
                raise _TurnedDown(answer)
            return answer
    except _TurnedDown as no:
        return no.answer
    except IntegrityError as error:
        if OVERLAP not in str(error.orig):
            raise
        return Refused((Refusal("taken", {"space": name}),))


@dataclass(frozen=True)
class _Edit:
    """One edit on its way: what was asked of which date, by whom."""

    session: Session
    found: Occurrence
    space: Space
    change: Change
    viewer: Viewer
    now: datetime

    @property
    def who(self) -> Booker:
        """The booking's tenant, with the rights of whoever edits it."""
        return Booker(self.found.series.tenant_id, self.viewer.role)

    @property
    def during(self) -> Interval | None:
        """The date at hand as asked; None if it would end before it starts."""
        start = self.change.start or self.found.starts_at
        moved_along = start + (self.found.ends_at - self.found.starts_at)
        end = self.change.end or (moved_along if self.change.start else self.found.ends_at)
        return Interval(start, end) if start < end else None

    def one(self) -> Edited | Refused:
        """Change this date alone."""
        found, series, during = self.found, self.found.series, self.during
        if during is None:
            return _BACKWARDS
        before = slot_of(found)
        moved = found.moved or (before.space, before.during) != (self.space, during)
        slot = Slot(found.original_start, self.space, during, moved)
        party = Party(self.who, self.change.people or found.people or series.people, tuple(series.bundle))
        checked = self._check([slot], {slot.original_start: found}, [], party, skip=False)
        if isinstance(checked, Refused):
            return checked
        moving.put(self.session, {found: slot}, self.who)
        found.title = found.title if self.change.title is None else self.change.title
        found.people = found.people if self.change.people is None else self.change.people
        return self._settle(series, [found.id], [before])

    def many(self, reach: Reach) -> Edited | Refused:
        """Change the series from the first date reached: its rule, and with it every plain date."""
        dates = reached(self.found, reach, self.now)
        old = pattern_of(dates.series, dates.pivot)
        new = self._pattern(old)
        if isinstance(new, Refused):
            return new
        moves = self.change.space is not None and self.space.id != dates.series.space_id
        same = new == old and new.starts_local.fold == old.starts_local.fold
        if same and not moves and self.change.people is None and reach is Reach.ALL:
            dates.series.title = self.change.title or dates.series.title
            return self._settle(dates.series, [one.id for one in dates.rows], [])
        # What stands alone is no exception: it goes where it is told.
        alone = old.rrule is None and new.rrule is None
        drawn = redraw(old, new, [moving.dated(one, alone=alone) for one in dates.rows])
        answer = self._redraw(dates, new, drawn)
        if isinstance(answer, Refused):
            return answer
        return replace(answer, missing=tuple(sorted({*new.missing()} - {*old.missing()})))

    def _pattern(self, old: Pattern) -> Pattern | Refused:
        """What the rule says if the date at hand changes as asked."""
        during = self.during
        if during is None:
            return _BACKWARDS
        new = old
        try:
            if self.change.start is not None and old.rrule is None:
                new = replace(new, starts_local=_wall(during.start, old))
            elif self.change.start is not None:
                new = new.shifted(_wall(during.start, old) - _wall(self.found.original_start, old))
            if self.change.start is not None or self.change.end is not None:
                new = replace(new, length=during.length)
            if self.change.rrule is not None:
                new = bounded(replace(new, rrule=self.change.rrule or None), self.space, self.now)
        except CannotShift:
            return Refused((Refusal("rule_cannot_shift"),))
        except BadRule as error:
            return Refused((Refusal(error.code, dict(error.facts)),))
        return new

    def _redraw(self, dates: Dates, pattern: Pattern, drawn: Redrawn) -> Edited | Refused:
        rows = {one.id: one for one in dates.rows}
        space = dates.series.space if self.change.space is None else self.space
        slots = slots_of(self.session, self._wanted(dates, pattern, drawn), space, self.change.instead)
        if isinstance(slots, Refused):
            return slots
        party = Party(self.who, self.change.people or dates.series.people, tuple(dates.series.bundle))
        standing = {start: rows[one] for one, start in drawn.placed.items()}
        dropped = [rows[one] for one in drawn.dropped]
        skip = self.change.skip_conflicts and pattern.rrule is not None
        clashes = self._check(self._to_check(slots, standing), standing, dropped, party, skip=skip)
        if isinstance(clashes, Refused):
            return clashes
        before = [slot_of(one) for one in (*standing.values(), *dropped)]
        series = self._described(dates, pattern, space)
        changed = self._store(series, rows, drawn, without(slots, clashes))
        return self._settle(series, changed, before, tuple(one.during for one in clashes))

    def _wanted(self, dates: Dates, pattern: Pattern, drawn: Redrawn) -> dict[datetime, Interval]:
        """Where each date should be, by its start; one that stands alone as long as it is by now."""
        starts = (*drawn.placed.values(), *drawn.added)
        if dates.series.rrule is None and pattern.rrule is None and self.during is not None:
            return dict.fromkeys(starts, self.during)
        return {start: pattern.during(start) for start in starts}

    def _to_check(self, slots: Sequence[Slot], standing: Mapping[datetime, Occurrence]) -> list[Slot]:
        """The slots that differ from where their dates stand: what stays put needs nobody's leave."""
        stand = {start: slot_of(one) for start, one in standing.items()}
        return [
            slot
            for slot in slots
            if (now := stand.get(slot.original_start)) is None
            or (now.space, now.during) != (slot.space, slot.during)
            or self.change.people is not None
        ]

    def _check(
        self,
        slots: Sequence[Slot],
        standing: Mapping[datetime, Occurrence],
        dropped: Sequence[Occurrence],
        party: Party,
        *,
        skip: bool,
    ) -> list[DateRefused] | Refused:
        """The slots that cannot be had and may be skipped, or a no. `standing`: dates by their new start."""
        leaving = [standing[slot.original_start] for slot in slots if slot.original_start in standing]
        placing.wait_for(self.session, [*slots, *map(slot_of, [*leaving, *dropped])], party.bundle)
        clashes, ignoring = self._clashes(slots, standing, dropped, party)
        if clashes and not skip:
            return Refused.over(clashes)
        kept = weighed(without(slots, clashes))
        over = quota.over(self.session, party.who.tenant_id, kept, self.now, ignoring)
        return Refused(tuple(over)) if over else clashes

    def _clashes(
        self,
        slots: Sequence[Slot],
        standing: Mapping[datetime, Occurrence],
        dropped: Sequence[Occurrence],
        party: Party,
    ) -> tuple[list[DateRefused], set[UUID]]:
        """The slots that cannot be had, and the dates that leave: who cannot, may be in another's way."""
        clashes: list[DateRefused] = []
        while True:
            moving_on = (standing.get(slot.original_start) for slot in without(slots, clashes))
            leaving = {one.id for one in (*moving_on, *dropped) if one is not None}
            found = placing.refused_dates(self.session, slots, party, self.now, leaving)
            if len(found) == len(clashes):
                return found, leaving
            clashes = found

    def _described(self, dates: Dates, pattern: Pattern, space: Space) -> Series:
        """The series that the dates belong to from here on, saying what it now says."""
        series = dates.series
        if dates.pivot is not None:
            series = moving.split(self.session, series, dates.pivot, self.now)
        moving.describe(series, pattern)
        series.space_id = space.id
        series.title = self.change.title or series.title
        series.people = self.change.people or series.people
        self.session.flush()
        return series

    def _store(
        self, series: Series, rows: Mapping[UUID, Occurrence], drawn: Redrawn, slots: Sequence[Slot]
    ) -> list[UUID]:
        """Bring every date to where it now belongs; gives those that changed."""
        by_start = {slot.original_start: slot for slot in slots}
        placing.free(self.session, drawn.dropped, OccurrenceStatus.CANCELLED, self.now)
        moving.stand_alone(self.session, [rows[one] for one in (*drawn.detached, *drawn.dropped)], self.now)
        moving.follow(self.session, series, rows, drawn, by_start, self.who)
        added = [by_start[start] for start in drawn.added if start in by_start]
        return [*drawn.placed, *_store_new(self.session, series, added, self.who)]

    def _settle(
        self,
        series: Series,
        changed: Sequence[UUID],
        before: Sequence[Slot],
        skipped: tuple[Interval, ...] = (),
    ) -> Edited:
        offer_back(self.session, before, series.bundle, self.now)
        return _settled(self.session, series, changed, skipped, self.viewer, self.now)


def _wall(at: datetime, pattern: Pattern) -> datetime:
    return at.astimezone(pattern.zone).replace(tzinfo=None)


def _add(
    session: Session, series: Series, slots: Sequence[Slot], viewer: Viewer, now: datetime
) -> Edited | Refused:
    who = Booker(series.tenant_id, viewer.role)
    placing.wait_for(session, slots, series.bundle)
    party = Party(who, series.people, tuple(series.bundle))
    if refused := placing.refused_dates(session, slots, party, now):
        return Refused.over(refused)
    if over := quota.over(session, series.tenant_id, weighed(slots), now):
        return Refused(tuple(over))
    return _settled(session, series, _store_new(session, series, slots, who), (), viewer, now)


def _store_new(session: Session, series: Series, slots: Sequence[Slot], who: Booker) -> list[UUID]:
    return [
        one
        for alike, status, holds in by_status(slots, who)
        for one in placing.store(session, series, alike, status, holds=holds)
    ]


def _settled(
    session: Session,
    series: Series,
    changed: Sequence[UUID],
    skipped: tuple[Interval, ...],
    viewer: Viewer,
    now: datetime,
) -> Edited:
    placing.number_change(session, series, changed)
    session.flush()
    session.expire_all()
    rows = tuple(
        session.scalars(select(Occurrence).where(Occurrence.id.in_(changed)).order_by(Occurrence.starts_at))
    )
    if rows:
        tell(session, series, rows, "booking_changed", viewer, now)
        audit.note(session, viewer.actor, "booking.edited", str(series.id), audit_facts(rows), now)
    return Edited(series, rows, skipped)
