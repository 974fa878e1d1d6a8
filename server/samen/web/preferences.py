"""Language and colours: kept in cookies, and the language with the account."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from samen.services import members
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.security import ONE_YEAR_S, cookies_are_secure, local_path

THEME_COOKIE = "samen_theme"
THEMES = ("auto", "light", "dark")
blueprint = Blueprint("preferences", __name__)


@blueprint.post("/preferences")
@allow(Access.PUBLIC)
def save() -> Response:
    """Form fields: `language` or `theme`, and `next`, the page to return to."""
    response = redirect(local_path(request.form.get("next")), 303)
    language, theme = request.form.get("language"), request.form.get("theme")
    if language is not None:
        _save_language(response, language)
    if theme is not None:
        _remember(response, THEME_COOKIE, theme, THEMES)
    return response


def _save_language(response: Response, language: str) -> None:
    _remember(response, i18n.COOKIE, language, members.LOCALES)
    account = current.account()
    if account is not None:
        with current.database().write() as session:
            members.set_locale(session, account.viewer.member_id, language)


def _remember(response: Response, name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise BadRequest(f"{name}: one of {', '.join(choices)}")
    remember(response, name, value)


def remember(response: Response, name: str, value: str) -> None:
    """Have the browser keep a choice for a year."""
    secure = cookies_are_secure(current.settings())
    response.set_cookie(name, value, max_age=ONE_YEAR_S, secure=secure, httponly=True, samesite="Lax")
