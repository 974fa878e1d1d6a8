"""Requests, for those who decide: who asks, who else does, what a yes would mean."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from samen.domain.interval import Interval
from samen.services import approvals
from samen.services.approvals import Consequence, Decided, Request, RequestedDate
from samen.services.booking import Refused
from samen.services.quota import QuotaUse
from samen.web import current, i18n
from samen.web.announce import announce, spots_of
from samen.web.facts import word
from samen.web.policy import Access, allow
from samen.web.repeat import in_words
from samen.web.waitlist import when_shown
from samen.web.wording import refusal_text

blueprint = Blueprint("approvals", __name__)
LONGEST_REASON = 300


@blueprint.get("/requests")
@allow(Access.TENANT_ADMIN)
def index() -> ResponseReturnValue:
    """What waits for the reader's yes."""
    with current.database().read() as session:
        found = approvals.waiting(session, current.viewer(), current.now())
        shown = [_shown(one) for one in found]
    return render_template("pages/approvals.html", requests=shown)


@blueprint.post("/requests/<uuid:series_id>/approve")
@allow(Access.TENANT_ADMIN)
def approve(series_id: UUID) -> ResponseReturnValue:
    """Say yes to the dates ticked: form field `date`, again and again."""
    viewer, now, dates = current.viewer(), current.now(), _dates()
    with current.database().write() as session:
        answer = approvals.approve(session, series_id, viewer, now, dates)
        spots = spots_of([*answer.occurrences, *answer.declined]) if isinstance(answer, Decided) else []
    if isinstance(answer, Decided):
        announce(spots)
        flash(_approved(answer), "good")
    else:
        _say_no(answer)
    return redirect(url_for("approvals.index"), 303)


@blueprint.post("/requests/<uuid:series_id>/decline")
@allow(Access.TENANT_ADMIN)
def decline(series_id: UUID) -> ResponseReturnValue:
    """Say no to the dates ticked, with a `reason` if there is one to give."""
    viewer, now, dates = current.viewer(), current.now(), _dates()
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    with current.database().write() as session:
        answer = approvals.decline(session, series_id, viewer, reason, now, dates)
        spots = spots_of(answer.occurrences) if isinstance(answer, Decided) else []
    if isinstance(answer, Decided):
        announce(spots)
        flash(ngettext("Declined: %(num)d date.", "Declined: %(num)d dates.", len(spots)), "good")
    else:
        _say_no(answer)
    return redirect(url_for("approvals.index"), 303)


def _dates() -> list[UUID]:
    """The dates ticked. Raises NotFound for what cannot be one."""
    try:
        return [UUID(text) for text in request.form.getlist("date")]
    except ValueError:
        raise NotFound from None


def _say_no(answer: Refused) -> None:
    zone = current.settings().timezone
    when = ", ".join(i18n.day_title(one.during.start.astimezone(zone).date()) for one in answer.dates)
    for refusal in answer.refusals:
        said = refusal_text(refusal, zone)
        flash(f"{said} ({when})" if when else said, "bad")


def _approved(answer: Decided) -> str:
    said = ngettext("Approved: %(num)d date.", "Approved: %(num)d dates.", len(answer.occurrences))
    if not answer.declined:
        return str(said)
    others = ngettext(
        "Declined with it: %(num)d date.", "Declined with it: %(num)d dates.", len(answer.declined)
    )
    return f"{said} {others}"


def _shown(one: Request) -> dict[str, Any]:
    series = one.series
    zone = ZoneInfo(series.timezone)
    return {
        "id": series.id,
        "title": series.title,
        "people": series.people,
        "tenant": series.tenant.name,
        "tint": series.tenant.tint,
        "who": series.booked_by.name,
        "rule": in_words(series.rrule, zone),
        "asked": i18n.moment(series.created_at, zone),
        "dates": [_date_shown(date, zone) for date in one.dates],
        "declines": [_declines(each) for each in one.declines],
        "quotas": [_quota_shown(use) for use in one.quotas],
    }


def _date_shown(date: RequestedDate, zone: ZoneInfo) -> dict[str, Any]:
    one = date.occurrence
    return {
        "id": one.id,
        "rivals": sorted({rival.tenant_name for rival in date.rivals}),
        "taken": sorted({clash.tenant_name for clash in date.clashes}),
        **when_shown(one.space.name, Interval(one.starts_at, one.ends_at), zone),
    }


def _declines(each: Consequence) -> str:
    tenant, dates = each.tenant_name, each.dates
    return str(ngettext("%(num)d date of %(tenant)s", "%(num)d dates of %(tenant)s", dates, tenant=tenant))


def _quota_shown(use: QuotaUse) -> str:
    return f"{word(use.period)} {i18n.short_number(use.booked)} / {i18n.short_number(use.limit)}"
