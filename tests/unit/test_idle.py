"""Energy that nobody was there for: counted where it is known, and never where it is not."""

from datetime import timedelta

import numpy as np
import pytest

from samen.domain import load as loads
from samen.domain.idle import empty_kwh_by_day, left_on, out_of_hours, while_empty
from samen.domain.load import presence_of
from samen.domain.power_peaks import month_peaks
from samen.domain.rules import Refusal
from support.loads import FIRST, HOUR, QUARTER, a_load, between, uses, wall, wandering

BASE = 0.05
LATE = [FIRST + timedelta(days=n) for n in (2, 8, 15)]


def somebody(local):
    return local.weekday() < 5 and 9 <= local.hour < 18


def room(local):
    """A room whose lamp of 100 W burns from 18 to 23 h on three evenings, when all have gone."""
    forgotten = local.date() in LATE and 18 <= local.hour < 23
    return BASE + 0.8 * somebody(local) + 0.1 * forgotten


def watched(load, said=somebody):
    return presence_of(load, [list(uses(load, said))])


def nothing(load):
    return load.touched([])


def test_a_lamp_left_on_three_evenings_is_three_occasions():
    load = a_load(room, step=QUARTER)

    found = left_on(load, watched(load), nothing(load), BASE)

    assert [(one.start, one.end) for one in found.occasions] == [(wall(on, 18), wall(on, 23)) for on in LATE]
    assert [one.kwh for one in found.occasions] == pytest.approx([0.5] * 3)
    assert found.kwh_year == pytest.approx(1.5 / 28 * 365.25)


@pytest.mark.parametrize("step", [QUARTER, HOUR])
def test_energy_in_an_empty_room_is_what_exceeds_the_base(step):
    load = a_load(room, step=step)

    found = while_empty(load, watched(load), nothing(load), BASE)

    assert found.kwh == pytest.approx(1.5)
    assert found.hours == 28 * 24 + 1 - 20 * 9
    assert found.kwh_year == pytest.approx(1.5 / (28 * 24 + 1) * 8766)


def test_what_is_booked_is_not_empty():
    load = a_load(room, step=QUARTER)
    booked = load.touched([between(wall(on, 18), wall(on, 23)) for on in LATE[:2]])

    assert while_empty(load, watched(load), booked, BASE).kwh == pytest.approx(0.5)
    assert [one.start for one in left_on(load, watched(load), booked, BASE).occasions] == [wall(LATE[2], 18)]


def silent_at_night(local):
    """A sensor that says nothing while the lamp burns."""
    return None if local.hour >= 18 else somebody(local)


def unknown_is_not_empty(load):
    presence = watched(load, silent_at_night)
    assert while_empty(load, presence, nothing(load), BASE).kwh == pytest.approx(0.0)
    assert left_on(load, presence, nothing(load), BASE).occasions == ()


def test_unknown_occupancy_is_not_empty():
    unknown_is_not_empty(a_load(room, step=QUARTER))


def test_the_same_catches_a_count_that_takes_unknown_for_empty(monkeypatch):
    def careless(load, parts):
        found = presence_of(load, parts)
        return loads.Presence(found.occupied, ~found.occupied)

    monkeypatch.setitem(globals(), "watched", lambda load, said: careless(load, [list(uses(load, said))]))

    with pytest.raises(AssertionError):
        unknown_is_not_empty(a_load(room, step=QUARTER))


def test_a_room_of_two_halves_is_empty_only_where_both_are_known_to_be():
    load = a_load(room, step=QUARTER)
    halves = presence_of(load, [list(uses(load, somebody)), list(uses(load, silent_at_night))])

    assert while_empty(load, halves, nothing(load), BASE).kwh == pytest.approx(0.0)
    assert not presence_of(load, []).empty.any()


def test_energy_that_was_only_spread_is_not_counted():
    load = a_load(room, step=QUARTER, estimated=LATE[:1], unknown=LATE[1:2])

    assert while_empty(load, watched(load), nothing(load), BASE).kwh == pytest.approx(0.5)


