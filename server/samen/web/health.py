"""`/healthz`: alive. `/readyz`: able to serve. `/metrics`: for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import false, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Device, Quarantined, Reading
from samen.adapters.db.schema import is_current
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.security import LOOPBACK

MOST_LAG_S = 60.0
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allow(Access.PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@allow(Access.PUBLIC)
def ready() -> ResponseReturnValue:
    """Each thing that serving needs, as true or false; 503 when one is missing."""
    checks = {
        "migrated": _holds(_is_migrated),
        "writable": _holds(_is_writable),
        "broker": current.parts().feed.connected,
        "ingest": _holds(_is_prompt),
    }
    response = jsonify(ready=all(checks.values()), checks=checks)
    response.status_code = 200 if all(checks.values()) else 503
    return response


@blueprint.get("/metrics")
@allow(Access.PUBLIC)
def metrics() -> ResponseReturnValue:
    """For a scraper on this machine. Behind a proxy all look local, so what was forwarded is refused."""
    if request.remote_addr not in LOOPBACK or any(name in request.headers for name in FORWARDED):
        raise NotFound
    kept = current.parts().metrics
    kept.listeners.set(current.hub().listeners)
    kept.lag.set(current.parts().feed.lag_s())
    _count_stored()
    return Response(generate_latest(kept.registry), content_type=CONTENT_TYPE_LATEST)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        return False


def _is_migrated() -> bool:
    return is_current(current.database().engine)


def _is_writable() -> bool:
    with current.database().write() as session:
        # Changes no row, and still refused by a database that is read-only.
        session.execute(update(Device).where(false()).values(name=Device.name))
    return True


def _is_prompt() -> bool:
    return current.parts().feed.lag_s() < MOST_LAG_S


def _count_stored() -> None:
    kept = current.parts().metrics
    with current.database().read() as session:
        kept.readings.set(session.scalar(select(func.count()).select_from(Reading)) or 0)
        by_reason: list[Any] = list(
            session.execute(select(Quarantined.reason, func.count()).group_by(Quarantined.reason))
        )
    for reason, count in by_reason:
        kept.quarantined.labels(reason).set(count)
