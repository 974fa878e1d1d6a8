"""A tenant's hours: what its quotas leave, and where its members are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Tenant
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Period
from samen.services import quota
from samen.services.quota import QuotaUse, SpaceUse
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.space_form import Reader
from samen.web.space_words import choice_word

blueprint = Blueprint("tenant", __name__)
# From this share on, what is left deserves a second look.
NEARLY = 80


@blueprint.get("/tenant")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """The reader's own tenant; `tenant=slug` another one, for those who look after the building."""
    return _page(request.args.get("tenant", ""), None, {})


@blueprint.post("/tenant/<slug>/quotas")
@allow(Access.MANAGER)
def allot(slug: str) -> ResponseReturnValue:
    """Form fields for each of week, month and quarter: `hours_week` (nothing: no quota) and `basis_week`."""
    reader = Reader(request.form)
    quotas = {
        period: (reader.number(f"hours_{period.value}"), reader.choice(f"basis_{period.value}", Basis))
        for period in Period
        if reader.text(f"hours_{period.value}")
    }
    if reader.errors:
        return _page(slug, request.form, reader.errors), 422
    with current.database().write() as session:
        tenant = tenant_seen(session, slug, current.viewer())
        quota.allot(session, tenant, quotas, current.viewer(), current.now())
    flash(_("Saved: bookings from now on count against these hours."), "good")
    return redirect(url_for("tenant.index", tenant=slug), 303)


def _page(slug: str, typed: Mapping[str, str] | None, errors: dict[str, str]) -> str:
    viewer, now, zone = current.viewer(), current.now(), current.settings().timezone
    with current.database().read() as session:
        tenant = tenant_seen(session, slug, viewer)
        month = quota.this_period(session, Period.MONTH, now)
        spaces = quota.hours_by_space(session, tenant.id, month, now)
        return render_template(
            "pages/tenant.html",
            tenant={"slug": tenant.slug, "name": tenant.name, "tint": tenant.tint},
            tenants=_choices(session, viewer),
            quotas=[_quota(use, zone) for use in quota.usage(session, tenant.id, now)],
            month=i18n.month_title(month.start.astimezone(zone).date()),
            spaces=_spaces(spaces),
            form=_form(tenant, typed) if viewer.role is Role.MANAGER else None,
            errors=errors,
        )


def tenant_seen(session: Session, slug: str, viewer: Viewer) -> Tenant:
    """Raises NotFound for one that is not the viewer's to see, as for one that is not there."""
    if not slug:
        return session.get_one(Tenant, viewer.tenant_id)
    tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None or not viewer.sees_details_of(tenant.id):
        raise NotFound
    return tenant


def _choices(session: Session, viewer: Viewer) -> list[dict[str, str]]:
    found = session.scalars(select(Tenant).order_by(Tenant.name))
    return [{"slug": one.slug, "name": one.name} for one in found if viewer.sees_details_of(one.id)]


def _quota(use: QuotaUse, zone: ZoneInfo) -> dict[str, Any]:
    percent = min(100, round(100 * use.counted / use.limit)) if use.limit else 100
    return {
        "name": _period_title(use, zone),
        "dates": _dates(use.during, zone),
        "limit": i18n.short_number(use.limit),
        "left": i18n.short_number(use.left),
        "booked": i18n.short_number(use.booked),
        "used": i18n.short_number(use.used),
        "percent": percent,
        "nearly": percent >= NEARLY,
        "basis": choice_word(use.basis),
    }


def _period_title(use: QuotaUse, zone: ZoneInfo) -> str:
    first = use.during.start.astimezone(zone).date()
    titles: dict[Period, str] = {
        Period.WEEK: _("This week"),
        Period.MONTH: i18n.month_title(first),
        Period.QUARTER: _("Quarter %(number)d of %(year)d", number=(first.month + 2) // 3, year=first.year),
    }
    return titles[use.period]


def _dates(during: Interval, zone: ZoneInfo) -> str:
    first = during.start.astimezone(zone).date()
    last: date = during.end.astimezone(zone).date() - timedelta(days=1)
    return f"{i18n.day_short(first)} – {i18n.day_short(last)}"


def _spaces(uses: Sequence[SpaceUse]) -> list[dict[str, Any]]:
    most = max((use.booked for use in uses), default=1.0)
    return [
        {
            "name": use.space,
            "booked": i18n.short_number(use.booked),
            "used": i18n.short_number(use.used),
            "percent": round(100 * use.booked / most),
        }
        for use in uses
    ]


def _form(tenant: Tenant, typed: Mapping[str, str] | None) -> list[dict[str, Any]]:
    kept = {one.period: one for one in tenant.quotas}
    return [_form_period(period, kept, typed) for period in Period]


def _form_period(
    period: Period, kept: Mapping[Period, Any], typed: Mapping[str, str] | None
) -> dict[str, Any]:
    words: dict[Period, str] = {
        Period.WEEK: _("Hours a week"),
        Period.MONTH: _("Hours a month"),
        Period.QUARTER: _("Hours a quarter"),
    }
    stands = kept.get(period)
    hours = f"{stands.hours:g}" if stands else ""
    basis = stands.basis.value if stands else Basis.BOOKED.value
    if typed is not None:
        hours, basis = typed.get(f"hours_{period.value}", ""), typed.get(f"basis_{period.value}", "")
    choices = [{"value": one.value, "word": choice_word(one), "chosen": one.value == basis} for one in Basis]
    return {"code": period.value, "label": words[period], "hours": hours, "choices": choices}
