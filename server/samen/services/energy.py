"""What meters counted: per bucket, over a span, and now."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import (
    PER_SHOWN_UNIT,
    EnergyRollup,
    IndexReading,
    Meter,
    MeterKind,
    Register,
    Step,
    ToldPeak,
    Unit,
)
from samen.domain.baseline import Array
from samen.domain.calorific import Factor
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, midnight, next_month
from samen.domain.metering import LEAST_KNOWN, MOST_ESTIMATED, counted, is_injection
from samen.domain.presence import SILENCE
from samen.services.calorific import kwh_of

SHOWN_UNIT = {Unit.WH: "kWh", Unit.LITRE: "m³"}
SECONDS = {Step.QUARTER: 900, Step.HOUR: 3600}
STEPS = ("15min", "hour", "day", "month")
QUARTER_S, QUARTERS_AN_HOUR = 900, 4


class EnergyBucket(NamedTuple):
    """A bucket's amount in kWh or m³; None if nothing of it is known.

    `known` is the fraction of the bucket that is known, `estimated` the fraction that is known only by
    spreading evenly what was counted in between two distant readings.
    """

    starts_at: datetime
    ends_at: datetime
    amount: float | None
    known: float
    estimated: float

    @property
    def whole(self) -> bool:
        """Whether all of it is known."""
        return self.amount is not None and self.known >= LEAST_KNOWN

    @property
    def sure(self) -> bool:
        """Whether all of it is known and none of it only by spreading: it says what that time was like."""
        return self.whole and self.estimated <= MOST_ESTIMATED


@dataclass(frozen=True)
class Power:
    """What a meter draws, in W, and when it said so."""

    w: float
    at: datetime


@dataclass(frozen=True)
class MonthPeak:
    """The largest quarter of a local month, in W: by our own quarters, and as the smart meter told it.

    `at` is when our quarter began, `told_at` when the meter's ended.
    """

    month_on: date
    w: float | None
    at: datetime | None
    told_w: float | None
    told_at: datetime | None


@dataclass(frozen=True)
class MeterTotal:
    """A meter's amount over a span, in `unit`.

    `not_measured` is what its sub-meters leave of it: None for a meter without any, where a figure is missing
    or one counts in another unit; below zero when clocks or meters disagree, and shown so.
    """

    meter: Meter
    unit: str
    amount: float | None
    known: float
    not_measured: float | None


def unit_of(meter: Meter) -> str:
    """The unit in which people read a meter: kWh or m³."""
    registers = _registers(meter, injected=False)
    return SHOWN_UNIT[registers[0].unit] if registers else "kWh"


def energy_series(
    session: Session, meter: Meter, during: Interval, step: str, zone: ZoneInfo, *, injected: bool = False
) -> list[EnergyBucket]:
    """Every bucket that begins in `during`, those with nothing known too, in order.

    `step` is 15min, hour, day or month; days and months are those of `zone`, 23 or 25 hours long when they
    are. `injected` asks for what was given back instead of what was used. Raises ValueError on another step.
    """
    edges = _edges(during, step, zone)
    registers = _registers(meter, injected=injected)
    per_register = [_amounts(session, register, edges, step) for register in registers] or [{}]
    return [
        _bucket(start, end, [amounts.get(start) for amounts in per_register])
        for start, end in pairwise(edges)
    ]


def kwh_by_day(
    session: Session, meter: Meter, period: Period, zone: ZoneInfo, factor: Factor | None = None
) -> dict[date, float]:
    """What a meter used on each local day that is wholly known and not estimated, in kWh.

    `factor`: what a m³ of gas held on a date, in kWh; the meter's own by default. Empty for water.
    """
    if meter.kind is MeterKind.WATER or period.first >= period.end:
        return {}
    during = Interval(midnight(period.first, zone), midnight(period.end, zone))
    days = [day for day in energy_series(session, meter, during, "day", zone) if day.sure]
    return kwh_of(session, meter, by_day(days, zone), factor)


def by_day(buckets: Iterable[EnergyBucket], zone: ZoneInfo) -> dict[date, float]:
    """What is known of buckets no longer than a day, by local day."""
    sums: dict[date, float] = defaultdict(float)
    for bucket in buckets:
        if bucket.amount is not None:
            sums[bucket.starts_at.astimezone(zone).date()] += bucket.amount
    return dict(sums)


def month_peaks(session: Session, meter: Meter, period: Period, zone: ZoneInfo) -> list[MonthPeak]:
    """The peak of every local month that begins in the period, of those of which something is known.

    Our own come from quarters that are wholly known, never from those that were estimated. Only electricity
    has any.
    """
    if meter.kind is not MeterKind.ELECTRICITY:
        return []
    told = {
        row.month_on: row
        for row in session.scalars(
            select(ToldPeak).where(
                ToldPeak.meter_id == meter.id,
                ToldPeak.month_on >= period.first,
                ToldPeak.month_on < period.end,
            )
        )
    }
    found = []
    month = period.first if period.first.day == 1 else next_month(period.first)
    while month < period.end:
        w, at = _largest_quarter(session, meter, month, zone) or (None, None)
        peak = told.get(month)
        told_w, told_at = (peak.w, peak.at) if peak is not None else (None, None)
        if w is not None or told_w is not None:
            found.append(MonthPeak(month, w, at, told_w, told_at))
        month = next_month(month)
    return found


def _largest_quarter(
    session: Session, meter: Meter, month: date, zone: ZoneInfo
) -> tuple[float, datetime] | None:
    """Its mean power in W, and when it began."""
    during = Interval(midnight(month, zone), midnight(next_month(month), zone))
    found = highest_bucket(session, meter, during, Step.QUARTER)
    return (found[1] * PER_SHOWN_UNIT * QUARTERS_AN_HOUR, found[0]) if found else None


def _edges(during: Interval, step: str, zone: ZoneInfo) -> list[datetime]:
    """Where the buckets that begin in `during` begin, and where the last of them ends."""
    if step in {"15min", "hour"}:
        return _even(during, 900 if step == "15min" else 3600)
    if step not in {"day", "month"}:
        raise ValueError(f"a step is one of {', '.join(STEPS)}")
    day = during.start.astimezone(zone).date()
    if step == "month":
        day = day.replace(day=1)
    edges = [midnight(day, zone)]
    while edges[-1] < during.end:
        day = next_month(day) if step == "month" else day + timedelta(days=1)
        edges.append(midnight(day, zone))
    return edges if edges[0] >= during.start else edges[1:]


def _even(during: Interval, seconds: int) -> list[datetime]:
    first = -int(-during.start.timestamp() // seconds) * seconds
    count = -int(-(during.end.timestamp() - first) // seconds)
    begin = during.start + timedelta(seconds=first - during.start.timestamp())
    return [begin + timedelta(seconds=seconds * place) for place in range(count + 1)]


def _registers(meter: Meter, *, injected: bool) -> list[Register]:
    used = set(counted(register.code for register in meter.registers))
    return [
        register
        for register in meter.registers
        if (is_injection(register.code) if injected else register.code in used)
    ]


def sure_amounts(session: Session, meter: Meter, during: Interval, step: Step) -> Array:
    """The amount of every bucket that is wholly measured and not estimated, in the shown unit, in no order.

    Without their times: to read those of thousands of buckets takes longer than all the rest.
    """
    # Of a connection: a session would look at each of the thousands of rows for entities to keep.
    amounts = session.connection().execute(_sure(meter, during, step)).scalars().all()
    return np.array(amounts, dtype=np.float64) / PER_SHOWN_UNIT


def highest_bucket(
    session: Session, meter: Meter, during: Interval, step: Step
) -> tuple[datetime, float] | None:
    """(start, amount) of the highest of those buckets; the first of equals."""
    of_all = _sure(meter, during, step).add_columns(EnergyRollup.starts_at)
    amount = of_all.selected_columns[0]
    found = session.execute(of_all.order_by(amount.desc(), EnergyRollup.starts_at).limit(1)).first()
    return (found[1], found[0] / PER_SHOWN_UNIT) if found else None


def _sure(meter: Meter, during: Interval, step: Step) -> Select[float]:
    registers, seconds = _registers(meter, injected=False), SECONDS[step]
    sure = (
        EnergyRollup.register_id.in_([register.id for register in registers]),
        EnergyRollup.step == step,
        EnergyRollup.starts_at >= during.start,
        EnergyRollup.starts_at < during.end,
        EnergyRollup.known_s >= LEAST_KNOWN * seconds,
        EnergyRollup.estimated_s <= MOST_ESTIMATED * seconds,
    )
    if len(registers) == 1:
        # Five times as fast as in groups of one.
        return select(EnergyRollup.amount).where(*sure)
    several = select(func.sum(EnergyRollup.amount)).where(*sure).group_by(EnergyRollup.starts_at)
    return several.having(func.count() == len(registers))


Amount = tuple[float, float, float]


def _amounts(
    session: Session, register: Register, edges: Sequence[datetime], step: str
) -> Mapping[datetime, Amount]:
    # Of a connection, as in `sure_amounts`.
    rows = session.connection().execute(
        select(
            EnergyRollup.starts_at, EnergyRollup.amount, EnergyRollup.known_s, EnergyRollup.estimated_s
        ).where(
            EnergyRollup.register_id == register.id,
            EnergyRollup.step == Step("day" if step == "month" else step),
            EnergyRollup.starts_at >= edges[0],
            EnergyRollup.starts_at < edges[-1],
        )
    )
    if step != "month":
        return {at: (amount, known, estimated) for at, amount, known, estimated in rows}
    return _by_month(((at, (amount, known, estimated)) for at, amount, known, estimated in rows), edges)


def _by_month(
    days: Iterable[tuple[datetime, Amount]], edges: Sequence[datetime]
) -> Mapping[datetime, Amount]:
    sums: dict[datetime, Amount] = defaultdict(lambda: (0.0, 0.0, 0.0))
    for at, amount in days:
        month = edges[bisect_right(edges, at) - 1]
        before = sums[month]
        sums[month] = (before[0] + amount[0], before[1] + amount[1], before[2] + amount[2])
    return sums


def _bucket(start: datetime, end: datetime, amounts: Sequence[Amount | None]) -> EnergyBucket:
    """Several registers of one meter: a bucket is known as far as the least known of them is."""
    sure = [amount for amount in amounts if amount is not None]
    if len(sure) < len(amounts):
        return EnergyBucket(start, end, None, 0.0, 0.0)
    used, known, estimated = sure[0] if len(sure) == 1 else _together(sure)
    seconds = (end - start).total_seconds()
    return EnergyBucket(
        start, end, used / PER_SHOWN_UNIT, min(1.0, known / seconds), min(1.0, estimated / seconds)
    )


def _together(several: Sequence[Amount]) -> Amount:
    used, known, estimated = zip(*several, strict=True)
    return sum(used), min(known), max(estimated)


def power_now(session: Session, meter: Meter, now: datetime) -> Power | None:
    """The power its registers last reported together, or None if one of them is silent."""
    newest = [_newest_power(session, register, now) for register in _registers(meter, injected=False)]
    heard = [power for power in newest if power is not None]
    if not heard or len(heard) < len(newest):
        return None
    return Power(sum(power.w for power in heard), min(power.at for power in heard))


def _newest_power(session: Session, register: Register, now: datetime) -> Power | None:
    row = session.execute(
        select(IndexReading.power_w, IndexReading.at)
        .where(
            IndexReading.register_id == register.id,
            IndexReading.at > now - SILENCE,
            IndexReading.power_w.is_not(None),
        )
        .order_by(IndexReading.at.desc(), IndexReading.id.desc())
        .limit(1)
    ).first()
    return Power(row[0], row[1]) if row is not None and row[0] is not None else None


def meters_of(session: Session, site_id: int) -> Sequence[Meter]:
    """Every meter of the site in its order, with its registers."""
    found = session.scalars(
        select(Meter)
        .where(Meter.site_id == site_id)
        .order_by(Meter.position, Meter.id)
        # Joined: a hundred numbers in a query of their own cost PostgreSQL more than the rows.
        .options(joinedload(Meter.registers))
    )
    return found.unique().all()


def meter_totals(
    session: Session, meters: Sequence[Meter], during: Interval, zone: ZoneInfo
) -> list[MeterTotal]:
    """What each meter of a site counted in the buckets that begin in `during`, in the meters' order.

    Exact to the quarter of an hour; a span of whole local days is read from day buckets.
    """
    sums = _sums(session, {meter.site_id for meter in meters}, during, _coarsest(during, zone))
    totals = [_total(meter, sums, during) for meter in meters]
    below: dict[int | None, list[MeterTotal]] = defaultdict(list)
    for one in totals:
        below[one.meter.main_id].append(one)
    return [_with_rest(one, below[one.meter.id]) for one in totals]


def _coarsest(during: Interval, zone: ZoneInfo) -> Step:
    ends = (during.start, during.end)
    whole_days = all(midnight(end.astimezone(zone).date(), zone) == end for end in ends)
    return Step.DAY if whole_days else Step.QUARTER


def _sums(
    session: Session, sites: Collection[int], during: Interval, step: Step
) -> dict[int, tuple[float, float]]:
    rows = session.execute(
        select(EnergyRollup.register_id, func.sum(EnergyRollup.amount), func.sum(EnergyRollup.known_s))
        .where(
            # By their keys: joined, SQLite reads every rollup there is.
            EnergyRollup.register_id.in_(_registers_of(sites)),
            EnergyRollup.step == step,
            EnergyRollup.starts_at >= during.start,
            EnergyRollup.starts_at < during.end,
        )
        .group_by(EnergyRollup.register_id)
    )
    return {register_id: (float(amount), float(known)) for register_id, amount, known in rows}


def _registers_of(sites: Collection[int]) -> Select[int]:
    return select(Register.id).join(Meter, Meter.id == Register.meter_id).where(Meter.site_id.in_(sites))


def _total(meter: Meter, sums: Mapping[int, tuple[float, float]], during: Interval) -> MeterTotal:
    registers, unit = _registers(meter, injected=False), unit_of(meter)
    known = [sums[register.id] for register in registers if register.id in sums]
    if not known or len(known) < len(registers):
        return MeterTotal(meter, unit, None, 0.0, None)
    fraction = min(1.0, min(seconds for _, seconds in known) / during.length.total_seconds())
    return MeterTotal(meter, unit, sum(amount for amount, _ in known) / PER_SHOWN_UNIT, fraction, None)


def _with_rest(total: MeterTotal, below: Sequence[MeterTotal]) -> MeterTotal:
    measured = [one.amount for one in below if one.amount is not None and one.unit == total.unit]
    if total.amount is None or not below or len(measured) < len(below):
        return total
    return replace(total, not_measured=total.amount - sum(measured))
