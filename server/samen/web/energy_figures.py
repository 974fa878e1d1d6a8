"""The energy page's figures in words: tiles, and what to know of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from samen.domain.metering import LEAST_KNOWN
from samen.services.calorific import kwh_of
from samen.services.energy import EnergyBucket, by_day
from samen.services.load import usual_base
from samen.services.prices import cost_of
from samen.web import i18n
from samen.web.energy_charts import rate_unit, total
from samen.web.energy_look import Look

Tile = dict[str, Any]
DAYS_FOR_BASE = 2
ENOUGH = 0.95


def tiles_shown(look: Look) -> list[Tile]:
    """Now, today, the last days beside those before, and what is always on."""
    now = _now(look) if look.unit == "kWh" and look.has_sensor else _yesterday(look)
    return [now, _today(look), _period(look), _base(look)]


def _tile(
    label: str, value: str, unit: str, foot: str | None = None, trend: str | None = None, live: bool = False
) -> Tile:
    return {"label": label, "value": value, "unit": unit, "foot": foot, "trend": trend, "live": live}


def _now(look: Look) -> Tile:
    if look.power is None:
        why = _("the meter is silent") if look.has_sensor else _("no sensor reads this meter")
        return _tile(_("Right now"), "–", "kW", why, live=True)
    foot = i18n.ago(look.power.at, look.now)
    return _tile(_("Right now"), i18n.number(look.power.w / 1000, 2), "kW", foot, live=True)


def _yesterday(look: Look) -> Tile:
    return _tile(_("Yesterday"), i18n.figure(look.days[-2].amount), look.unit)


def _today(look: Look) -> Tile:
    week_ago = look.days[-8].amount
    foot = None
    if week_ago is not None:
        amount = f"{i18n.figure(week_ago)}\N{NO-BREAK SPACE}{look.unit}"
        foot = _("a week ago, the whole day: %(amount)s", amount=amount)
    return _tile(_("Today so far"), i18n.figure(look.days[-1].amount), look.unit, foot)


def _period(look: Look) -> Tile:
    """Compared by mean day, over days that are wholly known: today is not over."""
    label, value = _("The last 28 days"), i18n.figure(total(look.days))
    earlier, later = _mean_day(look.before), _mean_day(look.days)
    if not earlier or later is None:
        return _tile(label, value, look.unit, _worth(look))
    change = (later - earlier) / earlier
    percent = i18n.signed_percent(change)
    against = _("%(percent)s a day against the 28 days before", percent=percent)
    worth = _worth(look)
    foot = f"{against} · {worth}" if worth else against
    return _tile(label, value, look.unit, foot, "up" if change > 0 else "down")


def _worth(look: Look) -> str | None:
    """What the last days cost, and of gas how much energy they were."""
    kwh = kwh_of(look.session, look.meter, by_day(look.days, look.zone))
    cost = cost_of(look.meter, kwh, look.prices)
    if cost.eur is None:
        return None
    whole = i18n.whole_euros(cost.eur)
    eur = _("about %(eur)s", eur=whole) if cost.estimated else whole
    return eur if look.unit == "kWh" else f"{i18n.figure(sum(kwh.values()))} kWh · {eur}"


def _mean_day(days: Sequence[EnergyBucket]) -> float | None:
    known = [day.amount for day in days if day.amount is not None and day.whole]
    return sum(known) / len(known) if known else None


def _base(look: Look) -> Tile:
    """What never stops, as findings tell it too: the usual night's minimum."""
    label, unit = _("Always on"), rate_unit(look.unit)
    base = usual_base(look.hours, look.zone, DAYS_FOR_BASE)
    if base is None:
        return _tile(label, "–", unit, _("needs two days of readings"))
    foot = _("%(percent)s %% of all that is used", percent=i18n.number(min(base.share, 1.0) * 100, 0))
    return _tile(label, i18n.number(base.kw, 2), unit, foot)


def warnings_shown(look: Look) -> list[dict[str, str]]:
    """What is doubtful about the figures, beside the figures."""
    said = []
    if all(day.amount is None for day in look.days):
        nothing = _(
            "Nothing was measured in the last 28 days. On the page of the meters you can type an index in "
            "or send a file."
        )
        return [{"tone": "info", "text": nothing}]
    if look.unit == "kWh" and look.has_sensor and look.power is None:
        said.append(_("The meter has been silent for a quarter of an hour or more."))
    known = sum(hour.known for hour in look.hours) / max(len(look.hours), 1)
    if known < ENOUGH:
        percent = i18n.number(known * 100, 0)
        said.append(_("Only %(percent)s %% of the last 28 days was measured.", percent=percent))
    own = next(one for one in look.totals if one.meter.id == look.meter.id)
    # A meter that was silent for some of the time counts less than those below it, and is not wrong.
    if own.known >= LEAST_KNOWN and (own.not_measured or 0.0) < 0:
        said.append(_("The sub-meters count more than the meter above them: one of them is wrong."))
    return [{"tone": "warn", "text": text} for text in said]
