"""The dates that an award stands for, and those of them that cannot be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import gcd
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundAward, Space
from samen.domain.access import Role
from samen.domain.allocation.season import Season
from samen.domain.editing import Pattern
from samen.domain.interval import Interval
from samen.domain.rules import Booker, Refusal
from samen.services import placing
from samen.services.placing import DateRefused, Party, Slot

OVER = Refusal("already_begun")


@dataclass(frozen=True)
class Dated:
    """An award as a series would have it: its rule, the dates ahead, and those that lie behind already."""

    award: RoundAward
    pattern: Pattern
    slots: tuple[Slot, ...]
    over: tuple[Interval, ...]
    party: Party

    def refused(self, session: Session, now: datetime) -> list[DateRefused]:
        """The dates ahead that cannot be had, each with its ways out."""
        return placing.refused_dates(session, self.slots, self.party, now)

    def meanwhile(self, refused: Iterable[DateRefused]) -> tuple[DateRefused, ...]:
        """Of these, the ones that nobody was told of with the preview."""
        known = {datetime.fromisoformat(one["start"]) for one in self.award.skipped}
        return tuple(one for one in refused if one.during.start not in known)

    def skip(self, refused: Sequence[DateRefused]) -> None:
        """Keep in the award which dates are left out of it."""
        self.award.skipped = [_skipped(span, [OVER]) for span in self.over]
        self.award.skipped += [_skipped(one.during, one.refusals) for one in refused]


def dated(session: Session, one: Round, now: datetime) -> list[Dated]:
    """Every award of a round with its dates."""
    query = select(RoundAward).where(RoundAward.round_id == one.id).order_by(RoundAward.wish_id)
    rows, things = session.scalars(query).all(), _things(session, one)
    return [_dates(one.season, row, things, now) for row in rows]


def skip_what_is_known(session: Session, one: Round, now: datetime) -> None:
    """Keep with each award the dates that cannot be had as things stand, for tenants to read."""
    for each in dated(session, one, now):
        each.skip(each.refused(session, now))
    session.flush()


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
    interval = "" if every == 1 else f"INTERVAL={every};"
    rrule = f"FREQ=WEEKLY;{interval}COUNT={(last - first) // every + 1}"
    return Pattern(starts_local, length, rrule if first != last else None, season.zone)


def _things(session: Session, one: Round) -> Mapping[str, Space]:
    """What wishes may need along with a space: whatever else the building has."""
    taking_part = {space.id for space in one.spaces}
    spaces = session.scalars(select(Space).where(Space.site_id == one.site_id))
    return {space.slug: space for space in spaces if space.id not in taking_part}


def _dates(season: Season, row: RoundAward, things: Mapping[str, Space], now: datetime) -> Dated:
    wish, pattern = row.wish, pattern_of(season, row)
    on = {season.on(week, row.day) for week in wish.weeks}
    spans = [pattern.during(start) for start in pattern.starts()]
    spans = [span for span in spans if span.start.astimezone(season.zone).date() in on]
    ahead = tuple(Slot(span.start, row.space, span) for span in spans if span.end > now)
    bundle = tuple(things[need] for need in wish.needs if need in things)
    # The cooperative gave it: notice, horizon and a yes by the space's owner no longer matter.
    party = Party(Booker(wish.tenant_id, Role.MANAGER), wish.people, bundle)
    return Dated(row, pattern, ahead, tuple(span for span in spans if span.end <= now), party)


def _skipped(span: Interval, refusals: Sequence[Refusal]) -> dict[str, Any]:
    codes = [refusal.code for refusal in refusals]
    return {"start": span.start.isoformat(), "end": span.end.isoformat(), "codes": codes}
