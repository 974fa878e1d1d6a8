"""An association's wishes in a season's round, for its scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundAward, Wish
from samen.domain.access import Scope
from samen.domain.allocation.instance import Option
from samen.domain.allocation.sought import SoughtWeek
from samen.domain.rules import Refusal
from samen.services import awards, round_instance, wishes
from samen.services.idempotency import Answer
from samen.services.round_outcome import outcome_of
from samen.services.wishes import Asked
from samen.web import current
from samen.web.announce import Spot
from samen.web.api.deeds import JSON, once_and_announced
from samen.web.api.kernel import SpecBlueprint, unreadable
from samen.web.api.refusals import refused_alone
from samen.web.api.wish_schemas import ChangedWishSchema, FiledWishSchema, RoundWishSchema
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM
from samen.web.wish_list import is_filing, own_wishes, weeks_of
from samen.web.wish_words import clock_of
from samen.web.wishes import the_round, the_wish

blueprint = SpecBlueprint("season-wishes", __name__, description="Wishes in a season's round")
WRONG = ["Invalid value."]


@blueprint.route("/rounds/<uuid:round_id>/wishes")
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, FiledWishSchema(many=True))
@blueprint.alt_response(404, "NOT_FOUND")
def list_wishes(round_id: UUID) -> list[dict[str, Any]]:
    """Those of your association, the first filed first; from the preview on with what became of them."""
    with current.database().read() as session:
        one = the_round(session, round_id)
        return _shown(session, one, own_wishes(session, one, current.viewer()))


@blueprint.route("/rounds/<uuid:round_id>/wishes", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(RoundWishSchema)
@blueprint.response(201, FiledWishSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def file_wish(body: dict[str, Any], round_id: UUID) -> Response:
    """File a wish, in the name of your association."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        one = the_round(session, round_id)
        filed = wishes.file(session, round_id, _asked(one, body), current.viewer(), current.now())
        return _said(session, one, filed, 201), []

    return once_and_announced(deed)


@blueprint.route("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>", methods=["PATCH"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(ChangedWishSchema)
@blueprint.response(200, FiledWishSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def change_wish(body: dict[str, Any], round_id: UUID, wish_id: UUID) -> Response:
    """Wish for something else instead; what is not named stays."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        one, wish = the_wish(session, round_id, wish_id)
        asked = _asked(one, _body_of(one, wish) | body)
        changed = wishes.edit(session, wish_id, asked, current.viewer(), current.now())
        return _said(session, one, changed, 200), []

    return once_and_announced(deed)


@blueprint.route("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>", methods=["DELETE"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, FiledWishSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def withdraw_wish(round_id: UUID, wish_id: UUID) -> Response:
    """Take a wish back; its points are free again."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        one, _wish = the_wish(session, round_id, wish_id)
        withdrawn = wishes.withdraw(session, wish_id, current.viewer(), current.now())
        return _said(session, one, withdrawn, 200), []

    return once_and_announced(deed)


def _said(session: Session, one: Round, answer: Wish | Refusal, status: int) -> Answer:
    if isinstance(answer, Refusal):
        refused, body = refused_alone(answer)
        return Answer(refused, PROBLEM, body)
    shown = next(iter(_shown(session, one, [answer])))
    return Answer(status, JSON, json.dumps(FiledWishSchema().dump(shown)))


def _asked(one: Round, body: Mapping[str, Any]) -> Asked:
    """What a body asks for. Raises the 422 problem for a time that is not on the round's grid."""
    slots, rest = divmod(body["minutes"], one.slot_minutes)
    if rest:
        raise unreadable({"json": {"minutes": WRONG}})
    return Asked(
        body["title"],
        body["people"],
        slots,
        tuple(body["weeks"]),
        tuple(_option(one, at, option) for at, option in enumerate(body["options"])),
        body["priority"],
        frozenset(body["features"]),
        None if body["spaces"] is None else frozenset(body["spaces"]),
        frozenset(body["needs"]),
    )


def _option(one: Round, at: int, option: Mapping[str, Any]) -> Option:
    season = one.season
    start = season.slot_at(option["start"])
    if option["weekday"] not in season.weekdays:
        raise unreadable({"json": {"options": {at: {"weekday": WRONG}}}})
    if start is None:
        raise unreadable({"json": {"options": {at: {"start": WRONG}}}})
    return Option(season.weekdays.index(option["weekday"]), start, option["penalty"])


def _body_of(one: Round, wish: Wish) -> dict[str, Any]:
    """A wish as the body that files it."""
    season = one.season
    same = ("title", "people", "weeks", "priority", "features", "spaces", "needs")
    return {name: getattr(wish, name) for name in same} | {
        "minutes": wish.slots * season.slot_minutes,
        "options": [
            {
                "weekday": season.weekdays[option["day"]],
                "start": season.clock(option["start"]),
                "penalty": option["penalty"],
            }
            for option in wish.options
        ],
    }


def _shown(session: Session, one: Round, filed: Sequence[Wish]) -> list[dict[str, Any]]:
    """Wishes as they stand, with how sought after their times are or what became of them."""
    standing = [wish for wish in filed if wish.withdrawn_at is None]
    weeks: dict[Any, SoughtWeek] = {}
    if is_filing(one, current.now()):
        weeks = weeks_of(round_instance.build(session, one), standing)
    outcome = outcome_of(session, one)
    refused = outcome.refusals(str(wish.id) for wish in standing) if outcome else {}
    got = {row.wish_id: row for row in awards.awards_of(session, one, current.viewer())} if outcome else {}
    return [
        _wish(one, wish, weeks.get(wish.id))
        | {
            "award": _award(one, got[wish.id]) if wish.id in got else None,
            "refused": refused[str(wish.id)].reason if str(wish.id) in refused else None,
        }
        for wish in filed
    ]


def _wish(one: Round, wish: Wish, week: SoughtWeek | None) -> dict[str, Any]:
    options = [
        {
            "weekday": one.season.weekdays[option["day"]],
            "start": clock_of(one.season, option["start"]),
            "penalty": option["penalty"],
            "sought": week.level(option["day"], option["start"], wish.slots) if week else None,
        }
        for option in wish.options
    ]
    return {**_body_of(one, wish), "id": wish.id, "options": options, "filed_at": wish.filed_at}


def _award(one: Round, row: RoundAward) -> dict[str, Any]:
    return {
        "space": row.space.slug,
        "weekday": one.season.weekdays[row.day],
        "start": clock_of(one.season, row.start),
        "series": row.series_id,
    }
