"""A draft's page: what it gives beside something else, its week, its awards and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.allocation_file import read_plan
from samen.adapters.db.models import HandAward, Round, RoundAward
from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.plan import Metrics
from samen.services import solves
from samen.web.round_draft import Draft, first_come_of
from samen.web.round_page import zone_of
from samen.web.round_plan_view import award_groups, week_view
from samen.web.round_result import balance, refused_groups, tenant_rows, told
from samen.web.round_runs import run_name
from samen.web.round_tiles import tiles
from samen.web.round_words import slot_words

FIRST_COME = "first-come"


@dataclass(frozen=True)
class Beside:
    """What a draft is set against, and what else it may be: `choices` [{value, word}]."""

    value: str
    name: str
    metrics: Metrics
    choices: list[dict[str, str]]


def beside_of(session: Session, round_: Round, draft: Draft) -> Beside:
    """As the query's `against` says: another draft, else first come first served."""
    zone = zone_of(round_)
    runs = [*solves.solves_of(session, round_), *solves.solves_of(session, round_, trial=True)]
    others = {str(run.id): run for run in runs if run.plan_sha256 and run.id != draft.solve.id}
    first_come = str(_("first come, first served"))
    choices = [
        {"value": FIRST_COME, "word": first_come},
        *({"value": id_, "word": run_name(run, zone)} for id_, run in others.items()),
    ]
    chosen = others.get(request.args.get("against", ""))
    if chosen is None or chosen.plan is None:
        return Beside(FIRST_COME, first_come, first_come_of(draft.solve.instance), choices)
    return Beside(str(chosen.id), run_name(chosen, zone), read_plan(chosen.plan).metrics, choices)


def standing_draft(draft: Draft, rows: Sequence[RoundAward]) -> Draft:
    """The draft as it stands after swaps: awards as stored, their figures counted again."""
    placed = tuple(Award(str(row.wish_id), row.space.slug, row.day, row.start) for row in rows)
    if set(placed) == set(draft.plan.awards):
        return draft
    counted = metrics(Board(draft.instance), placed)
    return replace(draft, plan=replace(draft.plan, awards=placed, metrics=counted))


def result_view(draft: Draft, beside: Beside, by_hand: Sequence[HandAward]) -> dict[str, Any]:
    """All that partials/round_result.html shows; the week is the query's `week`, counted from 1."""
    rows = tenant_rows(draft, beside.metrics)
    week = request.args.get("week", 1, type=int)
    last = draft.instance.grid.weeks
    return {
        "id": draft.solve.id,
        "told": told(draft),
        "tiles": tiles(draft.plan.metrics, beside.metrics),
        "beside": {"value": beside.value, "name": beside.name, "choices": beside.choices},
        "tenants": rows,
        "balance": balance(rows),
        "week": week_view(draft, min(max(week, 1), last) - 1),
        "awards": award_groups(draft, frozenset(str(row.wish_id) for row in by_hand)),
        "refused": refused_groups(draft),
        "refused_count": len(draft.plan.refusals),
    }


def held_view(round_: Round, rows: Sequence[HandAward]) -> list[dict[str, Any]]:
    """Places that were given by hand."""
    return [
        {
            "id": row.wish_id,
            "title": row.wish.title,
            "tenant": row.wish.tenant.name,
            "tint": row.wish.tenant.tint,
            "when": slot_words(round_.season, row.day, row.start, row.wish.slots),
            "space": row.space.name,
        }
        for row in rows
    ]
