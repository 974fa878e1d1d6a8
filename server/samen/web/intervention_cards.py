"""What the register shows of each intervention: what was done, and what it is proved to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import hypot
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import Intervention, InterventionPicture, Meter, MeterKind, Site
from samen.domain.interventions import effective_on, payback, works
from samen.domain.savings import Verdict
from samen.services.interventions import pictures, register
from samen.services.savings import Judged, Yearly, judge, judged_meters
from samen.web import i18n
from samen.web.carrier_words import carrier_word
from samen.web.savings_words import (
    band,
    digits_within,
    joint_words,
    kind_word,
    kwh,
    payback_words,
    period_words,
    verdict_word,
)

# The best that is said on any of the meters it touches is said of an intervention.
ORDER = (Verdict.PROVED, Verdict.LIKELY, Verdict.INCREASE, Verdict.CANNOT_TELL)

Told = tuple[Meter, Yearly]


def cards(session: Session, site: Site, now: datetime) -> list[dict[str, Any]]:
    """Every intervention, newest first."""
    found, shown = register(session, site), pictures(session, site)
    told = _told(session, site, found, now)
    net = {one.name: _net(one) for one in found}
    return [_card(one, told.get(one.name, []), shown.get(one.id), net) for one in reversed(found)]


def _told(
    session: Session, site: Site, found: Sequence[Intervention], now: datetime
) -> dict[str, list[Told]]:
    """Of each, by name, what the main meters and those that it names say."""
    if not found:
        return {}
    named = {meter.id for one in found for meter in one.meters}
    told: dict[str, list[Told]] = {}
    for meter in judged_meters(session, site):
        if meter.main_id is None or meter.id in named:
            answer = judge(session, meter, now)
            for yearly in answer.yearly if isinstance(answer, Judged) else ():
                told.setdefault(yearly.effect.name, []).append((meter, yearly))
    return told


def _card(
    one: Intervention,
    told: Sequence[Told],
    picture: InterventionPicture | None,
    net: Mapping[str, int | None],
) -> dict[str, Any]:
    verdict = _verdict(told)
    return {
        "number": one.id,
        "name": one.name,
        "kind": kind_word(one.kind),
        "when": _when(one),
        "note": one.note,
        "told_by": one.told_by.name if one.told_by else None,
        "touches": _touches(one),
        "cost": i18n.whole_euros(one.cost_cents / 100) if one.cost_cents is not None else None,
        "subsidy": i18n.whole_euros(one.subsidy_cents / 100) if one.subsidy_cents else None,
        "picture": picture and _picture(picture),
        "verdict": verdict.value if verdict else None,
        "verdict_word": verdict_word(verdict) if verdict else _("Not known yet"),
        "savings": [saving_line(meter, yearly) for meter, yearly in told],
        "payback": _payback(one, told, net),
    }


def _verdict(told: Sequence[Told]) -> Verdict | None:
    said = {yearly.effect.verdict for _, yearly in told}
    return next((one for one in ORDER if one in said), None)


def _when(one: Intervention) -> str:
    span = works(one.starts_on, one.done_on)
    return period_words(span) if span else i18n.day_long(effective_on(one.starts_on, one.done_on))


def _touches(one: Intervention) -> str:
    carriers = [carrier_word(MeterKind(carrier)) for carrier in one.carriers]
    return i18n.listed([*carriers, *(meter.name for meter in one.meters)])


def _picture(one: InterventionPicture) -> dict[str, Any]:
    address = url_for("interventions.show_picture", number=one.intervention_id, digest=one.sha256)
    return {"src": address, "width": one.width, "height": one.height}


def _net(one: Intervention) -> int | None:
    return None if one.cost_cents is None else one.cost_cents - one.subsidy_cents


def saving_line(meter: Meter, yearly: Yearly) -> dict[str, Any]:
    """What one meter says of an intervention, a year."""
    effect = yearly.effect
    ends = effect.fraction - effect.half_fraction, effect.fraction + effect.half_fraction
    low, high = band(*ends)
    money = yearly.eur is not None and yearly.half_eur is not None
    return {
        "meter": meter.name,
        "carrier": carrier_word(meter.kind),
        "share": i18n.percent(effect.fraction, digits_within(*ends)),
        "low": low,
        "high": high,
        "verdict": effect.verdict.value,
        "verdict_word": verdict_word(effect.verdict),
        "kwh": kwh(yearly.kwh),
        "half_kwh": kwh(yearly.half_kwh),
        "eur": i18n.whole_euros(yearly.eur) if money and yearly.eur is not None else None,
        "half_eur": i18n.whole_euros(yearly.half_eur) if money and yearly.half_eur is not None else None,
        "price_is_estimate": yearly.price_is_estimate,
        "joint": joint_words(effect.joint_with) if effect.joint_with else None,
    }


def _payback(one: Intervention, told: Sequence[Told], net: Mapping[str, int | None]) -> str | None:
    """By what main meters say; of joint ones, what all of them cost."""
    sure = [
        yearly
        for meter, yearly in told
        if meter.main_id is None and yearly.effect.verdict in {Verdict.PROVED, Verdict.LIKELY}
    ]
    joint = {name for yearly in sure for name in yearly.effect.joint_with} | {one.name}
    costs = [net.get(name) for name in joint]
    known = [cost for cost in costs if cost is not None]
    if not sure or len(known) < len(costs) or any(yearly.eur is None for yearly in sure):
        return None
    eur = sum(yearly.eur or 0.0 for yearly in sure)
    half = hypot(*(yearly.half_eur or 0.0 for yearly in sure))
    return payback_words(payback(sum(known), eur * 100, half * 100))
