"""Calendars to subscribe to."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields, validates_schema
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import CalendarFeed, FeedKind
from samen.domain.access import Scope
from samen.domain.rules import Refusal
from samen.services import feeds
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.api.deeds import JSON, refused
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.schemas import SLUG, Text
from samen.web.feeds import address_of
from samen.web.idempotency import once
from samen.web.policy import Access, allow
from samen.web.throttle import FEEDS_PER_MEMBER
from samen.web.waitlist import NUMBER

blueprint = SpecBlueprint("subscriptions", __name__, description="Calendars to subscribe to")


class FeedAskSchema(Schema):
    """Your own bookings (`person`), or the calendar `of` a space or a tenant."""

    kind = fields.Enum(FeedKind, by_value=fields.String, required=True)
    of = Text(load_default=None, allow_none=True, validate=SLUG)

    @validates_schema
    def _of_something(self, body: dict[str, Any], **_: object) -> None:
        if (body["kind"] is FeedKind.PERSON) != (body["of"] is None):
            raise ValidationError("A space or a tenant is named, a person is not.", "of")


class FeedSchema(Schema):
    """A feed of yours. `read_at`: when a program last asked for it, give or take a quarter."""

    id = fields.Integer(required=True)
    kind = fields.Enum(FeedKind, by_value=fields.String, required=True)
    of = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(format="iso", required=True)
    read_at = fields.AwareDateTime(format="iso", required=True, allow_none=True)


class FeedMadeSchema(FeedSchema):
    """A new feed with its secret address, which is told this once."""

    address = fields.String(required=True)


@blueprint.route("/feeds")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, FeedSchema(many=True))
def list_feeds() -> list[dict[str, Any]]:
    """Your feeds that can be read, newest first; their addresses are not told again."""
    with current.database().read() as session:
        return [_shown(feed) for feed in feeds.feeds_of(session, current.viewer())]


@blueprint.route("/feeds", methods=["POST"])
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.arguments(FeedAskSchema)
@blueprint.response(201, FeedMadeSchema)
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def make_feed(body: dict[str, Any]) -> Response:
    """Make an address that whoever knows it can read. 422 for a calendar that is not yours to see."""

    def deed(session: Session) -> Answer:
        viewer = current.viewer()
        current.parts().throttle.attempt(FEEDS_PER_MEMBER, viewer.actor)
        made = feeds.make(session, viewer, body["kind"], body["of"], current.now())
        if isinstance(made, Refusal):
            return refused(Refused((made,)))
        told = _shown(made.feed) | {"address": address_of(made.token)}
        return Answer(201, JSON, json.dumps(FeedMadeSchema().dump(told)))

    return once(deed)


@blueprint.route(f"/feeds/<{NUMBER}:feed_id>", methods=["DELETE"])
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
def revoke_feed(feed_id: int) -> None:
    """End an address."""
    with current.database().write() as session:
        if not feeds.revoke(session, current.viewer(), feed_id, current.now()):
            raise NotFound


def _shown(feed: CalendarFeed) -> dict[str, Any]:
    whose = feed.space or feed.tenant
    return {
        "id": feed.id,
        "kind": feed.kind,
        "of": whose.slug if whose else None,
        "created_at": feed.created_at,
        "read_at": feed.read_at,
    }
