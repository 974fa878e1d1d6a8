"""Heating in words: what a zone does, what is doubtful about it, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.domain.alternating import Comparison, TooFewDays
from samen.domain.evaluation import Doubt
from samen.domain.savings import Verdict
from samen.domain.steering import Step, Why
from samen.domain.warm_up import Pace
from samen.domain.zone_settings import Steering, Vent
from samen.services.steered_days import Result
from samen.services.steering import HeatedZone
from samen.web import i18n

# An example people can check against their own morning.
MINUTE = timedelta(minutes=1)


def deg(value: float | None) -> str:
    """`20,5 °C`, or a dash."""
    return "–" if value is None else f"{i18n.number(value, 1)} °C"


def why_words() -> dict[Why, str]:
    return {
        Why.SETBACK: _("cool"),
        Why.WARM_UP: _("warming up"),
        Why.BOOKED: _("booked"),
        Why.KEPT_WARM: _("kept warm until the next booking"),
        Why.COASTING: _("heating stops, it stays warm"),
    }


def vent_words() -> dict[Vent, str]:
    return {Vent.OFF: _("no ventilation"), Vent.LOW: _("a little air"), Vent.ON: _("full ventilation")}


def steering_words() -> dict[Steering, str]:
    return {
        Steering.OFF: _("Off: its thermostat follows its own schedule"),
        Steering.ON: _("On: it follows the bookings"),
        Steering.ALTERNATE: _("Every other week, by lot: to measure what it saves"),
    }


def state_words(heated: HeatedZone, step: Step, now: datetime) -> str:
    """Whether the plan counts this week."""
    said: str = why_words()[step.why]
    if heated.settings.steering is Steering.OFF:
        said = _("not steered: this is what it would do")
    elif not heated.is_steered(now):
        said = _("a week without steering: this is what it would do")
    return said


def span_words(length: timedelta) -> str:
    """`3 h 10`, `45 min`."""
    hours, minutes = divmod(round(length / MINUTE), 60)
    return f"{hours} h {minutes:02}" if hours else f"{minutes} min"


def doubt_words(doubts: Sequence[Doubt], zone: ZoneInfo) -> list[str]:
    """What to know beside the plan."""
    return [_doubt(doubt, zone) for doubt in doubts]


def _doubt(doubt: Doubt, zone: ZoneInfo) -> str:
    facts = doubt.facts
    said: str = ""
    if doubt.code == "no_temperature":
        said = _("No room here says how warm it is: the plan takes the zone to be as cold as it gets.")
    elif doubt.code == "few_warm_ups":
        said = _(
            "Warm-ups measured: %(count)s of the %(least)s needed. "
            "Until then the plan takes an hour for each degree.",
            **facts,
        )
    elif doubt.code == "no_outdoor_temperature":
        said = _("Nobody says how cold it is outside: the plan takes the usual weather.")
    elif doubt.code == "warm_too_late":
        at = i18n.moment(datetime.fromisoformat(str(facts["at"])), zone)
        late = span_words(timedelta(minutes=int(facts["minutes"])))
        said = _("For the booking of %(at)s warming up begins %(late)s too late.", at=at, late=late)
    elif doubt.code == "few_steered_days":
        said = _("Fewer than %(least)s days of each kind: too few to prove anything.", **facts)
    elif doubt.code == "poor_fit":
        said = _("What this meter counts follows the weather too little to prove anything.")
    return said


def measured_words(heated: HeatedZone) -> list[str]:
    """How the zone warms up and cools down, each with how sure that is."""
    settings, outdoor = heated.settings, heated.seen.outdoor_deg_c
    lead = heated.behaviour.time_to_warm(settings.setback_deg_c, settings.comfort_deg_c, outdoor)
    at: str = "" if outdoor is None else _(" at %(deg)s outside", deg=deg(outdoor))
    takes: str = _(
        "From %(low)s to %(high)s the plan allows %(length)s%(outdoor)s.",
        low=deg(settings.setback_deg_c),
        high=deg(settings.comfort_deg_c),
        length=span_words(lead),
        outdoor=at,
    )
    up, down = heated.behaviour.warming, heated.behaviour.cooling
    warms: str = _("It warms up by %(pace)s.", pace=_pace(up, outdoor))
    cools: str = _("It cools down by %(pace)s.", pace=_pace(down, outdoor))
    return [takes, warms, cools, _heat(heated)]


def _pace(pace: Pace, outdoor_deg_c: float | None) -> str:
    k_h = i18n.number(pace.k_h(outdoor_deg_c), 1)
    said: str = _("%(k_h)s degrees an hour (assumed: too little was measured)", k_h=k_h)
    if pace.measured:
        said = ngettext(
            "%(k_h)s degrees an hour (±%(spread)s, measured %(num)d time)",
            "%(k_h)s degrees an hour (±%(spread)s, measured %(num)d times)",
            pace.count,
            k_h=k_h,
            spread=i18n.number(pace.spread, 2),
        )
    return said


def _heat(heated: HeatedZone) -> str:
    kwh, about = heated.behaviour.kwh_for(1.0, heated.area_m2)
    said: str = _("Each degree takes %(kwh)s kWh, as its meter counted.", kwh=i18n.number(kwh, 1))
    if about:
        kwh = heated.behaviour.kwh_for(10.0, heated.area_m2)[0] / 10
        said = _(
            "Each degree takes about %(kwh)s kWh: an estimate by its %(area)s m², no meter told.",
            kwh=i18n.number(kwh, 1),
            area=i18n.number(heated.area_m2, 0),
        )
    return said


def result_words(found: Result, steering: Steering) -> dict[str, Any]:
    """What alternate weeks say: `text`, `tone` and what is doubtful."""
    if found.meter is None:
        return _said(_("No meter counts this zone’s heat or gas: what steering saves cannot be measured."))
    if found.told is None:
        if steering is Steering.ALTERNATE:
            return _said(_("The first days are still to come: the figures come by themselves."))
        return _said(
            _("No week has passed yet: choose every other week, and the figures come by themselves.")
        )
    if isinstance(found.told, TooFewDays):
        return _said(
            _(
                "%(on)s days with steering and %(off)s without so far: "
                "from %(least)s of each on they are compared.",
                on=found.told.days_on,
                off=found.told.days_off,
                least=found.told.least,
            )
        )
    return _judged(found.told, found.meter.name, shared=found.meter.zone_id is None)


def _said(text: str, tone: str = "info", more: Sequence[str] = ()) -> dict[str, Any]:
    return {"text": text, "tone": tone, "more": list(more)}


def _judged(told: Comparison, meter: str, *, shared: bool) -> dict[str, Any]:
    saving = told.saving
    band = {
        "saved": i18n.percent(saving.fraction),
        "low": i18n.percent(saving.low_fraction),
        "high": i18n.percent(saving.high_fraction),
    }
    words: dict[Verdict, str] = {
        Verdict.PROVED: _("Steering saves %(saved)s (between %(low)s and %(high)s): proved.", **band),
        Verdict.LIKELY: _("Steering likely saves %(saved)s (between %(low)s and %(high)s).", **band),
        Verdict.CANNOT_TELL: _(
            "Whether steering saves cannot be told yet: %(saved)s (between %(low)s and %(high)s).", **band
        ),
        Verdict.INCREASE: _(
            "With steering more is used: a saving of %(saved)s (between %(low)s and %(high)s).", **band
        ),
    }
    tones = {Verdict.PROVED: "good", Verdict.LIKELY: "good", Verdict.INCREASE: "bad"}
    days: str = _(
        "%(on)s days with steering against %(off)s without, at the same weather, by the meter %(meter)s.",
        on=told.days_on,
        off=told.days_off,
        meter=meter,
    )
    more = [days, *(_doubt(doubt, ZoneInfo("UTC")) for doubt in told.doubts)]
    if shared:
        more.append(_("That meter counts the whole building: the other zones are in it."))
    return _said(words[told.verdict], tones.get(told.verdict, "info"), more)
