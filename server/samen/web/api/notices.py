"""What you have not read yet."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from samen.adapters.db.models import Notice
from samen.domain.access import Scope
from samen.services import notices
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.api.deeds import JSON
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.schemas import Count
from samen.web.idempotency import once
from samen.web.notice_words import told
from samen.web.policy import Access, allow

MOST_TOLD = 200
MOST_ID = 2**31 - 1
blueprint = SpecBlueprint("messages", __name__, description="What you have not read yet")


class NoticeSchema(Schema):
    """A notice: its code and facts for programs; its subject and text, in the language asked for, for people.

    `path`: the page where to act.
    """

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    at = fields.AwareDateTime(format="iso", required=True)
    subject = fields.String(required=True)
    text = fields.String(required=True)
    path = fields.String(required=True)


class ReadSchema(Schema):
    """Which notices are read; others' among them are left alone."""

    ids = fields.List(
        Count(validate=validate.Range(1, MOST_ID)), required=True, validate=validate.Length(1, 1000)
    )


class UnreadSchema(Schema):
    """How many are left."""

    unread = fields.Integer(required=True)


@blueprint.route("/notices")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, NoticeSchema(many=True))
def list_notices() -> list[dict[str, Any]]:
    """Your unread notices, newest first, 200 at the most."""
    with current.database().read() as session:
        unread = notices.unread(session, current.viewer().member_id)
        return [_shown(notice) for notice in unread[:MOST_TOLD]]


@blueprint.route("/notices/read", methods=["POST"])
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.arguments(ReadSchema)
@blueprint.response(200, UnreadSchema)
def put_away(body: dict[str, Any]) -> Response:
    """Put notices away that are read."""

    def deed(session: Session) -> Answer:
        member_id = current.viewer().member_id
        notices.mark_read(session, member_id, body["ids"], current.now())
        left = {"unread": notices.count_unread(session, member_id)}
        return Answer(200, JSON, json.dumps(UnreadSchema().dump(left)))

    return once(deed)


def _shown(notice: Notice) -> dict[str, Any]:
    words = told(notice.code, notice.facts, current.settings().timezone)
    return {
        "id": notice.id,
        "code": notice.code,
        "facts": notice.facts,
        "at": notice.created_at,
        "subject": words.subject,
        "text": words.body,
        "path": words.path,
    }
