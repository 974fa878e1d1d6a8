"""Bills, keys and settlements: frozen, corrected in the open, and the same when computed again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from math import cos, pi

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import (
    AuditEntry,
    EnergyRollup,
    HoursBasis,
    MeterKind,
    OccupancyRollup,
    Occurrence,
    Register,
    Settlement,
    Space,
    Step,
    Unit,
)
from samen.domain.access import Role
from samen.domain.evaluation import Period
from samen.domain.interval import at_wall
from samen.domain.outdoor import WeatherSource
from samen.domain.rules import Refusal
from samen.domain.sharing import Key
from samen.services import bills, settling
from samen.services.measured import instants, measured
from samen.services.reconciliation import reconcile
from samen.services.simulation import simulate
from samen.services.tenant_hours import hours_of_tenants
from samen.services.weather import store_temperatures
from support.building import BRUSSELS, NOW, a_member, load_demo
from support.sharing import (
    DAILY_KWH,
    OCTOBER,
    add_day,
    billed,
    booked,
    decided,
    owned,
    settled,
    stands,
    tenant,
    the_site,
    used,
)


@pytest.fixture
def month(database):
    return furnished(database)


@pytest.fixture
def plain(sqlite_database):
    return furnished(sqlite_database)


def furnished(database):
    """October's energy, one tenant's own meter, bookings, standings and a key: (database, manager)."""
    load_demo(database)
    mounia = a_member(database, "mounia@rue.test", "radio-pixel", Role.MANAGER)
    lea = a_member(database, "lea@rue.test", "collectif-senne")
    used(database)
    owned(database, "keuken-circuit", "atelier-rue")
    booked(database, mounia, "09:00", "12:00")
    booked(database, lea, "13:00", "14:00")
    booked(database, lea, "13:00", "18:00", space="velo-cargo")
    stands(database, mounia)
    decided(database, mounia)
    return database, mounia


def shares(database, number):
    with database.read() as session:
        return {one.tenant.slug: one.cents for one in settling.settlement(session, number).shares}


def codes(database, number):
    with database.read() as session:
        return {doubt["code"] for doubt in settling.settlement(session, number).doubts}


def test_a_bill_is_shared_by_meters_m2_hours_and_heads(month):
    database, mounia = month

    number = settled(database, mounia, billed(database, mounia, 124_00))

    # 31 kWh on Atelier's own meter, 93 by 50 % m² (60:40:20), 30 % hours (0:1:3) and 20 % heads (6:3:2).
    assert shares(database, number) == {"atelier-rue": 6439, "collectif-senne": 2755, "radio-pixel": 3206}
    assert codes(database, number) == set()


def test_a_settlement_is_the_same_when_it_is_computed_again_after_everything_changed(month):
    database, mounia = month
    number = settled(database, mounia, billed(database, mounia, 124_01, fixed_cents=10_00))
    before = shares(database, number)

    stands(database, mounia, {"atelier-rue": (5, 1)})
    decided(database, mounia, Key(0, 0, 1000))
    with database.write() as session:
        session.execute(update(EnergyRollup).values(amount=1.0))

    with database.read() as session:
        assert settling.holds(settling.settlement(session, number))
    assert shares(database, number) == before


@pytest.mark.parametrize("column", ["cents", "inputs"])
def test_a_settlement_that_was_tampered_with_no_longer_holds(plain, column):
    database, mounia = plain
    number = settled(database, mounia, billed(database, mounia))

    with database.write() as session:
        made = session.get_one(Settlement, number)
        if column == "cents":
            made.shares[0].cents += 1
        else:
            made.inputs = {**made.inputs, "total": 1.0}

    with database.read() as session:
        assert not settling.holds(settling.settlement(session, number))


def test_a_correction_says_why_and_takes_the_place_of_what_stays_as_it_was(month):
    database, mounia = month
    bill = billed(database, mounia, 124_00)
    first = settled(database, mounia, bill)
    told = shares(database, first)
    stands(database, mounia, {"radio-pixel": (30, 2)})

    refused = settled(database, mounia, bill)
    second = settled(database, mounia, bill, "Radio Pixel has 30 m².")

    assert refused == Refusal("say_why")
    assert shares(database, first) == told != shares(database, second)
    with database.read() as session:
        (stands_now,) = settling.settlements(session, the_site(session))
        assert (stands_now.id, stands_now.corrects_id) == (second, first)
        assert settling.corrected_by(session, stands_now.corrects) == second


def test_a_bill_typed_wrong_is_replaced_and_its_settlement_corrected(month):
    database, mounia = month
    wrong = billed(database, mounia, 100_00)
    first = settled(database, mounia, wrong)

    right = billed(database, mounia, 110_00, replaces=wrong)
    second = settled(database, mounia, right, "It said 110.")

    with database.read() as session:
        assert [bill.id for bill in bills.current_bills(session, the_site(session))] == [right]
        assert session.get_one(Settlement, second).corrects_id == first
    assert sum(shares(database, second).values()) == 110_00
    assert billed(database, mounia, replaces=wrong) == Refusal("no_such_bill")


def test_a_bill_can_be_forgotten_until_somebody_was_charged_for_it(month):
    database, mounia = month
    typed, charged = billed(database, mounia, number="1"), billed(database, mounia, number="2")
    settled(database, mounia, charged)

    with database.write() as session:
        answers = [bills.remove(session, the_site(session), one, mounia, NOW) for one in (typed, charged)]

    assert answers == [None, Refusal("bill_settled")]


def test_the_same_document_is_not_entered_twice(plain):
    database, mounia = plain
    billed(database, mounia)

    assert billed(database, mounia) == Refusal("bill_known", {"number": "2026-10"})
    assert isinstance(billed(database, mounia, number=""), int)
    assert isinstance(billed(database, mounia, number=""), int)


def test_a_bill_goes_by_the_key_of_its_first_day(plain):
    database, mounia = plain
    decided(database, mounia, Key(0, 0, 1000), from_on=date(2026, 10, 2))
    decided(database, mounia, Key(1000, 0, 0), from_on=date(2026, 10, 1))

    number = settled(database, mounia, billed(database, mounia))

    with database.read() as session:
        assert settling.settlement(session, number).key.version == 3


def test_without_a_key_nothing_is_settled(plain):
    database, mounia = plain

    gas = billed(database, mounia, kind=MeterKind.GAS)

    assert settled(database, mounia, gas) == Refusal("no_key", {"date": OCTOBER[0]})


def test_every_deed_is_on_record(plain):
    database, mounia = plain
    bill = billed(database, mounia)
    settled(database, mounia, bill)
    other = billed(database, mounia, number="x")

    with database.write() as session:
        bills.remove(session, the_site(session), other, mounia, NOW)

    with database.read() as session:
        found = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == mounia.actor))
        told = {"tenant.stands", "key.decided", "bill.entered", "bill.settled", "bill.removed"}
        assert told <= set(found)


def test_of_two_who_settle_at_once_the_second_is_asked_why(month):
    database, mounia = month
    bill = billed(database, mounia)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: settled(database, mounia, bill), range(2)))

    assert sorted(isinstance(answer, int) for answer in answers) == [False, True]
    assert Refusal("say_why") in answers


def test_where_the_main_meter_does_not_know_the_bill_says_how_much_it_was(plain):
    database, mounia = plain
    november = (date(2026, 11, 1), date(2026, 12, 1))
    used(database, {"ventilation": 1.0}, november)
    period = {"from_on": november[0], "until_on": november[1], "number": "11"}

    by_bill = settled(database, mounia, billed(database, mounia, used=100.0, **period))
    by_parts = settled(database, mounia, billed(database, mounia, **{**period, "number": "12"}))

    assert "total_from_bill" in codes(database, by_bill)
    assert "total_from_parts" in codes(database, by_parts)
    with database.read() as session:
        inputs = [settling.settlement(session, one).inputs for one in (by_bill, by_parts)]
    assert [(one["total"], one["residual"]["not_measured_kwh"]) for one in inputs] == [(100, 70), (30, 0)]


def test_a_key_is_tried_on_past_bills_and_nothing_is_stored(month):
    database, mounia = month
    billed(database, mounia, 124_00)
    with database.read() as session:
        simulation = simulate(
            session,
            the_site(session),
            MeterKind.ELECTRICITY,
            Key(0, 0, 1000),
            HoursBasis.BOOKED,
            NOW.date(),
        )

    assert simulation.now() == {"atelier-rue": 6439, "collectif-senne": 2755, "radio-pixel": 3206}
    assert simulation.then() == {"atelier-rue": 8173, "collectif-senne": 2536, "radio-pixel": 1691}
    with database.read() as session:
        assert session.scalars(select(Settlement)).all() == []


def hours(database, basis):
    with database.read() as session:
        site = the_site(session)
        found = hours_of_tenants(session, site.id, instants(site, Period(*OCTOBER)), basis)
        return {slug: found.get(tenant(session, slug).id) for slug in ("radio-pixel", "collectif-senne")}


def seen_empty(database, space, start, quarters, seconds=900):
    with database.write() as session:
        space_id = session.scalars(select(Space.id).where(Space.slug == space)).one()
        for n in range(quarters):
            begin = start + timedelta(minutes=15 * n)
            row = {"occupied_s": 900 - seconds, "empty_s": seconds, "unknown_s": 0}
            session.add(OccupancyRollup(space_id=space_id, step=Step.QUARTER, starts_at=begin, **row))


def test_things_have_no_hours_and_empty_ones_count_only_when_booked_ones_do(month):
    database, mounia = month
    with database.read() as session:
        start = session.scalars(
            select(Occurrence.starts_at).where(Occurrence.tenant_id == mounia.tenant_id)
        ).one()
    seen_empty(database, "iris", start + timedelta(hours=1), 3)

    assert hours(database, HoursBasis.BOOKED) == {"radio-pixel": 3, "collectif-senne": 1}
    assert hours(database, HoursBasis.OCCUPIED) == {"radio-pixel": 2.25, "collectif-senne": 1}


def test_a_whole_room_is_empty_only_where_each_of_its_halves_is(plain):
    database, mounia = plain
    on = date(2026, 10, 7)
    id_ = booked(database, mounia, "10:00", "12:00", space="zenne-noord", on=on)
    with database.read() as session:
        start = session.get_one(Occurrence, id_).starts_at
    seen_empty(database, "zenne-noord", start, 8)
    seen_empty(database, "zenne-zuid", start, 8)

    assert hours(database, HoursBasis.OCCUPIED)["radio-pixel"] == 3


def test_where_nobody_came_no_hours_were_occupied(plain):
    database, mounia = plain
    with database.write() as session:
        session.execute(update(Occurrence).where(Occurrence.tenant_id == mounia.tenant_id).values(used=False))

    assert hours(database, HoursBasis.OCCUPIED)["radio-pixel"] is None
    assert hours(database, HoursBasis.BOOKED)["radio-pixel"] == 3


def test_a_bill_is_laid_beside_the_meter_and_its_sub_meters(month):
    database, mounia = month
    billed(database, mounia, used=130.2)

    with database.read() as session:
        (one,) = reconcile(session, the_site(session), MeterKind.ELECTRICITY)

    assert (one.billed, one.main, one.sub, one.not_measured) == (130.2, 124, 93, 31)
    assert one.difference == pytest.approx(0.05)
    assert one.known == 1


def test_a_bill_and_its_correction_are_laid_beside_the_meter_together(plain):
    database, mounia = plain
    billed(database, mounia, used=130.0)
    billed(database, mounia, -5_00, used=-6.0, number="credit")

    with database.read() as session:
        (one,) = reconcile(session, the_site(session), MeterKind.ELECTRICITY)

    assert (one.billed, one.difference) == (124, 0)


def test_what_sub_meters_count_too_much_keeps_its_sign(plain):
    database, mounia = plain
    november = (date(2026, 11, 1), date(2026, 11, 2))
    used(database, {**DAILY_KWH, "main": 2.0}, november)
    billed(database, mounia, from_on=november[0], until_on=november[1])

    with database.read() as session:
        (one,) = reconcile(session, the_site(session), MeterKind.ELECTRICITY)

    assert (one.main, one.sub, one.not_measured, one.difference) == (2, 3, -1, None)


def test_gas_is_told_in_kwh_by_what_a_cubic_metre_holds(plain):
    database, _ = plain
    with database.write() as session:
        register = session.scalars(select(Register).where(Register.meter.has(slug="main"))).one()
        register.unit, register.meter.kind = Unit.LITRE, MeterKind.GAS

    with database.read() as session:
        main, *_ = measured(session, the_site(session), Period(*OCTOBER), MeterKind.GAS)

    assert main.amount == pytest.approx(124 * 11, rel=0.2)
    assert main.amount > 124 * 9


def test_the_weather_and_the_year_before_say_what_a_bill_was_to_be(plain):
    database, mounia = plain
    days = [date(2025, 10, 1) + timedelta(days=n) for n in range(365 + 31)]
    deg_c = {on: 10 - 8 * cos(2 * pi * on.timetuple().tm_yday / 365) for on in days}
    with database.write() as session:
        hours = [(at_wall(on, time(hour), BRUSSELS), deg_c[on]) for on in days for hour in range(5, 21)]
        store_temperatures(session, the_site(session), WeatherSource.CSV, hours, NOW)
        main = session.scalars(select(Register).where(Register.meter.has(slug="main"))).one()
        for on in days[:365]:
            add_day(session, main, on, 20 + 3 * max(0.0, 15 - deg_c[on]))
    billed(database, mounia, used=2000.0)

    with database.read() as session:
        (one,) = reconcile(session, the_site(session), MeterKind.ELECTRICITY)

    truth = sum(20 + 3 * max(0.0, 15 - deg_c[on]) for on in days[365:])
    assert one.expected.kwh == pytest.approx(truth, rel=0.02)


def test_without_weather_nothing_is_expected(plain):
    database, mounia = plain
    billed(database, mounia, used=2000.0)

    with database.read() as session:
        (one,) = reconcile(session, the_site(session), MeterKind.ELECTRICITY)

    assert one.expected is None
