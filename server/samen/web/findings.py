"""Waste, its verbs and its owners: the whole building's for who looks after it, one's own for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Finding, Site, WasteReview
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.domain.waste import State
from samen.services import findings
from samen.services.findings import Wish
from samen.web import current, i18n
from samen.web.finding_cards import Desk, card, choices, meter_rows, peak_rows
from samen.web.finding_words import verb
from samen.web.notices import LIKE_AN_ID
from samen.web.policy import Access, allow
from samen.web.shell import areas_of, building
from samen.web.table_file import Cell, csv_answer
from samen.web.wording import refusal_text

blueprint = Blueprint("findings", __name__)
FILTERS: dict[str, tuple[State, ...]] = {
    "standing": (State.OPEN, State.TAKEN),
    "done": (State.DONE,),
    "dismissed": (State.DISMISSED,),
    "retired": (State.RETIRED,),
}


@blueprint.get("/energy/findings")
@allow(Access.OVERSIGHT)
def index() -> str:
    """Everything found in the building. `state`: one of FILTERS."""
    return _page(own=False)


@blueprint.get("/findings")
@allow(Access.SIGNED_IN)
def mine() -> str:
    """What the reader owns."""
    return _page(own=True)


def _page(*, own: bool) -> str:
    viewer, shown = current.viewer(), _filter()
    with current.database().read() as session:
        site = building(session)
        desk = Desk(viewer, ZoneInfo(site.timezone), findings.tracks(session, site.id))
        every = findings.listed(session, site, viewer, own=own)
        return render_template(
            "pages/findings.html",
            own=own,
            shown=shown,
            filters=_filters(every),
            cards=[card(one, desk) for one in every if one.state in FILTERS[shown]],
            members=choices(findings.candidates(session)) if viewer.role is Role.MANAGER else [],
            today=current.now().astimezone(desk.zone).date().isoformat(),
            **(_building(session, site, desk.zone) if not own else {"review": None}),
        )


def _filter() -> str:
    asked = request.args.get("state", "standing")
    if asked not in FILTERS:
        raise NotFound
    return asked


def _filters(every: Sequence[Finding]) -> list[dict[str, Any]]:
    words: dict[str, str] = {
        "standing": _("To do"),
        "done": _("Done"),
        "dismissed": _("Dismissed"),
        "retired": _("Retired"),
    }
    return [
        {"key": key, "label": words[key], "count": sum(one.state in states for one in every)}
        for key, states in FILTERS.items()
    ]


def _building(session: Session, site: Site, zone: ZoneInfo) -> dict[str, Any]:
    """What the last nightly look said of every meter."""
    review = session.get(WasteReview, site.id)
    if review is None:
        return {"review": None}
    return {
        "review": i18n.day_long(review.reviewed_on),
        "meters": meter_rows(review.figures, zone),
        "peaks": peak_rows(review.figures, zone),
    }


@blueprint.get("/energy/findings.csv")
@allow(Access.OVERSIGHT)
def file() -> Response:
    """Every finding that stands, with its figures."""
    with current.database().read() as session:
        site = building(session)
        zone = ZoneInfo(site.timezone)
        rows = [_row(one, zone) for one in findings.listed(session, site, current.viewer())]
    heads = (
        "finding,verb,kind,meter,space,owner,state,first_seen,last_seen,kwh_year,eur_year,price_is_estimate,"
        "done_on,saved_kw,saved_half_kw,saved_kwh_year,outcome"
    )
    return csv_answer("findings", heads.split(","), rows)


def _row(one: Finding, zone: ZoneInfo) -> list[Cell]:
    result = one.result or {}
    return [
        one.id,
        verb(one.kind, findings.verb_facts(one), zone),
        one.kind.value,
        one.meter.slug,
        one.meter.space.slug if one.meter.space else None,
        one.owner.name if one.owner else None,
        one.state.value,
        *(at.astimezone(zone).date() for at in (one.first_seen_at, one.last_seen_at)),
        None if one.kwh_year is None else round(one.kwh_year, 1),
        None if one.cents_year is None else one.cents_year / 100,
        one.price_is_estimate,
        one.done_on,
        *(_rounded(result.get(name)) for name in ("kw", "half_kw", "kwh_year")),
        result.get("outcome"),
    ]


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


@blueprint.get("/findings/<int(max=2147483647):finding_id>.csv")
@allow(Access.SIGNED_IN)
def figures(finding_id: int) -> Response:
    """The figures behind a finding's chart."""
    with current.database().read() as session:
        one = findings.readable(session, finding_id, current.viewer())
        drawn = one.evidence.get("chart") if one is not None else None
    if not drawn:
        raise NotFound
    unit = "kwh" if drawn["by"] == "day" else "kw"
    return csv_answer(f"finding-{finding_id}", [drawn["by"], unit], drawn["values"])


@blueprint.post("/findings/<int(max=2147483647):finding_id>/state")
@allow(Access.BOOKING)
def change(finding_id: int) -> ResponseReturnValue:
    """Form fields: `to`, a state; `reason` for dismissing it; `done_on`, the day on which it was done."""
    wish = _wish()
    with current.database().write() as session:
        answer = findings.change(session, finding_id, wish, current.viewer(), current.now())
    return _answered(answer)


@blueprint.post("/findings/<int(max=2147483647):finding_id>/owner")
@allow(Access.MANAGER)
def assign(finding_id: int) -> ResponseReturnValue:
    """Form field `member`: the id of who is to see to it."""
    asked = request.form.get("member", "")
    member_id = int(asked) if LIKE_AN_ID.fullmatch(asked) else 0
    with current.database().write() as session:
        answer = findings.assign(session, finding_id, member_id, current.viewer(), current.now())
    return _answered(answer)


def _wish() -> Wish:
    """Raises NotFound for what cannot be a state or a day."""
    day = request.form.get("done_on") or None
    try:
        to, done_on = State(request.form.get("to", "")), date.fromisoformat(day) if day else None
    except ValueError:
        raise NotFound from None
    return Wish(to, request.form.get("reason", ""), done_on)


def _answered(answer: Finding | Refusal) -> ResponseReturnValue:
    if isinstance(answer, Refusal):
        flash(refusal_text(answer, current.settings().timezone), "bad")
    else:
        flash(_("It is noted."), "good")
    return redirect(_back(), 303)


def _back() -> str:
    """To the page that the reader came from, of the two, with the filter that was on."""
    whole = request.form.get("whole") == "1" and "energy" in areas_of(current.viewer().role)
    state = request.form.get("shown", "")
    shown = state if state in FILTERS else None
    return url_for("findings.index" if whole else "findings.mine", state=shown)
