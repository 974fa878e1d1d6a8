"""A dossier's report in words, tables and plots, for the printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.adapters.db.models import MeterKind
from samen.domain.evaluation import Doubt, Period
from samen.domain.exclusions import Excluded, Reason
from samen.domain.interventions import InterventionKind
from samen.domain.savings import Verdict
from samen.domain.terms import WEEKDAYS
from samen.web import dossier_plots as plots
from samen.web import i18n
from samen.web.carrier_words import carrier_word
from samen.web.doubt_words import doubt_sentence
from samen.web.savings_words import (
    band,
    joint_words,
    kind_word,
    kwh,
    model_sentence,
    period_words,
    presence_sentences,
    quality_sentences,
    raw_sentence,
    reason_words,
    verdict_sentence,
    verdict_word,
)
from samen.web.shell import simulated_words
from samen.web.space_words import weekday_name

Told = Mapping[str, Any]


def facts(told: Told, sha256: str) -> dict[str, Any]:
    """What `typst/dossier.typ` prints, in the reader's language."""
    evaluation, kind = told["evaluation"], MeterKind(told["meter"]["kind"])
    saving = evaluation["saving"]
    ends = (saving["low_fraction"], saving["high_fraction"])
    doubts = [*evaluation["baseline"]["warnings"], *evaluation["warnings"]]
    signed = _signed(told)
    return {
        "lang": i18n.language(),
        "author": told["signed"]["by"],
        "foot": f"{told['site']['name']} · {told['software']} · SHA-256 {sha256[:16]}…",
        "title": _("Saving report"),
        "subtitle": f"{told['site']['name']} · {told['meter']['name']} ({carrier_word(kind)})",
        "sentence": verdict_sentence(kind, Verdict(saving["verdict"]), saving["fraction"], ends),
        "raw": raw_sentence(evaluation["raw"]["fraction"], _weather(told)),
        "signed": signed,
        "doubts": [*_simulated(told), *(doubt_sentence(Doubt(one["code"], one["facts"])) for one in doubts)],
        "summary": _summary(told),
        "model": model_sentence(evaluation["baseline"]),
        "quality": quality_sentences(evaluation["baseline"]),
        "coefficients": _coefficients(evaluation["baseline"]["parameters"]),
        "presence": presence_sentences(evaluation["occupancy"]) if "occupancy" in evaluation else [],
        "interventions": _interventions(told),
        "excluded": _excluded(told["excluded"]),
        "plots": _plots(told),
        # A shell takes it as it stands on paper.
        "commands": [command.replace(" --", " \\\n    --") for command in told["commands"]],
        "hashes": [[name, one["sha256"]] for name, one in told["files"].items()] + [["dossier.json", sha256]],
        "words": _words(),
    }


def _simulated(told: Told) -> list[str]:
    """Of dossiers signed before this was kept, nothing is said."""
    until, zone = told["site"].get("simulated_until"), ZoneInfo(told["site"]["timezone"])
    return [simulated_words(datetime.fromisoformat(until), zone)] if until else []


def _signed(told: Told) -> str:
    zone = ZoneInfo(told["site"]["timezone"])
    at = datetime.fromisoformat(told["signed"]["at"]).astimezone(zone)
    day, clock = i18n.day_long(at.date()), i18n.clock(at, zone)
    said: str = _(
        "Signed by %(name)s on %(day)s at %(clock)s.", name=told["signed"]["by"], day=day, clock=clock
    )
    return said


def _weather(told: Told) -> float:
    reporting, daily = told["evaluation"]["reporting"], told["residuals"]["daily"]
    before = sum(one["energy_kwh"] for one in daily) / len(daily)
    return float(reporting["adjusted_baseline_kwh"] / reporting["n_days"] / before - 1)


def _summary(told: Told) -> list[list[str]]:
    evaluation, bands, worth = told["evaluation"], told["bands"], told["worth"]
    reporting, saving = evaluation["reporting"], evaluation["saving"]
    low, high = band(saving["low_fraction"], saving["high_fraction"])
    rows = [
        [_("Baseline period"), period_words(_period(told["periods"]["baseline"]))],
        [_("Reporting period"), period_words(_period(told["periods"]["reporting"]))],
        [_("Energy used"), kwh(reporting["energy_kwh"])],
        [_("Adjusted baseline"), kwh(reporting["adjusted_baseline_kwh"])],
        [_("Saved"), f"{kwh(saving['kwh'])} ± {kwh(bands['half_kwh'])}"],
        [_("Saved, of the adjusted baseline"), f"{i18n.percent(saving['fraction'], 1)} ({low} – {high})"],
        [_("Confidence of the bands"), i18n.percent(saving["confidence"])],
        [_("Half the band by ASHRAE Guideline 14"), kwh(bands["g14_half_kwh"])],
        [_("Half the band by block bootstrap"), kwh(bands["bootstrap_half_kwh"])],
    ]
    if worth["eur"] is not None:
        rows.append(
            [_("Not paid"), f"{i18n.whole_euros(worth['eur'])} ± {i18n.whole_euros(worth['half_eur'])}"]
        )
    if worth["co2_kg"] is not None:
        rows.append([_("Not emitted"), f"{i18n.number(worth['co2_kg'], 0)} kg CO₂"])
    return rows


