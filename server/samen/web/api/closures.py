"""When the building is closed, and when it is busy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Blackout, Occurrence, Peak, Site, Space
from samen.domain.access import Scope
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.domain.space_settings import LIMITS
from samen.services import calendar, space_settings
from samen.services.booking import Refused, find_space
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.api.deeds import JSON, refused
from samen.web.api.kernel import SpecBlueprint, span, unreadable
from samen.web.api.occurrences import shown
from samen.web.api.schemas import (
    SLUG,
    TITLE,
    Amount,
    Count,
    OccurrenceSchema,
    SpanSchema,
    Text,
    instant,
    wall_time,
)
from samen.web.api.space_rules import WEEKDAY
from samen.web.idempotency import once
from samen.web.policy import Access, allow
from samen.web.shell import building
from samen.web.waitlist import NUMBER
from samen.web.wording import refusal_text

blueprint = SpecBlueprint("closures", __name__, description="When the building is closed, and when busy")


class ClosureSchema(Schema):
    """A time to be closed: of one space, or without `space` of a whole site, by default the first."""

    space = Text(load_default=None, allow_none=True, validate=SLUG)
    site = Text(load_default=None, allow_none=True, validate=SLUG)
    start = instant(required=True)
    end = instant(required=True)
    reason = Text(required=True, validate=TITLE)


class BlackoutSchema(SpanSchema):
    """A closed time, and what is booked in it all the same, as the viewer may see it."""

    id = fields.Integer(required=True)
    site = fields.String(required=True)
    space = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    booked = fields.List(fields.Nested(OccurrenceSchema), required=True)


class BusySchema(Schema):
    """Local hours on some weekdays (0 is Monday), and how many times as much they count against quotas."""

    weekdays = fields.List(Count(validate=WEEKDAY), required=True, validate=validate.Length(1, 7))
    opening = wall_time(required=True)
    closing = wall_time(required=True)
    weight = Amount(required=True, validate=validate.Range(*LIMITS["weight"]))


class PeakSchema(Schema):
    """Busy hours as they hold."""

    id = fields.Integer(required=True)
    weekdays = fields.List(fields.Integer(), required=True)
    opening = wall_time(required=True)
    closing = wall_time(required=True)
    weight = fields.Float(required=True)


@blueprint.route("/blackouts")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, BlackoutSchema(many=True))
def list_blackouts() -> list[dict[str, Any]]:
    """Closed times that are not over, in order of time."""
    with current.database().read() as session:
        sites = session.scalars(select(Site)).all()
        found = [one for site in sites for one in space_settings.blackouts(session, site, current.now())]
        return _blackouts(session, sorted(found, key=lambda one: (one.starts_at, one.id)))


@blueprint.route("/blackouts", methods=["POST"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(ClosureSchema)
@blueprint.response(201, BlackoutSchema)
def close(body: dict[str, Any]) -> Response:
    """Close a space or a site for a time. What is booked in it stays booked: the answer says what."""
    during = span(body["start"], body["end"])
    return once(lambda session: _close(session, body, during))


@blueprint.route(f"/blackouts/<{NUMBER}:blackout_id>", methods=["DELETE"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def reopen(blackout_id: int) -> None:
    """Take a closed time back."""
    with current.database().write() as session:
        blackout = session.get(Blackout, blackout_id)
        if blackout is None:
            raise NotFound
        space_settings.reopen(session, blackout, current.viewer(), current.now())


@blueprint.route("/peaks")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, PeakSchema(many=True))
def list_peaks() -> list[dict[str, Any]]:
    """Hours that count more, or less, than others. Where several hold, the highest weight counts."""
    with current.database().read() as session:
        return [_peak(peak) for peak in space_settings.peaks(session, building(session))]


@blueprint.route("/peaks", methods=["POST"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(BusySchema)
@blueprint.response(201, PeakSchema)
def add_peak(body: dict[str, Any]) -> Response:
    """Let hours count differently from now on."""
    hours, weekdays = (body["opening"], body["closing"]), sum({1 << day for day in body["weekdays"]})
    if hours[1] <= hours[0]:
        too_early = refusal_text(Refusal("closes_before_opening"), current.settings().timezone)
        raise unreadable({"json": {"closing": [too_early]}})

    def deed(session: Session) -> Answer:
        site, viewer, now = building(session), current.viewer(), current.now()
        peak = space_settings.add_peak(session, site, weekdays, hours, body["weight"], viewer, now)
        return Answer(201, JSON, json.dumps(PeakSchema().dump(_peak(peak))))

    return once(deed)


@blueprint.route(f"/peaks/<{NUMBER}:peak_id>", methods=["DELETE"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def remove_peak(peak_id: int) -> None:
    """Let those hours count as any other."""
    with current.database().write() as session:
        peak = session.get(Peak, peak_id)
        if peak is None:
            raise NotFound
        space_settings.remove_peak(session, peak, current.viewer(), current.now())


def _close(session: Session, body: dict[str, Any], during: Interval) -> Answer:
    space = find_space(session, body["space"]) if body["space"] else None
    if isinstance(space, Refused):
        return refused(space)
    site = _site(session, body["site"], space)
    blackout = space_settings.close(
        session, site, space, during, body["reason"].strip(), current.viewer(), current.now()
    )
    (told,) = _blackouts(session, [blackout])
    return Answer(201, JSON, json.dumps(BlackoutSchema().dump(told)))


def _site(session: Session, slug: str | None, space: Space | None) -> Site:
    """The site that is meant. Raises the 422 problem where the space is of another, or there is none."""
    if slug is None:
        return space.site if space else building(session)
    site = session.scalar(select(Site).where(Site.slug == slug))
    if site is None or (space is not None and space.site_id != site.id):
        raise unreadable({"json": {"site": ["There is no such site, or the space is not there."]}})
    return site


def _blackouts(session: Session, found: Sequence[Blackout]) -> list[dict[str, Any]]:
    booked = space_settings.booked_in(session, found)
    sites = {site.id: site.slug for site in session.scalars(select(Site))}
    return [_blackout(one, sites[one.site_id], booked[one.id]) for one in found]


def _blackout(one: Blackout, site: str, booked: Sequence[Occurrence]) -> dict[str, Any]:
    return {
        "id": one.id,
        "site": site,
        "space": one.space.slug if one.space else None,
        "start": one.starts_at,
        "end": one.ends_at,
        "reason": one.reason,
        "booked": [shown(calendar.seen(each, current.viewer())) for each in booked],
    }


def _peak(peak: Peak) -> dict[str, Any]:
    return {
        "id": peak.id,
        "weekdays": [day for day in range(7) if peak.weekdays >> day & 1],
        "opening": peak.opening,
        "closing": peak.closing,
        "weight": peak.weight,
    }
