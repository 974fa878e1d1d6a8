"""Entries of the ledger of credits as sentences: what each is for, and by which rule."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.adapters.db.models import CreditEntry
from samen.domain.credits import HALVED, HOUR_S, SHARE, Outcome
from samen.services.disputes import UPHELD
from samen.web import i18n
from samen.web.wording import N_

OUTCOMES = {
    Outcome.USED.value: N_("used."),
    Outcome.NO_SENSOR.value: N_("no sensor watched it, so that it counts as it was booked."),
    Outcome.NO_SHOW.value: N_("nobody came, which counts as if somebody had."),
    Outcome.CANCELLED_LATE.value: N_(
        "cancelled too late, on %(given_up)s: it counts as if it had been used."
    ),
    Outcome.CANCELLED_IN_TIME.value: N_("cancelled in time, on %(given_up)s: nothing is charged."),
    Outcome.SILENT.value: N_("the sensor was silent: nothing is charged."),
}
USED_UNTIL = N_("used until %(until)s; the rest was given back.")
SIGNED = {True: "+", False: "−"}


def hours_signed(seconds: int) -> str:
    """`+1,5` or `−2`: to a tenth of an hour."""
    shown = i18n.number(abs(seconds) / HOUR_S)
    return shown if not seconds else SIGNED[seconds > 0] + shown


def quarter_title(first: date) -> str:
    """`Quarter 4 of 2026`."""
    said: str = _("Quarter %(number)d of %(year)d", number=(first.month + 2) // 3, year=first.year)
    return said


def entry_said(entry: CreditEntry, zone: ZoneInfo) -> str:
    """What it is for; the day is told beside it."""
    said = _said(entry, zone)
    return str(_("Learnt later: %(what)s", what=said)) if entry.corrects else said


def booking_said(entry: CreditEntry, zone: ZoneInfo) -> str:
    """`Iris, 10:00–12:00`; "" for an entry of no booking."""
    if "space" not in entry.facts:
        return ""
    start, end = (datetime.fromisoformat(entry.facts[name]) for name in ("start", "end"))
    return f"{entry.facts['space']}, {i18n.clock(start, zone)}–{i18n.clock(end, zone)}"


def _said(entry: CreditEntry, zone: ZoneInfo) -> str:
    facts = entry.facts
    if entry.code == SHARE:
        share, hours = i18n.percent(facts["share"]), i18n.number(facts["seconds"] / HOUR_S)
        return str(_("Share: %(share)s of the %(hours)s h that count for all.", share=share, hours=hours))
    if entry.code == HALVED:
        before = hours_signed(facts["before"])
        return str(_("A new quarter begins with half of the %(before)s h before.", before=before))
    if entry.code == UPHELD:
        return str(_("Given back after a dispute: %(answer)s", answer=facts["answer"]))
    booking, became = booking_said(entry, zone), _became(entry, zone)
    return str(_("%(booking)s: %(became)s", booking=booking, became=became))


def _became(entry: CreditEntry, zone: ZoneInfo) -> str:
    facts, told = entry.facts, {}
    if "until" in facts:
        told["until"] = i18n.clock(datetime.fromisoformat(facts["until"]), zone)
    if "given_up" in facts:
        told["given_up"] = i18n.moment(datetime.fromisoformat(facts["given_up"]), zone)
    words = USED_UNTIL if entry.code == Outcome.USED.value and "until" in told else OUTCOMES[entry.code]
    said = str(_(words)) % told
    if (counts := facts.get("counts")) is not None:
        said += " " + str(_("An hour counts as %(counts)s here.", counts=i18n.number(counts)))
    return said
