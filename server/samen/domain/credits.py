"""Credits: who left room to others, and who took more than its share of what was used.

A charge takes time from one tenant and gives it to all of them by their shares, itself included: who used
just its share of a day's hours ends the day where it began. What one tenant earns others have spent, so that
credits always add up to nothing (after Karma, arXiv 2305.17222; the share is one of the hours used, since in
a house half empty nobody ever reaches a share of all hours). Each quarter begins with half of the last one's.

Credits are whole seconds. An entry is never changed: what is learnt later is a further one.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from samen.domain.apportion import apportion
from samen.domain.interval import Interval

HOUR_S = 3600
SHARE, HALVED = "share", "halved"


class Outcome(enum.Enum):
    """What became of a booking, and so by which rule it is charged."""

    USED = "used"
    NO_SENSOR = "no_sensor"
    NO_SHOW = "no_show"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_IN_TIME = "cancelled_in_time"
    SILENT = "silent"


@dataclass(frozen=True)
class Stood:
    """A booking of a day that is over.

    `during`: as it was booked. `kept_until`: its end, where the rest was given back. `given_up_at`: when all
    of it was cancelled. `used`: whether somebody came, None where nobody knows. `watched`: whether sensors
    should have known.
    """

    during: Interval
    kept_until: datetime
    used: bool | None = None
    watched: bool = False
    given_up_at: datetime | None = None


class Charge(NamedTuple):
    """Time that a tenant is charged; less than nothing is given back. `key` names what for, for good."""

    key: str
    tenant: int
    on: date
    seconds: int
    code: str
    facts: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Entry:
    """A line of a tenant's ledger: `seconds` are earned, or spent where they are less than nothing.

    `corrects`: it adds to an earlier line of the same `key`.
    """

    tenant: int
    on: date
    key: str
    seconds: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    corrects: bool = False


# By tenant and key, the seconds written so far.
Written = Mapping[tuple[int, str], int]
Shares = Mapping[int, float]


def outcome(booking: Stood, refunded: timedelta) -> Outcome:
    """`refunded`: how long before its start a booking can be cancelled without being charged."""
    if booking.used is False:
        return Outcome.NO_SHOW
    if booking.given_up_at is not None:
        in_time = booking.given_up_at <= booking.during.start - refunded
        return Outcome.CANCELLED_IN_TIME if in_time else Outcome.CANCELLED_LATE
    if booking.used is None:
        return Outcome.SILENT if booking.watched else Outcome.NO_SENSOR
    return Outcome.USED


def charged(booking: Stood, found: Outcome) -> Interval | None:
    """The part that is charged: all that was booked where nobody came, else until it was given back."""
    if found in {Outcome.CANCELLED_IN_TIME, Outcome.SILENT}:
        return None
    if found in {Outcome.NO_SHOW, Outcome.CANCELLED_LATE}:
        return booking.during
    return Interval(booking.during.start, booking.kept_until)


def posted(charges: Iterable[Charge], shares: Mapping[date, Shares]) -> list[Entry]:
    """The lines that charges make: one each, and one a tenant for its shares of a day's. They add up to 0.

    In whatever order charges come, the lines are the same. Raises KeyError for a day without shares.
    """
    lines: list[Entry] = []
    given: defaultdict[date, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    whole: defaultdict[date, int] = defaultdict(int)
    for one in sorted(charges, key=lambda charge: (charge.on, charge.key)):
        lines.append(Entry(one.tenant, one.on, one.key, -one.seconds, one.code, one.facts))
        whole[one.on] += one.seconds
        for tenant, seconds in parts(one.seconds, shares[one.on]).items():
            given[one.on][tenant] += seconds
    for on, by_tenant in given.items():
        for tenant, seconds in by_tenant.items():
            facts = {"seconds": whole[on], "share": _fraction(tenant, shares[on])}
            lines.append(Entry(tenant, on, f"{SHARE}:{on}", seconds, SHARE, facts))
    return lines


def corrections(wanted: Iterable[Entry], written: Written) -> list[Entry]:
    """The lines to be added so that the ledger says what is wanted: none where it does.

    What is charged nothing has its line, for whoever wants to know why; a share of nothing has none.
    """
    found: list[Entry] = []
    for one in wanted:
        at = (one.tenant, one.key)
        if at not in written:
            found += [one] if one.seconds or one.code != SHARE else []
        elif one.seconds != written[at]:
            more = one.seconds - written[at]
            found.append(Entry(one.tenant, one.on, one.key, more, one.code, one.facts, corrects=True))
    return found


def halvings(earned: Mapping[date, Mapping[int, int]], until: date) -> list[Entry]:
    """What each quarter takes of the balances it begins with, from the second known quarter to `until`.

    `earned`: by a quarter's first day and tenant, all seconds of its lines but for halvings. They add up to 0
    in each quarter; so do the halves, the odd seconds going to those listed first.
    """
    lines: list[Entry] = []
    balance: defaultdict[int, int] = defaultdict(int)
    quarter = min(earned, default=until)
    while quarter < until:
        for tenant, seconds in earned.get(quarter, {}).items():
            balance[tenant] += seconds
        quarter = next_quarter(quarter)
        tenants = sorted(balance)
        halves = apportion(0, [Fraction(balance[tenant], 2) for tenant in tenants])
        for tenant, half in zip(tenants, halves, strict=True):
            facts = {"before": balance[tenant]}
            key, seconds = f"{HALVED}:{quarter}", half - balance[tenant]
            lines.append(Entry(tenant, quarter, key, seconds, HALVED, facts))
            balance[tenant] = half
    return lines


def balances(entries: Iterable[Entry]) -> dict[int, int]:
    """Seconds of credit by tenant."""
    found: defaultdict[int, int] = defaultdict(int)
    for one in entries:
        found[one.tenant] += one.seconds
    return dict(found)


def quarter_of(on: date) -> date:
    """The first day of the quarter that holds the date."""
    return date(on.year, on.month - (on.month - 1) % 3, 1)


def next_quarter(first: date) -> date:
    """The first day of the quarter after the one that begins then."""
    return quarter_of(first + timedelta(days=100))


def last_quarter(first: date) -> date:
    """The first day of the quarter before the one that begins then."""
    return quarter_of(first - timedelta(days=1))


def parts(seconds: int, shares: Shares) -> dict[int, int]:
    """Whole seconds by tenant that add up."""
    tenants: Sequence[int] = sorted(shares)
    parts = apportion(seconds, [seconds * _exact(tenant, shares) for tenant in tenants])
    return dict(zip(tenants, parts, strict=True))


def _exact(tenant: int, shares: Shares) -> Fraction:
    return Fraction(shares[tenant]) / sum(Fraction(share) for share in shares.values())


def _fraction(tenant: int, shares: Shares) -> float:
    return float(_exact(tenant, shares))