def _coefficients(parameters: Mapping[str, float]) -> list[list[str]]:
    words: dict[str, tuple[str, str]] = {
        "base_kwh": (_("Asked every day"), "kWh"),
        "heating_kwh_per_deg_c": (_("For each degree below the balance point"), "kWh"),
        "heating_below_deg_c": (_("Balance point of heating"), "°C"),
        "cooling_kwh_per_deg_c": (_("For each degree above the balance point"), "kWh"),
        "cooling_above_deg_c": (_("Balance point of cooling"), "°C"),
        "weekend_kwh": (_("On a Saturday or Sunday, more"), "kWh"),
        "occupied_hours_kwh": (_("For each occupied hour"), "kWh"),
    }
    weekdays = {f"{name}_kwh": place for place, name in enumerate(WEEKDAYS, start=1)}
    for name, place in weekdays.items():
        words[name] = (_("On a %(weekday)s, more than on a Monday", weekday=weekday_name(place)), "kWh")
    return [
        [words.get(name, (name, "kWh"))[0], f"{i18n.number(value, 2)} {words.get(name, (name, 'kWh'))[1]}"]
        for name, value in parameters.items()
    ]


def _interventions(told: Told) -> list[list[str]]:
    """What was done, and what each saved of its own, since the baseline."""
    found = told.get("since_baseline", told["evaluation"])["interventions"]
    effects = {one["name"]: one for one in found}
    return [_intervention(one, effects.get(one["name"])) for one in told["interventions"]]


def _intervention(one: Told, effect: Told | None) -> list[str]:
    kind, on = kind_word(InterventionKind(one["kind"])), i18n.day_long(date.fromisoformat(one["starts_on"]))
    if effect is None:
        return [f"{one['name']} ({kind})", on, "–", _("Not known yet")]
    low, high = band(effect["low_fraction"], effect["high_fraction"])
    joint = f" {joint_words(effect['joint_with'])}" if effect["joint_with"] else ""
    share = f"{i18n.percent(effect['fraction'])} ({low} – {high})"
    return [f"{one['name']} ({kind}).{joint}", on, share, verdict_word(Verdict(effect["verdict"]))]


def _excluded(left_out: Sequence[Told]) -> list[list[str]]:
    found = [Excluded(_period(one), Reason(one["reason"]), one["name"]) for one in left_out]
    return [[period_words(one.period), str(len(one.period.days())), reason_words(one)] for one in found]


def _plots(told: Told) -> list[dict[str, str]]:
    residuals, after = told["residuals"], told["evaluation"]["daily"]
    daily = residuals["daily"]
    drawn = (
        (_("Used (blue) against the adjusted baseline (dashed), kWh a day"), plots.daily_plot(after)),
        (
            _("The baseline’s days (blue) and what the model says (green), by temperature, kWh a day"),
            plots.model_plot(daily, _fitted(daily)),
        ),
        (_("What the model missed, day by day, kWh"), plots.residuals_by_time(daily)),
        (_("What the model missed, by temperature, kWh"), plots.residuals_by_temperature(daily)),
        (
            _("How one day’s miss goes with that of so many days before (correlation; dashed: by chance)"),
            plots.residuals_by_lag(residuals["autocorrelation"], residuals["by_chance"]),
        ),
    )
    return [{"said": said, "svg": svg} for said, svg in drawn]


def _fitted(daily: Sequence[Told]) -> list[tuple[float, float]]:
    """The model as it was fitted: what each day used but for what was missed, by temperature."""
    return [(one["deg_c"], one["energy_kwh"] - one["residual_kwh"]) for one in daily]


def _period(one: Mapping[str, str]) -> Period:
    return Period(date.fromisoformat(one["first"]), date.fromisoformat(one["end"]))


def _words() -> dict[str, str]:
    return {
        "summary": _("In figures"),
        "model": _("The model"),
        "presence": _("Did we save, or were we away?"),
        "interventions": _("Interventions"),
        "intervention": _("Intervention"),
        "since": _("Since"),
        "saved": _("Saved of its own"),
        "verdict": _("Verdict"),
        "excluded": _("Days left out"),
        "days": _("Days"),
        "reason": _("Reason"),
        "period": _("Period"),
        "none_excluded": _("None: every day of both periods is compared."),
        "plots": _("Plots"),
        "again": _("To compute it again"),
        "how": _("Unpack the ZIP file of this dossier and run, where its files lie:"),
        "how_since": _("And what each intervention saved, from the first one on:"),
        "hashes": _("SHA-256 of the files"),
    }
