"""A round as the solvers know it: its spaces, tenants and wishes on the grid, and when spaces are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    HandAward,
    Round,
    RoundAward,
    RoundState,
    Space,
    SpaceKind,
    Tenant,
    Wish,
)
from samen.domain.allocation import instance as asked
from samen.domain.allocation.board import Board
from samen.domain.allocation.season import Season
from samen.domain.interval import Interval
from samen.domain.rules import SpaceRules, opening_of
from samen.services import placing
from samen.services.credits import balances
from samen.services.measured_use import measured_use
from samen.services.placing import Picture
from samen.services.rounds import policy_of

# Requests, spaces and tenants are named in the instance as everywhere: by UUID and slugs.

# What a space needs before and after is part of the time: who did not name it must not lose more of theirs.
MOST_AROUND = 0.25
# Whoever left what it had empty keeps at least this much of its share: sensors are not all there is to see.
LEAST_USED = 0.5


def build(session: Session, one: Round, policy: asked.Policy | None = None) -> asked.Instance:
    """The round's question as it stands now; `policy`: another than the round's own."""
    season = one.season
    picture = placing.look(session, one.spaces, season.during)
    wishes = standing(session, one.id)
    return asked.Instance(
        season.grid,
        tuple(_space(space) for space in one.spaces),
        tuple(_tenants(session, one)),
        tuple(_request(wish, one.spaces, picture, season) for wish in wishes),
        tuple(_closures(one, picture, season)),
        _held(session, one),
        _previous(session, one, wishes),
        tuple(_conflicts(session, one, wishes)),
        policy or policy_of(one.policy),
    )


def held_and_shut(instance: asked.Instance) -> asked.Award | None:
    """A place given by hand in which the space is closed or taken by now."""
    board = Board(instance)
    shut = (award for award in instance.held if board.place_of(award).time & board.closed[award.space])
    return next(shut, None)


def standing(session: Session, round_id: UUID) -> Sequence[Wish]:
    """The round's wishes that were not withdrawn, the first filed first."""
    query = select(Wish).where(Wish.round_id == round_id, Wish.withdrawn_at.is_(None))
    return session.scalars(query.order_by(Wish.filed_at, Wish.id)).all()


def _space(space: Space) -> asked.Space:
    """A space without a zone is heated on its own."""
    features = frozenset(one.feature for one in space.features)
    return asked.Space(
        space.slug, space.capacity, features, space.zone.slug if space.zone else f"space:{space.slug}"
    )


def _tenants(session: Session, one: Round) -> Iterator[asked.Tenant]:
    """With their shares and credits; where the round counts use, less of a share for what was left empty last
    season. What no sensor saw is held against nobody.
    """
    credit_s = balances(session)
    use = measured_use(session, *_looked_at(session, one)) if one.counts_used else {}
    for tenant in session.scalars(select(Tenant).order_by(Tenant.slug)):
        measured = use[tenant.id].share if tenant.id in use else None
        factor = 1.0 if measured is None else max(measured, LEAST_USED)
        yield asked.Tenant(tenant.slug, tenant.entitlement * factor, credit_s[tenant.id] / 3600)


def _looked_at(session: Session, one: Round) -> tuple[Interval, datetime]:
    """The season that was, or as long a time before this round's filing ended; and until when of it."""
    last = _last_final(session, one)
    if last is None:
        return Interval(one.closes_at - one.season.during.length, one.closes_at), one.closes_at
    return last.season.during, min(one.closes_at, last.season.during.end)


def _request(wish: Wish, spaces: Sequence[Space], picture: Picture, season: Season) -> asked.Request:
    named = None if wish.spaces is None else frozenset(wish.spaces)
    able = frozenset(
        space.slug for space in spaces if _may_have(wish, space, picture.rules[space.id], season)
    )
    all_able = len(able) == len(spaces)
    return asked.Request(
        id=str(wish.id),
        tenant=wish.tenant.slug,
        people=wish.people,
        features=frozenset(wish.features),
        slots=wish.slots,
        weeks=tuple(wish.weeks),
        priority=wish.priority,
        filed_at=wish.filed_at,
        options=tuple(asked.Option(**option) for option in wish.options),
        spaces=named if all_able else able & named if named is not None else able,
    )


def _may_have(wish: Wish, space: Space, rules: SpaceRules, season: Season) -> bool:
    """Whether the space is for this tenant, and for so long a time; its buffers are part of that time."""
    permitted = not rules.permitted or any(one.tenant_id in {None, wish.tenant_id} for one in rules.permitted)
    whole, around = wish.slots * season.slot_minutes, space.before_min + space.after_min
    leaves_enough = around <= MOST_AROUND * whole or space.slug in (wish.spaces or ())
    return permitted and leaves_enough and space.shortest_min <= whole - around <= space.longest_min


