"""The fairness page: what each tenant asked for, was granted and used, its credit, and why it is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import CreditDispute, DisputeState
from samen.domain.access import Role
from samen.domain.credits import HOUR_S
from samen.domain.rules import Refusal
from samen.services import disputes, fairness
from samen.services.credits import LONGEST_REFUND_H, change_rules, refunded_h
from samen.services.disputes import may_be_disputed
from samen.services.fairness import Line, Standing
from samen.services.quota import house_meter
from samen.web import current, i18n
from samen.web.charts import Pair, pair_chart
from samen.web.fairness_words import entry_said, hours_signed, quarter_title
from samen.web.policy import Access, allow
from samen.web.space_form import Reader
from samen.web.tables import Column, Table
from samen.web.tenant import tenant_seen
from samen.web.waitlist import NUMBER
from samen.web.wording import refusal_text

blueprint = Blueprint("fairness", __name__)
WIDE, HEIGHT = 1090, 220
# The entries of so many days are shown before somebody asks for all.
MOST_DAYS = 14
LABEL = 16


@blueprint.get("/fairness")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """`quarter`: its first day; `tenant=slug`: whose entries, for who looks after the building; `all`."""
    with current.database().read() as session:
        return _page(session)


@blueprint.get("/fairness.csv")
@allow(Access.SIGNED_IN)
def as_csv() -> ResponseReturnValue:
    """The quarter's figures."""
    with current.database().read() as session:
        quarter = quarter_asked(fairness.quarters(session, current.now()))
        table = _table(fairness.standings(session, quarter, current.now()))
        return table.file(f"fairness-{quarter}")


@blueprint.post(f"/fairness/entries/<{NUMBER}:entry_id>/dispute")
@allow(Access.BOOKING)
def dispute(entry_id: int) -> ResponseReturnValue:
    """Form field: `reason`."""
    with current.database().write() as session:
        reason = request.form.get("reason", "")
        answer = disputes.file(session, entry_id, current.viewer(), reason, current.now())
    return _after(answer, _("Disputed: a manager reads it and decides, and you are told."))


@blueprint.post(f"/fairness/entries/<{NUMBER}:entry_id>/decide")
@allow(Access.MANAGER)
def decide(entry_id: int) -> ResponseReturnValue:
    """Form fields: `hours` to give back, with `verdict=uphold`, and `answer`."""
    reader = Reader(request.form)
    hours = reader.number("hours") if request.form.get("verdict") == "uphold" else 0.0
    if reader.errors:
        flash(next(iter(reader.errors.values())), "bad")
        return redirect(url_for("fairness.index"), 303)
    with current.database().write() as session:
        seconds, said = round(hours * HOUR_S), request.form.get("answer", "")
        answer = disputes.decide(session, entry_id, current.viewer(), seconds, said, current.now())
    return _after(answer, _("Decided, and told. What was given back is a further entry."))


@blueprint.post("/fairness/rules")
@allow(Access.MANAGER)
def rules() -> ResponseReturnValue:
    """Form field: `refunded_h`."""
    reader = Reader(request.form)
    hours = reader.whole("refunded_h")
    if reader.errors:
        flash(next(iter(reader.errors.values())), "bad")
        return redirect(url_for("fairness.index"), 303)
    with current.database().write() as session:
        answer = change_rules(session, hours, current.viewer(), current.now())
    return _after(answer, _("Saved: it holds for the days that are not settled yet."))


def _after(answer: object, done: str) -> ResponseReturnValue:
    if isinstance(answer, Refusal):
        flash(refusal_text(answer, current.settings().timezone), "bad")
    else:
        flash(done, "good")
    return redirect(url_for("fairness.index"), 303)


def quarter_asked(known: Sequence[date]) -> date:
    """The one of these that the address names, else the newest."""
    asked = request.args.get("quarter", "")
    return next((quarter for quarter in known if quarter.isoformat() == asked), known[0])


def _page(session: Session) -> str:
    now, viewer, zone = current.now(), current.viewer(), house_meter(session).zone
    known = fairness.quarters(session, now)
    quarter = quarter_asked(known)
    tenant = tenant_seen(session, request.args.get("tenant", ""), viewer)
    found = fairness.standings(session, quarter, now)
    days = [
        _day(on, list(lines), zone, now, viewer.role)
        for on, lines in groupby(fairness.lines(session, tenant.id, quarter), lambda line: line[0].on_date)
    ]
    shown = days if "all" in request.args else days[:MOST_DAYS]
    manages = viewer.role is Role.MANAGER
    open_disputes = disputes.waiting(session) if manages else []
    return render_template(
        "pages/fairness.html",
        quarter={"iso": quarter.isoformat(), "title": quarter_title(quarter), "runs": quarter == known[0]},
        quarters=[{"iso": one.isoformat(), "title": quarter_title(one)} for one in known],
        tenant={"slug": tenant.slug, "name": tenant.name, "own": tenant.id == viewer.tenant_id},
        tenants=[{"slug": one.tenant.slug, "name": one.tenant.name} for one in found]
        if viewer.oversees
        else [],
        own=next(_standing(one, found) for one in found if one.tenant.id == tenant.id),
        standings=[_standing(one, found) for one in found],
        chart=_chart(found),
        table=_table(found),
        days=shown,
        hidden=len(days) - len(shown),
        disputes=[_dispute(one, zone) for one in open_disputes],
        rules={"refunded_h": refunded_h(session), "most": LONGEST_REFUND_H, "may_change": manages},
    )


