"""What tenants owe of bills, and why."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from samen.adapters.db.models import MeterKind
from samen.domain.access import Scope
from samen.services import statements
from samen.services.statements import Statement
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("statements_api", __name__, description="What tenants owe of bills, and why")


class StatementLineSchema(Schema):
    """`quantity` of `whole`, at `weight` of its part: so much energy, so many cents.

    `part`: `fixed`, `measured` or `common`; `criterion`: `area` (m²), `hours` or `heads`, null for measured
    energy and for equal parts. `whole` is null where it would tell what another tenant has.
    """

    part = fields.String(required=True)
    criterion = fields.String(required=True, allow_none=True)
    quantity = fields.Float(required=True)
    whole = fields.Float(required=True, allow_none=True)
    weight = fields.Float(required=True)
    kwh = fields.Float(required=True)
    cents = fields.Integer(required=True)


class StatementSchema(Schema):
    """A tenant's share of a bill over local dates, `to` not included; its lines add up to `cents`.

    Energy is in kWh, of water in m³. `others_cents`: what all others owe together, null where that would tell
    what one of them does. `corrects`: the statement whose place it takes.
    """

    id = fields.Integer(required=True)
    made_at = fields.AwareDateTime(format="iso", required=True)
    tenant = fields.String(required=True)
    site = fields.String(required=True)
    kind = fields.Enum(MeterKind, by_value=fields.String, required=True)
    from_ = fields.Date(data_key="from", required=True)
    to = fields.Date(required=True)
    supplier = fields.String(required=True)
    document = fields.String(required=True)
    key_version = fields.Integer(required=True)
    cents = fields.Integer(required=True)
    currency = fields.String(required=True)
    kwh = fields.Float(required=True)
    lines = fields.List(fields.Nested(StatementLineSchema), required=True)
    others_cents = fields.Integer(required=True, allow_none=True)
    doubts = fields.List(fields.String(), required=True)
    corrects = fields.Integer(required=True, allow_none=True)


@blueprint.route("/statements")
@allow(Access.SIGNED_IN, Scope.ENERGY)
@blueprint.response(200, StatementSchema(many=True))
def list_statements() -> list[dict[str, Any]]:
    """Those that stand, newest period first: your tenant's, or all for who looks after the building."""
    with current.database().read() as session:
        return [_plain(one) for one in statements.statements(session, current.viewer())]


def _plain(one: Statement) -> dict[str, Any]:
    return {
        "id": one.number,
        "made_at": one.made_at,
        "tenant": one.tenant.slug,
        "site": one.bill.site.slug,
        "kind": one.bill.kind,
        "from_": one.bill.from_on,
        "to": one.bill.until_on,
        "supplier": one.bill.supplier,
        "document": one.bill.number,
        "key_version": one.key.version,
        "cents": one.cents,
        "currency": "EUR",
        "kwh": one.kwh,
        "lines": one.lines,
        "others_cents": one.others.cents if one.others else None,
        "doubts": [str(doubt["code"]) for doubt in one.doubts],
        "corrects": one.corrects,
    }
