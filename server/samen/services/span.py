"""All about a span of a meter's time: what it used, cost and emitted, how cold it was, who was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import fsum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, Site, Step
from samen.domain.degree_days import Form, degree_days
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, midnight
from samen.services.calorific import kwh_of
from samen.services.energy import (
    SECONDS,
    EnergyBucket,
    by_day,
    energy_series,
    highest_bucket,
    unit_of,
)
from samen.services.load import usual_base
from samen.services.prices import Cost, cost_of, price_book
from samen.services.use import Use, use_of
from samen.services.weather import deg_c_by_day

# The longest span of each step: some hundreds of buckets a room, but for days.
STEPS = (("15min", timedelta(days=3)), ("hour", timedelta(days=35)), ("day", timedelta(days=3660)))
# How far a span may go for its highest quarter of an hour to be looked for, and its highest hour.
PEAKS = ((Step.QUARTER, timedelta(days=93)), (Step.HOUR, timedelta(days=373)))
LENGTH = {"15min": timedelta(minutes=15), "hour": timedelta(hours=1)}
LONGEST_BASE = timedelta(days=93)


@dataclass(frozen=True)
class Peak:
    """The highest mean power of a bucket that is wholly measured, in the meter's unit an hour."""

    per_hour: float
    during: Interval


@dataclass(frozen=True)
class Weather:
    """Over the days that are known, of `days` in all; degree-days as 16.5/16.5."""

    deg_c: float
    degree_days: float
    known_days: int
    days: int


@dataclass(frozen=True)
class Span:
    """A span, widened to whole buckets of its `step`.

    `amount` is in `unit`; `kwh` is the same for gas by its factor, None for water. `known` and `estimated`
    are fractions. `base` is the usual night's least, in units an hour; None without a whole day.
    """

    during: Interval
    step: str
    unit: str
    amount: float | None
    kwh: float | None
    known: float
    estimated: float
    cost: Cost
    peak: Peak | None
    base: float | None
    weather: Weather | None
    use: Use


def look_at(session: Session, site: Site, meter: Meter, wanted: Interval) -> Span:
    """All that is known of a meter and of the building between two instants.

    Spans longer than ten years are cut at their end.
    """
    zone = ZoneInfo(site.timezone)
    step, during = _whole(wanted, zone)
    buckets = energy_series(session, meter, during, step, zone)
    days, seconds = by_day(buckets, zone), during.length.total_seconds()
    kwh = kwh_of(session, meter, days)
    spans = [Interval(bucket.starts_at, bucket.ends_at) for bucket in buckets]
    return Span(
        during=during,
        step=step,
        unit=unit_of(meter),
        amount=fsum(days.values()) if days else None,
        kwh=fsum(kwh.values()) if kwh else None,
        known=_share(buckets, "known", seconds),
        estimated=_share(buckets, "estimated", seconds),
        cost=cost_of(meter, kwh, price_book(session, site)),
        peak=_peak(session, meter, during),
        base=_base(session, meter, during, zone),
        weather=_weather(session, site, during, zone),
        use=use_of(session, site, spans, Step(step)),
    )


def _whole(wanted: Interval, zone: ZoneInfo) -> tuple[str, Interval]:
    """The finest step that suits the span's length, and the span in whole buckets of it."""
    wanted = Interval(wanted.start, min(wanted.end, wanted.start + STEPS[-1][1]))
    step = next(step for step, longest in STEPS if wanted.length <= longest)
    if step == "day":
        first, last = (
            at.astimezone(zone).date() for at in (wanted.start, wanted.end - timedelta(microseconds=1))
        )
        return step, Interval(midnight(first, zone), midnight(last + timedelta(days=1), zone))
    seconds = LENGTH[step].total_seconds()
    start = wanted.start - timedelta(seconds=wanted.start.timestamp() % seconds)
    end = wanted.end + timedelta(seconds=-wanted.end.timestamp() % seconds)
    return step, Interval(start, end)


def _share(buckets: Sequence[EnergyBucket], of: str, seconds: float) -> float:
    return fsum(getattr(one, of) * (one.ends_at - one.starts_at).total_seconds() for one in buckets) / seconds


def _peak(session: Session, meter: Meter, during: Interval) -> Peak | None:
    for step, longest in PEAKS:
        found = highest_bucket(session, meter, during, step) if during.length <= longest else None
        if found is not None:
            length = timedelta(seconds=SECONDS[step])
            return Peak(found[1] / (length / LENGTH["hour"]), Interval(found[0], found[0] + length))
    return None


def _base(session: Session, meter: Meter, during: Interval, zone: ZoneInfo) -> float | None:
    """By hours, as far back as these are quickly read."""
    if during.length > LONGEST_BASE:
        return None
    base = usual_base(energy_series(session, meter, during, "hour", zone), zone)
    return None if base is None else base.kw


def _weather(session: Session, site: Site, during: Interval, zone: ZoneInfo) -> Weather | None:
    first = during.start.astimezone(zone).date()
    end = (during.end - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)
    known = deg_c_by_day(session, site, Period(first, end))
    if not known:
        return None
    cold = fsum(degree_days(known, Form.BASE_16_5).values())
    return Weather(fsum(known.values()) / len(known), cold, len(known), (end - first).days)
