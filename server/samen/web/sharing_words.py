"""What is shared, by what, and what is doubtful of it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from samen.adapters.db.models import Bill, HoursBasis, MeterKind, SharingKey
from samen.services.statements import StatementLine
from samen.web import i18n
from samen.web.carrier_words import carrier_word


def unit_of(kind: MeterKind) -> str:
    """In which it is billed."""
    return "m³" if kind is MeterKind.WATER else "kWh"


def basis_word(basis: HoursBasis) -> str:
    words: dict[HoursBasis, str] = {
        HoursBasis.BOOKED: _("hours booked"),
        HoursBasis.OCCUPIED: _("hours with somebody there"),
    }
    return words[basis]


def days(first: date, end: date) -> str:
    """`3 oct. – 16 nov. 2026`, `octobre 2026`: the last day itself included."""
    last = end - timedelta(days=1)
    if first.day == 1 and end.day == 1 and (end - first).days < 32:
        return i18n.month_title(first)
    start = i18n.day_short(first) + ("" if first.year == last.year else f" {first.year}")
    return f"{start} – {i18n.day_short(last)} {last.year}"


def amount(figure: float | None, kind: MeterKind) -> str:
    """`1 234 kWh`, `12,5 m³`; a dash where it is not known."""
    return "–" if figure is None else f"{i18n.figure(figure)} {unit_of(kind)}"


def title(bill: Bill) -> str:
    """`Électricité, octobre 2026`."""
    return f"{carrier_word(bill.kind)}, {days(bill.from_on, bill.until_on)}"


def key_words(key: SharingKey) -> str:
    """`50 % m², 30 % heures, 20 % personnes`, and what goes by m² beforehand."""
    parts = [
        (key.area, _("%(percent)s %% by m²", percent=_percent(key.area))),
        (key.hours, _("%(percent)s %% by hours", percent=_percent(key.hours))),
        (key.heads, _("%(percent)s %% by heads", percent=_percent(key.heads))),
    ]
    said = i18n.listed([text for weight, text in parts if weight])
    if key.fixed:
        beforehand = _("%(percent)s %% of the cost by m² beforehand", percent=_percent(key.fixed))
        said += f" · {beforehand}"
    return said


def _percent(thousandths: int) -> str:
    return i18n.short_number(thousandths / 10)


def line_words(line: StatementLine) -> str:
    """What a line is for."""
    words: dict[str, str] = {
        "measured": _("Counted by your own meters"),
        "fixed/area": _("Fixed part, by m²"),
        "fixed/hours": _("Fixed part, by hours"),
        "fixed/heads": _("Fixed part, by heads"),
        "fixed": _("Fixed part, in equal parts"),
        "common/area": _("The rest, by m²"),
        "common/hours": _("The rest, by hours"),
        "common/heads": _("The rest, by heads"),
        "common": _("The rest, in equal parts"),
    }
    return words["/".join(filter(None, (line.part, line.criterion)))]


def quantity_words(line: StatementLine, kind: MeterKind) -> str:
    """`60 m²`, or `60 of 120 m²`."""
    unit, own = quantity_unit(line, kind), i18n.short_number(line.quantity)
    if line.whole is None:
        return f"{own} {unit}"
    said: str = _("%(own)s of %(whole)s", own=own, whole=f"{i18n.short_number(line.whole)} {unit}")
    return said


def quantity_unit(line: StatementLine, kind: MeterKind) -> str:
    if line.part == "measured":
        return unit_of(kind)
    units: dict[str | None, str] = {"area": "m²", "hours": "h", "heads": _("heads"), None: _("parts")}
    return units[line.criterion]


def doubt_words(doubt: Mapping[str, Any], kind: MeterKind) -> str:
    """Something that the reader should know beside the figures."""
    facts = doubt["facts"]
    words: dict[str, str] = {
        "nobody_has": _nobody_has(facts.get("criterion")),
        "has_none": _has_none(facts.get("criterion")),
        "negative_residual": _(
            "The sub-meters count %(amount)s more than the main meter: one of them is wrong. Nothing was "
            "left to share beyond what they count.",
            amount=amount(-facts.get("kwh", 0.0), kind),
        ),
        "negative_measured": _("An own meter counts less than the meters below it: taken as nothing."),
        "no_energy": _("Nothing is known of how much was used: the whole cost goes by the key."),
        "total_from_bill": _("The main meter does not know all of that time: the bill’s figure was used."),
        "total_from_parts": _(
            "Neither the main meter nor the bill says how much it was: only sub-meters do."
        ),
        "meter_partly_known": _(
            "%(meter)s: only %(percent)s %% of that time was measured.",
            meter=facts.get("meter", ""),
            percent=facts.get("percent", 0),
        ),
    }
    return words[doubt["code"]]


def _nobody_has(criterion: str | None) -> str:
    words: dict[str, str] = {
        "area": _("Nobody’s m² are known: what would go by m² goes by the rest of the key."),
        "hours": _("Nobody had any hours: what would go by hours goes by the rest of the key."),
        "heads": _("Nobody’s heads are known: what would go by heads goes by the rest of the key."),
    }
    return words.get(criterion or "", "")


def _has_none(criterion: str | None) -> str:
    words: dict[str, str] = {
        "area": _("No m² are known of this association: nothing was charged to it by m²."),
        "heads": _("No heads are known of this association: nothing was charged to it by heads."),
    }
    return words.get(criterion or "", "")
