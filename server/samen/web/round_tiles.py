"""A plan's figures beside those of another."""

from __future__ import annotations

from flask_babel import gettext as _

from samen.domain.allocation.plan import Metrics
from samen.web import i18n
from samen.web.round_words import hours, more_hours, signed

SAME = 1e-6


def tiles(one: Metrics, other: Metrics) -> list[dict[str, str]]:
    """The figures of all, each {name, value, unit, beside, tone}: with the difference to `other`.

    Heating is judged by the hour that is granted: who grants more may heat more.
    """
    asked = sum(each.asked_hours for each in one.tenants.values())
    more_satisfied = one.min_satisfaction - other.min_satisfaction
    more_granted = one.granted_hours - other.granted_hours
    more_first = one.first_choice_share - other.first_choice_share
    return [
        _tile(
            _("Served least"), i18n.percent(one.min_satisfaction), "", _points(more_satisfied), more_satisfied
        ),
        _tile(
            _("Granted"),
            i18n.short_number(one.granted_hours),
            _("of %(hours)s", hours=hours(asked)),
            more_hours(more_granted),
            more_granted,
        ),
        _tile(
            _("Zones heated"),
            hours(one.zone_hours),
            _("%(share)s for each hour granted", share=i18n.number(_per_hour(one, one.zone_hours), 2)),
            more_hours(one.zone_hours - other.zone_hours),
            _per_hour(other, other.zone_hours) - _per_hour(one, one.zone_hours),
        ),
        _tile(
            _("Heating starts"),
            i18n.number(one.zone_starts, 0),
            "",
            signed(one.zone_starts - other.zone_starts, 0),
            _per_hour(other, other.zone_starts) - _per_hour(one, one.zone_starts),
        ),
        _tile(
            _("At the first choice"),
            i18n.percent(one.first_choice_share),
            _("of all wishes"),
            _points(more_first),
            more_first,
        ),
    ]


def _tile(name: str, value: str, unit: str, beside: str, better: float) -> dict[str, str]:
    tone = "" if abs(better) < SAME else "is-down" if better > 0 else "is-up"
    return {"name": name, "value": value, "unit": unit, "beside": beside, "tone": tone}


def _per_hour(metrics: Metrics, amount: float) -> float:
    return amount / metrics.granted_hours if metrics.granted_hours else 0.0


def _points(share: float) -> str:
    return str(_("%(points)s points", points=signed(round(share * 100), 0)))
