"""The register of interventions: entered, changed, taken off, each on record."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import AuditEntry, Intervention, InterventionPicture, Meter, Site
from samen.domain.access import Role
from samen.domain.interval import Interval
from samen.domain.picture import picture
from samen.domain.rules import Refusal
from samen.services import audit, interventions
from support.building import NOW, a_member, load_demo
from support.measured_house import enter, insulation
from support.pictures import jpeg


@pytest.fixture
def building(database):
    load_demo(database)
    return database


@pytest.fixture
def manager(building):
    return a_member(building, "mounia@rue.test", "radio-pixel", Role.MANAGER)


def on_record(database):
    with database.read() as session:
        assert audit.verify(session).broken is None
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("intervention.")))
        return [(entry.action, entry.facts) for entry in entries]


def test_a_change_keeps_on_record_what_was_said_before(building, manager):
    number = enter(building, manager)

    with building.write() as session:
        one = session.get_one(Intervention, number)
        wanted = insulation(cost_cents=1_300_000, meters=frozenset({"main"}))
        assert interventions.change(session, one, wanted, manager, NOW) == {}

    added, changed = on_record(building)
    assert added[0] == "intervention.added"
    assert added[1]["cost_cents"] == 1_200_000
    assert changed == (
        "intervention.changed",
        {"cost_cents": {"was": 1_200_000, "is": 1_300_000}, "meters": {"was": [], "is": ["main"]}},
    )


def test_saying_the_same_again_is_no_deed(building, manager):
    number = enter(building, manager)

    with building.write() as session:
        interventions.change(session, session.get_one(Intervention, number), insulation(), manager, NOW)

    assert len(on_record(building)) == 1


def test_two_of_one_name_cannot_be_told_apart(building, manager):
    enter(building, manager)

    with building.write() as session:
        site = session.scalars(select(Site)).one()
        again = interventions.add(session, site, insulation(starts_on=date(2026, 1, 1)), manager, NOW)

    assert again == {"name": Refusal("intervention_name_taken")}


def test_one_goes_with_its_picture_and_stays_on_record(building, manager):
    number = enter(building, manager)
    with building.write() as session:
        one = session.get_one(Intervention, number)
        interventions.put_picture(session, one, picture(jpeg()), manager, NOW)

    with building.write() as session:
        interventions.remove(session, session.get_one(Intervention, number), manager, NOW)

    with building.read() as session:
        assert session.scalars(select(Intervention)).all() == []
        assert session.scalars(select(InterventionPicture)).all() == []
    assert [action for action, _ in on_record(building)] == [
        "intervention.added", "intervention.pictured", "intervention.removed",
    ]  # fmt: skip


def test_charts_mark_the_first_day_after_the_works(building, manager):
    enter(building, manager, insulation(starts_on=date(2026, 5, 4), done_on=date(2026, 5, 15)))
    year = Interval(NOW - timedelta(days=365), NOW)

    with building.read() as session:
        site = session.scalars(select(Site)).one()
        (pin,) = interventions.pins(session, site, year)
        assert interventions.pins(session, site, Interval(NOW - timedelta(days=7), NOW)) == []

    assert (pin.on, pin.name) == (date(2026, 5, 16), "Isolation du toit")


def test_what_names_a_sub_meter_touches_the_meters_above_it_and_not_beside_it(building, manager):
    enter(building, manager, insulation(carriers=frozenset(), meters=frozenset({"atelier-0"})))

    with building.read() as session:
        meters = {meter.slug: meter for meter in session.scalars(select(Meter))}
        touched = {slug for slug, meter in meters.items() if interventions.of_meter(session, meter)}

    assert touched == {"main", "atelier-0"}
