"""Making a round final: its preview becomes bookings, all in one transaction or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundAward, RoundState
from samen.domain.access import Viewer
from samen.domain.rules import Refusal
from samen.services import booking, notices, placing, rounds
from samen.services.award_dates import Dated, dated
from samen.services.booking import Ask, Plan
from samen.services.placing import DateRefused


@dataclass(frozen=True)
class Clash:
    """An award's dates that were taken or closed since the preview, each with its ways out.

    `lost`: no date is left of it.
    """

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


class _TakenBack(Exception):
    """What was stored until here is not to stand."""

    def __init__(self, refusal: Refusal, clashes: Sequence[Clash] = ()) -> None:
        super().__init__(refusal.code)
        self.answer = FinalRefused(refusal, tuple(clashes))


def clashes(session: Session, one: Round, now: datetime) -> tuple[Clash, ...]:
    """What of the preview cannot be had any more, for the manager to see before it is made final."""
    found = (_clash(each, each.refused(session, now)) for each in dated(session, one, now))
    return tuple(clash for clash in found if clash is not None)


def finalise(
    session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime, *, skip_clashes: bool
) -> Finalised | FinalRefused:
    """Book every award of the preview. Dates that were taken or closed since are left out and told, or
    without `skip_clashes` the whole is refused. What the preview said to be left out is so in any case.
    """
    one = rounds.turn(session, round_id, version, viewer, (RoundState.PREVIEW,))
    if isinstance(one, Refusal):
        return FinalRefused(one)
    awards = dated(session, one, now)
    bundle = {space.id: space for each in awards for space in each.party.bundle}
    placing.wait_for(session, [slot for each in awards for slot in each.slots], list(bundle.values()))
    try:
        with session.begin_nested():
            found = _book_all(session, awards, viewer, now, skip_clashes=skip_clashes)
    except _TakenBack as taken_back:
        return taken_back.answer
    one.state, one.final_at = RoundState.FINAL, now
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    notices.tell(session, rounds.everybody(session), "round_final", told, now)
    rounds.changed(session, one, "round.final", viewer, now, awards=len(awards), clashes=len(found))
    return Finalised(one, found)


def _book_all(
    session: Session, awards: Sequence[Dated], viewer: Viewer, now: datetime, *, skip_clashes: bool
) -> tuple[Clash, ...]:
    found = []
    for each in awards:
        refused = each.refused(session, now)
        if (clash := _clash(each, refused)) is not None:
            found.append(clash)
        each.skip(refused)
        if slots := booking.without(each.slots, refused):
            each.award.series_id = _book(session, each, slots, refused, viewer, now)
    if found and not skip_clashes:
        raise _TakenBack(Refusal("round_clashes", {"dates": sum(len(one.dates) for one in found)}), found)
    session.flush()
    return tuple(found)


def _clash(each: Dated, refused: Sequence[DateRefused]) -> Clash | None:
    meanwhile = each.meanwhile(refused)
    return Clash(each.award, meanwhile, len(refused) == len(each.slots)) if meanwhile else None


def _book(
    session: Session,
    each: Dated,
    slots: Sequence[placing.Slot],
    refused: Sequence[DateRefused],
    viewer: Viewer,
    now: datetime,
) -> UUID:
    wish, space = each.award.wish, each.award.space
    member = Viewer(wish.member_id, wish.tenant_id, each.party.who.role)
    ask = Ask(space.slug, slots[0].during, wish.title, wish.people, member)
    plan = Plan(space, each.pattern, tuple(slots))
    booked = booking.store(session, ask, plan, each.party, refused, now, by=viewer)
    if isinstance(booked, booking.Refused):
        # Somebody who did not wait for their turn was first.
        raise _TakenBack(Refusal("round_overtaken"))
    return booked.series.id
