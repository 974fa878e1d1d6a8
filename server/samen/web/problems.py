"""Errors: problem+json (RFC 9457) for programs, a page in the reader's language for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from samen.web import current
from samen.web.faults import in_words

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"


class Problem(HTTPException):
    """An answer to a program that could not be served, with more to say than its status.

    `kind` names the problem for programs; `more` is added to the answer's body.
    """

    def __init__(self, status: int, kind: str, detail: str, **more: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.code = status
        self.kind = kind
        self.more = more


def problem_body(
    status: int, kind: str, title: str, detail: str, more: Mapping[str, Any] | None = None
) -> str:
    """The JSON text of a problem."""
    known = {"type": f"urn:samen:{kind}", "title": title, "status": status, "detail": detail}
    return json.dumps({**known, **(more or {})}, ensure_ascii=False)


def init_problems(app: Flask) -> None:
    """Answer every error here: no other handler, and never a stack trace."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)


def _answer(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    if isinstance(error, InternalServerError):
        _report(error)
    response = _as_problem(error) if _for_program() else _as_page(error)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="samen"'
    return response


def _unavailable(error: Exception) -> ResponseReturnValue:
    """The database cannot be asked: say so, and when to come back."""
    log.error("database_unavailable", error=type(error).__name__)
    current.forget_account()
    return _answer(ServiceUnavailable(retry_after=5))


def _report(error: InternalServerError) -> None:
    """What went wrong goes to the log, with the request id that the reader is shown."""
    current.forget_account()
    log.error("request_failed", exc_info=error.original_exception or error)


def _for_program() -> bool:
    return request.path.startswith("/api/") or request.path in {"/healthz", "/readyz", "/metrics"}


def _as_problem(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, Problem):
        kind, more = error.kind, error.more
    else:
        kind, more = error.name.lower().replace(" ", "-"), _invalid_fields(error)
    title, detail = _sentences(status)
    said = error.description if isinstance(error, Problem) else detail
    return Response(problem_body(status, kind, title, said or detail, more), status, mimetype=PROBLEM)


def _invalid_fields(error: HTTPException) -> dict[str, Any]:
    """What validation found, by place and field."""
    found = getattr(error, "data", None)
    return {"errors": in_words(found["messages"])} if isinstance(found, dict) and "messages" in found else {}


def _as_page(error: HTTPException) -> Response:
    status = error.code or 500
    title, detail = _sentences(status)
    back = {"url": "/", "label": _("To the start page")}
    page = render_template("pages/error.html", code=status, title=title, detail=detail, back=back)
    return make_response(page, status)


def _sentences(status: int) -> tuple[str, str]:
    """A title and a sentence for the status."""
    said = {
        400: (_("This form is out of date"), _("Load the page again and send it once more.")),
        401: (_("Please sign in"), _("This is for people and programs with an account.")),
        403: (_("This is not yours to see"), _("Your role does not include this.")),
        404: (_("There is nothing here"), _("The address is wrong, or what was here is gone.")),
        405: (_("This cannot be done here"), _("The address exists, but not for this method.")),
        413: (_("This is too large"), _("Send less at once.")),
        415: (_("This is of another kind"), _("What is sent here must be of the kind that is described.")),
        422: (_("This cannot be understood"), _("Something in the request is missing or wrong.")),
        429: (_("Too many attempts"), _("Wait a few minutes and try again.")),
        500: (_("Something broke here"), _("It was written down and will be looked at. Try again.")),
        503: (_("Not possible right now"), _("The system is busy or being repaired. Try again soon.")),
    }
    return said.get(status, said[500 if status >= 500 else 400])
