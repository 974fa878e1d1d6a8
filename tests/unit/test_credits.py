"""Credits: what is charged, who gains by it, and that they add up to nothing whatever happens."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.credits import (
    Charge,
    Entry,
    Outcome,
    Stood,
    balances,
    charged,
    corrections,
    halvings,
    last_quarter,
    next_quarter,
    outcome,
    posted,
    quarter_of,
)
from samen.domain.interval import Interval
from support.building import at, span

BOOKED = span("10:00", "12:00")
TWO_DAYS = timedelta(hours=48)
MONDAY = date(2026, 11, 23)
EVEN = {1: 1.0, 2: 1.0}
TENANTS = (1, 2, 3, 4)

DAYS = [date(2026, 6, 1) + timedelta(days=n) for n in range(300)]

days = st.sampled_from(DAYS)
shares = st.fixed_dictionaries({tenant: st.floats(0.1, 9) for tenant in TENANTS})


@st.composite
def charges(draw):
    """What became of some bookings, some of it told again and otherwise."""
    count = draw(st.integers(0, 12))
    return [
        Charge(
            f"booking:{draw(st.integers(0, 8))}",
            draw(st.sampled_from(TENANTS)),
            draw(days),
            draw(st.integers(-50_000, 50_000)),
            "used",
        )
        for _ in range(count)
    ]


def stood(**more) -> Stood:
    return Stood(BOOKED, more.pop("kept_until", BOOKED.end), **more)


def verdict(booking: Stood) -> tuple[Outcome, Interval | None]:
    found = outcome(booking, TWO_DAYS)
    return found, charged(booking, found)


def apart(found):
    """Each booking told once, of one tenant on one day."""
    return list({one.key: one for one in found}.values())


class Books:
    """A ledger as it is kept: lines are only ever added."""

    def __init__(self, by_weight):
        self.by_weight, self.lines, self.known = by_weight, [], {}

    def hear(self, charge: Charge):
        """A booking's charge arrives, or is told otherwise: of the same tenant and day as before."""
        first = self.known.get(charge.key, charge)
        self.known[charge.key] = charge._replace(tenant=first.tenant, on=first.on)
        self.settle()

    def settle(self):
        written = defaultdict(int)
        for one in self.lines:
            written[one.tenant, one.key] += one.seconds
        shares_on = dict.fromkeys(DAYS, self.by_weight)
        self.lines += corrections(posted(self.known.values(), shares_on), dict(written))
        self._halve()

    def _halve(self):
        earned = defaultdict(lambda: defaultdict(int))
        written = defaultdict(int)
        for one in self.lines:
            if one.code == "halved":
                written[one.tenant, one.key] += one.seconds
            else:
                earned[quarter_of(one.on)][one.tenant] += one.seconds
        self.lines += corrections(halvings(earned, date(2027, 4, 1)), dict(written))


def test_who_came_is_charged_until_the_rest_was_given_back():
    assert verdict(stood(used=True)) == (Outcome.USED, BOOKED)
    assert verdict(stood(used=True, kept_until=at("11:00"))) == (Outcome.USED, span("10:00", "11:00"))


def test_who_did_not_come_is_charged_as_if_they_had():
    assert verdict(stood(used=False, kept_until=at("10:16"))) == (Outcome.NO_SHOW, BOOKED)


def test_a_cancellation_is_refunded_up_to_two_days_ahead():
    in_time, late = BOOKED.start - TWO_DAYS, BOOKED.start - TWO_DAYS + timedelta(minutes=1)

    assert verdict(stood(given_up_at=in_time)) == (Outcome.CANCELLED_IN_TIME, None)
    assert verdict(stood(given_up_at=late)) == (Outcome.CANCELLED_LATE, BOOKED)


def test_a_silent_sensor_is_never_charged():
    assert verdict(stood(watched=True)) == (Outcome.SILENT, None)


def test_a_room_without_a_sensor_is_charged_as_it_was_booked():
    assert verdict(stood()) == (Outcome.NO_SENSOR, BOOKED)


