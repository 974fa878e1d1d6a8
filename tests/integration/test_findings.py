"""Findings on both engines: opened once, acted on, measured, and retired where nothing came of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from samen.adapters.db.models import DirtyEnergy, Register, Space, Step, Tenant, WasteReview
from samen.cli.findings import nightly_look
from samen.domain.rules import Refusal
from samen.domain.waste import Kind, State
from samen.services import findings
from support.wasting import TODAY, Wasting, at_work, night_of
from support.web import Clock

LATE = [TODAY - timedelta(days=n) for n in (5, 12, 19)]


def _leave_uncounted(session):
    """An import of two years, made this very moment."""
    register, now = session.scalars(select(Register.id).limit(1)).one(), night_of(0)
    begun = now - timedelta(days=700)
    session.add(DirtyEnergy(register_id=register, starts_at=begun, ends_at=now, marked_at=now))


def charger(local):
    return 0.06 + 0.002 * (local.hour % 3)


def workshop(local):
    return 0.05 + 0.7 * at_work(local) + 0.1 * (local.date() in LATE and 18 <= local.hour < 23)


@pytest.fixture
def building(database):
    return Wasting(database)


@pytest.fixture
def cheap(sqlite_database):
    return Wasting(sqlite_database)


@pytest.fixture
def charging(cheap):
    """A finding that stands: the charger on the ventilation's circuit."""
    cheap.counts("ventilation", charger)
    cheap.night()
    return cheap


def test_a_charger_is_found_once_and_refreshed_the_next_night(building):
    building.counts("ventilation", charger)

    assert [building.night(), building.night(hour=4), building.night(1)] == [1, 0, 1]

    one = building.only()
    assert (one.kind, one.state, one.meter.slug) == (Kind.NEVER_SLEEPS, State.OPEN, "ventilation")
    assert one.kwh_year == pytest.approx(0.062 * 8766, rel=0.05)
    assert one.cents_year > 5000
    assert one.price_is_estimate
    assert (one.first_seen_at, one.last_seen_at) == (night_of(0), night_of(1))
    assert building.deeds() == ["finding.opened"]
    assert building.told(building.boss) == ["finding_assigned"]


def test_a_lamp_left_on_three_evenings_is_told_with_each_of_them(building):
    building.counts("atelier-0", workshop, steps=(Step.HOUR, Step.QUARTER))
    building.watches("atelier")

    building.night()

    one = building.only()
    assert (one.kind, one.meter.space.slug) == (Kind.LEFT_ON, "atelier")
    assert [row[0][:10] for row in one.evidence["occasions"]] == [on.isoformat() for on in sorted(LATE)]
    assert one.kwh_year == pytest.approx(1.5 / 28 * 365.25, rel=0.01)


def test_a_silent_sensor_finds_nothing_in_an_empty_room(cheap):
    cheap.counts("atelier-0", workshop, steps=(Step.HOUR, Step.QUARTER))
    cheap.watches("atelier", lambda at: at_work(at) or None)

    cheap.night()

    assert cheap.findings() == []
    assert ["left_on", "too_few_hours_empty", {"hours": 0, "least": 48}] in untold(cheap, "atelier-0")


def untold(building, slug):
    with building.database.read() as session:
        figures = session.scalars(select(WasteReview.figures)).one()
    return next(one["untold"] for one in figures["meters"] if one["meter"] == slug)


def test_what_was_only_spread_is_not_judged(cheap):
    cheap.counts("ventilation", charger, estimated_s=3600)

    cheap.night()

    assert cheap.findings() == []
    assert untold(cheap, "ventilation") == [[None, "too_few_days_measured", {"days": 0, "least": 14}]]


def test_a_rising_base_load_is_found_with_what_it_adds(cheap):
    first = TODAY - timedelta(days=365)

    def rising(local):
        return 0.4 * 1.05 ** ((local.date() - first).days / 30.4) + 2.0 * at_work(local)

    cheap.counts("main", rising, first)

    cheap.night()

    one = cheap.only()
    assert one.kind is Kind.BASE_LOAD
    assert one.evidence["fraction"] == pytest.approx(0.05, abs=0.005)
    assert one.kwh_year == pytest.approx((0.4 * 1.05**11.5 - 0.4 * 1.05**0.45) * 8766, rel=0.03)


