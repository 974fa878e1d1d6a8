"""One deed per `Idempotency-Key`: a retry gets the first answer again, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.services import idempotency
from samen.services.idempotency import Answer, Asked, KeyReused
from samen.web import current
from samen.web.problems import Problem

LONGEST_KEY = 255


def once(deed: Callable[[Session], Answer]) -> Response:
    """Run the deed in one transaction with the storing of its answer, or give the answer kept from before.

    Raises Problem 422 when the key came before with another request.
    """
    asked = _asked()
    try:
        with current.database().write() as session:
            return _answered(session, asked, deed)
    except KeyReused:
        said = _("This key came before, with another request: use a new one.")
        raise Problem(422, "idempotency-key-reused", said) from None


def _answered(session: Session, asked: Asked | None, deed: Callable[[Session], Answer]) -> Response:
    if asked is None:
        return _response(deed(session))
    kept = idempotency.recall(session, asked, current.now())
    if kept is not None:
        response = _response(kept)
        response.headers["Idempotency-Replayed"] = "true"
        return response
    answer = deed(session)
    idempotency.keep(session, asked, answer, current.now())
    return _response(answer)


def _asked() -> Asked | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Problem(422, "idempotency-key-invalid", _("A key has 1 to 255 printable ASCII characters."))
    return Asked(current.viewer().member_id, key, _digest())


def _digest() -> str:
    """What makes two requests the same: method, address and body."""
    parts = (request.method.encode(), request.full_path.encode(), request.get_data())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, mimetype=answer.content_type)
