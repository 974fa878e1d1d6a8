"""What each association has, from when on: m² and heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Site, Space, SpaceKind, Tenant
from samen.domain.access import Role
from samen.domain.belonging import Standing
from samen.services import sharing_keys
from samen.services.sharing_inputs import standings
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.sharing_form import SharingReader, read_standing
from samen.web.shell import building

blueprint = Blueprint("sharing_tenants", __name__)


@blueprint.get("/energy/sharing/tenants")
@allow(Access.OVERSIGHT)
def index() -> str:
    return _page({}, {})


@blueprint.post("/energy/sharing/tenants")
@allow(Access.MANAGER)
def stand() -> ResponseReturnValue:
    """From a day on an association has this; form fields `tenant` (slug) and those of `read_standing`."""
    reader = SharingReader(request.form)
    standing = read_standing(reader)
    with current.database().write() as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == reader.text("tenant")))
        if tenant is None:
            reader.errors["tenant"] = _("Choose one of these.")
        elif not reader.errors:
            site, viewer, now = building(session), current.viewer(), current.now()
            sharing_keys.stand(session, site, tenant, standing, viewer, now)
    if reader.errors:
        return _page(request.form, reader.errors), 422
    flash(_("Saved: bills from that day on are shared by it."), "good")
    return redirect(url_for("sharing_tenants.index"), 303)


def _page(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    with current.database().read() as session:
        site = building(session)
        held = standings(session, site)
        tenants = session.scalars(select(Tenant).order_by(Tenant.name)).all()
        return render_template(
            "pages/sharing_tenants.html",
            tenants=[_tenant(one, held.get(one.id, [])) for one in tenants],
            rooms_m2=i18n.short_number(_rooms_m2(session, site)),
            form=typed,
            errors=errors,
            may_write=current.viewer().role is Role.MANAGER,
        )


def _rooms_m2(session: Session, site: Site) -> float:
    """The rooms that can be booked, wholes left out where their parts count."""
    rooms = (Space.site_id == site.id, Space.kind == SpaceKind.ROOM, ~Space.parts.any())
    return session.scalar(select(func.sum(Space.area_m2)).where(*rooms)) or 0.0


def _tenant(tenant: Tenant, held: Sequence[Standing]) -> dict[str, Any]:
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "tint": tenant.tint,
        "standings": [
            {
                "from_on": i18n.day_long(one.from_on),
                "area_m2": i18n.short_number(one.area_m2),
                "heads": i18n.short_number(one.heads),
                "gone": not one.area_m2 and not one.heads,
            }
            for one in reversed(held)
        ],
    }