def test_ventilation_that_runs_into_the_night_is_found_with_the_hour_of_closing(cheap):
    cheap.counts("ventilation", lambda at: 0.1 + 0.5 * (at.hour >= 8 or at.hour < 1))

    cheap.night()

    one = cheap.only()
    assert (one.kind, one.evidence["closing"]) == (Kind.OUT_OF_HOURS, 22)
    assert one.kwh_year == pytest.approx(0.5 * 3 * 365.25, rel=0.05)


def test_what_a_sub_meter_explains_is_told_once_where_it_can_be_ended(cheap):
    def late(local):
        return 0.5 * (local.hour >= 8 or local.hour < 1)

    cheap.counts("ventilation", lambda at: 0.1 + late(at))
    cheap.counts("main", lambda at: 0.4 + late(at) + 2.0 * at_work(at))

    cheap.night()

    assert [one.meter.slug for one in cheap.findings(kind=Kind.OUT_OF_HOURS)] == ["ventilation"]


@pytest.mark.parametrize(("region", "kinds"), [("brussels", []), ("flanders", [Kind.PEAK])])
def test_a_peak_is_waste_only_where_it_is_billed(cheap, region, kinds):
    peak = TODAY - timedelta(days=4)
    with cheap.database.write() as session:
        session.execute(update(Tenant).values(tint=0))
        session.execute(select(Space)).scalars().first().site.region = region

    def busy(local):
        return 1.0 + 1.5 * at_work(local) + 6.0 * (local.date() == peak and local.hour == 11)

    cheap.counts("main", busy, steps=(Step.HOUR, Step.QUARTER))

    cheap.night()

    assert [one.kind for one in cheap.findings()] == kinds
    assert cheap.findings() == [] or cheap.only().cents_year > 10000


def test_the_first_look_is_at_once_and_the_others_from_three_oclock_of_each_local_day(cheap):
    first = [cheap.night(hour=1), cheap.night(hour=3, minute=0)]

    later = [cheap.night(1, 2, minute=59), cheap.night(1, 3, minute=0), cheap.night(1, 4)]

    assert (first, later) == ([1, 0], [0, 1, 0])


def test_nothing_is_looked_at_while_years_of_an_import_wait_to_be_counted(cheap):
    with cheap.database.write() as session:
        _leave_uncounted(session)

    while_behind = cheap.night()
    with cheap.database.write() as session:
        session.execute(delete(DirtyEnergy))

    assert (while_behind, cheap.night()) == (None, 1)


def test_the_owner_is_the_admin_of_whom_the_space_belongs_to(cheap):
    with cheap.database.write() as session:
        tenant = session.scalars(select(Tenant.id).where(Tenant.slug == "atelier-rue")).one()
        session.execute(update(Space).where(Space.slug == "atelier").values(owner_id=tenant))
    cheap.counts("atelier-0", charger, steps=(Step.HOUR, Step.QUARTER))

    cheap.night()

    assert cheap.only().owner_id == cheap.ada.member_id
    assert cheap.told(cheap.ada) == ["finding_assigned"]


def test_a_manager_gives_it_to_a_member_who_may_then_act(charging):
    assert charging.change(State.TAKEN, charging.an) == findings.NO_SUCH

    with charging.database.write() as session:
        findings.assign(session, charging.only().id, charging.an.member_id, charging.boss, night_of(0, 9))

    assert charging.told(charging.an) == ["finding_assigned"]
    assert charging.change(State.TAKEN, charging.an).state is State.TAKEN
    assert charging.deeds() == ["finding.opened", "finding.assigned", "finding.taken"]


def test_only_a_manager_gives_it_to_somebody(charging):
    with charging.database.write() as session:
        refused = findings.assign(
            session, charging.only().id, charging.an.member_id, charging.ada, night_of(0)
        )

    assert refused == findings.NO_SUCH


@pytest.mark.parametrize(
    ("to", "more", "code"),
    [
        (State.DISMISSED, {"reason": "  "}, "reason_needed"),
        (State.DONE, {"done_on": TODAY + timedelta(days=1)}, "done_in_the_future"),
        (State.DONE, {"done_on": date(1, 1, 1)}, "out_of_limits"),
        (State.OPEN, {}, "finding_moved_on"),
        (State.RETIRED, {}, "finding_moved_on"),
    ],
)
def test_what_cannot_be_made_of_it_is_refused(charging, to, more, code):
    answer = charging.change(to, **more)

    assert isinstance(answer, Refusal)
    assert answer.code == code


