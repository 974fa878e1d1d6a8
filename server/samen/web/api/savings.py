"""What was saved on a meter."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import NotFound

from samen.domain.access import Scope
from samen.domain.evaluation import Period
from samen.domain.evaluation_json import as_json
from samen.domain.rules import Refusal
from samen.services.savings import judge, judged_meters
from samen.services.savings_evidence import Asked
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.refusals import refused_alone
from samen.web.api.schemas import SLUG, Text
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM
from samen.web.shell import building
from samen.web.typed_fields import EARLIEST, LATEST

blueprint = SpecBlueprint("meter_savings", __name__, description="What was saved, and how sure that is")


class PeriodField(fields.String):
    """Dates A/B, without B."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:  # noqa: ANN401
        first, _, end = str(super()._deserialize(value, attr, data, **more)).partition("/")
        try:
            period = Period(date.fromisoformat(first), date.fromisoformat(end))
        except ValueError:
            raise ValidationError("Not a period like 2016-01-01/2017-01-01.") from None
        if not EARLIEST <= period.first < period.end <= LATEST:
            raise ValidationError("Must come after the start.")
        return period


class SavingsQuery(Schema):
    """Without periods: the year before the first intervention, against the last year."""

    meter = Text(required=True, validate=SLUG)
    baseline = PeriodField(metadata={"description": "Dates A/B, without B.", "pattern": "^.+/.+$"})
    reporting = PeriodField(metadata={"description": "Dates C/D, without D.", "pattern": "^.+/.+$"})


class SavingsSchema(Schema):
    """The object that `samen savings evaluate --json` prints."""

    baseline = fields.Dict(required=True)
    reporting = fields.Dict(required=True)
    saving = fields.Dict(required=True)
    raw = fields.Dict(required=True)
    daily = fields.List(fields.Dict(), required=True)
    interventions = fields.List(fields.Dict(), required=True)
    warnings = fields.List(fields.Dict(), required=True)


@blueprint.route("/savings")
@allow(Access.OVERSIGHT, Scope.ENERGY)
@blueprint.arguments(SavingsQuery, location="query")
@blueprint.response(200, SavingsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def read_savings(query: dict[str, Any]) -> Response:
    """The saving on a meter by its own days, weather and interventions."""
    asked = Asked(query.get("baseline"), query.get("reporting"))
    with current.database().read() as session:
        meters = judged_meters(session, building(session))
        meter = next((one for one in meters if one.slug == query["meter"]), None)
        if meter is None:
            raise NotFound
        told = judge(session, meter, current.now(), asked)
    if isinstance(told, Refusal):
        status, body = refused_alone(told)
        return Response(body, status, content_type=PROBLEM)
    # As the command prints it, whatever it learns to tell.
    return Response(json.dumps(as_json(told.found), allow_nan=False), content_type="application/json")
