"""Signing in and out, and accepting an invitation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from samen.adapters.db.models import Invitation
from samen.domain.rules import Refusal
from samen.services import demo, login, members
from samen.services.login import Proven
from samen.services.members import Newcomer, Welcome
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.security import local_path
from samen.web.throttle import ATTEMPTS_PER_ADDRESS, FAILURES_PER_ACCOUNT
from samen.web.wording import refusal_text

blueprint = Blueprint("account", __name__)


@blueprint.get("/sign-in")
@allow(Access.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """The form; who is signed in already goes on."""
    wanted = local_path(request.args.get("next"))
    return redirect(wanted, 303) if current.account() else _sign_in_form("", wanted, None)


@blueprint.post("/sign-in")
@allow(Access.PUBLIC)
def check_password() -> ResponseReturnValue:
    """Form fields: `email`, `password`, `next`. Says the same whether or not the address is known."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    wanted = local_path(request.form.get("next"))
    proven = _authenticate(email, password)
    if proven is None:
        problem = _("Address and password do not go together.")
        return _sign_in_form(email, wanted, problem), 422
    _open_session(proven)
    return redirect(wanted, 303)


@blueprint.post("/sign-out")
@allow(Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the login session on the server, then forget the cookie."""
    _close_session()
    return redirect(url_for("account.sign_in"), 303)


@blueprint.get("/invitation/<token>")
@allow(Access.PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """What the link offers: an account, a membership, or nothing any more."""
    return _invitation_page(token, {}, "")


@blueprint.post("/invitation/<token>")
@allow(Access.PUBLIC)
def accept(token: str) -> ResponseReturnValue:
    """Form fields for a newcomer: `name`, `password`. Who is signed in joins with their own account."""
    account = current.account()
    if account is not None:
        with current.database().write() as db:
            answer = members.accept_as_member(db, token, account.viewer.member_id, current.now())
        return _accepted(token, answer)
    refusal = members.password_refusal(request.form.get("password", ""))
    if refusal is not None:
        errors = {"password": refusal_text(refusal, current.settings().timezone)}
        return _invitation_page(token, errors, request.form.get("name", ""), 422)
    return _accept_as_newcomer(token)


def _authenticate(email: str, password: str) -> Proven | None:
    throttle, who = current.parts().throttle, members.normal(email)
    throttle.attempt(ATTEMPTS_PER_ADDRESS, "sign-in", request.remote_addr or "")
    throttle.demand_room(FAILURES_PER_ACCOUNT, who)
    with current.database().read() as db:
        proven = login.authenticate(db, who, password[: members.LONGEST_PASSWORD + 1])
    if proven is None:
        throttle.attempt(FAILURES_PER_ACCOUNT, who)
    return proven


def _open_session(proven: Proven) -> None:
    """A new token and an empty cookie: nothing that was known before signing in is worth anything after."""
    _close_session()
    with current.database().write() as db:
        session["login"] = login.sign_in(db, proven, current.now())
    session.permanent = True


def _close_session() -> None:
    token = current.browser_token()
    if token is not None:
        with current.database().write() as db:
            login.sign_out(db, token)
    session.clear()
    current.forget_account()


def _sign_in_form(email: str, wanted: str, problem: str | None) -> str:
    people = demo.PEOPLE if current.settings().demo else ()
    accounts = [
        {"email": person.email, "password": demo.PASSWORD, "role": person.role.value} for person in people
    ]
    return render_template(
        "pages/sign_in.html", email=email, next=wanted, problem=problem, demo_accounts=accounts
    )


def _accept_as_newcomer(token: str) -> ResponseReturnValue:
    with current.database().read() as db:
        usable = members.open_invitation(db, token, current.now()) is not None
    if not usable:
        return _accepted(token, Refusal("invitation_not_usable"))
    # Hashed outside the transaction: it takes a tenth of a second, in which others want to write.
    password_hash = login.hash_password(request.form["password"])
    newcomer = Newcomer(request.form.get("name", ""), password_hash, i18n.language())
    with current.database().write() as db:
        answer = members.accept_as_newcomer(db, token, newcomer, current.now())
    return _accepted(token, answer)


def _accepted(token: str, answer: Welcome | Refusal) -> ResponseReturnValue:
    if isinstance(answer, Refusal):
        return _invitation_page(token, {}, "", 409)
    _open_session(answer.proven)
    return redirect("/", 303)


def _invitation_page(token: str, errors: dict[str, str], name: str, status: int = 200) -> ResponseReturnValue:
    with current.database().read() as db:
        found = members.open_invitation(db, token, current.now())
        if found is None:
            return render_template("pages/invitation.html", invitation=None), 410
        offer = {"email": found.email, "tenant": found.tenant.name}
        template, more = _offered(found, members.has_account(db, found.email))
    context = {"invitation": offer, "errors": errors, "name": name, "minimum": members.SHORTEST_PASSWORD}
    return render_template(template, **context, **more), status


def _offered(found: Invitation, has_account: bool) -> tuple[str, dict[str, Any]]:
    """A form for a newcomer; for an address with an account, a button once its owner is signed in."""
    account = current.account()
    if account is None and not has_account:
        return "pages/invitation.html", {}
    signed_in_as = account.email if account else None
    return "pages/join.html", {"signed_in_as": signed_in_as, "is_mine": signed_in_as == found.email}