def _closures(one: Round, picture: Picture, season: Season) -> Iterator[asked.Closure]:
    """Slots in which a space is shut or taken, where that is on more dates than may be left out."""
    for space in one.spaces:
        for day in range(len(season.weekdays)):
            weeks_by_slot: defaultdict[int, list[int]] = defaultdict(list)
            for week in range(season.weeks):
                for slot in _shut(space, picture, season, week, day):
                    weeks_by_slot[slot].append(week)
            yield from _in_runs(space.slug, day, weeks_by_slot, one.most_skipped)


def _in_runs(
    space: str, day: int, weeks_by_slot: Mapping[int, Sequence[int]], most_skipped: int
) -> Iterator[asked.Closure]:
    """Slots that follow on one another and are shut in the same weeks, as one closure."""
    start = 0
    before: tuple[int, ...] = ()
    slots = 0
    shut = {slot: tuple(weeks) for slot, weeks in weeks_by_slot.items() if len(weeks) > most_skipped}
    for slot in range(max(shut, default=-1) + 2):
        weeks = shut.get(slot, ())
        if weeks == before:
            slots += 1
            continue
        if before:
            yield asked.Closure(space, day, start, slots, before)
        start, before, slots = slot, weeks, 1


def _shut(space: Space, picture: Picture, season: Season, week: int, day: int) -> Iterator[int]:
    """The slots of a date in which the space is closed or somebody has it."""
    on, rules = season.on(week, day), picture.rules[space.id]
    open_during = opening_of(rules, on)
    whole = Interval(season.instant(on, 0), season.instant(on, season.slots_per_day))
    closed = [one.during for one in rules.blackouts if one.during.overlaps(whole)]
    taken = [*closed, *picture.busy([space], whole)]
    for slot in range(season.slots_per_day):
        during = season.during_of(week, day, slot, 1)
        is_open = (
            open_during is not None and open_during.start <= during.start and during.end <= open_during.end
        )
        if not is_open or any(one.overlaps(during) for one in taken):
            yield slot


def _held(session: Session, one: Round) -> tuple[asked.Award, ...]:
    query = select(HandAward).join(HandAward.wish).where(HandAward.round_id == one.id)
    rows = session.scalars(query.where(Wish.withdrawn_at.is_(None)).order_by(Wish.filed_at, Wish.id))
    return tuple(award_of(row) for row in rows)


def award_of(row: HandAward | RoundAward) -> asked.Award:
    return asked.Award(str(row.wish_id), row.space.slug, row.day, row.start)


def _previous(session: Session, one: Round, wishes: Sequence[Wish]) -> tuple[asked.Award, ...]:
    """What was shown as the preview; before there is one, where the same wish was in the last final round."""
    shown = session.scalars(
        select(RoundAward).join(RoundAward.wish).where(RoundAward.round_id == one.id).order_by(Wish.filed_at)
    ).all()
    if shown:
        ids = {wish.id for wish in wishes}
        return tuple(award_of(row) for row in shown if row.wish_id in ids)
    last = _last_final(session, one)
    return tuple(_renewed(session, one, last, wishes)) if last is not None else ()


def _last_final(session: Session, one: Round) -> Round | None:
    query = select(Round).where(
        Round.site_id == one.site_id, Round.state == RoundState.FINAL, Round.until_on <= one.from_on
    )
    return session.scalar(query.order_by(Round.until_on.desc(), Round.final_at.desc()).limit(1))


def _renewed(session: Session, one: Round, last: Round, wishes: Sequence[Wish]) -> Iterator[asked.Award]:
    """Wishes of the same tenant and title are the same; those that got the same place twice are not known."""
    rows = session.scalars(select(RoundAward).where(RoundAward.round_id == last.id)).all()
    places = {(row.wish.tenant_id, row.wish.title.casefold()): row for row in rows}
    spaces = {space.slug for space in one.spaces}
    for wish in wishes:
        row = places.get((wish.tenant_id, wish.title.casefold()))
        if row is None or row.space.slug not in spaces:
            continue
        at = _same_time(last.season, one.season, row.day, row.start)
        if at is not None and at[1] + wish.slots <= one.season.slots_per_day:
            yield asked.Award(str(wish.id), row.space.slug, *at)


def _same_time(before: Season, now: Season, day: int, start: int) -> tuple[int, int] | None:
    weekday, slot = before.weekdays[day], now.slot_at(before.clock(start))
    if weekday not in now.weekdays or slot is None:
        return None
    return now.weekdays.index(weekday), slot


def _conflicts(session: Session, one: Round, wishes: Sequence[Wish]) -> Iterator[tuple[str, str]]:
    """Pairs that need the same: of one tenant by any name, of several the building's things and people."""
    query = select(Space.slug).where(Space.site_id == one.site_id, Space.kind != SpaceKind.ROOM)
    shared = set(session.scalars(query))
    needing: defaultdict[tuple[int | None, str], list[str]] = defaultdict(list)
    for wish in wishes:
        for need in wish.needs:
            owner = None if need in shared else wish.tenant_id
            needing[owner, need.casefold()].append(str(wish.id))
    yield from sorted({pair for ids in needing.values() for pair in combinations(ids, 2)})
