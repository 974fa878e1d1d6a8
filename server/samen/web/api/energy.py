"""What meters counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Meter
from samen.domain.access import Scope
from samen.domain.interval import Interval
from samen.services.energy import SHOWN_UNIT, EnergyBucket, energy_series
from samen.web import current
from samen.web.api.kernel import SpecBlueprint, span, unreadable
from samen.web.api.schemas import EnergyQuery, EnergySchema
from samen.web.policy import Access, allow

# The longest span a step may be asked for: some 9,000 buckets at the most.
LONGEST = {
    "15min": timedelta(days=93),
    "hour": timedelta(days=373),
    "day": timedelta(days=7_320),
    "month": timedelta(days=36_600),
}
blueprint = SpecBlueprint("meters", __name__, description="What meters counted")


@blueprint.route("/energy/<meter>")
@allow(Access.SIGNED_IN, Scope.ENERGY)
@blueprint.arguments(EnergyQuery, location="query")
@blueprint.response(200, EnergySchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_energy(query: dict[str, Any], meter: str) -> dict[str, Any]:
    """A meter's energy per step. Other tenants' meters are not there."""
    during = _during(query)
    with current.database().read() as session:
        found = _meter(session, meter)
        buckets = energy_series(session, found, during, query["step"], ZoneInfo(found.site.timezone))
        return _energy(found, query["step"], buckets)


def _energy(meter: Meter, step: str, buckets: Sequence[EnergyBucket]) -> dict[str, Any]:
    units = [SHOWN_UNIT[register.unit] for register in meter.registers]
    return {
        "meter": meter.slug,
        "name": meter.name,
        "kind": meter.kind.value,
        "unit": units[0] if units else "kWh",
        "step": step,
        "buckets": [_bucket(bucket) for bucket in buckets],
    }


def _meter(session: Session, slug: str) -> Meter:
    found = session.scalar(select(Meter).where(Meter.slug == slug))
    if found is None or not current.viewer().may_read_meter_of(found.tenant_id):
        raise NotFound
    return found


def _during(query: dict[str, Any]) -> Interval:
    end = query.get("to", current.now())
    during = span(query.get("from_", end - timedelta(hours=24)), end, ("query", "to"))
    if during.length > LONGEST[query["step"]]:
        raise unreadable({"query": {"from": [f"At most {LONGEST[query['step']].days} days with this step."]}})
    return during


def _bucket(bucket: EnergyBucket) -> dict[str, Any]:
    return {
        "start": bucket.starts_at,
        "end": bucket.ends_at,
        "amount": bucket.amount,
        "known": bucket.known,
        "estimated": bucket.estimated,
    }
