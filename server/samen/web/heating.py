"""The heating page: each zone's plan against what is booked, how it warms up, and what steering saves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Zone
from samen.domain.access import Role
from samen.domain.interval import Interval, midnight
from samen.domain.steering import Plan
from samen.domain.warm_up import Run
from samen.services import audit, steered_days, steering
from samen.services.steering import HeatedZone
from samen.web import current, i18n
from samen.web.heating_form import filled, options, read, typed
from samen.web.heating_strip import strip
from samen.web.heating_words import (
    deg,
    doubt_words,
    measured_words,
    result_words,
    span_words,
    state_words,
    steering_words,
    vent_words,
)
from samen.web.policy import Access, allow
from samen.web.shell import building
from samen.web.table_file import csv_answer
from samen.web.wording import refusal_text

blueprint = Blueprint("heating", __name__)
DAYS = 2
CHANGES, RUNS = 5, 12


@blueprint.get("/energy/heating")
@allow(Access.OVERSIGHT)
def index() -> ResponseReturnValue:
    """Every zone of the building."""
    with current.database().read() as session:
        return _page(session)


@blueprint.post("/energy/heating/<zone>")
@allow(Access.MANAGER)
def save(zone: str) -> ResponseReturnValue:
    """Form fields: those of `heating_form`. 422 shows what was typed, with each fault at its field."""
    with current.database().write() as session:
        heated = _zone(session, zone)
        settings, errors = read(request.form)
        if not errors:
            refused = steering.change(session, heated, settings, current.viewer(), current.now())
            errors = {name: refusal_text(one, heated.timezone) for name, one in refused.items()}
        if errors:
            return _page(session, zone, errors), 422
        name = heated.zone.name
    flash(_("%(zone)s: saved, and the plan follows these settings from now on.", zone=name), "good")
    return redirect(url_for("heating.index"), 303)


@blueprint.get("/energy/heating/<zone>/plan.csv")
@allow(Access.OVERSIGHT)
def plan_csv(zone: str) -> ResponseReturnValue:
    """The plan's steps, in UTC."""
    with current.database().read() as session:
        plan = _plan(_zone(session, zone))
    heads = ("from", "until", "setpoint_deg_c", "ventilation", "why")
    rows = (
        (
            step.during.start.isoformat(),
            step.during.end.isoformat(),
            step.deg_c,
            step.vent.value,
            step.why.value,
        )
        for step in plan.steps
    )
    return csv_answer(f"plan-{zone}", heads, rows)


@blueprint.get("/energy/heating/<zone>/warm-ups.csv")
@allow(Access.OVERSIGHT)
def runs_csv(zone: str) -> ResponseReturnValue:
    """The newest warm-ups and cool-downs, in UTC."""
    with current.database().read() as session:
        heated = _zone(session, zone)
        runs = steering.runs_of(session, [heated.zone])[heated.zone.id]
    heads = ("started_at", "from_deg_c", "to_deg_c", "minutes", "outdoor_deg_c", "kwh", "whole")
    rows = ((run.started_at.isoformat(), *(getattr(run, name) for name in heads[1:])) for run in runs)
    return csv_answer(f"warm-ups-{zone}", heads, rows)


def _zone(session: Session, slug: str) -> HeatedZone:
    zones = steering.heated_zones(session, building(session), current.now())
    found = next((one for one in zones if one.zone.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def _page(session: Session, wrong: str = "", errors: dict[str, str] | None = None) -> str:
    """The page; `wrong` is the zone whose form was refused."""
    zones = steering.heated_zones(session, building(session), current.now())
    return render_template(
        "pages/heating.html",
        zones=[_shown(session, one, errors or {} if one.zone.slug == wrong else None) for one in zones],
        options=options(),
        may_change=current.viewer().role is Role.MANAGER,
    )


def _plan(heated: HeatedZone) -> Plan:
    """Today's and tomorrow's plan, from the full hour that runs."""
    now = heated.seen.now
    first = now.astimezone(heated.timezone).date()
    end = midnight(first + timedelta(days=DAYS), heated.timezone)
    return heated.plan(Interval(now.replace(minute=0, second=0, microsecond=0), end))


def _shown(session: Session, heated: HeatedZone, errors: dict[str, str] | None) -> dict[str, Any]:
    now, plan = current.now(), _plan(heated)
    today = now.astimezone(heated.timezone).date()
    step = plan.at(now)
    return {
        "slug": heated.zone.slug,
        "name": heated.zone.name,
        "setpoint": i18n.number(step.deg_c, 1),
        "measured": None if heated.seen.deg_c is None else i18n.number(heated.seen.deg_c, 1),
        "outdoor": None if heated.seen.outdoor_deg_c is None else i18n.number(heated.seen.outdoor_deg_c, 1),
        "state": state_words(heated, step, now),
        "doubts": doubt_words(plan.doubts, heated.timezone),
        "days": [strip(heated, plan.steps, today + timedelta(days=n), now) for n in range(DAYS)],
        "facts": measured_words(heated),
        "runs": [_run(run, heated) for run in _newest(session, heated.zone)],
        "result": result_words(steered_days.result(session, heated, now), heated.settings.steering),
        "changes": _changes(session, heated),
        "form": filled(heated.settings) if errors is None else typed(request.form),
        "errors": errors or {},
    }


def _newest(session: Session, zone: Zone) -> list[Run]:
    return steering.runs_of(session, [zone])[zone.id][:RUNS]


def _run(run: Run, heated: HeatedZone) -> list[str]:
    kwh = "–" if run.kwh is None else i18n.number(run.kwh, 1)
    return [
        i18n.moment(run.started_at, heated.timezone),
        f"{deg(run.from_deg_c)} → {deg(run.to_deg_c)}",
        span_words(timedelta(minutes=run.minutes)),
        i18n.number(run.k_h, 1),
        deg(run.outdoor_deg_c),
        kwh,
        "" if run.whole else _("broken off"),
    ]


def _changes(session: Session, heated: HeatedZone) -> list[dict[str, str]]:
    """Who changed the settings last."""
    entries = audit.deeds_on(session, heated.subject, action="heating.changed", most=CHANGES)
    return [
        {
            "at": i18n.moment(entry.at, heated.timezone),
            "who": audit.name_of(session, entry.actor) or entry.actor,
            "what": ", ".join(
                f"{_setting(name)} {_value(value)}" for name, value in sorted(entry.facts.items())
            ),
        }
        for entry in entries
    ]


def _value(value: object) -> str:
    """As the audit chain keeps it: a number, a clock time, yes or no, or the word of a choice."""
    chosen = {one.value: word for words in (steering_words(), vent_words()) for one, word in words.items()}
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return i18n.short_number(value)
    return str(_("“%(word)s”", word=chosen[str(value)])) if value in chosen else str(value)[:5]


def _setting(name: str) -> str:
    words = {
        "steering": _("steering"),
        "comfort_deg_c": _("comfort in °C"),
        "setback_deg_c": _("setback in °C"),
        "frost_deg_c": _("frost guard in °C"),
        "hysteresis_k": _("counts as warm from so many degrees below"),
        "earliest": _("earliest start"),
        "vent_before_min": _("ventilation before, in minutes"),
        "vent_after_min": _("ventilation after, in minutes"),
        "idle_vent": _("ventilation otherwise"),
        "coast_min": _("heating stops early, in minutes"),
        "heats_on_holidays": _("heated on public holidays"),
    }
    said: str = words.get(name, name)
    return said
