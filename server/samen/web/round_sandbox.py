"""The sandbox: other rules, tried beside a round and set side by side before a board votes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundState
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.services import rounds, sandbox, solves
from samen.services.rounds import policy_of
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.round_draft import names_of
from samen.web.round_form import RoundReader, filled_policy, read_policy
from samen.web.round_page import head, lost, round_of, zone_of
from samen.web.round_runs import USUAL, methods, read_run, shown_run, side_by_side

blueprint = Blueprint("round_sandbox", __name__)
TRYING = (RoundState.OPEN, *rounds.DRAFTING)
# More columns than these nobody reads.
MOST_BESIDE = 5


@blueprint.get("/rounds/<uuid:round_id>/sandbox")
@allow(Access.OVERSIGHT)
def index(round_id: UUID) -> str:
    """The form with the round's own rules, the trials, and all that has a plan side by side."""
    with current.database().read() as session:
        round_ = round_of(session, round_id)
        return _page(session, round_, {**USUAL, **filled_policy(policy_of(round_.policy))}, {})


@blueprint.post("/rounds/<uuid:round_id>/sandbox")
@allow(Access.MANAGER)
def try_out(round_id: UUID) -> ResponseReturnValue:
    """Form fields: those of `round_runs.read_run` and of `round_form.read_policy`."""
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        reader = RoundReader(request.form, zone_of(round_))
        run = replace(read_run(reader), policy=read_policy(reader))
        if reader.errors:
            return _page(session, round_, request.form, reader.errors), 422
        answer = sandbox.queue_trial(session, round_id, run, current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Asked for. You may leave this page: it goes on without you."), "good")
    return redirect(url_for("round_sandbox.index", round_id=round_id), 303)


def _page(session: Session, round_: Round, form: Mapping[str, Any], errors: dict[str, str]) -> str:
    zone = zone_of(round_)
    trials = solves.solves_of(session, round_, trial=True)
    drafts = solves.solves_of(session, round_)
    runs = [shown_run(run, zone) for run in trials]
    beside = [*[run for run in drafts if run.metrics][:1], *[run for run in trials if run.metrics]]
    return render_template(
        "pages/round_sandbox.html",
        round=head(round_),
        runs=runs,
        under_way=any(run["under_way"] for run in runs),
        beside=side_by_side(
            beside[:MOST_BESIDE], names_of(session, round_).tenants, policy_of(round_.policy), zone
        ),
        may_try=current.viewer().role is Role.MANAGER and round_.state in TRYING,
        form=form,
        methods=methods(),
        errors=errors,
    )