def test_what_is_dismissed_stays_quiet_for_its_time_and_then_speaks_again(charging):
    charging.change(State.DISMISSED, reason="It is the alarm")
    charging.night(1)
    assert [(one.state, one.reason) for one in charging.findings()] == [(State.DISMISSED, "It is the alarm")]

    charging.counts("ventilation", charger, TODAY + timedelta(days=30), TODAY + timedelta(days=95))
    charging.night(90)
    assert len(charging.findings()) == 1
    charging.night(91)

    assert [(one.state, one.current) for one in charging.findings()] == [
        (State.DISMISSED, False),
        (State.OPEN, True),
    ]


def later(building, kw, days):
    """So it goes on after it was done."""
    building.counts("ventilation", kw, TODAY + timedelta(days=1), TODAY + timedelta(days=days))
    building.night(days)


def test_what_was_done_is_measured_after_two_weeks(building):
    building.counts("ventilation", charger)
    building.night()
    building.change(State.DONE, done_on=TODAY)
    later(building, lambda _: 0.005, 14)
    assert building.only().result is None

    later(building, lambda _: 0.005, 15)

    one = building.only()
    assert (one.state, one.result["outcome"], one.result["days"]) == (State.DONE, "worked", 14)
    assert one.result["kwh_year"] == pytest.approx(0.055 * 8766, rel=0.05)
    assert building.told(building.boss) == ["finding_assigned", "finding_measured"]
    assert building.deeds()[-1] == "finding.measured"
    with building.database.read() as session:
        known = findings.tracks(session, one.site_id)[Kind.NEVER_SLEEPS]
    assert (known.worked, known.tried) == (1, 1)


def test_advice_without_effect_is_retired_by_the_figures(building):
    building.counts("ventilation", charger)
    building.night()
    building.change(State.DONE, done_on=TODAY)

    later(building, charger, 15)

    one = building.only()
    assert (one.state, one.result["outcome"]) == (State.RETIRED, "no_effect")
    assert one.quiet_until == TODAY + timedelta(days=15 + 365)
    building.night(16)
    assert len(building.findings()) == 1


def test_what_cannot_be_measured_says_why_and_is_tried_again(charging):
    charging.change(State.DONE, done_on=TODAY)
    charging.night(15)
    assert charging.only().result["refused"] == ["too_few_days_to_compare", {"days": 0, "least": 14}]

    later(charging, lambda _: 0.005, 16)

    assert charging.only().result["outcome"] == "worked"


def test_what_was_measured_is_not_opened_again(charging):
    charging.change(State.DONE, done_on=TODAY)
    later(charging, lambda _: 0.005, 15)

    assert charging.change(State.OPEN, days=16).code == "finding_moved_on"


def test_what_is_gone_by_itself_ends_and_credits_nobody(charging):
    later(charging, lambda at: 0.06 * (at.hour == 12), 13)
    assert charging.only().state is State.OPEN

    later(charging, lambda at: 0.06 * (at.hour == 12), 15)

    one = charging.only()
    assert (one.state, one.done_on, one.result) == (State.DONE, None, None)
    assert charging.deeds()[-1] == "finding.gone"
    with charging.database.read() as session:
        assert findings.tracks(session, one.site_id) == {}


def test_what_is_no_longer_measured_is_not_gone(charging):
    charging.night(60)

    assert charging.only().state is State.OPEN


def test_its_date_is_a_local_date():
    assert night_of(0).date() == date(2026, 11, 23)


def test_tick_asks_again_at_once_until_an_import_is_counted(cheap):
    look = nightly_look(Clock(night_of(0)))
    with cheap.database.write() as session:
        _leave_uncounted(session)

    while_behind = look(cheap.database)
    with cheap.database.write() as session:
        session.execute(delete(DirtyEnergy))

    assert (while_behind, look(cheap.database)) == (0, 1)


def test_tick_looks_every_ten_minutes_at_the_most(cheap):
    clock = Clock(night_of(0))
    look = nightly_look(clock)
    assert look(cheap.database) == 1

    clock.now = night_of(1, 3, 0)
    again = look(cheap.database)
    clock.now = night_of(1, 3, 9)

    assert (again, look(cheap.database)) == (1, 0)
