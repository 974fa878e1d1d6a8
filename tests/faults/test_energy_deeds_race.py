"""Two managers do one thing about the building's energy at once: one is kept, the other is told why not."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from faults import racing
from samen.adapters.db.models import (
    EventKind,
    IndexReading,
    Intervention,
    Meter,
    MeterEvent,
    MeterKind,
    Register,
    TenantStanding,
    Unit,
    Zone,
    ZoneHeating,
)
from samen.domain.access import Role
from samen.domain.belonging import Standing
from samen.domain.rules import Refusal
from samen.domain.zone_settings import ZoneSettings
from samen.services import (
    calorific,
    interventions,
    meter_events,
    settling,
    sharing_keys,
    steering,
    typed_readings,
)
from support.building import NOW, a_member, load_demo
from support.measured_house import insulation
from support.sharing import billed, decided, stands, tenant, the_site

AT, MANAGERS = NOW - timedelta(days=3), 6


class Race(racing.Start):
    """A meter that is read by hand, a bill to settle, and managers."""

    def __init__(self, database):
        super().__init__(database)
        load_demo(database)
        self.boss = a_member(database, "boss@pixel.test", "radio-pixel", Role.MANAGER)
        stands(database, self.boss)
        decided(database, self.boss)
        self.bill = billed(database, self.boss)
        with database.write() as session:
            meter = Meter(slug="gaz", name="Gaz", kind=MeterKind.GAS, site=the_site(session), position=9)
            meter.registers = [Register(code="gas", unit=Unit.LITRE)]
            session.add(meter)

    def told(self, deed):
        """How often which refusal was the answer, of all of them at once; None: it was done."""
        answers = self.at_once(*[partial(deed, self.boss)] * MANAGERS)
        return Counter(one.code if isinstance(one, Refusal) else None for one in answers)

    def count(self, kind):
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(kind))


@pytest.fixture
def race(database):
    return Race(database)


def register(session):
    return session.scalars(select(Register).join(Meter).where(Meter.slug == "gaz")).one()


def type_in(boss, session):
    return typed_readings.take(session, register(session), AT, 5000.0, boss, NOW)


def swap(boss, session):
    told = meter_events.Told(EventKind.REPLACED, AT, 9000.0, 0.0)
    answer = meter_events.record(session, register(session), told, boss, NOW)
    return answer if isinstance(answer, Refusal) else None


def settle(boss, session):
    answer = settling.settle(session, the_site(session), 1, boss, NOW)
    return answer if isinstance(answer, Refusal) else None


def enter(boss, session):
    answer = interventions.add(session, the_site(session), insulation(), boss, NOW)
    return None if isinstance(answer, Intervention) else answer["name"]


@pytest.mark.parametrize(
    ("deed", "kind", "refused"),
    [
        (type_in, IndexReading, "read_already"),
        (swap, MeterEvent, "event_there"),
        (enter, Intervention, "intervention_name_taken"),
        (settle, None, "say_why"),
    ],
)
def test_of_many_at_once_one_is_kept_and_the_others_hear_why(race, deed, kind, refused):
    assert race.told(deed) == {None: 1, refused: MANAGERS - 1}

    assert kind is None or race.count(kind) == 1


def stand(boss, session):
    standing = Standing(date(2026, 10, 1), 10.0, 1.0)
    sharing_keys.stand(session, the_site(session), tenant(session, "atelier-rue"), standing, boss, NOW)


def convert(boss, session):
    meter = session.scalars(select(Meter).where(Meter.slug == "gaz")).one()
    return calorific.set_factor(session, meter, date(2026, 1, 1), 10.5, boss, NOW)


def heat(boss, session):
    steering.put_settings(session, session.scalars(select(Zone).order_by(Zone.id)).first(), ZoneSettings())


@pytest.mark.parametrize(
    ("deed", "kind", "more"), [(stand, TenantStanding, 1), (convert, None, 0), (heat, ZoneHeating, 1)]
)
def test_the_same_said_by_many_at_once_is_said_once(race, deed, kind, more):
    before = race.count(kind) if kind else 0

    assert race.told(deed) == {None: MANAGERS}

    assert kind is None or race.count(kind) == before + more


def test_the_same_catches_readings_typed_without_turns(race, monkeypatch):
    race.forgives = racing.BROKEN

    with racing.unguarded(race, monkeypatch):
        race.told(type_in)

    assert race.count(IndexReading) > 1
