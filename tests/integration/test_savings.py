"""A saving told of a building's own meters, weather and interventions."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import Meter, MeterKind, OccupancyRollup, Site
from samen.domain.access import Role
from samen.domain.cumulative import stretches
from samen.domain.evaluation import Period
from samen.domain.exclusions import Reason
from samen.domain.interval import local_day
from samen.domain.rules import Refusal
from samen.domain.savings import Verdict
from samen.services.bills import BillText
from samen.services.bills import enter as enter_bill
from samen.services.savings import judge, judged_meters
from samen.services.savings_evidence import Asked, occupied_hours_by_day
from support.building import BRUSSELS, NOW, a_member, load_demo
from support.measured_house import (
    DAYS,
    FIRST,
    HALFWAY,
    TODAY,
    add_kwh,
    bill,
    enter,
    fill,
    insulation,
    people_come,
)

DAY = timedelta(days=1)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


@pytest.fixture
def manager(building):
    return a_member(building, "mounia@rue.test", "radio-pixel", Role.MANAGER)


def judged(database, asked=None):
    with database.read() as session:
        return judge(session, session.scalars(select(Meter).where(Meter.slug == "gas")).one(), NOW, asked)


def test_a_fifth_that_was_saved_is_proved_within_its_band(building, manager):
    fill(building)
    enter(building, manager)

    told = judged(building)

    assert told.found.verdict is Verdict.PROVED
    assert told.found.saving.low_fraction <= 0.2 <= told.found.saving.high_fraction
    assert told.evidence.baseline == Period(FIRST, HALFWAY)
    assert told.evidence.reporting == Period(HALFWAY, TODAY)


def test_an_intervention_brings_money_every_year(building, manager):
    fill(building)
    enter(building, manager)

    told = judged(building)

    (yearly,) = told.yearly
    assert yearly.effect.name == "Isolation du toit"
    assert yearly.kwh == pytest.approx(told.found.saving.kwh, rel=0.01)
    assert yearly.eur == pytest.approx(yearly.kwh * 0.08)


def test_days_of_works_gaps_and_estimates_are_left_out_and_told(building, manager):
    works = Period(HALFWAY, HALFWAY + 20 * DAY)
    spread, unknown = TODAY - 30 * DAY, TODAY - 10 * DAY
    fill(building, gone={spread: "spread", unknown: "unknown"})
    enter(building, manager, insulation(done_on=works.end - DAY))

    told = judged(building)

    left_out = [(one.reason, one.period, one.name) for one in told.evidence.excluded]
    assert left_out == [
        (Reason.WORKS, works, "Isolation du toit"),
        (Reason.ESTIMATED, Period(spread, spread + DAY), ""),
        (Reason.NOT_MEASURED, Period(unknown, unknown + DAY), ""),
    ]
    assert len(told.found.reporting.on) == 365 - 20 - 2


def test_periods_may_be_chosen(building, manager):
    fill(building)
    asked = Asked(Period(FIRST, date(2025, 11, 1)), Period(date(2026, 1, 1), date(2026, 7, 1)))

    told = judged(building, asked)

    assert (told.found.baseline.on[0], told.found.baseline.on[-1]) == (FIRST, date(2025, 10, 31))
    assert (told.found.reporting.on[0], told.found.reporting.on[-1]) == (date(2026, 1, 1), date(2026, 6, 30))
    assert told.since.reporting.on[0] == date(2025, 11, 1)


def test_a_building_without_weather_is_told_so(building):
    fill(building)

    told = judged(building, Asked(Period(date(2010, 1, 1), date(2011, 1, 1))))

    assert told == Refusal("too_few_days_to_judge", {"baseline": 0, "reporting": 365})


def test_a_meter_without_days_is_told_so(building):
    with building.read() as session:
        main = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        assert judge(session, main, NOW) == Refusal("nothing_measured")


def test_main_meters_come_first_and_gas_before_electricity(building):
    fill(building)

    with building.read() as session:
        site = session.scalars(select(Meter)).first().site
        slugs = [meter.slug for meter in judged_meters(session, site)]

    assert slugs[:2] == ["gas", "main"]
    assert set(slugs[2:]) >= {"ventilation", "atelier-0", "keuken-circuit"}


def test_bills_serve_where_no_days_are_measured(building, manager):
    bill(building, manager)
    enter(building, manager, insulation(starts_on=HALFWAY + 5 * DAY))

    told = judged(building)

    assert len(told.evidence.bills) == 24
    assert told.found.saving.low_fraction <= 0.3 <= told.found.saving.high_fraction
    assert next((one.first, one.days) for one in stretches(told.since, 7)) == (HALFWAY + 25 * DAY, 30)


def test_a_credit_over_the_same_days_counts_with_its_bill(building, manager):
    bill(building, manager)
    before = judged(building).evidence.bills
    with building.write() as session:
        site = session.scalars(select(Site)).one()
        credit = BillText(
            MeterKind.GAS, "Gaz & Cie", "credit", before[0][0].first, before[0][0].end, cents=-500, used=-50.0
        )
        enter_bill(session, site, credit, manager, NOW)

    after = judged(building).evidence.bills

    assert after[0] == (before[0][0], pytest.approx(before[0][1] - 50.0))
    assert after[1:] == before[1:]


def test_too_few_bills_are_told_as_such(building, manager):
    bill(building, manager, months=14)
    enter(building, manager, insulation(starts_on=FIRST + 120 * DAY))

    assert judged(building) == Refusal("too_few_bills_to_judge", {"baseline": 4, "reporting": 10})


def test_what_being_away_accounts_for_is_told_apart(building, manager):
    fill(building, saved=0.0)
    hours = {on: (2.0 + on.toordinal() % 5) * (0.5 if on >= HALFWAY else 1.0) for on in DAYS}
    people_come(building, hours)
    with building.write() as session:
        add_kwh(session, {on: 12 * spent for on, spent in hours.items()})

    told = judged(building)

    assert told.found.occupancy.hours == pytest.approx(told.found.occupancy.usual_hours / 2, rel=0.05)
    assert told.found.occupancy.away.low_fraction > 0.1
    assert told.found.occupancy.saved_verdict is Verdict.CANNOT_TELL


def test_a_day_on_which_sensors_were_silent_for_hours_is_no_day_of_absence(database):
    load_demo(database)
    watched, silent = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
    people_come(database, {watched: 6.0, silent: 2.0})
    with database.write() as session:
        session.execute(
            update(OccupancyRollup)
            .where(OccupancyRollup.starts_at == local_day(silent, BRUSSELS).start)
            .values(empty_s=30_000, unknown_s=49_200)
        )

    with database.read() as session:
        site = session.scalars(select(Site)).one()
        hours = occupied_hours_by_day(session, site, Period(watched, TODAY))

    assert hours == {watched: 6.0}