def test_a_room_that_is_hardly_known_to_be_empty_is_not_judged():
    load = a_load(room, days=4, step=QUARTER)
    presence = watched(load, lambda at: None if at.hour < 14 else somebody(at))

    refused = Refusal("too_few_hours_empty", {"hours": 24, "least": 48})
    assert while_empty(load, presence, nothing(load), BASE) == refused
    assert left_on(load, presence, nothing(load), BASE) == refused


def test_what_comes_on_by_itself_in_an_empty_room_was_not_left_on():
    load = a_load(lambda at: BASE + 0.1 * (2 <= at.hour < 5) + 0.8 * somebody(at), step=QUARTER)

    assert left_on(load, watched(load), nothing(load), BASE).occasions == ()


def test_a_refrigerator_that_comes_and_goes_was_not_left_on():
    load = a_load(lambda at: BASE + 0.08 * (at.minute == 0) + 0.8 * somebody(at), step=QUARTER)

    assert left_on(load, watched(load), nothing(load), BASE).occasions == ()


def test_what_runs_down_within_two_hours_was_not_left_on():
    load = a_load(lambda at: BASE + 0.8 * somebody(at) + 0.2 * (at.hour == 18), step=QUARTER)

    assert left_on(load, watched(load), nothing(load), BASE).occasions == ()


def test_days_that_were_hardly_watched_are_not_compared():
    load = a_load(room, step=QUARTER)
    presence = watched(load, lambda at: None if at.date() == LATE[0] else somebody(at))

    found = empty_kwh_by_day(load, presence, nothing(load), BASE)

    assert len(found) == 27
    assert found[LATE[1]] == pytest.approx(0.5)


def shop(local):
    return 0.3 + 1.2 * (9 <= local.hour < 18) + 0.5 * (local.date() >= FIRST + timedelta(days=28))


def opened(load):
    hours = [load.at(n).astimezone(load.zone).hour for n in range(len(load.kw))]
    return np.array([9 <= hour < 18 for hour in hours])


def test_night_use_is_a_share_and_a_change_against_the_weeks_before():
    noise = iter(wandering(56 * 24 + 1, 0.2, 0.02, 3))
    load = a_load(lambda at: shop(at) + next(noise), days=56)

    found = out_of_hours(load, opened(load), 0.8)

    assert found.share == pytest.approx(0.8 * 15 / (0.8 * 15 + 2.0 * 9), abs=0.01)
    assert found.closed_hours_a_year == pytest.approx(365.25 * 15, rel=0.01)
    assert found.change.low_kw < 0.5 < found.change.high_kw
    assert found.change.half_kw < 0.03


def test_above_the_base_counts_what_could_be_switched_off():
    load = a_load(lambda at: 0.3 + 0.5 * (18 <= at.hour < 24) + 1.0 * (9 <= at.hour < 18), days=56)

    assert out_of_hours(load, opened(load), 0.3).above_base_kwh_year == pytest.approx(
        0.5 * 6 * 365.25, rel=0.01
    )


def test_the_months_highest_quarters_with_what_ran():
    on = FIRST + timedelta(days=3)
    ovens = {"oven": a_load(lambda at: 3.0 * (at.date() == on and at.hour == 12), step=QUARTER)}
    load = a_load(
        lambda at: 1.0 + 3.0 * (at.date() == on and at.hour == 12) + 0.5 * (at.hour == 18), step=QUARTER
    )

    found = month_peaks(load, ovens)

    top = found.quarters[0]
    assert (top.kw, top.parts, top.rest_kw) == (pytest.approx(4.0), (("oven", 3.0),), pytest.approx(1.0))
    assert wall(on, 12) <= top.start < wall(on, 13)
    assert found.usual_kw == pytest.approx(1.5)
    assert len(found.quarters) == 3


def test_hours_and_spread_quarters_have_no_peak():
    assert month_peaks(a_load(room), {}) == Refusal("too_few_days_in_quarters", {"days": 0, "least": 7})
    on = FIRST + timedelta(days=3)
    load = a_load(lambda at: 9.0 if at.date() == on else 1.0, step=QUARTER, estimated=[on])
    assert month_peaks(load, {}).quarters[0].kw == 1.0
