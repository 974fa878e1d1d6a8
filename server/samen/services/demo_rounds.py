"""The demo's rounds: the coming season, shared out already, and the one after it, which is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from samen.adapters.allocation_file import write_plan
from samen.adapters.db.models import Mail, NamesShown, Notice, Round, Site, Solve, Wish
from samen.domain.access import Role, Viewer
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.instance import Option
from samen.domain.allocation.propose import propose
from samen.domain.allocation.season import Season
from samen.domain.rules import Refusal
from samen.services import awards, notices, objections, round_final, rounds, solves, wishes
from samen.services.rounds import Described
from samen.services.solves import Progress, Run
from samen.services.wishes import Asked

WEEKS = 13
# The first season begins when the demo's own weeks of bookings are over.
UNTIL_SEASON = timedelta(weeks=3)
SPACES = ("iris", "marolles", "canal", "zenne-noord", "keuken")
WORKER = "demo"
# What was told on the way, and is no news.
BEHIND = notices.CODES - {"request_waits"}
Had = TypeVar("Had")
OBJECTION = "Notre groupe ne peut venir qu’à cette heure-là."
ANSWER = "D’autres l’attendaient aussi : voyez ce qui reste libre juste à côté."


@dataclass(frozen=True)
class Dream:
    """A wish of the demo: `times` are (weekday, clock), the most welcome first."""

    who: str
    title: str
    people: int
    hours: float
    times: tuple[tuple[int, str], ...]
    features: tuple[str, ...] = ()
    priority: int = 1
    needs: tuple[str, ...] = ()


# Thursday evenings in the large rooms, and Wednesday afternoons, are what several want.
DREAMS = (
    Dream("an@", "Groupe de parole", 8, 1.5, ((2, "16:30"), (3, "16:30"))),
    Dream("an@", "Atelier numérique", 11, 3, ((4, "14:00"), (1, "14:00")), ("screen",), 2),
    Dream("an@", "Chorale", 18, 2, ((3, "19:00"), (1, "19:00")), (), 3),
    Dream("an@", "Table d’hôtes", 10, 2.5, ((3, "11:30"),), ("kitchen",)),
    Dream("lea@", "Permanence juridique", 10, 3, ((2, "09:30"), (0, "13:30")), ("step_free",), 2),
    Dream("lea@", "Danse", 20, 2, ((3, "19:00"), (2, "19:00")), ("step_free",), 3),
    Dream("lea@", "Comité", 5, 1.5, ((0, "18:00"), (1, "18:00"))),
    Dream("lea@", "Cuisine du monde", 10, 3, ((3, "11:00"), (1, "11:00")), ("kitchen",)),
    Dream("sam@", "Répétition", 12, 2.5, ((3, "19:00"), (0, "19:00")), ("projector",), 3),
    Dream("sam@", "Comité de rédaction", 7, 2.5, ((1, "13:30"),), ("screen",), 2),
    Dream("sam@", "Interview", 3, 1, ((2, "14:00"), (4, "10:00"))),
    Dream("sam@", "Ciné-club", 24, 3, ((3, "19:00"),), ("projector",)),
    Dream("tom@", "Taallessen NL", 18, 1.5, ((0, "10:00"), (2, "10:00")), (), 2, ("Tom",)),
    Dream("tom@", "Speelnamiddag", 22, 3, ((2, "14:00"),), ("step_free",), 3),
    Dream("tom@", "Dans", 20, 2, ((3, "18:30"), (4, "16:00")), ("step_free",)),
    Dream("an@", "Assemblée", 24, 2.5, ((2, "19:00"),), ("projector",)),
    Dream("lea@", "Formation", 20, 3, ((1, "18:30"), (3, "18:30")), ("projector",)),
    Dream("tom@", "Toneel", 18, 2.5, ((3, "19:00"),), ("projector",)),
    Dream("tom@", "Kookles", 8, 3, ((1, "11:00"), (3, "11:00")), ("kitchen",)),
)


def seed_rounds(session: Session, site: Site, viewers: Mapping[str, Viewer], now: datetime) -> None:
    """Both rounds as if they had been held; nobody is told of what lies behind."""
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    first = today - timedelta(days=today.weekday()) + UNTIL_SEASON
    _share_out(session, site, first, viewers, now)
    _open(session, site, first + timedelta(weeks=WEEKS), viewers, now)
    session.execute(delete(Mail).where(Mail.created_at < now, Mail.code.in_(BEHIND)))
    session.execute(update(Notice).where(Notice.code.in_(BEHIND)).values(read_at=now))


def _share_out(
    session: Session, site: Site, first: date, viewers: Mapping[str, Viewer], now: datetime
) -> None:
    manager, begun = viewers["manager@"], now - timedelta(weeks=6)
    told = _described(first, begun, begun + timedelta(weeks=3))
    one = _opened(session, site, told, manager, begun)
    for dream in DREAMS:
        _file(session, one, dream, viewers, begun)
    closed_at = told.closes_at
    rounds.close_due(session, closed_at)
    solve = _solved(session, one, manager, closed_at)
    until = closed_at + timedelta(weeks=1)
    awards.publish_preview(session, one.id, one.version, solve.id, until, manager, closed_at)
    _object(session, solve, manager, closed_at)
    round_final.finalise(session, one.id, one.version, manager, until, skip_clashes=True)


def _object(session: Session, solve: Solve, manager: Viewer, at: datetime) -> None:
    """Whoever got nothing of its first wish says so, and hears why."""
    plan = solves.plan_of(solve)
    refused = session.get_one(Wish, UUID(plan.refusals[0].request)) if plan and plan.refusals else None
    if refused is not None:
        member = Viewer(refused.member_id, refused.tenant_id, Role.MEMBER)
        objected = _had(objections.object_to(session, refused.id, OBJECTION, member, at))
        objections.answer(session, objected.id, ANSWER, manager, at)


def _open(session: Session, site: Site, first: date, viewers: Mapping[str, Viewer], now: datetime) -> None:
    begun = now - timedelta(days=4)
    one = _opened(
        session, site, _described(first, begun, now + timedelta(weeks=2)), viewers["manager@"], begun
    )
    for dream in DREAMS[::2]:
        _file(session, one, dream, viewers, now)


def _described(first: date, opens_at: datetime, closes_at: datetime) -> Described:
    until = first + timedelta(weeks=WEEKS)
    return Described(
        name=f"{first:%m/%Y} – {until - timedelta(days=1):%m/%Y}",
        from_on=first,
        until_on=until,
        opens_at=opens_at,
        closes_at=closes_at,
        spaces=SPACES,
        weekdays=(0, 1, 2, 3, 4, 5),
        day_start=time(8),
        day_end=time(22),
        names_shown=NamesShown.TENANTS,
        priority_points=4,
    )


def _opened(session: Session, site: Site, told: Described, manager: Viewer, at: datetime) -> Round:
    made = _had(rounds.create(session, site, told, manager, at))
    rounds.open_round(session, made.id, made.version, manager, at)
    return made


def _file(session: Session, one: Round, dream: Dream, viewers: Mapping[str, Viewer], at: datetime) -> UUID:
    return _had(wishes.file(session, one.id, _asked(one.season, dream), viewers[dream.who], at)).id


def _asked(season: Season, dream: Dream) -> Asked:
    starts = [
        (season.weekdays.index(day), season.slot_at(time.fromisoformat(clock))) for day, clock in dream.times
    ]
    return Asked(
        dream.title,
        dream.people,
        int(dream.hours * 60 / season.slot_minutes),
        tuple(range(season.weeks)),
        tuple(
            Option(day, start, float(rank)) for rank, (day, start) in enumerate(starts) if start is not None
        ),
        dream.priority,
        frozenset(dream.features),
        needs=frozenset(dream.needs),
    )


def _solved(session: Session, one: Round, manager: Viewer, at: datetime) -> Solve:
    """A run carried through here and now, by the solver that is always there."""
    run = Run("greedy", budget_s=1.0)
    queued = _had(solves.queue(session, one.id, run, manager, at))
    solves.claim(session, WORKER, at)
    budget = Budget(run.budget_s, lambda: 0.0)
    plan = propose(solves.instance_of(queued), queued.instance_sha256, run.method, run.seed, budget)
    told = Progress(plan.method, run.budget_s, write_plan(plan))
    solves.progress(session, queued.id, WORKER, told, at)
    solves.finish(session, queued.id, WORKER, at)
    return queued


def _had(answer: Had | Refusal) -> Had:
    """What was asked for. Raises ValueError where the demo's own rules refuse it."""
    if isinstance(answer, Refusal):
        raise ValueError(f"the demo's round was refused: {answer.code}")
    return answer
