"""By which rule a request was decided, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from samen.domain.contest import Rule
from samen.domain.credits import HOUR_S
from samen.web import i18n
from samen.web.wording import N_

WON = {
    Rule.UNCONTESTED: N_("Nobody else asked for it."),
    Rule.CREDIT: N_("By credit: your association had %(credit)s h, the next %(other)s h."),
    Rule.LOTTERY: N_("By lot, for credit was equal at %(credit)s h. The lots were drawn from %(seed)s."),
}
LOST = {
    Rule.CREDIT: N_("By credit: the association that got it had %(other)s h, yours %(credit)s h."),
    Rule.LOTTERY: WON[Rule.LOTTERY],
    Rule.OWN: N_("Another request of your association got it."),
}
GONE = N_("It could not be had any more: taken, closed, or beyond the hours of your association.")
# Of a digest, what people compare.
SEED_SHOWN = 12


def decision_said(decision: Mapping[str, Any]) -> str:
    """A sentence, with the credits that were compared."""
    if decision["rule"] is None:
        return str(gettext(GONE))
    words = (WON if decision["granted"] else LOST)[Rule(decision["rule"])]
    figures = {name: hours(decision[name] or 0) for name in ("credit", "other")}
    return str(gettext(words)) % {**figures, "seed": (decision["seed"] or "")[:SEED_SHOWN]}


def hours(seconds: int) -> str:
    """Credit as it is shown and compared: to a tenth of an hour."""
    return i18n.number(seconds / HOUR_S)
