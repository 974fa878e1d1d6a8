"""Keys: tried on past bills, then decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import HoursBasis, MeterKind, SharingKey, Tenant
from samen.domain.access import Role
from samen.domain.sharing import Key
from samen.services import sharing_keys
from samen.services.sharing_keys import key_on, weights_of
from samen.services.simulation import Simulation, Trial, simulate
from samen.web import current, i18n
from samen.web.carrier_words import carrier_word
from samen.web.policy import Access, allow
from samen.web.sharing_form import SharingReader, filled_key, read_decision, read_key
from samen.web.sharing_words import basis_word, days, doubt_words, key_words
from samen.web.shell import building

blueprint = Blueprint("sharing_keys", __name__)
# To begin with where there is no key.
USUAL = Key(area=500, hours=300, heads=200)


@blueprint.get("/energy/sharing/keys")
@allow(Access.OVERSIGHT)
def index() -> ResponseReturnValue:
    """Try a key: `kind`, and the fields of `read_key`; without them the present key stands there."""
    return _page(request.args, {})


@blueprint.post("/energy/sharing/keys")
@allow(Access.MANAGER)
def decide() -> ResponseReturnValue:
    """Make a key the next version; form fields as in `read_key` and `read_decision`, and `kind`."""
    reader = SharingReader(request.form)
    key, basis = read_key(reader)
    kind, decision = reader.choice("kind", MeterKind), read_decision(reader)
    if key is None or reader.errors:
        return _page(request.form, reader.errors)
    with current.database().write() as session:
        viewer, now = current.viewer(), current.now()
        made = sharing_keys.decide(session, building(session), kind, key, basis, decision, viewer, now)
        flash(_("Decided: version %(version)d.", version=made.version), "good")
    return redirect(url_for("sharing_keys.index", kind=kind.value), 303)


def _page(typed: MultiDict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    with current.database().read() as session:
        site = building(session)
        kind = next((one for one in MeterKind if one.value == typed.get("kind")), MeterKind.ELECTRICITY)
        present = key_on(session, site, kind, current.now().date())
        key, basis, form = _tried(typed, present, errors)
        found = simulate(session, site, kind, key, basis, current.now().date()) if key else None
        page = render_template(
            "pages/sharing_keys.html",
            kinds=[{"value": one.value, "name": carrier_word(one)} for one in MeterKind],
            kind={"value": kind.value, "name": carrier_word(kind)},
            bases=[{"value": one.value, "name": basis_word(one)} for one in HoursBasis],
            form=form,
            errors=errors,
            present=key_words(present) if present else "",
            trial=_trial(found, _names(session)) if found and found.trials else None,
            versions=[_version(one) for one in sharing_keys.keys(session, site) if one.kind is kind],
            may_write=current.viewer().role is Role.MANAGER,
        )
    return page, 422 if errors else 200


def _tried(
    typed: MultiDict[str, str], present: SharingKey | None, errors: dict[str, str]
) -> tuple[Key | None, HoursBasis, Mapping[str, str]]:
    """The key to try and how the form stands; the faults go to `errors`."""
    if "area" not in typed:
        key = weights_of(present) if present else USUAL
        basis = present.hours_basis if present else HoursBasis.BOOKED
        return key, basis, filled_key(key, basis)
    reader = SharingReader(typed)
    tried, basis = read_key(reader)
    for name, sentence in reader.errors.items():
        errors.setdefault(name, sentence)
    return tried, basis, typed


def _names(session: Session) -> dict[str, tuple[str, int]]:
    found = session.execute(select(Tenant.slug, Tenant.name, Tenant.tint))
    return {slug: (name, tint) for slug, name, tint in found}


def _trial(found: Simulation, names: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    now, then = found.now(), found.then()
    most = max((abs(cents) for cents in [*now.values(), *then.values()]), default=0) or 1
    tenants = sorted({*now, *then}, key=lambda slug: names[slug][0])
    doubts = {
        (doubt.tenant, doubt_words({"code": doubt.code, "facts": doubt.facts}, trial.bill.kind))
        for trial in found.trials
        for doubt in trial.doubts
        if doubt.code in {"nobody_has", "has_none"}
    }
    return {
        "tenants": [
            {
                "name": names[slug][0],
                "tint": names[slug][1],
                **_figures(now.get(slug, 0), then.get(slug, 0), known=bool(now)),
                "now_percent": round(100 * max(0, now.get(slug, 0)) / most),
                "then_percent": round(100 * max(0, then.get(slug, 0)) / most),
            }
            for slug in tenants
        ],
        "total": _figures(sum(now.values()), sum(then.values()), known=bool(now)),
        "heads": [names[slug][0] for slug in tenants],
        "bills": [_bill(trial, tenants) for trial in found.trials],
        "doubts": sorted(f"{names[slug][0]}: {text}" if slug else text for slug, text in doubts),
        "first": i18n.day_long(found.trials[-1].bill.from_on),
        "last": i18n.day_long(found.trials[0].bill.until_on - timedelta(days=1)),
        "compares": bool(now),
    }


def _figures(now: int, then: int, *, known: bool) -> dict[str, str]:
    return {
        "now": i18n.money(now) if known else "–",
        "then": i18n.money(then),
        "difference": i18n.signed_money(then - now) if known else "–",
        "trend": "up" if known and then > now else "down" if known and then < now else "",
    }


def _bill(trial: Trial, tenants: list[str]) -> list[str]:
    """Its days, then what each would have paid and by how much that differs."""
    cells = [days(trial.bill.from_on, trial.bill.until_on)]
    for slug in tenants:
        then = trial.then.get(slug, 0)
        difference = f" ({i18n.signed_money(then - trial.now.get(slug, 0))})" if trial.now else ""
        cells.append(i18n.money(then) + difference)
    return cells


def _version(key: SharingKey) -> dict[str, Any]:
    return {
        "version": key.version,
        "words": key_words(key),
        "basis": basis_word(key.hours_basis) if key.hours else "",
        "from_on": i18n.day_long(key.from_on),
        "decided_by": key.decided_by,
        "decided_on": i18n.day_long(key.decided_on),
        "decision": key.decision,
    }
