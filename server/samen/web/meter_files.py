"""A file of readings for a meter: sent, looked at, then taken in whole or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from samen.adapters.csvfile import CsvFault
from samen.adapters.db.models import PER_SHOWN_UNIT
from samen.services import reading_files
from samen.services.energy import SHOWN_UNIT
from samen.services.reading_files import KINDS, UNITS, BadChoice, Choice, FileReport, RegisterReport
from samen.web import current, i18n
from samen.web.file_words import file_fault
from samen.web.meters import named
from samen.web.policy import Access, allow
from samen.web.security import takes_up_to

blueprint = Blueprint("meter_files", __name__)
# A year of quarter hours in four registers is some 14 MB.
LARGEST = 24 * 1024 * 1024
SHOWN = 12


@blueprint.post("/energy/meters/<slug>/files")
@allow(Access.MANAGER)
@takes_up_to(LARGEST)
def send(slug: str) -> ResponseReturnValue:
    """Form fields: `file`; for a file `time,value` also `unit` and `kind`."""
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        flash(_("Choose a file that is not empty."), "bad")
        return redirect(url_for("meter_pages.meter", slug=slug), 303)
    with current.database().write() as session:
        meter, _zone = named(session, slug)
        name = (sent.filename or "") if sent is not None else ""
        token = reading_files.keep(session, meter, name, content, current.viewer(), current.now()).token
    return redirect(_preview(slug, token, request.form), 303)


@blueprint.get("/energy/meters/<slug>/files/<token>")
@allow(Access.MANAGER)
def preview(slug: str, token: str) -> ResponseReturnValue:
    """What the file holds and what taking it in would do; nothing is stored."""
    with current.database().read() as session:
        meter, zone = named(session, slug)
        file = reading_files.kept(session, meter, token, current.viewer())
        if file is None:
            raise NotFound
        facts: dict[str, Any] = {"meter": meter, "file": file, "report": None, "fault": None}
        try:
            report = reading_files.examine(session, meter, file.content, _choice(), zone, current.now())
            facts["report"] = _shown(report, zone)
        except (CsvFault, BadChoice) as fault:
            facts["fault"] = _said(fault)
        return render_template("pages/meter_file.html", **facts), 422 if facts["fault"] else 200


@blueprint.post("/energy/meters/<slug>/files/<token>")
@allow(Access.MANAGER)
def settle(slug: str, token: str) -> ResponseReturnValue:
    """Form field `do`: `store` takes the file in, anything else throws it away."""
    with current.database().write() as session:
        meter, zone = named(session, slug)
        file = reading_files.kept(session, meter, token, current.viewer())
        if file is None:
            raise NotFound
        if request.form.get("do") == "store":
            viewer, now = current.viewer(), current.now()
            try:
                report = reading_files.take_in(
                    session, meter, file.content, _choice(), zone, viewer.actor, now
                )
            except (CsvFault, BadChoice) as fault:
                flash(_said(fault), "bad")
                return redirect(_preview(slug, token, request.args), 303)
            if report.refusals:
                return redirect(_preview(slug, token, request.args), 303)
            rows = ngettext("%(num)d reading taken in.", "%(num)d readings taken in.", report.added)
            flash(rows, "good")
        session.delete(file)
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


def _preview(slug: str, token: str, chosen: Mapping[str, str]) -> str:
    unit, kind = chosen.get("unit"), chosen.get("kind")
    return url_for("meter_files.preview", slug=slug, token=token, unit=unit, kind=kind)


def _choice() -> Choice:
    unit, kind = request.args.get("unit"), request.args.get("kind")
    return Choice(unit=unit if unit in UNITS else None, kind=kind if kind in KINDS else None)


def _said(fault: CsvFault | BadChoice) -> str:
    said: str
    if isinstance(fault, CsvFault):
        said = _("The file cannot be read: %(fault)s.", fault=file_fault(fault))
    elif fault.option in {"unit", "kind"}:
        said = _(
            "Say in which unit and of which kind its values are: send it again (%(fault)s).",
            fault=file_fault(fault),
        )
    else:
        said = _("This meter has several registers, and the file does not say which one it is of.")
    return said


def _shown(report: FileReport, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "empty": report.empty,
        "estimated": report.estimated,
        "passed_over": [f"{name}: {count}" for name, count in report.passed_over.most_common(SHOWN)],
        "registers": [_register(one, zone) for one in report.registers],
        "refusals": [{"line": one.line, "detail": one.detail} for one in report.refusals[:SHOWN]],
        "refused": len(report.refusals),
        "added": report.added,
    }


def _register(report: RegisterReport, zone: ZoneInfo) -> dict[str, Any]:
    amount = None
    if report.amount is not None:
        amount = f"{i18n.number(report.amount / PER_SHOWN_UNIT, 1)} {SHOWN_UNIT[report.unit]}"
    between = (report.during.start, report.during.end) if report.during is not None else ()
    return {
        "code": report.code,
        "amount": amount,
        "span": " – ".join(i18n.moment_long(at, zone) for at in between),
        "added": report.added,
        "known": report.known,
        "falls": report.falls,
        "gaps": [
            f"{i18n.moment_long(gap.start, zone)} – {i18n.moment_long(gap.end, zone)}"
            for gap in report.gaps[:SHOWN]
        ],
        "more_gaps": max(0, len(report.gaps) - SHOWN),
    }
