"""Drafts of a season: asked for, solved in a worker, and looked at beside others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.allocation_bundle import make_bundle
from samen.adapters.db.models import Round, RoundState, Solve
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.services import awards, rounds, solves
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.round_draft import draft_of, names_of
from samen.web.round_form import RoundReader
from samen.web.round_page import head, lost, objections_until, round_of, zone_of
from samen.web.round_runs import USUAL, methods, read_run, shown_run
from samen.web.round_view import beside_of, held_view, result_view

blueprint = Blueprint("round_drafts", __name__)
FILES = "'instance.json', 'plan.json', 'audit.zip'"


@blueprint.get("/rounds/<uuid:round_id>/drafts")
@allow(Access.OVERSIGHT)
def index(round_id: UUID) -> str:
    """Every draft, how far it is, and what was given by hand."""
    with current.database().read() as session:
        return _index(session, round_of(session, round_id), USUAL, {})


@blueprint.post("/rounds/<uuid:round_id>/drafts")
@allow(Access.MANAGER)
def solve(round_id: UUID) -> ResponseReturnValue:
    """Form fields: those of `round_runs.read_run`."""
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        reader = RoundReader(request.form, zone_of(round_))
        run = read_run(reader)
        if reader.errors:
            return _index(session, round_, request.form, reader.errors), 422
        answer = solves.queue(session, round_id, run, current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Asked for. You may leave this page: it goes on without you."), "good")
    return redirect(url_for("round_drafts.index", round_id=round_id), 303)


@blueprint.get("/rounds/<uuid:round_id>/drafts/<uuid:solve_id>")
@allow(Access.OVERSIGHT)
def one(round_id: UUID, solve_id: UUID) -> str:
    """Query: `against` (another draft, by default first come first served) and `week` (counted from 1)."""
    with current.database().read() as session:
        round_ = round_of(session, round_id)
        found = run_of(session, round_, solve_id)
        draft = draft_of(found, names_of(session, round_))
        if draft is None:
            raise NotFound
        by_hand = awards.hand_awards(session, round_)
        return render_template(
            "pages/round_draft.html",
            round=head(round_),
            run=shown_run(found, zone_of(round_)),
            result=result_view(draft, beside_of(session, round_, draft), by_hand),
            may_place=_may_place(round_),
            until=objections_until(round_, current.now()),
        )


@blueprint.post("/rounds/<uuid:round_id>/drafts/<uuid:solve_id>/stop")
@allow(Access.MANAGER)
def stop(round_id: UUID, solve_id: UUID) -> ResponseReturnValue:
    """Stop a run; the best it found until then stays."""
    with current.database().write() as session:
        found = run_of(session, round_of(session, round_id), solve_id)
        back = "round_sandbox.index" if found.trial else "round_drafts.index"
        answer = solves.cancel(session, solve_id, current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("It stops within seconds. The best it found until then stays."), "good")
    return redirect(url_for(back, round_id=round_id), 303)


@blueprint.get(f"/rounds/<uuid:round_id>/drafts/<uuid:solve_id>/<any({FILES}):name>")
@allow(Access.OVERSIGHT)
def file(round_id: UUID, solve_id: UUID, name: str) -> Response:
    """What the run was asked, the best plan it has found, or both with all that it takes to check them."""
    with current.database().read() as session:
        found = run_of(session, round_of(session, round_id), solve_id)
        instance, plan = found.instance, found.plan
    if plan is None:
        raise NotFound
    kind = "application/zip" if name == "audit.zip" else "application/json"
    content = {"instance.json": instance, "plan.json": plan}.get(name) or make_bundle(instance, plan)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=kind, headers=headers)


def run_of(session: Session, round_: Round, solve_id: UUID) -> Solve:
    """Raises NotFound for a run of another round."""
    found = solves.find(session, solve_id, current.viewer())
    if found is None or found.round_id != round_.id:
        raise NotFound
    return found


def _may_place(round_: Round) -> bool:
    return current.viewer().role is Role.MANAGER and round_.state in rounds.DRAFTING


def _index(session: Session, round_: Round, form: Any, errors: dict[str, str]) -> str:  # noqa: ANN401 (a mapping of texts)
    zone = zone_of(round_)
    runs = [shown_run(run, zone) for run in solves.solves_of(session, round_)]
    return render_template(
        "pages/round_drafts.html",
        round=head(round_),
        runs=runs,
        under_way=any(run["under_way"] for run in runs),
        held=held_view(round_, awards.hand_awards(session, round_)),
        may_solve=_may_place(round_),
        is_closed=round_.state is not RoundState.OPEN,
        form=form,
        methods=methods(),
        errors=errors,
    )
