"""The members page: who belongs to the tenant, and a link for whom it invites."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Tenant
from samen.domain.access import Role, Viewer
from samen.domain.rules import Refusal
from samen.services import members
from samen.services.members import Invited
from samen.web import current
from samen.web.facts import word
from samen.web.policy import Access, allow
from samen.web.throttle import INVITATIONS_PER_MEMBER
from samen.web.wording import refusal_text

blueprint = Blueprint("members", __name__)


@blueprint.get("/members")
@allow(Access.TENANT_ADMIN)
def index() -> ResponseReturnValue:
    """The tenant's people; the link just made is shown this once."""
    return _page({}, "", session.pop("invitation_link", None))


@blueprint.post("/members/invitations")
@allow(Access.TENANT_ADMIN)
def invite() -> ResponseReturnValue:
    """Form fields: `email`, `role`, and for a manager `tenant`, a slug."""
    viewer, email = current.viewer(), request.form.get("email", "")
    current.parts().throttle.attempt(INVITATIONS_PER_MEMBER, viewer.actor)
    answer = _invite(viewer, email)
    if isinstance(answer, Refusal):
        errors = {"email": refusal_text(answer, current.settings().timezone)}
        return _page(errors, email, None), 422
    session["invitation_link"] = invitation_link(answer.token)
    return redirect(url_for("members.index"), 303)


def invitation_link(token: str) -> str:
    """The address to send, built on the configured base: a request's Host header is anybody's to choose."""
    return current.settings().base_url + url_for("account.invitation", token=token)


def _invite(viewer: Viewer, email: str) -> Invited | Refusal:
    role = next((role for role in Role if role.value == request.form.get("role")), None)
    if role is None:
        return Refusal("may_not_invite")
    with current.database().write() as db:
        slug = request.form.get("tenant")
        tenant = members.tenant_of(db, slug) if slug else db.get(Tenant, viewer.tenant_id)
        if tenant is None:
            return Refusal("may_not_invite")
        return members.invite(db, viewer, tenant.id, email, role, current.now())


def _page(errors: dict[str, str], email: str, link: str | None) -> str:
    viewer = current.viewer()
    with current.database().read() as db:
        tenants = [_tenant(db, tenant) for tenant in _tenants(db, viewer)]
    roles = [
        {"value": role.value, "word": word(role)}
        for role in Role
        if viewer.may_invite(viewer.tenant_id, role)
    ]
    return render_template(
        "pages/members.html", tenants=tenants, roles=roles, errors=errors, email=email, link=link
    )


def _tenants(db: Session, viewer: Viewer) -> list[Tenant]:
    """The viewer's own; all of them for a manager."""
    query = select(Tenant).order_by(Tenant.name)
    if viewer.role is not Role.MANAGER:
        query = query.where(Tenant.id == viewer.tenant_id)
    return list(db.scalars(query))


def _tenant(db: Session, tenant: Tenant) -> dict[str, Any]:
    people = [
        {"name": member.name, "email": member.email, "role": word(role)}
        for member, role in members.members_of(db, tenant.id)
    ]
    return {"slug": tenant.slug, "name": tenant.name, "members": people}
