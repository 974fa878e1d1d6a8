"""What every deed through the API shares: once per key, refused as a problem, told to open pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from samen.services.booking import Instead, Refused
from samen.services.idempotency import Answer
from samen.web.announce import Spot, announce
from samen.web.api.kernel import span
from samen.web.api.refusals import refused_body
from samen.web.idempotency import once
from samen.web.problems import PROBLEM

JSON = "application/json"


def once_and_announced(deed: Callable[[Session], tuple[Answer, list[Spot]]]) -> Response:
    """Do it, unless its key was used before; then tell open pages of what changed where."""
    changed: list[Spot] = []

    def remember(session: Session) -> Answer:
        answer, spots = deed(session)
        changed[:] = spots
        return answer

    response = once(remember)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        announce(changed)
    return response


def refused(answer: Refused) -> Answer:
    """The problem that a refusal is."""
    status, body = refused_body(answer)
    return Answer(status, PROBLEM, body)


def instead_of(listed: Iterable[Mapping[str, Any]]) -> dict[datetime, Instead | None]:
    """What a body says of single dates, by the start that the rule gives them."""
    return {one["date"].astimezone(UTC): _elsewhere(one) for one in listed}


def _elsewhere(one: Mapping[str, Any]) -> Instead | None:
    return Instead(one["space"], span(one["start"], one["end"])) if "space" in one else None
