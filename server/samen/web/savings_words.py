"""A saving in words that a building's manager understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from samen.adapters.db.models import MeterKind
from samen.domain.baseline import Kind
from samen.domain.evaluation import Period
from samen.domain.exclusions import Excluded, Reason
from samen.domain.interventions import InterventionKind, Payback
from samen.domain.savings import Verdict
from samen.web import i18n
from samen.web.wording import N_

VERDICTS = {
    Verdict.PROVED: N_("Proved"),
    Verdict.LIKELY: N_("Likely"),
    Verdict.CANNOT_TELL: N_("Cannot tell"),
    Verdict.INCREASE: N_("Increase"),
}
SENTENCES = {
    Verdict.PROVED: N_(
        "Proved: %(share)s %(less)s than the same weather would have asked before, "
        "between %(low)s and %(high)s."
    ),
    Verdict.LIKELY: N_(
        "Likely: %(share)s %(less)s than the same weather would have asked before, "
        "between %(low)s and %(high)s."
    ),
    Verdict.CANNOT_TELL: N_(
        "Cannot tell: %(share)s %(less)s than the same weather would have asked before, "
        "but it may be anything between %(low)s and %(high)s."
    ),
    Verdict.INCREASE: N_(
        "Increase: %(share)s %(less)s than the same weather would have asked before, "
        "between %(low)s and %(high)s."
    ),
}
LESS = {
    MeterKind.ELECTRICITY: N_("less electricity"),
    MeterKind.GAS: N_("less gas"),
    MeterKind.HEAT: N_("less heat"),
}
MORE = {
    MeterKind.ELECTRICITY: N_("more electricity"),
    MeterKind.GAS: N_("more gas"),
    MeterKind.HEAT: N_("more heat"),
}
KINDS = {
    InterventionKind.INSULATION: N_("Insulation"),
    InterventionKind.VENTILATION: N_("Ventilation"),
    InterventionKind.GREEN_ROOF: N_("Green roof"),
    InterventionKind.ADVICE: N_("Advice to people"),
    InterventionKind.LAMPS: N_("Lamps"),
    InterventionKind.HEATING: N_("Heating"),
    InterventionKind.CONTROLS: N_("Controls"),
    InterventionKind.OTHER: N_("Something else"),
}
MODELS = {
    Kind.MEAN: N_("The weather makes no difference: every day asks about the same."),
    Kind.HEATING: N_("Energy rises with the cold below a balance point."),
    Kind.COOLING: N_("Energy rises with the warmth above a balance point."),
    Kind.BOTH: N_("Energy rises with the cold below one balance point and with the warmth above another."),
}
REASONS = {
    Reason.NOT_MEASURED: N_("Not measured"),
    Reason.ESTIMATED: N_("The total is known, but not which day used it"),
    Reason.NO_TEMPERATURE: N_("No outdoor temperature"),
}


def band(low: float, high: float) -> tuple[str, str]:
    """Both ends in percent."""
    digits = digits_within(low, high)
    return i18n.percent(low, digits), i18n.percent(high, digits)


def digits_within(low: float, high: float) -> int:
    """A decimal for percents where whole ones would say too little."""
    return 0 if high - low >= 0.02 else 1


def kwh(value: float) -> str:
    """`−1.234 kWh`: whole from ten on."""
    return f"{i18n.number(value, 0 if abs(value) >= 10 else 1)} kWh"


def verdict_word(one: Verdict) -> str:
    """`Proved`."""
    return str(_(VERDICTS[one]))


def kind_word(kind: InterventionKind) -> str:
    """`Green roof`."""
    return str(_(KINDS[kind]))


def verdict_sentence(kind: MeterKind, verdict: Verdict, fraction: float, ends: tuple[float, float]) -> str:
    """`Proved: 18 % less gas than the same weather would have asked before, between 14 and 22 %.`

    `ends`: the band's lower and upper end, as fractions.
    """
    less = fraction >= 0
    low, high = band(*(ends if less else (-ends[1], -ends[0])))
    facts = {
        "share": i18n.percent(abs(fraction), digits_within(*ends)),
        "less": _((LESS if less else MORE)[kind]),
        "low": low,
        "high": high,
    }
    return str(_(SENTENCES[verdict], **facts))


def raw_sentence(raw_fraction: float, asked: float) -> str:
    """What comparing the two periods as they are would say, and what the weather has to do with it.

    `asked`: how much more the later weather would have asked of a mean day than the baseline's, a fraction.
    """
    facts = {"raw": i18n.signed_percent(raw_fraction)}
    if abs(asked) < 0.005:
        said = _(
            "Compared as they are, the periods say %(raw)s a day: the weather was about the same.", **facts
        )
    elif asked > 0:
        said = _(
            "Compared as they are, the periods say %(raw)s a day. But the later weather would have asked "
            "%(asked)s more of the building as it was.",
            asked=i18n.percent(asked),
            **facts,
        )
    else:
        said = _(
            "Compared as they are, the periods say %(raw)s a day. But the later weather would have asked "
            "%(asked)s less of the building as it was.",
            asked=i18n.percent(-asked),
            **facts,
        )
    return str(said)


def presence_sentences(told: Mapping[str, Any]) -> list[str]:
    """Whether we saved, or were away (`occupancy`, as JSON has it)."""
    facts = {
        "hours": i18n.number(told["hours"], 1),
        "usual": i18n.number(told["usual_hours"], 1),
        "kwh": kwh(told["kwh_per_hour"]),
    }
    hours = _(
        "The rooms were occupied %(hours)s hours a day, all together; %(usual)s would have been usual. "
        "An occupied hour asks %(kwh)s.",
        **facts,
    )
    saved = _(
        "We saved: %(share)s for as many occupied hours, between %(low)s and %(high)s.",
        **_shares(told["saved"]),
    )
    return [str(saved), _away(told["away"]), str(hours)]


def _away(told: Mapping[str, float]) -> str:
    if told["fraction"] >= 0:
        said = _("We were away: that makes %(share)s less, between %(low)s and %(high)s.", **_shares(told))
    else:
        more = {
            "fraction": -told["fraction"],
            "low_fraction": -told["high_fraction"],
            "high_fraction": -told["low_fraction"],
        }
        said = _(
            "We were there more: that makes %(share)s more, between %(low)s and %(high)s.", **_shares(more)
        )
    return str(said)


def _shares(told: Mapping[str, float]) -> dict[str, str]:
    """A fraction with its band, in percent."""
    ends = told["low_fraction"], told["high_fraction"]
    low, high = band(*ends)
    return {"share": i18n.percent(told["fraction"], digits_within(*ends)), "low": low, "high": high}


def quality_sentences(baseline: Mapping[str, Any]) -> list[str]:
    """How well the model tells the baseline, by the figures that the field asks for (as JSON has them)."""
    days = i18n.number(baseline["n_days"], 0)
    enough = _("The baseline stands on %(days)s days: enough.", days=days)
    short = _("The baseline stands on %(days)s days.", days=days)
    explained = i18n.percent(max(0.0, baseline["r2"]))
    return [
        str(enough if baseline["sufficient"] else short),
        str(
            _(
                "The model misses a day by %(share)s of the mean (CV(RMSE)).",
                share=i18n.percent(baseline["cvrmse"]),
            )
        ),
        str(_("It explains %(share)s of the differences between days (R²).", share=explained)),
        str(_("Summed up, it is off by %(share)s (NMBE).", share=i18n.percent(baseline["nmbe"], 1))),
    ]


def model_sentence(baseline: Mapping[str, Any]) -> str:
    """What shape was found, with its balance points (as JSON has them)."""
    parameters = baseline["parameters"]
    names = ("heating_below_deg_c", "cooling_above_deg_c")
    points = [f"{i18n.number(parameters[name], 1)} °C" for name in names if name in parameters]
    said = str(_(MODELS[Kind(baseline["model"])]))
    return f"{said} ({', '.join(points)})" if points else said


def reason_words(one: Excluded) -> str:
    """Why days are left out."""
    if one.reason is Reason.WORKS:
        return str(_("Works: %(name)s", name=one.name))
    return str(_(REASONS[one.reason]))


def period_words(period: Period) -> str:
    """`1 January 2025 – 31 December 2025`, both days included; one day by itself."""
    first, last = period.first, period.days()[-1]
    return i18n.day_long(first) if first == last else f"{i18n.day_long(first)} – {i18n.day_long(last)}"


def payback_words(one: Payback) -> str:
    """`13 years (11 to 16)`, or that it will not."""
    if one.years is None:
        return str(_("not at this rate"))
    if one.years == 0:
        return str(_("at once: it cost nothing"))
    years = i18n.number(one.years, 0 if one.years >= 10 else 1)
    low = "0" if one.low_years is None else i18n.number(one.low_years, 0 if one.low_years >= 10 else 1)
    if one.high_years is None or one.high_years > 99:
        return str(_("%(years)s years (%(low)s, or never)", years=years, low=low))
    high = i18n.number(one.high_years, 0 if one.high_years >= 10 else 1)
    return str(_("%(years)s years (%(low)s to %(high)s)", years=years, low=low, high=high))


def joint_words(names: Sequence[str]) -> str:
    """With which others it is told."""
    return str(
        _(
            "Together with %(names)s: the days between them are too few to tell them apart.",
            names=i18n.listed(list(names)),
        )
    )
