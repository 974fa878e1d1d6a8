"""The nightly look at a site's meters: what each uses, what is waste, and whether advice worked.

Only reads: what is kept of it is kept in `services.findings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Finding, Meter, Site
from samen.domain.base_load import Trend
from samen.domain.effect import Difference, Outcome, difference, is_last, outcome, periods
from samen.domain.evaluation import Period
from samen.domain.idle import OutOfHours
from samen.domain.interval import Interval
from samen.domain.judging import figure_by_day, judge
from samen.domain.load import HOURS_A_YEAR
from samen.domain.power_peaks import QUARTER, HighQuarter, Peaks
from samen.domain.prices import GridTerm, PriceBook
from samen.domain.rules import Refusal
from samen.domain.waste import Judged, Kind, State, Waste
from samen.services.prices import price_book
from samen.services.waste import booked_in, seen_until, seen_within, watched_meters

# Of what a main meter tells, so much is explained by its sub-meters.
MOSTLY = 0.5


@dataclass(frozen=True)
class Found:
    """Waste on a meter, and what ending it would save in a year."""

    meter_id: int
    waste: Waste
    cents_year: int | None
    price_is_estimate: bool


@dataclass(frozen=True)
class Measured:
    """What came of a finding that was marked done on a date, as JSON; None: it is not known yet."""

    finding_id: int
    done_on: date
    outcome: Outcome | None
    result: dict[str, Any]


@dataclass(frozen=True)
class Review:
    """What was found on a site's meters. `told`: of which (meter, kind)s it is known whether they waste."""

    site_id: int
    on: date
    figures: dict[str, Any]
    found: Sequence[Found]
    told: frozenset[tuple[int, Kind]]
    measured: Sequence[Measured]


def review(session: Session, site: Site, now: datetime) -> Review:
    """Everything until last night, local time."""
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    meters, prices = watched_meters(session, site), price_book(session, site)
    changed = _changed(session, site.id)
    judged = {one: judge(seen_until(session, one, meters, today, changed.get(one.id))) for one in meters}
    sure = {meter: one for meter, one in judged.items() if isinstance(one, Judged)}
    return Review(
        site.id,
        today,
        {"meters": [_figures(session, meter, one) for meter, one in judged.items()]},
        _where_it_ends(
            [one for meter, each in sure.items() for one in _found(session, meter, each, prices, today)],
            {meter.id: meter.main_id for meter in meters},
        ),
        frozenset((meter.id, kind) for meter, one in sure.items() for kind in set(Kind) - set(one.untold())),
        [_measure(session, *due) for due in _to_measure(session, site.id, today)],
    )


def _changed(session: Session, site_id: int) -> dict[int, date]:
    """The day on which something was last done about each meter."""
    rows = session.execute(
        select(Finding.meter_id, func.max(Finding.done_on))
        .where(Finding.site_id == site_id, Finding.done_on.is_not(None))
        .group_by(Finding.meter_id)
    )
    return {meter_id: done_on for meter_id, done_on in rows if done_on}


def _found(session: Session, meter: Meter, judged: Judged, prices: PriceBook, today: date) -> Sequence[Found]:
    found = []
    for waste in judged.wastes:
        if waste.kind is Kind.PEAK:
            waste.evidence["booked"] = _booked(
                session, meter, datetime.fromisoformat(str(waste.evidence["at"]))
            )
        cents = _cents(waste, meter, prices, today)
        # A peak that nobody bills is no waste.
        if waste.kind is not Kind.PEAK or cents:
            # What the grid asks for a peak is in no contract of the building's.
            estimate = waste.kind is Kind.PEAK or prices.is_estimate(meter.kind.value, today)
            found.append(Found(meter.id, waste, cents, estimate))
    return found


def _where_it_ends(found: Sequence[Found], mains: Mapping[int, int | None]) -> list[Found]:
    """Without what sub-meters mostly explain: it is told once, where somebody can end it."""
    kept = []
    for one in found:
        kwh = one.waste.kwh_year
        if kwh is None or _below(one, found, mains) < MOSTLY * kwh:
            kept.append(one)
    return kept


def _below(one: Found, found: Sequence[Found], mains: Mapping[int, int | None]) -> float:
    """What of the same kind was found on the sub-meters, in kWh a year."""
    return sum(
        other.waste.kwh_year or 0.0
        for other in found
        if mains[other.meter_id] == one.meter_id and other.waste.kind is one.waste.kind
    )


