"""The meters: what each showed last, indexes typed in by hand, and what happened to them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import EventKind, IndexReading, Meter, MeterEvent, Register
from samen.domain.metering import TYPED_GEN
from samen.domain.rules import Refusal
from samen.services import calorific, meter_events, typed_readings
from samen.services import meters as services
from samen.services.reading_files import UNITS
from samen.web import current
from samen.web.meter_form import EventForm, ReadingForm, number_in, said_of
from samen.web.meter_words import listed_meters, meter_page, shown_falls
from samen.web.policy import Access, allow
from samen.web.shell import building

blueprint = Blueprint("meter_pages", __name__)
# What the database counts rows with: a larger number is no row's.
MOST_ID = 2**31 - 1


@blueprint.get("/energy/meters")
@allow(Access.OVERSIGHT)
def index() -> str:
    """Every meter with its newest index; the falls that wait for an explanation first."""
    with current.database().read() as session:
        site = building(session)
        zone, now = ZoneInfo(site.timezone), current.now()
        return render_template(
            "pages/meters.html",
            meters=listed_meters(session, services.meters_of(session, site.id), now, zone),
            falls=shown_falls(session, meter_events.to_explain(session, site.id), zone),
        )


@blueprint.get("/energy/meters/<slug>")
@allow(Access.OVERSIGHT)
def meter(slug: str) -> ResponseReturnValue:
    """One meter: its registers, readings, events and peaks, and the forms to add to them."""
    return _page(slug, {}, None)


@blueprint.post("/energy/meters/<slug>/readings")
@allow(Access.MANAGER)
def type_in(slug: str) -> ResponseReturnValue:
    """Form fields: `register`, `at` (local), `index` (kWh or m³).

    `what` answers a doubt: `sure`, or a kind of event with `event_at`, `final` and `first`.
    """
    with current.database().write() as session:
        found, zone = named(session, slug)
        form = ReadingForm(request.form, found, zone)
        if not form.errors:
            form.doubt = _take(session, form)
    if form.errors or form.doubt:
        return _page(slug, form.errors, form), 422
    flash(_("Noted: %(index)s %(unit)s.", index=form.text, unit=form.unit), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


def _take(session: Session, form: ReadingForm) -> Refusal | None:
    """The event that explains the reading first, then the reading; both or neither."""
    viewer, now = current.viewer(), current.now()
    with session.begin_nested() as both:
        answer: Refusal | MeterEvent | None = None
        if form.event is not None:
            answer = meter_events.record(session, form.register, form.event, viewer, now)
        if not isinstance(answer, Refusal):
            answer = typed_readings.take(
                session, form.register, form.at, form.index, viewer, now, sure=form.sure
            )
        if answer is not None:
            both.rollback()
    return answer


@blueprint.post("/energy/meters/<slug>/readings/<int:number>/withdraw")
@allow(Access.MANAGER)
def withdraw_reading(slug: str, number: int) -> ResponseReturnValue:
    """Take back what was typed wrong."""
    with current.database().write() as session:
        named(session, slug)
        reading = session.get(IndexReading, number) if number <= MOST_ID else None
        if reading is not None and reading.gen == TYPED_GEN and _is_of(session, reading.register_id, slug):
            typed_readings.withdraw(session, reading, current.viewer(), current.now())
            flash(_("Taken back: it counts no longer."), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


@blueprint.post("/energy/meters/<slug>/events")
@allow(Access.MANAGER)
def record_event(slug: str) -> ResponseReturnValue:
    """Form fields: `register`, `kind`, `event_at` (local), `final`, `first`, `note`, `sure`."""
    with current.database().write() as session:
        found, zone = named(session, slug)
        form = EventForm(request.form, found, zone)
        if form.told is not None:
            answer = meter_events.record(
                session, form.register, form.told, current.viewer(), current.now(), sure=form.sure
            )
            if isinstance(answer, Refusal):
                form.errors["event"] = said_of(answer, form.register, zone)
    if form.errors:
        return _page(slug, form.errors, None), 422
    flash(_("Noted: the energy before and after it is computed again."), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


@blueprint.post("/energy/meters/<slug>/events/<int:number>/withdraw")
@allow(Access.MANAGER)
def withdraw_event(slug: str, number: int) -> ResponseReturnValue:
    """Take an event back that did not happen."""
    with current.database().write() as session:
        named(session, slug)
        event = session.get(MeterEvent, number) if number <= MOST_ID else None
        if event is not None and _is_of(session, event.register_id, slug):
            meter_events.withdraw(session, event, current.viewer(), current.now())
            flash(_("Taken back: it counts no longer."), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


@blueprint.post("/energy/meters/<slug>/digits")
@allow(Access.MANAGER)
def set_digits(slug: str) -> ResponseReturnValue:
    """Form fields: `register`, `digits` (nothing: not known)."""
    text = request.form.get("digits", "").strip()
    with current.database().write() as session:
        found, zone = named(session, slug)
        register = register_of(found, request.form.get("register"))
        known = text.isascii() and text.isdigit() and len(text) < 3
        if text and not known:
            errors = {"digits": _("Write a number.")}
        else:
            digits = int(text) if known else None
            refusal = services.set_digits(session, register, digits, current.viewer(), current.now())
            errors = {"digits": said_of(refusal, register, zone)} if refusal else {}
    if errors:
        return _page(slug, errors, None), 422
    flash(_("Saved."), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


@blueprint.post("/energy/meters/<slug>/factors")
@allow(Access.MANAGER)
def set_factor(slug: str) -> ResponseReturnValue:
    """Form fields: `from_on` (a date), `factor` (kWh per m³), as a gas bill says."""
    factor, errors = number_in(request.form.get("factor", "")), {}
    try:
        from_on = date.fromisoformat(request.form.get("from_on", ""))
    except ValueError:
        from_on, errors = date.min, {"from_on": _("Write a day.")}
    if factor is None:
        errors["factor"] = _("Write a number.")
    with current.database().write() as session:
        found, zone = named(session, slug)
        if not errors and factor is not None:
            viewer, now = current.viewer(), current.now()
            refusal = calorific.set_factor(session, found, from_on, factor, viewer, now)
            if refusal is not None:
                errors["factor"] = said_of(refusal, None, zone)
    if errors:
        return _page(slug, errors, None), 422
    flash(_("Saved: gas is converted by it from that day on."), "good")
    return redirect(url_for("meter_pages.meter", slug=slug), 303)


def named(session: Session, slug: str) -> tuple[Meter, ZoneInfo]:
    """The shown building's meter of that name, and its zone. Raises NotFound."""
    site = building(session)
    found = session.scalar(select(Meter).where(Meter.slug == slug, Meter.site_id == site.id))
    if found is None:
        raise NotFound
    return found, ZoneInfo(site.timezone)


def register_of(found: Meter, code: str | None) -> Register:
    """The meter's register of that code. Raises NotFound."""
    for register in found.registers:
        if register.code == code:
            return register
    raise NotFound


def _is_of(session: Session, register_id: int, slug: str) -> bool:
    return session.get_one(Register, register_id).meter.slug == slug


def _page(slug: str, errors: dict[str, str], typed: ReadingForm | None) -> str:
    with current.database().read() as session:
        found, zone = named(session, slug)
        return render_template(
            "pages/meter.html",
            **meter_page(session, found, current.now(), zone),
            kinds=[kind.value for kind in EventKind],
            units=[{"value": unit, "word": unit.replace("m3", "m³")} for unit in UNITS],
            form=request.form,
            doubt=typed.question() if typed is not None else None,
            errors=errors,
        )
