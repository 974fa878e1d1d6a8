"""Making a round final: its preview becomes bookings, all in one transaction or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import gcd
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundAward, RoundState, Space
from samen.domain.access import Role, Viewer
from samen.domain.allocation.season import Season
from samen.domain.editing import Pattern
from samen.domain.interval import Interval
from samen.domain.rules import Booker, Refusal
from samen.services import booking, notices, placing, rounds
from samen.services.booking import Ask, Plan
from samen.services.placing import DateRefused, Party, Slot

OVER = Refusal("already_begun")


@dataclass(frozen=True)
class Clash:
    """An award's dates that cannot be had any more, each with its ways out. `lost`: none is left."""

    award: RoundAward
    dates: tuple[DateRefused, ...]
    lost: bool


@dataclass(frozen=True)
class Finalised:
    """The round, final; what could not be kept of it."""

    round: Round
    clashes: tuple[Clash, ...]


@dataclass(frozen=True)
class FinalRefused:
    """A no, with nothing booked: why; where dates are taken, which."""

    refusal: Refusal
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class _Dated:
    """An award with its rule, the dates ahead, and those that lie behind already."""

    award: RoundAward
    pattern: Pattern
    slots: tuple[Slot, ...]
    over: tuple[Interval, ...]
    party: Party

    def clash(self, session: Session, now: datetime) -> Clash | None:
        refused = placing.refused_dates(session, self.slots, self.party, now)
        return Clash(self.award, tuple(refused), len(refused) == len(self.slots)) if refused else None


class _TakenBack(Exception):
    """What was stored until here is not to stand."""

    def __init__(self, refusal: Refusal, clashes: Sequence[Clash] = ()) -> None:
        super().__init__(refusal.code)
        self.answer = FinalRefused(refusal, tuple(clashes))


def clashes(session: Session, one: Round, now: datetime) -> tuple[Clash, ...]:
    """What of the preview cannot be had as things stand: for the manager to see before it is made final."""
    found = (dated.clash(session, now) for dated in _dated(session, one, now))
    return tuple(clash for clash in found if clash is not None)


def finalise(
    session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime, *, skip_clashes: bool
) -> Finalised | FinalRefused:
    """Book every award of the preview. Dates that were taken or closed meanwhile are left out and told, or
    without `skip_clashes` the whole is refused. Dates that lie behind are left out in any case.
    """
    one = rounds.turn(session, round_id, version, viewer, (RoundState.PREVIEW,))
    if isinstance(one, Refusal):
        return FinalRefused(one)
    dated = _dated(session, one, now)
    bundle = {space.id: space for each in dated for space in each.party.bundle}
    placing.wait_for(session, [slot for each in dated for slot in each.slots], list(bundle.values()))
    try:
        with session.begin_nested():
            found = _book_all(session, dated, viewer, now, skip_clashes=skip_clashes)
    except _TakenBack as taken_back:
        return taken_back.answer
    one.state, one.final_at = RoundState.FINAL, now
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    notices.tell(session, rounds.everybody(session), "round_final", told, now)
    rounds.changed(session, one, "round.final", viewer, now, awards=len(dated), clashes=len(found))
    return Finalised(one, found)


def _book_all(
    session: Session, dated: Sequence[_Dated], viewer: Viewer, now: datetime, *, skip_clashes: bool
) -> tuple[Clash, ...]:
    found = []
    for each in dated:
        if (clash := each.clash(session, now)) is not None:
            found.append(clash)
        _book(session, each, clash, viewer, now)
    if found and not skip_clashes:
        raise _TakenBack(Refusal("round_clashes", {"dates": sum(len(one.dates) for one in found)}), found)
    return tuple(found)


def _book(session: Session, each: _Dated, clash: Clash | None, viewer: Viewer, now: datetime) -> None:
    refused = clash.dates if clash else ()
    each.award.skipped = [_skipped(span, [OVER]) for span in each.over]
    each.award.skipped += [_skipped(one.during, one.refusals) for one in refused]
    slots = booking.without(each.slots, refused)
    if slots:
        wish, space = each.award.wish, each.award.space
        ask = Ask(
            space.slug,
            slots[0].during,
            wish.title,
            wish.people,
            Viewer(wish.member_id, wish.tenant_id, each.party.who.role),
        )
        plan = Plan(space, each.pattern, tuple(slots))
        booked = booking.store(session, ask, plan, each.party, refused, now, by=viewer)
        if isinstance(booked, booking.Refused):
            # Somebody who did not wait for their turn was first.
            raise _TakenBack(Refusal("round_overtaken"))
        each.award.series_id = booked.series.id
    session.flush()


def _skipped(span: Interval, refusals: Sequence[Refusal]) -> dict[str, Any]:
    codes = [refusal.code for refusal in refusals]
    return {"start": span.start.isoformat(), "end": span.end.isoformat(), "codes": codes}


def _dated(session: Session, one: Round, now: datetime) -> list[_Dated]:
    query = select(RoundAward).where(RoundAward.round_id == one.id).order_by(RoundAward.wish_id)
    things = _things(session, one)
    return [_dates(one.season, row, things, now) for row in session.scalars(query)]


def _things(session: Session, one: Round) -> Mapping[str, Space]:
    """What wishes may need along with a space: whatever else the building has."""
    taking_part = {space.id for space in one.spaces}
    spaces = session.scalars(select(Space).where(Space.site_id == one.site_id))
    return {space.slug: space for space in spaces if space.id not in taking_part}


def _dates(season: Season, row: RoundAward, things: Mapping[str, Space], now: datetime) -> _Dated:
    wish, pattern = row.wish, pattern_of(season, row)
    on = {season.on(week, row.day) for week in wish.weeks}
    spans = [pattern.during(start) for start in pattern.starts()]
    spans = [span for span in spans if span.start.astimezone(season.zone).date() in on]
    ahead = tuple(Slot(span.start, row.space, span) for span in spans if span.end > now)
    bundle = tuple(things[need] for need in wish.needs if need in things)
    # The cooperative gave it: notice, horizon and a yes by the space's owner no longer matter.
    party = Party(Booker(wish.tenant_id, Role.MANAGER), wish.people, bundle)
    return _Dated(row, pattern, ahead, tuple(span for span in spans if span.end <= now), party)


def pattern_of(season: Season, row: RoundAward) -> Pattern:
    """An award as the rule of a series, in wall time.

    What the space needs before and after lies within the slots, so that neighbours in the plan do not meet.
    """
    wish, space = row.wish, row.space
    first, last = min(wish.weeks), max(wish.weeks)
    every = gcd(*(week - first for week in wish.weeks)) or 1
    before = timedelta(minutes=space.before_min)
    starts_local = datetime.combine(season.on(first, row.day), season.clock(row.start)) + before
    length = timedelta(minutes=wish.slots * season.slot_minutes - space.after_min) - before
    rrule = f"FREQ=WEEKLY;INTERVAL={every};COUNT={(last - first) // every + 1}"
    plain = rrule.replace("INTERVAL=1;", "")
    return Pattern(starts_local, length, plain if first != last else None, season.zone)
