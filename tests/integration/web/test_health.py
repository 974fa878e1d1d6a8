"""Alive, ready, measured, logged."""

import io
import json
import sys
from contextlib import redirect_stderr

import pytest
import structlog

from samen.adapters.db.schema import downgrade
from samen.web import logs, problems
from samen.web.app import create_app
from samen.web.logs import configure_logs
from support.building import at
from support.web import PASSWORD, a_house


def test_a_server_without_its_broker_is_alive_but_not_ready(house):
    browser = house.browser()

    alive, ready = browser.get("/healthz"), browser.get("/readyz")

    assert (alive.status_code, alive.json) == (200, {"status": "alive"})
    assert ready.status_code == 503
    assert ready.json["checks"] == {"migrated": True, "writable": True, "broker": False, "ingest": True}


def test_a_database_of_another_version_is_not_ready(house):
    downgrade(house.database.url, "base")

    checks = house.browser().get("/readyz").json["checks"]

    assert (checks["migrated"], checks["writable"]) == (False, False)


def test_metrics_count_requests_by_route_and_name_nobody(sqlite_database):
    house = a_house(sqlite_database, create_app)
    house.program("an").book(at("10:00"), at("11:00"), title="Entretien")
    house.browser().get("/invitation/a-secret-token")

    text = house.browser().get("/metrics").get_data(as_text=True)

    assert 'samen_requests_total{method="POST",route="/api/v1/bookings",status="201"} 1.0' in text
    assert 'route="/invitation/<token>"' in text
    for name in ("a-secret-token", "Entretien", "rue.test", "atelier-rue"):
        assert name not in text


@pytest.mark.parametrize(
    "more",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
    ],
)
def test_metrics_are_for_this_machine_alone(house, more):
    assert house.browser().get("/metrics", **more).status_code == 404


@pytest.fixture
def log_lines(monkeypatch):
    """What is logged, as a service's log would have it."""
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logs()
        structlog.configure(
            logger_factory=structlog.WriteLoggerFactory(sys.stderr), cache_logger_on_first_use=False
        )
        # A logger that spoke in an earlier test may have kept where it spoke to.
        for module in (logs, problems):
            monkeypatch.setattr(module, "log", structlog.get_logger(module.__name__))
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()


def test_a_request_is_logged_by_route_with_the_id_its_answer_carries(house, log_lines):
    answer = house.browser().get("/invitation/a-secret-token")

    (line,) = log_lines()
    assert (line["route"], line["status"]) == ("/invitation/<token>", 410)
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_no_log_line_holds_a_password_an_address_or_a_token(with_password, log_lines):
    browser = with_password.browser()
    browser.sign_in("an@rue.test", "wrong " + PASSWORD)
    browser.sign_in("an@rue.test")
    browser.get("/invitation/a-secret-token")

    text = json.dumps(log_lines())

    for secret in (PASSWORD, "an@rue.test", "a-secret-token", browser.held()):
        assert secret not in text


def test_what_broke_is_logged_with_where_and_without_values(house, log_lines, monkeypatch):
    def explode(_session, during, *_arguments):
        password = PASSWORD
        raise ZeroDivisionError(during and password and "it broke")

    monkeypatch.setattr("samen.services.find.free_spaces", explode)
    house.program("an").get("/api/v1/spaces/free?from=2026-11-24T10:00Z&to=2026-11-24T11:00Z")

    failed = next(line for line in log_lines() if line["event"] == "request_failed")

    assert failed["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert PASSWORD not in json.dumps(failed)


def test_while_the_database_is_away_pages_say_so(house, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away(*_arguments):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    browser, program = house.browser("an"), house.program("an")
    monkeypatch.setattr("samen.services.login.account_of_browser", away)
    monkeypatch.setattr("samen.services.login.account_of_program", away)

    page, answer = browser.get("/members"), program.get("/api/v1/spaces")

    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
