"""A building of which the waste is known: rollups written as `tick` would, and nights that pass."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, select

from samen.adapters.db.models import (
    AuditEntry,
    EnergyRollup,
    Finding,
    Meter,
    Notice,
    OccupancyRollup,
    Register,
    Space,
    Step,
)
from samen.domain.access import Role
from samen.domain.interval import at_wall, midnight
from samen.services import findings, findings_sweep
from support.building import BRUSSELS, a_member, load_demo

TODAY = date(2026, 11, 23)
STEPS = {Step.HOUR: timedelta(hours=1), Step.QUARTER: timedelta(minutes=15)}


def at_work(local):
    return local.weekday() < 5 and 9 <= local.hour < 18


class Wasting:
    """The demo building, whose only meters and sensors are those that a test lets count."""

    def __init__(self, database, boss=None):
        """`boss`: a manager of a building that is furnished already."""
        self.database, self.boss = database, boss
        if boss is None:
            self._furnish()

    def _furnish(self):
        database = self.database
        load_demo(database)
        self.boss = a_member(database, "boss@pixel.test", "radio-pixel", Role.MANAGER)
        self.ada = a_member(database, "ada@rue.test", "atelier-rue", Role.TENANT_ADMIN)
        self.an = a_member(database, "an@rue.test")

    def counts(
        self, slug, kw, first=TODAY - timedelta(days=56), end=TODAY, steps=(Step.HOUR,), estimated_s=0
    ):
        """`kw(local)`: what the meter draws. What was there from `first` on is written anew."""
        with self.database.write() as session:
            register = select(Register.id).join(Meter).where(Meter.slug == slug)
            register_id = session.scalars(register).one()
            since = midnight(first, BRUSSELS)
            session.execute(
                delete(EnergyRollup).where(
                    EnergyRollup.register_id == register_id, EnergyRollup.starts_at >= since
                )
            )
            for step in steps:
                rows = [
                    {
                        "register_id": register_id,
                        "step": step,
                        "starts_at": at,
                        "amount": kw(at.astimezone(BRUSSELS)) * 1000 * (STEPS[step] / timedelta(hours=1)),
                        "known_s": STEPS[step].seconds,
                        "estimated_s": estimated_s,
                    }
                    for at in _instants(first, end, STEPS[step])
                ]
                session.execute(insert(EnergyRollup), rows)

    def watches(self, slug, somebody=at_work, first=TODAY - timedelta(days=28), end=TODAY):
        """What the space's sensor says, by quarters; None: nothing."""
        with self.database.write() as session:
            space_id = session.scalars(select(Space.id).where(Space.slug == slug)).one()
            rows = []
            for at in _instants(first, end, STEPS[Step.QUARTER]):
                said = somebody(at.astimezone(BRUSSELS))
                kinds = {"occupied_s": 0, "empty_s": 0, "unknown_s": 0}
                kinds["unknown_s" if said is None else "occupied_s" if said else "empty_s"] = 900
                rows.append({"space_id": space_id, "step": Step.QUARTER, "starts_at": at, **kinds})
            session.execute(insert(OccupancyRollup), rows)

    def night(self, days=0, hour=3, minute=30):
        """What the sweep does on a night: how many sites it kept."""
        return findings_sweep.sweep(self.database, night_of(days, hour, minute))

    def findings(self, **wanted):
        with self.database.read() as session:
            rows = session.scalars(select(Finding).filter_by(**wanted).order_by(Finding.id)).all()
            for row in rows:
                _ = row.meter.slug, row.meter.space, row.owner
            session.expunge_all()
            return rows

    def only(self):
        (one,) = self.findings(current=True)
        return one

    def change(self, to, viewer=None, days=0, **more):
        with self.database.write() as session:
            wish = findings.Wish(to, **more)
            return findings.change(session, self.only().id, wish, viewer or self.boss, night_of(days, 10))

    def told(self, viewer):
        with self.database.read() as session:
            mine = select(Notice.code).where(Notice.member_id == viewer.member_id).order_by(Notice.id)
            return [code for code in session.scalars(mine) if code.startswith("finding")]

    def deeds(self):
        with self.database.read() as session:
            made = select(AuditEntry.action).where(AuditEntry.action.startswith("finding."))
            return list(session.scalars(made.order_by(AuditEntry.id)))


def night_of(days, hour=3, minute=30) -> datetime:
    return at_wall(TODAY + timedelta(days=days), time(hour, minute), BRUSSELS)


def _instants(first, end, step):
    at, until = midnight(first, BRUSSELS), midnight(end, BRUSSELS)
    while at < until:
        yield at
        at += step
