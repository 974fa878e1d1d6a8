"""A booking's own pages: all of its dates, changing them, giving them back, adding left-out ones again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Occurrence, Series, Site
from samen.domain.editing import Reach
from samen.domain.interval import Interval
from samen.services import calendar, cancelling, editing
from samen.services.booking import Refused
from samen.services.editing import Change, Edited
from samen.services.placing import ALIVE
from samen.web import current, i18n
from samen.web.announce import Spot, announce, spots_of
from samen.web.booking_form import Form, during_of, form_context, missing_said, refused_shown, ways_of
from samen.web.day import View
from samen.web.policy import Access, allow
from samen.web.repeat import Repeat, in_words
from samen.web.wording import refusal_text

blueprint = Blueprint("series", __name__)
REACHES = {reach.value: reach for reach in Reach}


@blueprint.get("/series/<uuid:series_id>")
@allow(Access.BOOKING)
def show(series_id: UUID) -> ResponseReturnValue:
    """Every date of a booking, and what was left out of it."""
    now = current.now()
    with current.database().read() as session:
        series = session.get(Series, series_id)
        if series is None or not current.viewer().sees_details_of(series.tenant_id):
            raise NotFound
        zone = ZoneInfo(series.timezone)
        dates = [_date_shown(one, zone, now) for one in series.occurrences]
        left_out = [_left_out_shown(during, zone) for during in editing.dates_left_out(series, now)]
        return render_template(
            "pages/series.html",
            series=_series_shown(series, zone),
            coming=[one for one in dates if not one["is_over"]],
            over=[one for one in dates if one["is_over"]],
            left_out=left_out,
        )


@blueprint.get("/bookings/<uuid:occurrence>/edit")
@allow(Access.BOOKING)
def edit(occurrence: UUID) -> ResponseReturnValue:
    """The form that changes a date, and with it as many of its series as are meant; `gap` fills it in."""
    with current.database().read() as session:
        one = _editable(session, occurrence)
        stands = _form_of(one)
        form = stands.at_gap(request.args.get("gap", ""))
        return _edit_page(session, one, form, Reach.THIS, so_far=_place(one) if form != stands else "")


@blueprint.post("/bookings/<uuid:occurrence>/edit")
@allow(Access.BOOKING)
def change(occurrence: UUID) -> ResponseReturnValue:
    """Form fields as those of booking, and `reach`: this, following or all."""
    form, reach = Form.sent(request.form), REACHES.get(request.form.get("reach", ""), Reach.THIS)
    with current.database().write() as session:
        one = _editable(session, occurrence)
        asked = _change_of(form, one, reach)
        if not isinstance(asked, Change):
            return _edit_page(session, one, form, reach, errors=asked), 422
        before = spots_of(one.series.occurrences)
        answer = editing.edit(session, occurrence, asked, reach, current.viewer(), current.now())
        if isinstance(answer, Refused):
            return _edit_page(session, one, form, reach, answer), 409
        spots, next_page = [*before, *spots_of(answer.occurrences)], _page_after(answer, form)
    announce(spots)
    flash(_said(answer), "good")
    return redirect(next_page, 303)


@blueprint.post("/bookings/<uuid:occurrence>/cancel")
@allow(Access.BOOKING)
def cancel(occurrence: UUID) -> ResponseReturnValue:
    """Give a date back, or with `reach` those that follow, or all."""
    reach = REACHES.get(request.form.get("reach", ""), Reach.THIS)
    with current.database().write() as session:
        answer = cancelling.cancel(session, occurrence, current.viewer(), current.now(), reach)
        if isinstance(answer, Refused):
            flash(refusal_text(answer.refusals[0], current.settings().timezone), "bad")
            return redirect(url_for("booking.mine"), 303)
        ended = answer.occurrences
        title, spots = ended[0].title or ended[0].series.title, spots_of(ended)
    announce(spots)
    flash(_cancelled(title, len(spots)), "good")
    return redirect(url_for("booking.mine"), 303)


@blueprint.post("/series/<uuid:series_id>/dates")
@allow(Access.BOOKING)
def add_back(series_id: UUID) -> ResponseReturnValue:
    """Book a date after all that was left out: `date` is its start (ISO)."""
    try:
        start = datetime.fromisoformat(request.form.get("date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotFound from None
    spots: list[Spot] = []
    with current.database().write() as session:
        answer = editing.add_back(session, series_id, start, current.viewer(), current.now())
        if isinstance(answer, Edited):
            spots = spots_of(answer.occurrences)
    if isinstance(answer, Refused):
        flash(refusal_text(answer.refusals[0], current.settings().timezone), "bad")
    else:
        announce(spots)
        flash(_("The date is booked again."), "good")
    return redirect(url_for("series.show", series_id=series_id), 303)


def _editable(session: Session, occurrence_id: UUID) -> Occurrence:
    one = session.get(Occurrence, occurrence_id)
    if one is None or not current.viewer().may_change(one.series.tenant_id, one.series.booked_by_id):
        raise NotFound
    return one


def _form_of(one: Occurrence) -> Form:
    """The date as it stands, in the form's fields."""
    series, zone = one.series, ZoneInfo(one.series.timezone)
    view = View(one.starts_at.astimezone(zone).date(), zone, Interval(one.starts_at, one.ends_at))
    people = one.people or series.people
    return Form(
        one.space.slug,
        view.on.isoformat(),
        view.clock(one.starts_at),
        view.clock_end(one.ends_at),
        one.title or series.title,
        str(people) if people else "",
        repeat=Repeat.of(series.rrule, zone),
        bundle=tuple(extra.slug for extra in series.bundle),
    )


