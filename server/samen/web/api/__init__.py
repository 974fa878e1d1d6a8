"""The HTTP API, version 1: /api/v1, described by /api/v1/openapi.json."""

from __future__ import annotations

from flask import Flask

from samen.web.api import (
    approvals,
    bookings,
    closures,
    devices,
    energy,
    events,
    fairness,
    feeds,
    findings,
    imports,
    notices,
    occurrences,
    release,
    rounds,
    savings,
    series,
    space_rules,
    spaces,
    statements,
    takeover,
    tenants,
    waitlist,
    weather,
    wishes,
    zones,
)
from samen.web.api.kernel import PREFIX, SamenApi, SpecBlueprint
from samen.web.policy import Access, declare

BLUEPRINTS: tuple[SpecBlueprint, ...] = (
    spaces.blueprint,
    space_rules.blueprint,
    closures.blueprint,
    tenants.blueprint,
    bookings.blueprint,
    occurrences.blueprint,
    series.blueprint,
    release.blueprint,
    waitlist.blueprint,
    wishes.blueprint,
    takeover.blueprint,
    approvals.blueprint,
    imports.blueprint,
    feeds.blueprint,
    notices.blueprint,
    energy.blueprint,
    fairness.blueprint,
    statements.blueprint,
    findings.blueprint,
    weather.blueprint,
    zones.blueprint,
    savings.blueprint,
    rounds.blueprint,
    devices.blueprint,
    events.blueprint,
)


def init_api(app: Flask) -> None:
    """Register every endpoint and the description of them all."""
    app.config.update(
        API_TITLE="Samen",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = SamenApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=PREFIX)
    declare(app, "api-docs.openapi_json", Access.PUBLIC)