def _cents(waste: Waste, meter: Meter, prices: PriceBook, today: date) -> int | None:
    """What a year of it costs, to the cent; None where no price is known."""
    kind = meter.kind.value
    if waste.kind is Kind.PEAK:
        eur = _peak_eur(waste, prices.grid_term(kind, today))
    else:
        eur = prices.eur(kind, waste.kwh_year or 0.0, today)
    return None if eur is None else round(eur * 100)


def _peak_eur(waste: Waste, term: GridTerm | None) -> float | None:
    """What the peak costs beyond the usual day's highest quarter, of which the grid bills a least one."""
    top_kw = float(str(waste.evidence["kw"]))
    high, usual = (term.eur_a_year(kw) if term else None for kw in (top_kw, top_kw - waste.kw))
    return None if high is None or usual is None else high - usual


def _booked(session: Session, meter: Meter, at: datetime) -> list[list[str]]:
    return [list(pair) for pair in booked_in(session, meter.site_id, Interval(at, at + QUARTER))]


def _figures(session: Session, meter: Meter, judged: Judged | Refusal) -> dict[str, Any]:
    """A meter's figures as JSON, and what could not be told of it."""
    known: dict[str, Any] = {"meter": meter.slug, "name": meter.name}
    if isinstance(judged, Refusal):
        return known | {"untold": [[None, judged.code, dict(judged.facts)]]}
    untold = [[kind.value, no.code, dict(no.facts)] for kind, no in judged.untold().items()]
    known |= {"untold": untold, "base_kw": judged.base.kw, "base_share": judged.base.share}
    known |= {"days": judged.base.basis.days, "known": judged.base.basis.known}
    if isinstance(judged.trend, Trend):
        known["trend"] = {
            "course": judged.trend.course.value,
            "fraction": judged.trend.fraction,
            "half_fraction": judged.trend.half_fraction,
            "whole_year": judged.trend.whole_year,
        }
    if isinstance(judged.idle, OutOfHours):
        known["out_of_hours"] = judged.idle.share
    if isinstance(judged.peaks, Peaks):
        known["peaks"] = [_peak(session, meter, one) for one in judged.peaks.quarters]
    return known


def _peak(session: Session, meter: Meter, one: HighQuarter) -> dict[str, Any]:
    return {
        "at": one.start.isoformat(),
        "kw": one.kw,
        "parts": [list(part) for part in one.parts],
        "rest_kw": one.rest_kw,
        "booked": _booked(session, meter, one.start),
    }


def _to_measure(
    session: Session, site_id: int, today: date
) -> Iterator[tuple[Finding, date, Period, Period]]:
    """What was marked done, long enough ago to be looked at anew, and is not settled."""
    rows = session.scalars(
        select(Finding).where(
            Finding.site_id == site_id,
            Finding.current,
            Finding.state == State.DONE,
            Finding.done_on.is_not(None),
        )
    )
    for one in rows:
        compared = periods(one.done_on, today) if one.done_on else None
        if one.done_on and compared and _is_due(one.result or {}, compared[1]):
            yield one, one.done_on, *compared


def _is_due(result: Mapping[str, Any], after: Period) -> bool:
    settled = result.get("outcome") in {Outcome.WORKED.value, Outcome.NO_EFFECT.value}
    return not settled and ("refused" in result or result.get("until") != after.end.isoformat())


def _measure(session: Session, one: Finding, done_on: date, before: Period, after: Period) -> Measured:
    seen = seen_within(session, one.meter, one.kind, Period(before.first, after.end))
    values = figure_by_day(one.kind, seen, one.base_kw)
    change = difference(_within(values, before), _within(values, after))
    until = after.end.isoformat()
    if isinstance(change, Refusal):
        return Measured(one.id, done_on, None, {"refused": [change.code, dict(change.facts)], "until": until})
    told = outcome(change, one.kw, last=is_last(after))
    return Measured(
        one.id, done_on, told, {"outcome": told.value, "until": until, **_saved(change, one.kind)}
    )


def _within(values: Mapping[date, float], period: Period) -> dict[date, float]:
    return {on: kw for on, kw in values.items() if period.first <= on < period.end}


def _saved(change: Difference, kind: Kind) -> dict[str, Any]:
    """In kW, and in kWh a year where it is energy that was saved."""
    hours = 0.0 if kind is Kind.PEAK else HOURS_A_YEAR
    return {
        "kw": -change.kw,
        "half_kw": change.half_kw,
        "before_kw": change.before_kw,
        "kwh_year": -change.kw * hours,
        "days": change.days,
    }
