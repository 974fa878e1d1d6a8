"""Counters for Prometheus. Nothing here names a person, a booking or a room."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """One application's counters, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "samen_requests", "Requests answered", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "samen_request_seconds", "Time to the start of an answer", ("route",), registry=self.registry
        )
        self.listeners = Gauge("samen_live_listeners", "Open live streams", registry=self.registry)
        self.readings = Gauge("samen_readings_stored", "Readings in the database", registry=self.registry)
        self.quarantined = Gauge(
            "samen_quarantined", "Messages put aside", ("reason",), registry=self.registry
        )
        self.lag = Gauge(
            "samen_ingest_lag_seconds", "How long a node has been waiting for an ack", registry=self.registry
        )


def init_metrics(app: Flask, metrics: Metrics) -> None:
    """Count every request by its route, never by its path: a path may hold a token."""

    def start() -> None:
        g.started = time.monotonic()

    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(none)"
        metrics.requests.labels(route, request.method, response.status_code).inc()
        metrics.seconds.labels(route).observe(time.monotonic() - g.get("started", time.monotonic()))
        return response

    app.before_request(start)
    app.after_request(count)
