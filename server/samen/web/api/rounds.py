"""Season rounds: read by everybody, solved and published by managers' scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Round, Solve
from samen.domain.access import Scope
from samen.domain.rules import Refusal
from samen.services import awards, round_final, rounds, solves
from samen.services.idempotency import Answer
from samen.services.round_final import FinalRefused
from samen.services.solves import Run
from samen.web import current
from samen.web.announce import Spot
from samen.web.api.deeds import JSON, once_and_announced
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.refusals import refused_alone
from samen.web.api.round_schemas import (
    PlanQuery,
    PlanSchema,
    PreviewSchema,
    PublishedSchema,
    PublishSchema,
    RoundSchema,
    RoundWithRunsSchema,
    RunSchema,
    SolveSchema,
)
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM
from samen.web.round_final import booked_spots
from samen.web.round_page import round_of
from samen.web.shell import building

blueprint = SpecBlueprint("season-rounds", __name__, description="Season rounds")
Deed = Callable[[Session], tuple[Answer, list[Spot]]]
SAME = (
    *("id", "name", "state", "version", "from_on", "until_on"),
    *("opens_at", "closes_at", "objections_until_at", "final_at"),
)


@blueprint.route("/rounds")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, RoundSchema(many=True))
def list_rounds() -> list[dict[str, Any]]:
    """Those that you may see, the latest season first."""
    with current.database().read() as session:
        found = rounds.rounds_of(session, building(session), current.viewer())
        return [_round(one) for one in found]


@blueprint.route("/rounds/<uuid:round_id>")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, RoundWithRunsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_round(round_id: UUID) -> dict[str, Any]:
    """One round, with the solver's runs."""
    with current.database().read() as session:
        one = round_of(session, round_id)
        runs = [*solves.solves_of(session, one), *solves.solves_of(session, one, trial=True)]
        return _round(one) | {"runs": [_run(run) for run in runs] if current.viewer().oversees else []}


@blueprint.route("/rounds/<uuid:round_id>/plan")
@allow(Access.OVERSIGHT, Scope.BOOKINGS)
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, PlanSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_plan(query: dict[str, Any], round_id: UUID) -> Response:
    """The plan of the preview, or the best one of another run so far. Swaps come on top of it."""
    with current.database().read() as session:
        one = round_of(session, round_id)
        wanted = query.get("run")
        run = session.get(Solve, wanted) if wanted else solves.chosen(session, one)
        if run is None or run.round_id != one.id or run.plan is None:
            raise NotFound
        return Response(run.plan, mimetype=JSON)


@blueprint.route("/rounds/<uuid:round_id>/solve", methods=["POST"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(SolveSchema)
@blueprint.response(202, RunSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def solve(body: dict[str, Any], round_id: UUID) -> Response:
    """Ask for a run; a worker takes it up. Read the round to follow it."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        round_of(session, round_id)
        made = solves.queue(session, round_id, Run(**body), current.viewer(), current.now())
        return (_refused(made) if isinstance(made, Refusal) else _said(RunSchema, _run(made), 202)), []

    return once_and_announced(deed)


@blueprint.route("/rounds/<uuid:round_id>/preview", methods=["POST"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(PreviewSchema)
@blueprint.response(200, RoundSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def preview(body: dict[str, Any], round_id: UUID) -> Response:
    """Show a run's plan to all tenants, who may object and swap."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        round_of(session, round_id)
        shown = awards.publish_preview(
            session,
            round_id,
            body["version"],
            body["run"],
            body["objections_until_at"],
            current.viewer(),
            current.now(),
        )
        return (_refused(shown) if isinstance(shown, Refusal) else _said(RoundSchema, _round(shown))), []

    return once_and_announced(deed)


@blueprint.route("/rounds/<uuid:round_id>/publish", methods=["POST"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(PublishSchema)
@blueprint.response(200, PublishedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def publish(body: dict[str, Any], round_id: UUID) -> Response:
    """Make the preview final: all of it becomes series in one transaction, or none. Of two, one succeeds."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        one, viewer, now = round_of(session, round_id), current.viewer(), current.now()
        skip = body["skip_clashes"]
        done = round_final.finalise(session, round_id, body["version"], viewer, now, skip_clashes=skip)
        if isinstance(done, FinalRefused):
            return _refused(done.refusal), []
        rows = awards.awards_of(session, one, viewer)
        counts = {
            "series": sum(row.series_id is not None for row in rows),
            "left_out": sum(len(row.skipped) for row in rows),
        }
        return _said(PublishedSchema, _round(done.round) | counts), booked_spots(session, rows)

    return once_and_announced(deed)


def _refused(refusal: Refusal) -> Answer:
    status, body = refused_alone(refusal)
    return Answer(status, PROBLEM, body)


def _said(schema: type[Schema], shown: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, JSON, json.dumps(schema().dump(shown)))


def _round(one: Round) -> dict[str, Any]:
    same = {name: getattr(one, name) for name in SAME}
    return {**same, "spaces": [space.slug for space in one.spaces]}


def _run(run: Solve) -> dict[str, Any]:
    names = ("id", "name", "state", "trial", "method", "seed", "budget_s", "seconds", "stage")
    figures = run.metrics or {}
    return {
        **{name: getattr(run, name) for name in names},
        "preview": run.chosen_at is not None,
        "min_satisfaction": figures.get("min_satisfaction"),
        "zone_hours": figures.get("zone_hours"),
    }
