"""What the request at hand may use: the parts of the application, its instant, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import current_app, g, request, session
from werkzeug.exceptions import Unauthorized

from samen.adapters.db import Database
from samen.config import Settings
from samen.domain.access import Viewer
from samen.services import login
from samen.services.login import Account
from samen.web.feed import Feed
from samen.web.live import Hub
from samen.web.metrics import Metrics
from samen.web.throttle import Throttle

EXTENSION = "samen"


def utc_now() -> datetime:
    """The clock of an application that is not under test."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What `create_app` was given, and what it keeps for as long as it serves."""

    settings: Settings
    database: Database
    hub: Hub
    feed: Feed
    metrics: Metrics
    throttle: Throttle
    clock: Callable[[], datetime] = utc_now


def parts() -> Parts:
    """The application's parts."""
    return cast("Parts", current_app.extensions[EXTENSION])


def settings() -> Settings:
    return parts().settings


def database() -> Database:
    return parts().database


def hub() -> Hub:
    return parts().hub


def now() -> datetime:
    """The request's one instant, aware and UTC."""
    if "now" not in g:
        g.now = parts().clock()
    return cast("datetime", g.now)


def account() -> Account | None:
    """Who asks, by bearer token or by signed-in browser; None for a visitor. Asked once per request."""
    if "account" not in g:
        # `member` is the name under which the language is looked up.
        g.account = g.member = _identify()
    return cast("Account | None", g.account)


def forget_account() -> None:
    """From here on the request is a visitor's: after sign-out, and while the database cannot be asked."""
    g.account = g.member = None


def viewer() -> Viewer:
    """Who asks, on routes that only the signed-in reach. Raises Unauthorized otherwise."""
    found = account()
    if found is None:
        raise Unauthorized
    return found.viewer


def bearer() -> str | None:
    """The token of a program; pages know no such thing."""
    header = request.authorization
    if not request.path.startswith("/api/") or header is None or header.type != "bearer":
        return None
    return header.token or ""


def browser_token() -> str | None:
    """What the signed cookie holds of a login session."""
    token = session.get("login")
    return token if isinstance(token, str) else None


def _identify() -> Account | None:
    by_bearer, by_cookie = bearer(), None
    if by_bearer is None:
        by_cookie = browser_token()
        if by_cookie is None:
            return None
    with database().read() as db:
        if by_bearer is not None:
            return login.account_of_program(db, by_bearer, now())
        return login.account_of_browser(db, by_cookie or "", now())
