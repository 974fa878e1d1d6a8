"""An intervention as a form: shown, and read with each fault at its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Meter, MeterKind
from samen.domain.interventions import Described, InterventionKind
from samen.web.carrier_words import carrier_word
from samen.web.savings_words import kind_word
from samen.web.typed_fields import TypedReader, money_text

CARRIERS = (MeterKind.GAS, MeterKind.ELECTRICITY, MeterKind.HEAT, MeterKind.WATER)
TEXTS = ("name", "kind", "starts_on", "done_on", "cost", "subsidy", "note")


def read(form: MultiDict[str, str], meters: Sequence[Meter]) -> tuple[Described, dict[str, str]]:
    """What the form says, and what of it cannot be understood, by field."""
    reader = TypedReader(form)
    chosen, slugs = set(form.getlist("touches")), {meter.slug for meter in meters}
    wanted = Described(
        name=reader.text("name"),
        kind=reader.choice("kind", InterventionKind),
        carriers=frozenset(kind.value for kind in CARRIERS if f"all:{kind.value}" in chosen),
        meters=frozenset(chosen & slugs),
        starts_on=reader.on("starts_on", date.min),
        done_on=reader.on("done_on", date.min) if reader.text("done_on") else None,
        cost_cents=reader.cents("cost") if reader.text("cost") else None,
        subsidy_cents=reader.cents("subsidy") if reader.text("subsidy") else 0,
        note=reader.text("note"),
    )
    return wanted, reader.errors


def filled(one: Described) -> dict[str, Any]:
    """The form as the intervention stands."""
    return {
        "name": one.name,
        "kind": one.kind.value,
        "starts_on": one.starts_on.isoformat(),
        "done_on": one.done_on.isoformat() if one.done_on else "",
        "cost": money_text(one.cost_cents) if one.cost_cents is not None else "",
        "subsidy": money_text(one.subsidy_cents) if one.subsidy_cents else "",
        "note": one.note,
        "touches": {f"all:{carrier}" for carrier in one.carriers} | one.meters,
    }


def typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """The form as somebody left it."""
    return {name: form.get(name, "") for name in TEXTS} | {"touches": set(form.getlist("touches"))}


def options(meters: Sequence[Meter]) -> dict[str, Any]:
    """What the form lets choose: carriers that the building has meters of, and each meter."""
    had = {meter.kind for meter in meters}
    whole = [
        {"value": f"all:{kind.value}", "word": _("All of: %(carrier)s", carrier=carrier_word(kind))}
        for kind in CARRIERS
        if kind in had
    ]
    named = [
        {"value": meter.slug, "word": meter.name, "carrier": carrier_word(meter.kind)} for meter in meters
    ]
    return {
        "kinds": [{"value": kind.value, "word": kind_word(kind)} for kind in InterventionKind],
        "carriers": whole,
        "meters": named,
    }
