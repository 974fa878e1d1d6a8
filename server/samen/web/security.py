"""What every answer and every cookie carries, and how forged requests are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from samen.config import Settings
from samen.services.login import SIGNED_IN_FOR
from samen.web import current

LARGEST_REQUEST = 64 * 1024
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR_S = int(timedelta(days=365).total_seconds())
_MOST_BYTES = "samen_most_bytes"
_PROVES_ITSELF = "samen_proves_itself"
View = TypeVar("View", bound=Callable[..., Any])
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def init_security(app: Flask, settings: Settings) -> None:
    """Cookies, limits, headers and CSRF. Call before any other hook is registered."""
    secure = cookies_are_secure(settings)
    app.secret_key = settings.secret_key
    app.config.update(
        # A `__Host-` cookie cannot be set or widened by a neighbouring host.
        SESSION_COOKIE_NAME="__Host-samen" if secure else "samen",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        # An answer to a page's own background request must not put an older cookie over a newer one.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["samen_csrf"] = CSRFProtect(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.after_request(lambda response: _harden(response, settings))


def cookies_are_secure(settings: Settings) -> bool:
    """Always, but for plain http on this very machine."""
    url = urlsplit(settings.base_url)
    return not (url.scheme == "http" and url.hostname in LOOPBACK)


def refuse_forgery(app: Flask) -> None:
    """Check the CSRF token of an unsafe request. A program's needs none: a bearer token is never ambient."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and current.bearer() is None and not hasattr(view, _PROVES_ITSELF):
        csrf: CSRFProtect = app.extensions["samen_csrf"]
        csrf.protect()


def proves_itself(view: View) -> View:
    """What comes to this view is signed, and no cookie counts: there is nothing to forge. Stands lowest."""
    setattr(view, _PROVES_ITSELF, True)
    return view


def takes_up_to(most_bytes: int) -> Callable[[View], View]:
    """A page's form with a file may be larger than others. Stands below whatever else decorates the view."""

    def mark(view: View) -> View:
        setattr(view, _MOST_BYTES, most_bytes)
        return view

    return mark


def make_room() -> None:
    """Before any form is read: those that carry a file may, from who is signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, _MOST_BYTES, None)
    if most is not None and current.account() is not None:
        request.max_content_length = most
        # The parser's buffer is of 64 KiB by itself, and counts here.
        request.max_form_memory_size = 4 * LARGEST_REQUEST


def refuse_nul() -> None:
    """No name, title or slug holds a NUL, and PostgreSQL takes none. Of programs' queries the API says so."""
    if "\0" in request.path:
        raise NotFound
    if not request.path.startswith("/api/"):
        values = (*request.args.values(), *request.form.values())
        if any("\0" in value for value in values):
            raise BadRequest("a value holds a NUL character")


def local_path(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted` where it is a path of this very site, else `otherwise`: never a way to another one."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    parts = urlsplit(wanted)
    return wanted if wanted.isprintable() and not (parts.scheme or parts.netloc) else otherwise


def _harden(response: Response, settings: Settings) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.base_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR_S}")
    # What is not declared cacheable may be somebody's.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
