"""What a member has not read yet."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from samen.adapters.db.models import Notice
from samen.services import notices
from samen.web import current, i18n
from samen.web.notice_words import told
from samen.web.policy import Access, allow

MOST_SHOWN = 50
LIKE_AN_ID = re.compile("[0-9]{1,9}")
blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """The unread notices, newest first."""
    with current.database().read() as db:
        unread = notices.unread(db, current.viewer().member_id)
        shown = [_shown(notice) for notice in unread[:MOST_SHOWN]]
    return render_template("pages/notices.html", notices=shown, more=len(unread) - len(shown))


@blueprint.post("/notices/read")
@allow(Access.SIGNED_IN)
def put_away() -> ResponseReturnValue:
    """Form field `notice`: the id of one that is read, as often as there are."""
    asked = request.form.getlist("notice")
    if not all(LIKE_AN_ID.fullmatch(one) for one in asked):
        raise BadRequest("notice: a number")
    with current.database().write() as db:
        notices.mark_read(db, current.viewer().member_id, [int(one) for one in asked], current.now())
    return redirect(url_for("notices.index"), 303)


def _shown(notice: Notice) -> dict[str, Any]:
    words = told(notice.code, notice.facts, current.settings().timezone)
    return {
        "id": notice.id,
        "subject": words.subject,
        "body": words.body,
        "details": words.details,
        "action": words.action,
        "path": words.path,
        "ago": i18n.ago(notice.created_at, current.now()),
    }
