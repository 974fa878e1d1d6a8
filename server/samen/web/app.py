"""The web application: its parts in, a Flask application out; no globals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from samen.adapters.db import Database
from samen.config import Settings
from samen.web import (
    account,
    approvals,
    assets,
    booking,
    check_in,
    current,
    device_claims,
    devices,
    door,
    dossier,
    energy,
    energy_span,
    events,
    fairness,
    feeds,
    find,
    findings,
    health,
    heating,
    i18n,
    interventions,
    members,
    meter_files,
    meters,
    notices,
    policy,
    preferences,
    reconciliation,
    rooms,
    round_drafts,
    round_final,
    round_place,
    round_sandbox,
    rounds,
    savings,
    security,
    series,
    sharing,
    sharing_keys,
    sharing_tenants,
    space_settings,
    statements,
    tenant,
    waitlist,
    weather,
    week,
    wish_answers,
    wishes,
)
from samen.web.api import init_api
from samen.web.compress import init_compress
from samen.web.feed import Feed
from samen.web.live import Hub
from samen.web.logs import init_logs
from samen.web.metrics import Metrics, init_metrics
from samen.web.problems import init_problems
from samen.web.shell import init_shell
from samen.web.throttle import Throttle

BLUEPRINTS = (
    account.blueprint,
    approvals.blueprint,
    booking.blueprint,
    check_in.blueprint,
    device_claims.blueprint,
    devices.blueprint,
    door.blueprint,
    dossier.blueprint,
    energy.blueprint,
    energy_span.blueprint,
    events.blueprint,
    fairness.blueprint,
    feeds.blueprint,
    find.blueprint,
    findings.blueprint,
    health.blueprint,
    heating.blueprint,
    interventions.blueprint,
    members.blueprint,
    meter_files.blueprint,
    meters.blueprint,
    notices.blueprint,
    preferences.blueprint,
    reconciliation.blueprint,
    rooms.blueprint,
    round_drafts.blueprint,
    round_final.blueprint,
    round_place.blueprint,
    round_sandbox.blueprint,
    rounds.blueprint,
    savings.blueprint,
    series.blueprint,
    sharing.blueprint,
    sharing_keys.blueprint,
    sharing_tenants.blueprint,
    space_settings.blueprint,
    statements.blueprint,
    tenant.blueprint,
    waitlist.blueprint,
    weather.blueprint,
    week.blueprint,
    wish_answers.blueprint,
    wishes.blueprint,
)


def create_app(
    settings: Settings,
    database: Database,
    hub: Hub | None = None,
    feed: Feed | None = None,
    clock: Callable[[], datetime] = current.utc_now,
) -> Flask:
    """The application over this database. Raises PagesNotBuilt without built pages.

    Without a `feed`, the live stream tells only of bookings and `/readyz` says that the broker is missing.
    """
    app = Flask("samen", template_folder=str(assets.templates()), static_folder=None)
    hub = Hub() if hub is None else hub
    feed = Feed(database, hub, clock) if feed is None else feed
    metrics = Metrics()
    app.extensions[current.EXTENSION] = current.Parts(
        settings, database, hub, feed, metrics, Throttle(), clock
    )
    _init_hooks(app, settings, metrics)
    init_problems(app)
    i18n.register(app)
    init_shell(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_api(app)
    assets.serve(app)
    return app


def _init_hooks(app: Flask, settings: Settings, metrics: Metrics) -> None:
    """What every request and every answer passes; answers in reverse, so they are compressed near the end."""
    init_logs(app)
    init_metrics(app, metrics)
    init_compress(app)
    security.init_security(app, settings)
    app.before_request(security.make_room)
    app.before_request(security.refuse_nul)
    app.before_request(policy.enforce)
    app.before_request(lambda: security.refuse_forgery(app))
