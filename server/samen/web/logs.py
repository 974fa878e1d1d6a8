"""Logs: one event a line, JSON where a machine reads, never a secret, an address or a token."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request
from structlog.tracebacks import ExceptionDictTransformer

log = structlog.get_logger(__name__)
QUIET = frozenset({"health.alive", "health.ready", "health.metrics"})


def configure_logs() -> None:
    """For a process of our own: lines for people on a terminal, JSON elsewhere, all on stderr.

    The demo says only what went wrong: its terminal is for the address and the sign-ins.
    """
    readable = sys.stderr.isatty()
    least = logging.WARNING if os.environ.get("SAMEN_DEMO") == "1" else logging.INFO
    # Tracebacks without local variables: those hold the secret key, passwords and addresses.
    for_people = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    for_machines = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([for_people] if readable else [for_machines, structlog.processors.JSONRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def init_logs(app: Flask) -> None:
    """Give each request an id, in its log lines and in its answer, and log it by route."""

    def begin() -> None:
        g.request_id, g.begun = secrets.token_hex(8), time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    app.before_request(begin)
    app.after_request(_log_answer)
    # Flask would report an unhandled exception a second time; `web.problems` has done so.
    app.logger.disabled = True


def _log_answer(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in QUIET:
        # The route, not the path: an invitation's path is its token.
        route = request.url_rule.rule if request.url_rule else None
        spent_ms = round((time.monotonic() - g.get("begun", time.monotonic())) * 1000, 1)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=spent_ms)
    return response
