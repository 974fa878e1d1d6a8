"""Bills beside meters, and what is on no sub-meter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from samen.adapters.db.models import MeterKind
from samen.domain.metering import LEAST_KNOWN
from samen.services.reconciliation import Reconciled, reconcile
from samen.web import current, i18n
from samen.web.carrier_words import carrier_word
from samen.web.policy import Access, allow
from samen.web.sharing_words import amount, days, unit_of
from samen.web.shell import building
from samen.web.table_file import csv_answer

blueprint = Blueprint("reconciliation", __name__)
# Two certified meters differ by as much; a bill beyond that was estimated, or a reading is wrong.
ALIKE = 0.02
# So far from the weather model a bill asks for a word.
FAR = 0.10
HEADS = (
    "from",
    "until",
    "supplier",
    "number",
    "billed",
    "main_meter",
    "sub_meters",
    "not_measured",
    "expected_by_weather",
    "known",
    "unit",
)


@blueprint.get("/energy/sharing/reconcile")
@allow(Access.OVERSIGHT)
def index() -> str:
    """`kind`: electricity by default."""
    kind = _kind()
    with current.database().read() as session:
        found = reconcile(session, building(session), kind)
        return render_template(
            "pages/reconcile.html",
            kinds=[{"value": one.value, "name": carrier_word(one)} for one in MeterKind],
            kind={"value": kind.value, "name": carrier_word(kind), "unit": unit_of(kind)},
            rows=[_row(one) for one in found],
        )


@blueprint.get("/energy/sharing/reconcile.csv")
@allow(Access.OVERSIGHT)
def download() -> ResponseReturnValue:
    """The same figures."""
    kind = _kind()
    with current.database().read() as session:
        found = reconcile(session, building(session), kind)
        rows = [
            [
                one.bill.from_on,
                one.bill.until_on,
                _listed(bill.supplier for bill in one.bills),
                _listed(bill.number for bill in one.bills),
                one.billed,
                None if one.main is None else round(one.main, 3),
                one.sub,
                one.not_measured,
                round(one.expected.kwh, 1) if one.expected else None,
                round(one.known, 4),
            ]
            for one in found
        ]
    return csv_answer(f"reconcile-{kind.value}", HEADS, [[*row, unit_of(kind)] for row in rows])


def _kind() -> MeterKind:
    return next((one for one in MeterKind if one.value == request.args.get("kind")), MeterKind.ELECTRICITY)


def _row(one: Reconciled) -> dict[str, Any]:
    kind = one.bill.kind
    difference = one.difference
    return {
        "days": days(one.bill.from_on, one.bill.until_on),
        "supplier": _listed(bill.supplier for bill in one.bills),
        "billed": amount(one.billed, kind),
        "main": amount(one.main, kind),
        "known": i18n.number(one.known * 100, 0) if one.main is not None and one.known < LEAST_KNOWN else "",
        "sub": amount(one.sub, kind),
        "not_measured": amount(one.not_measured, kind),
        "not_measured_percent": _part(one),
        "is_negative": (one.not_measured or 0.0) < 0,
        "expected": amount(one.expected.kwh, kind) if one.expected else "–",
        "difference": "–" if difference is None else i18n.signed_percent(difference),
        "says": _says(one),
        "tone": _tone(one),
    }


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, words)))


def _part(one: Reconciled) -> str:
    if one.not_measured is None or not one.main:
        return ""
    return i18n.percent(one.not_measured / one.main)


def _says(one: Reconciled) -> list[str]:
    """What to make of it, in sentences."""
    said = [_difference_says(one), *_expected_says(one)]
    if (one.not_measured or 0.0) < 0:
        said.append(_("The sub-meters count more than the main meter: one of them is wrong."))
    elif one.main is not None and one.sub is None:
        said.append(_("No sub-meter knows of that time."))
    return said


def _expected_says(one: Reconciled) -> list[str]:
    """Worth saying where it is far from the bill, further than the model's days usually are."""
    if one.expected is None or one.billed is None:
        return []
    off = (one.billed - one.expected.kwh) / one.expected.kwh if one.expected.kwh > 0 else 0.0
    if abs(off) <= max(FAR, one.expected.cvrmse):
        return []
    much = amount(one.expected.kwh, one.bill.kind)
    return [_("By those days’ weather and the year before, %(amount)s were to be expected.", amount=much)]


def _difference_says(one: Reconciled) -> str:
    percent = i18n.number(abs(one.difference or 0.0) * 100, 0)
    said: str = _("Bill and meter agree.")
    if one.billed is None:
        said = _("The bill does not say how much was used.")
    elif one.main is None:
        said = _("The main meter was not read in that time: the bill cannot be checked.")
    elif one.known < LEAST_KNOWN:
        known = i18n.number(one.known * 100, 0)
        said = _("The meter knows only %(known)s %% of that time: the bill cannot be checked.", known=known)
    elif (one.difference or 0.0) > ALIKE:
        said = _("The bill says %(percent)s %% more than the meter: was it estimated?", percent=percent)
    elif (one.difference or 0.0) < -ALIKE:
        said = _(
            "The bill says %(percent)s %% less than the meter: was it estimated, or is more to come?",
            percent=percent,
        )
    return said


def _tone(one: Reconciled) -> str:
    if (one.not_measured or 0.0) < 0:
        return "bad"
    if one.difference is None or one.known < LEAST_KNOWN:
        return "info"
    return "good" if abs(one.difference) <= ALIKE else "warn"