def _change_of(form: Form, one: Occurrence, reach: Reach) -> Change | dict[str, str]:
    """What differs from how the date stands, or a sentence for each field that cannot be understood."""
    stands, zone = _form_of(one), ZoneInfo(one.series.timezone)
    errors = form.problems() | (form.repeat.problems() if reach is not Reach.THIS else {})
    during = during_of(form, zone)
    if isinstance(during, dict) or errors:
        return errors | (during if isinstance(during, dict) else {})
    moved = (form.date, form.start, form.end) != (stands.date, stands.start, stands.end)
    rule = form.repeat.rrule(during.start.astimezone(zone).date(), zone)
    new_rule = form.repeat != stands.repeat and (reach is not Reach.THIS or one.series.rrule is None)
    return Change(
        space=form.space if form.space != stands.space else None,
        start=during.start if moved else None,
        end=during.end if moved else None,
        title=form.title if form.title != stands.title else None,
        people=int(form.people) if form.people and form.people != stands.people else None,
        rrule=(rule or "") if new_rule else None,
        skip_conflicts=form.skip,
        instead=ways_of(form, zone),
    )


def _edit_page(
    session: Session,
    one: Occurrence,
    form: Form,
    reach: Reach,
    refused: Refused | None = None,
    errors: Mapping[str, str] | None = None,
    so_far: str = "",
) -> str:
    site: Site = one.space.site
    zone, spaces = ZoneInfo(site.timezone), calendar.spaces_of(session, site)
    today = current.now().astimezone(zone).date()
    return render_template(
        "pages/edit_booking.html",
        occurrence=one.id,
        series_id=one.series_id,
        repeats=one.series.rrule is not None,
        reach=reach.value,
        so_far=so_far,
        **form_context(form, spaces, today, in_dialog=False),
        **refused_shown(refused, form, spaces, zone),
        errors=errors or {},
    )


def _page_after(answer: Edited, form: Form) -> str:
    """As after booking: a series is shown with all of its dates, a single booking on its day."""
    if answer.series.rrule is not None:
        return url_for("series.show", series_id=answer.series.id)
    return url_for("booking.day", on=form.date)


def _place(one: Occurrence) -> str:
    """`Iris, lundi 23 novembre, 09:00–11:00`."""
    shown = _date_shown(one, ZoneInfo(one.series.timezone), current.now())
    return f"{shown['space']}, {shown['day_label']}, {shown['time_label']}"


def _series_shown(series: Series, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": series.id,
        "title": series.title,
        "tenant": series.tenant.name,
        "tint": series.tenant.tint,
        "space": series.space.name,
        "rule": in_words(series.rrule, zone),
        "bundle": [extra.name for extra in series.bundle],
        "may_change": current.viewer().may_change(series.tenant_id, series.booked_by_id),
    }


def _date_shown(one: Occurrence, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    on = one.starts_at.astimezone(zone).date()
    view = View(on, zone, Interval(one.starts_at, one.ends_at))
    return {
        "id": one.id,
        "date": on.isoformat(),
        "day_label": i18n.day_title(on),
        "time_label": f"{view.clock(one.starts_at)}–{view.clock_end(one.ends_at)}",
        "space": one.space.name,
        "title": one.title,
        "status": one.status.value,
        "moved": one.moved,
        "is_over": one.ends_at <= now or one.status not in ALIVE,
    }


def _left_out_shown(during: Interval, zone: ZoneInfo) -> dict[str, str]:
    on = during.start.astimezone(zone).date()
    view = View(on, zone, during)
    return {
        "start": during.start.isoformat(),
        "day_label": i18n.day_title(on),
        "time_label": f"{view.clock(during.start)}–{view.clock_end(during.end)}",
    }


def _said(answer: Edited) -> str:
    said = [ngettext("Changed: %(num)d date.", "Changed: %(num)d dates.", len(answer.occurrences))]
    if answer.skipped:
        stay = ngettext("%(num)d stays where it was.", "%(num)d stay where they were.", len(answer.skipped))
        said.append(stay)
    return " ".join(said + missing_said(answer.missing))


def _cancelled(title: str, count: int) -> str:
    if count == 1:
        return str(_("Cancelled: %(title)s. The room is free again.", title=title))
    return str(
        ngettext("Cancelled: %(num)d date of %(title)s.", "Cancelled: %(num)d dates of %(title)s.", count,
                 title=title)
    )  # fmt: skip
