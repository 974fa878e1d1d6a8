"""Set-up codes for new nodes: made by a manager, used by a board that asks who it is."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel.dates import format_datetime
from flask import Blueprint, Response, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from werkzeug.exceptions import BadRequest, NotFound

from samen.adapters import password_file
from samen.services import device_claims, devices
from samen.services.device_claims import Ask, Claimed, Code, No
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.security import LOOPBACK, proves_itself
from samen.web.throttle import CLAIMS_PER_ADDRESS
from samen_node import claim

blueprint = Blueprint("device_claims", __name__)
STATUS = {No.UNKNOWN: HTTPStatus.NOT_FOUND, No.USED: HTTPStatus.CONFLICT, No.EXPIRED: HTTPStatus.GONE}
# Hex, of a board's question.
DIGITS = {"id": 16, "nonce": 32, "mac": 64}


@blueprint.post("/devices/<slug>/code")
@allow(Access.MANAGER)
def make_code(slug: str) -> ResponseReturnValue:
    """A new set-up code for the device, shown on the page that follows."""
    try:
        with current.database().write() as db:
            remember(device_claims.make(db, slug, current.viewer().actor, current.now()))
    except devices.Refusal as refusal:
        raise NotFound from refusal
    return redirect(url_for("devices.overview"), 303)


def remember(code: Code) -> None:
    """Keep a code for the page that follows."""
    session["device_code"] = [code.device, code.text, code.expires_at.isoformat()]


def code_just_made() -> dict[str, Any] | None:
    """The code made a moment ago: device, text, until (in words), server, page (a link to the board's own
    page, filled in), and whether the server's address leads nowhere from elsewhere. Told once.
    """
    kept = session.pop("device_code", None)
    if kept is None:
        return None
    device, text, expires = kept
    server = current.settings().base_url
    return {
        "device": device,
        "text": text,
        "until": _clock(datetime.fromisoformat(expires)),
        "server": server,
        "page": f"http://{claim.BOARD_HOST}/?{urlencode({'server': server, 'code': text})}",
        "nowhere": urlsplit(server).hostname in LOOPBACK,
    }


def _clock(at: datetime) -> str:
    zone = current.settings().timezone
    said: str = format_datetime(at, "EEEE d MMMM, HH:mm", tzinfo=zone, locale=get_locale())
    return said


@blueprint.post(claim.PATH)
@allow(Access.PUBLIC)
@proves_itself
def settle() -> ResponseReturnValue:
    """A board proves that it holds a code, and is told who it is: see samen_node.claim.

    404 for a code that nobody made, 409 for one that another board used, 410 for one that is too old.
    """
    current.parts().throttle.attempt(CLAIMS_PER_ADDRESS, "claim", request.remote_addr or "")
    ask = _ask()
    with current.database().write() as db:
        answer = device_claims.settle(db, ask, current.settings().nodes, current.now())
    if isinstance(answer, No):
        return Response(status=STATUS[answer])
    _let_in(answer)
    return jsonify(answer.answer)


def _ask() -> Ask:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise BadRequest
    texts = {name: str(body.get(name)) for name in DIGITS}
    if not all(re.fullmatch(f"[0-9a-f]{{{digits}}}", texts[name]) for name, digits in DIGITS.items()):
        raise BadRequest
    return Ask(texts["id"], texts["nonce"], texts["mac"])


def _let_in(claimed: Claimed) -> None:
    """After the commit: if this fails, the board gets no answer and asks again."""
    path = current.settings().nodes.password_file
    if path is not None:
        password_file.put(path, claimed.device, claimed.password)