def test_who_uses_more_than_its_share_pays_those_who_left_it():
    lines = posted([Charge("booking:a", 1, MONDAY, 7200, "used")], {MONDAY: EVEN})

    assert balances(lines) == {1: -3600, 2: 3600}
    assert [(one.tenant, one.code, one.seconds) for one in lines] == [
        (1, "used", -7200),
        (1, "share", 3600),
        (2, "share", 3600),
    ]


def test_who_uses_just_its_share_ends_where_it_began():
    both = [Charge("booking:a", 1, MONDAY, 7200, "used"), Charge("booking:b", 2, MONDAY, 7200, "used")]

    assert balances(posted(both, {MONDAY: EVEN})) == {1: 0, 2: 0}


def test_a_larger_share_may_use_more():
    lines = posted([Charge("booking:a", 1, MONDAY, 4000, "used")], {MONDAY: {1: 3.0, 2: 1.0}})

    assert balances(lines) == {1: -1000, 2: 1000}


def test_what_is_learnt_late_is_a_further_line():
    before = posted([Charge("booking:a", 1, MONDAY, 0, "silent")], {MONDAY: EVEN})
    written = {(one.tenant, one.key): one.seconds for one in before}

    late = corrections(posted([Charge("booking:a", 1, MONDAY, 7200, "used")], {MONDAY: EVEN}), written)

    assert late == [
        Entry(1, MONDAY, "booking:a", -7200, "used", corrects=True),
        Entry(1, MONDAY, f"share:{MONDAY}", 3600, "share", corrects=True),
        Entry(2, MONDAY, f"share:{MONDAY}", 3600, "share", corrects=True),
    ]


def test_each_quarter_begins_with_half_of_what_the_last_one_left():
    earned = {date(2026, 7, 1): {1: 4001, 2: -4001}, date(2026, 10, 1): {1: 1000, 2: -1000}}

    lines = halvings(earned, date(2027, 1, 1))

    assert [(one.on, one.tenant, one.seconds) for one in lines] == [
        (date(2026, 10, 1), 1, -2000),
        (date(2026, 10, 1), 2, 2000),
        (date(2027, 1, 1), 1, -1500),
        (date(2027, 1, 1), 2, 1500),
    ]


@pytest.mark.parametrize(("on", "first"), [(date(2026, 1, 1), 1), (date(2026, 6, 30), 4), (MONDAY, 10)])
def test_quarters_follow_one_another(on, first):
    quarter = quarter_of(on)

    assert quarter == date(2026, first, 1)
    assert last_quarter(next_quarter(quarter)) == quarter
    assert quarter <= on < next_quarter(quarter)


@given(charges(), shares)
def test_credits_add_up_to_nothing_after_every_event(told, by_weight):
    books = Books(by_weight)

    for one in told:
        books.hear(one)

        assert sum(balances(books.lines).values()) == 0


@given(charges(), shares, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(told, by_weight, chance):
    told = apart(told)
    shuffled = chance.sample(told, len(told))
    one, other = Books(by_weight), Books(by_weight)

    for charge, another in zip(told, shuffled, strict=True):
        one.hear(charge)
        other.hear(another)

    assert _by_key(one) == _by_key(other)


@given(charges(), shares)
def test_replay_gives_the_same_ledger_and_settling_again_nothing(told, by_weight):
    books, again = Books(by_weight), Books(by_weight)
    for one in told:
        books.hear(one)
    for one in told:
        again.hear(one)
    lines = list(books.lines)

    books.settle()

    assert books.lines == lines == again.lines


@given(st.dictionaries(st.integers(1, 9), st.integers(-(10**6), 10**6), min_size=2))
def test_halving_leaves_half_and_nothing_is_lost(balance):
    first = min(balance)
    balance[first] -= sum(balance.values())

    lines = halvings({date(2026, 7, 1): balance}, date(2026, 10, 1))

    assert sum(one.seconds for one in lines) == 0
    assert all(abs(2 * (balance[one.tenant] + one.seconds) - balance[one.tenant]) <= 1 for one in lines)


def _by_key(books):
    found = defaultdict(int)
    for one in books.lines:
        found[one.tenant, one.key] += one.seconds
    return {at: seconds for at, seconds in found.items() if seconds}
