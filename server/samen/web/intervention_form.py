"""An intervention as a form: shown, and read with each fault at its field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Meter, MeterKind
from samen.domain.interventions import Described, InterventionKind
from samen.web.carrier_words import carrier_word
from samen.web.savings_words import kind_word
from samen.web.space_form import Reader

CARRIERS = (MeterKind.GAS, MeterKind.ELECTRICITY, MeterKind.HEAT, MeterKind.WATER)
# Cents after a point or a comma; thousands are grouped by spaces at the most.
MONEY = re.compile(r"(\d{1,8})(?:[.,](\d{1,2}))?")
TEXTS = ("name", "kind", "starts_on", "done_on", "cost", "subsidy", "note")


class InterventionReader(Reader):
    """Reads days and euros too."""

    def day(self, name: str, *, needed: bool) -> date | None:
        text = self.text(name)
        if not text and not needed:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors[name] = _("Write a date.")
            return date.min if needed else None

    def cents(self, name: str) -> int | None:
        text = re.sub(r"[\s  €]", "", self.text(name))
        if not text:
            return None
        found = MONEY.fullmatch(text)
        if found is None:
            self.errors[name] = _("Write an amount, such as 1250 or 1250,50.")
            return None
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def read(form: MultiDict[str, str], meters: Sequence[Meter]) -> tuple[Described, dict[str, str]]:
    """What the form says, and what of it cannot be understood, by field."""
    reader = InterventionReader(form)
    chosen, slugs = set(form.getlist("touches")), {meter.slug for meter in meters}
    wanted = Described(
        name=reader.text("name"),
        kind=reader.choice("kind", InterventionKind),
        carriers=frozenset(kind.value for kind in CARRIERS if f"all:{kind.value}" in chosen),
        meters=frozenset(chosen & slugs),
        starts_on=reader.day("starts_on", needed=True) or date.min,
        done_on=reader.day("done_on", needed=False),
        cost_cents=reader.cents("cost"),
        subsidy_cents=reader.cents("subsidy") or 0,
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
        "cost": _euros(one.cost_cents),
        "subsidy": _euros(one.subsidy_cents or None),
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


def _euros(cents: int | None) -> str:
    if cents is None:
        return ""
    return str(cents // 100) if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02}"
