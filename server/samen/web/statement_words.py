"""A statement as its page, its print and its file tell it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from samen.adapters.db.models import MeterKind
from samen.services.statements import Statement, StatementLine
from samen.web import current, i18n
from samen.web.sharing_words import (
    amount,
    basis_word,
    days,
    doubt_words,
    key_words,
    line_words,
    quantity_words,
    title,
    unit_of,
)
from samen.web.shell import simulated_words
from samen.web.table_file import Cell

HEADS = (
    "statement",
    "tenant",
    "kind",
    "from",
    "until",
    "line",
    "quantity",
    "unit",
    "of_all",
    "weight",
    "used",
    "cents",
    "eur",
)


def told(one: Statement) -> dict[str, Any]:
    """All that its page and its print show, in the reader's language."""
    bill, kind = one.bill, one.bill.kind
    return {
        "number": one.number,
        "title": title(bill),
        "tenant": one.tenant.name,
        "slug": one.tenant.slug,
        "tint": one.tenant.tint,
        "made_on": i18n.day_long(one.made_at.astimezone(current.settings().timezone).date()),
        "amount": i18n.money(one.cents),
        "is_credit": one.cents < 0,
        "used": amount(one.kwh, kind),
        "lines": [_line(one, line) for line in one.lines],
        "others": _others(one),
        "bill": {
            "supplier": bill.supplier,
            "number": bill.number,
            "days": days(bill.from_on, bill.until_on),
            "note": bill.note,
        },
        "key": {
            "version": one.key.version,
            "words": key_words(one.key),
            "basis": basis_word(one.key.hours_basis) if one.key.hours else "",
            "decided_by": one.key.decided_by,
            "decided_on": i18n.day_long(one.key.decided_on),
            "decision": one.key.decision,
        },
        "doubts": [doubt_words(doubt, kind) for doubt in one.doubts],
        "why": one.note,
        "corrects": one.corrects,
        "corrected_by": one.corrected_by,
    }


def _line(one: Statement, line: StatementLine) -> dict[str, str]:
    return {
        "what": line_words(line),
        "quantity": quantity_words(line, one.bill.kind),
        "weight": "" if line.part == "measured" else f"{i18n.short_number(line.weight * 100)} %",
        "used": "" if line.part == "fixed" else amount(line.kwh, one.bill.kind),
        "amount": i18n.money(line.cents),
    }


def _others(one: Statement) -> dict[str, str] | None:
    if one.others is None:
        return None
    kind = one.bill.kind
    return {
        "amount": i18n.money(one.others.cents),
        "used": amount(one.others.kwh, kind),
        "bill": i18n.money(one.others.bill_cents),
        "all_used": amount(one.kwh + one.others.kwh, kind),
        "not_measured": amount(one.others.not_measured, kind),
    }


def rows(one: Statement) -> Sequence[Sequence[Cell]]:
    """The lines of its file; the last is their sum."""
    head: list[Cell] = [one.number, one.tenant.slug, one.bill.kind.value, one.bill.from_on, one.bill.until_on]
    lines = [
        [
            *head,
            f"{line.part}/{line.criterion}" if line.criterion else line.part,
            line.quantity,
            _unit_code(line, one.bill.kind),
            line.whole,
            line.weight,
            line.kwh,
            line.cents,
            euros(line.cents),
        ]
        for line in one.lines
    ]
    total: list[Cell] = ["total", None, None, None, None, one.kwh, one.cents, euros(one.cents)]
    return [*lines, [*head, *total]]


def _unit_code(line: StatementLine, kind: MeterKind) -> str:
    """The same in every language."""
    codes: dict[str | None, str] = {"area": "m²", "hours": "h", "heads": "heads", None: "parts"}
    return unit_of(kind) if line.part == "measured" else codes[line.criterion]


def euros(cents: int) -> Decimal:
    """Exact, with two decimals."""
    return Decimal(cents).scaleb(-2)


def sheet(one: Statement, building_name: str) -> dict[str, Any]:
    """The facts of its print."""
    return {
        **told(one),
        "lang": i18n.language(),
        "author": building_name,
        "foot": _("%(building)s · statement %(number)d", building=building_name, number=one.number),
        "building": building_name,
        "simulated": simulated_words(one.bill.site.simulated_until, current.settings().timezone),
        "words": {
            "statement": _("Statement %(number)d", number=one.number),
            "to_pay": _("To pay") if one.cents >= 0 else _("In your favour"),
            "lines": _("How it comes about"),
            "heads": [_("What"), _("Yours"), _("Weight"), _("Energy"), _("Amount")],
            "sum": _("Together"),
            "others": _("The others together"),
            "whole": _("The whole bill"),
            "bill": _("The bill"),
            "key": _("The key"),
            "not_measured": _("On no sub-meter"),
            "doubts": _("Worth knowing"),
            "decided": _(
                "Version %(version)d, decided by %(by)s on %(on)s:",
                version=one.key.version,
                by=one.key.decided_by,
                on=i18n.day_long(one.key.decided_on),
            ),
            "corrected": _("This statement was corrected: number %(number)d counts.", number=one.corrected_by)
            if one.corrected_by
            else "",
            "corrects": _(
                "It takes the place of statement %(number)d: %(why)s", number=one.corrects, why=one.note
            )
            if one.corrects
            else "",
        },
    }
