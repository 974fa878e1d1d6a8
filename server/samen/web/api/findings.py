"""Waste that was found, and what came of it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate

from samen.adapters.db.models import Finding, Site
from samen.domain.access import Scope
from samen.domain.waste import Kind, State
from samen.services import findings
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.schemas import Text
from samen.web.finding_words import evidence, verb
from samen.web.policy import Access, allow
from samen.web.shell import building

KINDS, STATES = tuple(one.value for one in Kind), tuple(one.value for one in State)
blueprint = SpecBlueprint("waste", __name__, description="Waste that was found")


class FindingsQuery(Schema):
    """By default those in every state."""

    state = Text(validate=validate.OneOf(STATES))


class SavedSchema(Schema):
    """The same figure before and after; `outcome` is `cannot_tell` until it is known."""

    outcome = fields.String(required=True, validate=validate.OneOf(("worked", "no_effect", "cannot_tell")))
    kw = fields.Float(required=True, metadata={"description": "Mean power saved."})
    half_kw = fields.Float(required=True, metadata={"description": "Half of the 90 % band."})
    kwh_year = fields.Float(required=True)
    days = fields.Integer(required=True)


class FindingSchema(Schema):
    """A finding: kind and evidence for programs; verb and text, in the language asked for, for people.

    `kwh_year` and `eur_year`: what ending it is expected to save.
    """

    id = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    meter = fields.String(required=True)
    space = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    verb = fields.String(required=True)
    text = fields.String(required=True)
    first_seen = fields.AwareDateTime(format="iso", required=True)
    last_seen = fields.AwareDateTime(format="iso", required=True)
    kwh_year = fields.Float(required=True, allow_none=True)
    eur_year = fields.Float(required=True, allow_none=True)
    price_is_estimate = fields.Boolean(required=True)
    evidence = fields.Dict(keys=fields.String(), required=True)
    done_on = fields.Date(required=True, allow_none=True)
    saved = fields.Nested(SavedSchema, required=True, allow_none=True)


@blueprint.route("/findings")
@allow(Access.SIGNED_IN, Scope.ENERGY)
@blueprint.arguments(FindingsQuery, location="query")
@blueprint.response(200, FindingSchema(many=True))
def list_findings(query: dict[str, Any]) -> list[dict[str, Any]]:
    """What costs most a year first: the building's for who looks after it, for others what they own."""
    states = (State(query["state"]),) if "state" in query else tuple(State)
    with current.database().read() as session:
        site = building(session)
        return [_finding(one, site) for one in findings.listed(session, site, current.viewer(), states)]


def _finding(one: Finding, site: Site) -> dict[str, Any]:
    zone = ZoneInfo(site.timezone)
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "meter": one.meter.slug,
        "space": one.meter.space.slug if one.meter.space else None,
        "owner": one.owner.name if one.owner else None,
        "verb": verb(one.kind, findings.verb_facts(one), zone),
        "text": evidence(one, zone),
        "first_seen": one.first_seen_at,
        "last_seen": one.last_seen_at,
        "kwh_year": one.kwh_year,
        "eur_year": None if one.cents_year is None else one.cents_year / 100,
        "price_is_estimate": one.price_is_estimate,
        "evidence": findings.evidence_for(one, current.viewer()),
        "done_on": one.done_on,
        "saved": one.result if "outcome" in (one.result or {}) else None,
    }
