"""The energy page's figures in words: tiles, shares and what to know of the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import quantiles
from typing import Any

from flask_babel import gettext as _

from samen.adapters.db.models import Meter
from samen.services.energy import EnergyBucket, MeterTotal, Power
from samen.web import i18n
from samen.web.energy_charts import WHOLE, kwh, total

Tile = dict[str, Any]
# Fewer hours say little of what a building never switches off.
HOURS_FOR_BASE = 48
ENOUGH = 0.95


def tiles_shown(
    power: Power | None,
    before: Sequence[EnergyBucket],
    days: Sequence[EnergyBucket],
    hours: Sequence[EnergyBucket],
    now: datetime,
) -> list[Tile]:
    """Now, today, the last days beside those before, and what is always on."""
    return [_now(power, now), _today(days), _period(before, days), _base(hours)]


def _tile(label: str, value: str, unit: str, foot: str | None = None, trend: str | None = None) -> Tile:
    return {"label": label, "value": value, "unit": unit, "foot": foot, "trend": trend}


def _now(power: Power | None, now: datetime) -> Tile:
    if power is None:
        return _tile(_("Right now"), "–", "kW", _("the meter is silent"))
    return _tile(_("Right now"), i18n.number(power.w / 1000, 2), "kW", i18n.ago(power.at, now))


def _today(days: Sequence[EnergyBucket]) -> Tile:
    week_ago = days[-8].amount if len(days) > 7 else None
    foot = _("a week ago, the whole day: %(kwh)s kWh", kwh=kwh(week_ago)) if week_ago is not None else None
    return _tile(_("Today so far"), kwh(days[-1].amount), "kWh", foot)


def _period(before: Sequence[EnergyBucket], days: Sequence[EnergyBucket]) -> Tile:
    """Compared by mean day, over days that are wholly known: today is not over."""
    label, value = _("The last 28 days"), kwh(total(days))
    earlier, later = _mean_day(before), _mean_day(days)
    if not earlier or later is None:
        return _tile(label, value, "kWh")
    change = (later - earlier) / earlier
    percent = i18n.signed_percent(change)
    foot = _("%(percent)s a day against the 28 days before", percent=percent)
    return _tile(label, value, "kWh", foot, "up" if change > 0 else "down")


def _mean_day(days: Sequence[EnergyBucket]) -> float | None:
    known = [day.amount for day in days if day.amount is not None and day.known >= WHOLE]
    return sum(known) / len(known) if known else None


def _base(hours: Sequence[EnergyBucket]) -> Tile:
    """The level under which nine of ten hours never fall."""
    known = [hour.amount for hour in hours if hour.amount is not None and hour.known >= WHOLE]
    label = _("Always on")
    if len(known) < HOURS_FOR_BASE:
        return _tile(label, "–", "kW", _("needs two days of readings"))
    base = quantiles(known, n=10)[0]
    share = base * len(known) / sum(known) if sum(known) else 0.0
    foot = _("%(percent)s %% of all that is used", percent=i18n.number(min(share, 1.0) * 100, 0))
    return _tile(label, i18n.number(base, 2), "kW", foot)


def shares_shown(totals: Sequence[MeterTotal], meter: Meter) -> list[dict[str, Any]]:
    """The meter's sub-meters, largest first, and what they leave; the meter alone if it has none."""
    own = next((one for one in totals if one.meter.id == meter.id), None)
    if own is None or not own.amount:
        return []
    below = [one for one in totals if one.meter.main_id == meter.id and one.amount is not None]
    below.sort(key=lambda one: -(one.amount or 0.0))
    shown = [_share(one.meter.name, one.amount or 0.0, own.amount, one.meter) for one in below]
    if own.not_measured is not None:
        shown.append(_share(_("On no sub-meter"), own.not_measured, own.amount, None))
    return shown


def _share(name: str, amount: float, whole: float, meter: Meter | None) -> dict[str, Any]:
    part = amount / whole
    return {
        "name": name,
        "value": f"{kwh(amount)} kWh",
        "part": f"{i18n.number(part * 100, 0)} %",
        "percent": min(100, max(0, round(part * 100))),
        "tint": meter.tenant.tint if meter is not None and meter.tenant is not None else None,
        "residual": meter is None,
    }


def warnings_shown(
    power: Power | None,
    days: Sequence[EnergyBucket],
    hours: Sequence[EnergyBucket],
    totals: Sequence[MeterTotal],
    meter: Meter,
) -> list[dict[str, str]]:
    """What is doubtful about the figures, beside the figures."""
    said = []
    if all(day.amount is None for day in days):
        return [{"tone": "info", "text": _("Nothing was measured in the last 28 days.")}]
    if power is None:
        said.append(_("The meter has been silent for a quarter of an hour or more."))
    known = sum(hour.known for hour in hours) / max(len(hours), 1)
    if known < ENOUGH:
        percent = i18n.number(known * 100, 0)
        said.append(_("Only %(percent)s %% of the last 28 days was measured.", percent=percent))
    if any(one.meter.id == meter.id and (one.not_measured or 0.0) < 0 for one in totals):
        said.append(_("The sub-meters count more than the meter above them: one of them is wrong."))
    return [{"tone": "warn", "text": text} for text in said]
