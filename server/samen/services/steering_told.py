"""Plans as messages: what followers and Home Assistant are told, and the sweep that decides it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Site, ZoneWarming
from samen.adapters.message import Publication
from samen.domain.steering import Plan, Step
from samen.domain.zone_settings import Steering
from samen.services import steered_days
from samen.services.steering import HeatedZone, heated_zones
from samen_node import contract

LEAF = "zones/plan"
# A follower that hears nothing for so long goes back to its own schedule. Twice what passes between messages.
VALID = timedelta(hours=2)
DISCOVERY = "homeassistant/sensor"
# What fits into the contract's list; the bytes usually end it sooner.
MOST_STEPS = 32


@dataclass(frozen=True)
class Telling:
    """A zone's plan as its followers know it: `body` without the instants that pass by themselves."""

    topic: str
    body: dict[str, Any]
    discovery: Publication | None

    def publication(self, now: datetime) -> Publication:
        """The retained message, sent now."""
        stamps = {"at": int(now.timestamp()), "valid_until": int((now + VALID).timestamp())}
        return Publication(self.topic, _within_limit({**self.body, **stamps}), qos=1, retain=True)


def sweep(database: Database, now: datetime) -> list[Telling]:
    """What every zone's followers should know now; keeps which warm-ups run and which days are steered."""
    with database.write() as session:
        return [_settled(session, heated, now) for heated in _all_zones(session, now)]


def _settled(session: Session, heated: HeatedZone, now: datetime) -> Telling:
    plan = heated.plan()
    _keep_warming(session, heated, plan.begun(now))
    steered_days.keep_day(session, heated, now)
    return telling(heated, plan, now)


def telling(heated: HeatedZone, plan: Plan, now: datetime) -> Telling:
    """The message for a zone, and how Home Assistant finds it."""
    topic = contract.topic(heated.site.slug, heated.zone.slug, LEAF)
    current = plan.at(now)
    body = {
        "v": contract.VERSION,
        "zone": heated.zone.slug,
        "now": {"t": round(current.deg_c, 2), "vent": current.vent.value},
        "steps": _steps([step for step in plan.steps if step.during.end > now]),
        "steering": heated.is_steered(now),
    }
    followed = heated.settings.steering is not Steering.OFF
    return Telling(topic, body, _discovery(heated, topic) if followed else None)


def _steps(steps: list[Step]) -> list[dict[str, Any]]:
    """Steps that differ only in why they are there are one."""
    found: list[dict[str, Any]] = []
    for step in steps:
        t, vent = round(step.deg_c, 2), step.vent.value
        until = int(step.during.end.timestamp())
        if found and (found[-1]["t"], found[-1]["vent"]) == (t, vent):
            found[-1]["until"] = until
        else:
            found.append({"from": int(step.during.start.timestamp()), "until": until, "t": t, "vent": vent})
    return found[:MOST_STEPS]


def _within_limit(message: dict[str, Any]) -> bytes:
    """Encoded; the last steps are left out where it would be too long: they come with a later message."""
    steps = message["steps"]
    while True:
        try:
            return contract.encode({**message, "steps": steps})
        except contract.ContractError:
            steps = steps[:-1]


def _discovery(heated: HeatedZone, topic: str) -> Publication:
    """A sensor in Home Assistant: the setpoint, with the whole plan as its attributes."""
    name = f"samen_{heated.site.slug}_{heated.zone.slug}_setpoint"
    config = {
        "name": f"{heated.zone.name} setpoint",
        "unique_id": name,
        "state_topic": topic,
        "value_template": "{{ value_json.now.t }}",
        "json_attributes_topic": topic,
        "unit_of_measurement": "°C",
        "device_class": "temperature",
        "expire_after": int(VALID.total_seconds()),
        "device": {"identifiers": [f"samen_{heated.site.slug}"], "name": heated.site.name},
    }
    return Publication(f"{DISCOVERY}/{name}/config", json.dumps(config).encode(), qos=1, retain=True)


def _all_zones(session: Session, now: datetime) -> Iterator[HeatedZone]:
    for site in session.scalars(select(Site).order_by(Site.id)):
        yield from heated_zones(session, site, now)


def _keep_warming(session: Session, heated: HeatedZone, begun: tuple[datetime, datetime] | None) -> None:
    if begun == heated.seen.begun:
        return
    row = session.get(ZoneWarming, heated.zone.id)
    if begun is None:
        # One whose booking was cancelled is forgotten; one that came to its end is measured from.
        if row is not None and row.for_at > heated.seen.now:
            session.delete(row)
        return
    row = row or ZoneWarming(zone_id=heated.zone.id)
    row.since_at, row.for_at = begun
    session.add(row)
    session.flush()
