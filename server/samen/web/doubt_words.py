"""What is doubtful about a saving, in sentences that stand beside the figures."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from samen.domain.evaluation import Doubt
from samen.web import i18n
from samen.web.wording import N_

DOUBTS = {
    "baseline_too_short": N_("The baseline has %(days)s days, and a year (%(least)s) is needed."),
    "too_many_days_missing": N_(
        "%(missing)s days of the baseline are not known, at most %(most)s may be missing."
    ),
    "too_little_temperature": N_(
        "Only %(share)s of the baseline has an outdoor temperature, %(least)s is needed."
    ),
    "poor_fit": N_(
        "The model misses a day by %(cvrmse)s of the mean, which is more than the %(most)s that is usable."
    ),
    "weather_beyond_baseline": N_(
        "%(days)s days had weather that the baseline never saw (it had %(low)s to %(high)s °C)."
    ),
    "reporting_days_missing": N_("%(missing)s days of the reporting period could not be compared."),
    "loose_fit": N_("The model misses a day by %(cvrmse)s of the mean, more than the usual %(usual)s."),
    "bills_across_periods": N_("%(count)s bills reach across the edge of a period, and are left out."),
    "bills_of_odd_length": N_(
        "%(count)s bills are shorter than %(least)s days or longer than %(most)s, and are left out."
    ),
    "bills_without_temperature": N_(
        "%(count)s bills lack the outdoor temperature of too many of their days."
    ),
    "bands_disagree": N_(
        "The two ways to tell the band differ by more than %(factor)s times: the wider one is told."
    ),
    "intervention_outside": N_("%(name)s (%(date)s) comes after the reporting period."),
    "intervention_in_baseline": N_(
        "%(name)s (%(date)s) falls within the baseline: what it saved cannot be told."
    ),
    "intervention_before_baseline": N_(
        "%(name)s (%(date)s) comes before the baseline, which has its saving already."
    ),
    "intervention_too_recent": N_("%(name)s is only %(days)s days old: from %(least)s on, more can be told."),
    "occupied_hours_not_measured": N_(
        "Who was there is known for %(baseline)s of the baseline and %(reporting)s of the reporting period; "
        "%(least)s is needed."
    ),
    "occupied_hours_do_not_vary": N_(
        "The rooms are used about as long every week: being away cannot be told apart."
    ),
    "occupied_hours_without_effect": N_("How long the rooms are used does not show in the energy."),
    "occupied_hours_beyond_baseline": N_(
        "On %(days)s days the rooms were used longer or less than ever in the baseline."
    ),
}
# Facts that are shares, by the doubt they belong to.
SHARES = {
    "too_little_temperature": {"share", "least"},
    "poor_fit": {"cvrmse", "most"},
    "loose_fit": {"cvrmse", "usual"},
    "bills_without_temperature": {"share"},
    "occupied_hours_not_measured": {"baseline", "reporting", "least"},
}
OF_PRESENCE = "occupied_hours_"


def doubt_sentence(one: Doubt) -> str:
    """The doubt in the reader's language."""
    return str(_(DOUBTS[one.code])) % {
        name: _fact(one.code, name, value) for name, value in one.facts.items()
    }


def _fact(code: str, name: str, value: str | float) -> str:
    if isinstance(value, str):
        return i18n.day_long(date.fromisoformat(value)) if name == "date" else value
    if name in SHARES.get(code, ()):
        return i18n.percent(value)
    return i18n.short_number(value)
