"""The managers' pages: every space and its rules, closed times, and busy hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Blackout, Occurrence, Peak, Site, Space, Tenant
from samen.domain.interval import Interval
from samen.domain.space_settings import SpaceSettings
from samen.services import calendar, space_settings
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.shell import building
from samen.web.space_form import Reader, filled, options, read, typed
from samen.web.space_words import choice_word, hours_words, rule_words, weekday_name, weekdays_words
from samen.web.wording import refusal_text

blueprint = Blueprint("space_settings", __name__)
LONGEST_REASON = 200
# What the database counts rows with: a larger number is no row's.
MOST_ID = 2**31 - 1


@blueprint.get("/spaces")
@allow(Access.MANAGER)
def index() -> ResponseReturnValue:
    """Every space, the closed times to come, and the busy hours."""
    return _list_page({})


@blueprint.get("/spaces/<slug>")
@allow(Access.MANAGER)
def settings(slug: str) -> ResponseReturnValue:
    """The rules of one space."""
    with current.database().read() as session:
        space, tenants = _space(session, slug), _tenants(session)
        form = filled(space_settings.settings_of(space), tenants)
        return _settings_page(space, form, tenants, {})


@blueprint.post("/spaces/<slug>")
@allow(Access.MANAGER)
def save(slug: str) -> ResponseReturnValue:
    """Form fields: those of `space_form`. 422 shows what was typed, with each fault at its field."""
    with current.database().write() as session:
        space, tenants = _space(session, slug), _tenants(session)
        wanted = read(request.form, tenants)
        errors = wanted.errors or _change(session, space, wanted.settings)
        if errors:
            return _settings_page(space, typed(request.form), tenants, errors), 422
    flash(_("Saved: bookings from now on follow these rules."), "good")
    return redirect(url_for("space_settings.settings", slug=slug), 303)


@blueprint.post("/spaces/<slug>/door")
@allow(Access.MANAGER)
def change_door(slug: str) -> ResponseReturnValue:
    """Give the door another address."""
    with current.database().write() as session:
        space_settings.change_door(session, _space(session, slug), current.viewer(), current.now())
    flash(_("The door has a new address: print and hang it again."), "good")
    return redirect(url_for("space_settings.settings", slug=slug), 303)


@blueprint.post("/closed-times")
@allow(Access.MANAGER)
def close() -> ResponseReturnValue:
    """Form fields: `space` (a slug, or nothing for the whole building), `from`, `until` (local), `reason`."""
    errors: dict[str, str] = {}
    reason = request.form.get("reason", "").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        errors["reason"] = _("Say why, in at most %(most)d characters.", most=LONGEST_REASON)
    with current.database().write() as session:
        site = building(session)
        slug = request.form.get("space", "")
        space = _space(session, slug) if slug else None
        during = _during(ZoneInfo(site.timezone), errors)
        if during is not None and not errors:
            space_settings.close(session, site, space, during, reason, current.viewer(), current.now())
    if errors:
        return _list_page(errors), 422
    flash(_("Closed. What is booked in that time stays booked: see below."), "good")
    return redirect(url_for("space_settings.index", _anchor="closed"), 303)


@blueprint.post("/closed-times/<int:number>/reopen")
@allow(Access.MANAGER)
def reopen(number: int) -> ResponseReturnValue:
    """Take a closed time back."""
    with current.database().write() as session:
        blackout = session.get(Blackout, number) if number <= MOST_ID else None
        if blackout is not None:
            space_settings.reopen(session, blackout, current.viewer(), current.now())
            flash(_("Open again."), "good")
    return redirect(url_for("space_settings.index", _anchor="closed"), 303)


@blueprint.post("/busy-hours")
@allow(Access.MANAGER)
def add_peak() -> ResponseReturnValue:
    """Form fields: `weekday` (0 to 6, several), `peak_opening`, `peak_closing`, `peak_weight`."""
    reader = Reader(request.form)
    weekdays = sum({1 << int(one) for one in request.form.getlist("weekday") if one in set("0123456")})
    hours, weight = reader.hours("peak_opening", "peak_closing", "peak_closing"), reader.number("peak_weight")
    if not weekdays:
        reader.errors["weekday"] = _("Choose a day at least.")
    if "peak_closing" not in reader.errors and hours[1] <= hours[0]:
        reader.errors["peak_closing"] = _("It must end after it begins.")
    if reader.errors:
        return _list_page(reader.errors), 422
    with current.database().write() as session:
        site, viewer, now = building(session), current.viewer(), current.now()
        space_settings.add_peak(session, site, weekdays, hours, weight, viewer, now)
    flash(_("Added: these hours count differently from now on."), "good")
    return redirect(url_for("space_settings.index", _anchor="busy"), 303)


@blueprint.post("/busy-hours/<int:number>/remove")
@allow(Access.MANAGER)
def remove_peak(number: int) -> ResponseReturnValue:
    """Let those hours count as any other."""
    with current.database().write() as session:
        peak = session.get(Peak, number) if number <= MOST_ID else None
        if peak is not None:
            space_settings.remove_peak(session, peak, current.viewer(), current.now())
            flash(_("Removed."), "good")
    return redirect(url_for("space_settings.index", _anchor="busy"), 303)


def _change(session: Session, space: Space, wanted: SpaceSettings) -> dict[str, str]:
    wrong = space_settings.change(session, space, wanted, current.viewer(), current.now())
    return {name: refusal_text(one, current.settings().timezone) for name, one in wrong.items()}


def _during(zone: ZoneInfo, errors: dict[str, str]) -> Interval | None:
    edges: dict[str, datetime] = {}
    for name in ("from", "until"):
        try:
            local = datetime.fromisoformat(request.form.get(name, ""))
            edges[name] = local.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            errors[name] = _("Write a day and a time.")
    if len(edges) < len(("from", "until")):
        return None
    if edges["until"] <= edges["from"]:
        errors["until"] = _("It must end after it begins.")
        return None
    return Interval(edges["from"], edges["until"])


def _space(session: Session, slug: str) -> Space:
    space = session.scalar(select(Space).where(Space.slug == slug))
    if space is None:
        raise NotFound
    return space


def _tenants(session: Session) -> Sequence[Tenant]:
    return session.scalars(select(Tenant).order_by(Tenant.name)).all()


def _settings_page(
    space: Space, form: dict[str, Any], tenants: Sequence[Tenant], errors: dict[str, str]
) -> str:
    shown = {"slug": space.slug, "name": space.name, "kind": choice_word(space.kind)}
    return render_template(
        "pages/space_settings.html", space=shown, form=form, options=options(tenants), errors=errors
    )


def _list_page(errors: dict[str, str]) -> str:
    """The list; after a fault, with what was typed."""
    with current.database().read() as session:
        site = building(session)
        return render_template(
            "pages/spaces.html",
            spaces=[_listed(space) for space in calendar.spaces_of(session, site)],
            closures=_closures(session, site),
            peaks=[_peak(peak) for peak in space_settings.peaks(session, site)],
            weekdays=[{"number": n, "name": weekday_name(n)} for n in range(7)],
            chosen=request.form.getlist("weekday"),
            form=request.form,
            errors=errors,
        )


def _listed(space: Space) -> dict[str, Any]:
    return {
        "slug": space.slug,
        "name": space.name,
        "kind": choice_word(space.kind),
        "hours": hours_words(space.opening, space.closing),
        "rules": rule_words(space),
    }


def _peak(peak: Peak) -> dict[str, Any]:
    return {
        "id": peak.id,
        "days": weekdays_words(peak.weekdays),
        "hours": hours_words(peak.opening, peak.closing),
        "weight": i18n.number(peak.weight, 2),
    }


def _closures(session: Session, site: Site) -> list[dict[str, Any]]:
    found = space_settings.blackouts(session, site, current.now())
    booked = space_settings.booked_in(session, found)
    zone = ZoneInfo(site.timezone)
    return [_closure(one, booked[one.id], zone) for one in found]


def _closure(blackout: Blackout, booked: Sequence[Occurrence], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": blackout.id,
        "where": blackout.space.name if blackout.space else _("The whole building"),
        "start": i18n.moment(blackout.starts_at, zone),
        "end": i18n.moment(blackout.ends_at, zone),
        "reason": blackout.reason,
        "booked": [_standing(one, zone) for one in booked],
    }


def _standing(occurrence: Occurrence, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "on": occurrence.starts_at.astimezone(zone).date().isoformat(),
        "when": i18n.moment(occurrence.starts_at, zone),
        "space": occurrence.space.name,
        "tenant": occurrence.series.tenant.name,
        "title": occurrence.title or occurrence.series.title,
    }
