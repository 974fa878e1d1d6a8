"""Speaking builders for season rounds: Bota 75 with a round, wishes in it, and runs of the greedy solver."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from samen.adapters.allocation_file import write_plan
from samen.adapters.db import Database
from samen.adapters.db.models import Round, Site
from samen.domain.access import Role, Viewer
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.instance import Option
from samen.domain.allocation.propose import propose
from samen.domain.interval import at_wall
from samen.services import awards, round_final, rounds, solves, wishes
from samen.services.rounds import Described
from samen.services.solves import Progress, Run
from samen.services.wishes import Asked
from support.building import BRUSSELS, NOW, a_member, load_demo

# Thirteen weeks from a Monday on, with the clock change of 28 March in them.
SEASON = Described(
    name="Spring 2027",
    from_on=date(2027, 1, 4),
    until_on=date(2027, 4, 5),
    opens_at=NOW,
    closes_at=NOW + timedelta(days=14),
    spaces=("iris", "marolles", "canal", "zenne-noord", "keuken"),
    weekdays=(0, 1, 2, 3, 4, 5, 6),
    day_start=time(8),
    day_end=time(22),
)
CLOSED = NOW + timedelta(days=15)
LATER = CLOSED + timedelta(days=7)
EVERY_WEEK = tuple(range(13))
# Two hours on Monday at 18:00, on the grid.
MONDAY_EVENING = Option(0, 20)
TUESDAY_EVENING = Option(1, 20, 1.0)


def asked(title="Choir", options=(MONDAY_EVENING,), **more) -> Asked:
    """A wish for two hours in every week of the season."""
    return replace(Asked(title, 6, 4, EVERY_WEEK, tuple(options)), **more)


class House:
    """Bota 75 with a manager and a member in two associations, and every deed in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        load_demo(database)
        self.database = database
        self.manager = a_member(database, "manager@x", role=Role.MANAGER)
        self.an = a_member(database, "an@x", "atelier-rue")
        self.lea = a_member(database, "lea@x", "collectif-senne")

    def do(self, deed, *given, **more):
        """`deed(session, *given)`, committed; the answer."""
        with self.database.write() as session:
            return deed(session, *given, **more)

    def draft(self, told=SEASON) -> Round:
        with self.database.write() as session:
            site = session.scalars(select(Site)).one()
            made = rounds.create(session, site, told, self.manager, NOW)
            assert isinstance(made, Round), made
            return made

    def open(self, told=SEASON) -> Round:
        made = self.draft(told)
        return self.do(rounds.open_round, made.id, made.version, self.manager, NOW)

    def file(self, one: Round, viewer: Viewer | None = None, now=NOW, **more):
        return self.do(wishes.file, one.id, asked(**more), viewer or self.an, now)

    def closed(self, one: Round) -> Round:
        return self.do(rounds.close, one.id, self.now(one).version, self.manager, CLOSED)

    def now(self, one: Round) -> Round:
        """The round as it stands."""
        return self.do(lambda session: session.get_one(Round, one.id))

    def solved(self, one: Round, run=Run("greedy", budget_s=5)):  # noqa: B008
        """A run, carried through as a worker would."""
        queued = self.do(solves.queue, one.id, run, self.manager, CLOSED)
        carry_through(self.database, CLOSED)
        return queued

    def preview(self, one: Round) -> Round:
        """Closed, solved and shown."""
        closed = self.closed(one)
        solve = self.solved(closed)
        return self.do(awards.publish_preview, one.id, closed.version, solve.id, LATER, self.manager, CLOSED)

    def finalise(self, one: Round, *, skip_clashes=False, version=None):
        seen = version or self.now(one).version
        return self.do(round_final.finalise, one.id, seen, self.manager, CLOSED, skip_clashes=skip_clashes)


class Season(House):
    """The same over a house of the pages' tests (support/web.py)."""

    def __init__(self, street) -> None:
        self.database = street.database
        self.manager, self.an, self.lea = (street.people[who] for who in ("mounia", "an", "lea"))

    def preview_of(self, closed: Round) -> Round:
        """What a run gives of a closed round, shown to everybody."""
        deed, solve = awards.publish_preview, self.solved(closed)
        return self.do(deed, closed.id, closed.version, solve.id, LATER, self.manager, CLOSED)


def carry_through(database: Database, now: datetime) -> None:
    """The run that waits longest, as a worker would see to it."""
    with database.write() as session:
        run = solves.claim(session, "test", now)
        budget = Budget(5, lambda: 0.0)
        plan = propose(solves.instance_of(run), run.instance_sha256, run.method, run.seed, budget)
        assert solves.progress(session, run.id, "test", Progress("greedy", 0.1, write_plan(plan)), now)
        solves.finish(session, run.id, "test", now)


def instant(year, month, day, clock) -> datetime:
    """A wall time in Brussels, as an instant."""
    return at_wall(date(year, month, day), time.fromisoformat(clock), BRUSSELS).astimezone(UTC)