def _standing(one: Standing, found: Sequence[Standing]) -> dict[str, Any]:
    most = max((abs(each.credit_s) for each in found), default=0) or 1
    return {
        "name": one.tenant.name,
        "tint": one.tenant.tint,
        "share": i18n.percent(one.share),
        "asked": i18n.number(one.asked),
        "granted": i18n.number(one.use.booked),
        "used": i18n.number(one.use.used),
        "unknown": i18n.number(one.use.unknown),
        "used_share": "–" if one.use.share is None else i18n.percent(one.use.share),
        "used_percent": 0 if one.use.share is None else min(100, round(100 * one.use.share)),
        "credit": hours_signed(one.credit_s),
        "earned": hours_signed(one.earned_s),
        "percent": round(100 * abs(one.credit_s) / most),
        "owes": one.credit_s < 0,
    }


def _chart(found: Sequence[Standing]) -> dict[str, Any]:
    def spoken(one: Standing, hours: float, kind: str) -> str:
        return f"{one.tenant.name}, {kind}: {i18n.number(hours)} h"

    pairs = [
        Pair(
            (one.use.booked, one.use.used),
            (spoken(one, one.use.booked, _("hours booked")), spoken(one, one.use.used, _("hours used"))),
            one.tenant.name if len(one.tenant.name) <= LABEL else one.tenant.name[: LABEL - 1] + "…",
        )
        for one in found
    ]
    return pair_chart(pairs, WIDE, HEIGHT, i18n.tick)


def _table(found: Sequence[Standing]) -> Table:
    columns = (
        Column("tenant", _("Association")),
        Column("share", _("Share"), i18n.percent),
        Column("asked_h", _("Asked, h"), i18n.number),
        Column("granted_h", _("Granted, h"), i18n.number),
        Column("used_h", _("Used, h"), i18n.number),
        Column("unknown_h", _("Not known, h"), i18n.number),
        Column("credit_h", _("Credit, h"), i18n.number),
    )
    rows = [
        (
            one.tenant.name,
            one.share,
            one.asked,
            one.use.booked,
            one.use.used,
            one.use.unknown,
            one.credit_s / HOUR_S,
        )
        for one in found
    ]
    return Table(
        "fairness", _("Hours asked for, granted and used, and credit, by association"), columns, rows
    )


def _day(on: date, lines: Sequence[Line], zone: ZoneInfo, now: datetime, role: Role) -> dict[str, Any]:
    return {
        "title": f"{i18n.weekday(on)} {i18n.day_short(on)}",
        "hours": hours_signed(sum(entry.seconds for entry, _dispute in lines)),
        "lines": [_line(line, zone, now, role) for line in lines],
    }


def _line(line: Line, zone: ZoneInfo, now: datetime, role: Role) -> dict[str, Any]:
    entry, said = line
    books = role is not Role.AUDITOR
    return {
        "id": entry.id,
        "said": entry_said(entry, zone),
        "hours": hours_signed(entry.seconds),
        "dispute": said and _verdict(said),
        "may_dispute": books and said is None and may_be_disputed(entry, now) is None,
    }


def _verdict(dispute: CreditDispute) -> dict[str, str]:
    words: Mapping[DisputeState, str] = {
        DisputeState.OPEN: _("disputed"),
        DisputeState.UPHELD: _("disputed: given back"),
        DisputeState.REJECTED: _("disputed: it stays"),
    }
    return {"state": dispute.state.value, "word": words[dispute.state], "answer": dispute.answer}


def _dispute(one: CreditDispute, zone: ZoneInfo) -> dict[str, Any]:
    entry = one.entry
    return {
        "id": entry.id,
        "tenant": entry.tenant.name,
        "tint": entry.tenant.tint,
        "said": entry_said(entry, zone),
        "day": f"{i18n.weekday(entry.on_date)} {i18n.day_short(entry.on_date)}",
        "hours": i18n.number(-entry.seconds / HOUR_S, 2),
        "reason": one.reason,
        "filed": i18n.moment(one.filed_at, zone),
    }
