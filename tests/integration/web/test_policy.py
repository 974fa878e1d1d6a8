"""Every route says who may use it, and means it."""

import pytest

from samen.domain.access import Scope
from samen.web.app import create_app
from samen.web.policy import Access, policy_of
from support.building import at
from support.web import PEOPLE, a_house

SECRET_TITLE = "Entretien confidentiel de Chloé"
# What a route's arguments are filled with.
SAMPLES = {
    "token": "no-such-token",
    "meter": "main",
    "on": "2026-11-23",
    "slug": "iris",
    "name": "days",
    "zone": "front",
}
STREAMS = {"events.page_events", "live.stream_events"}
OPEN_TO_WRITE = {
    "account.check_password",
    "account.sign_out",
    "account.accept",
    "device_claims.settle",
    "door.here",
    "preferences.save",
}
EVERYBODY = set(PEOPLE)
MATRIX = {
    "/": EVERYBODY,
    "/day/2026-11-23": EVERYBODY,
    "/book": EVERYBODY - {"axel"},
    "/week": EVERYBODY,
    "/week/2026-11-23": EVERYBODY,
    "/find": EVERYBODY - {"axel"},
    "/find?date=2026-11-24&start=10:00&end=11:00": EVERYBODY - {"axel"},
    "/bookings": EVERYBODY - {"axel"},
    "/tenant": EVERYBODY,
    "/fairness": EVERYBODY,
    "/fairness.csv": EVERYBODY,
    "/notices": EVERYBODY,
    "/feeds": EVERYBODY,
    "/spaces": {"mounia"},
    "/spaces/iris": {"mounia"},
    "/check-in/iris": EVERYBODY - {"axel"},
    "/waitlist": EVERYBODY - {"axel"},
    "/requests": {"ada", "mounia"},
    "/rooms/now?on=2026-11-23": EVERYBODY,
    "/energy": {"mounia", "axel"},
    "/energy/sharing": {"mounia", "axel"},
    "/energy/sharing/keys": {"mounia", "axel"},
    "/energy/sharing/tenants": {"mounia", "axel"},
    "/energy/sharing/reconcile": {"mounia", "axel"},
    "/energy/sharing/reconcile.csv": {"mounia", "axel"},
    "/energy/mine": EVERYBODY,
    "/energy/findings": {"mounia", "axel"},
    "/energy/findings.csv": {"mounia", "axel"},
    "/findings": EVERYBODY,
    "/energy/meters": {"mounia", "axel"},
    "/energy/meters/main": {"mounia", "axel"},
    "/energy/heating": {"mounia", "axel"},
    "/energy/heating/front/plan.csv": {"mounia", "axel"},
    "/energy/savings": {"mounia", "axel"},
    "/energy/interventions": {"mounia", "axel"},
    "/energy/interventions/new": {"mounia"},
    "/energy/weather": {"mounia", "axel"},
    "/energy/weather/degree-days.csv": {"mounia", "axel"},
    "/energy/weather/temperatures.csv": {"mounia", "axel"},
    "/energy/span?from=2026-11-22T00:00&to=2026-11-23T00:00": {"mounia", "axel"},
    "/energy/charts/days.csv": {"mounia", "axel"},
    "/devices": {"mounia", "axel"},
    "/members": {"ada", "mounia"},
    "/api/v1/spaces": EVERYBODY,
    "/api/v1/occurrences": EVERYBODY,
    "/api/v1/waitlist": EVERYBODY - {"axel"},
    "/api/v1/requests": {"ada", "mounia"},
    "/api/v1/spaces/free?from=2026-11-24T10:00Z&to=2026-11-24T11:00Z": EVERYBODY,
    "/api/v1/energy/main": EVERYBODY,
    "/api/v1/statements": EVERYBODY,
    "/api/v1/findings": EVERYBODY,
    "/api/v1/zones/front/plan": EVERYBODY,
    "/api/v1/weather": EVERYBODY,
    "/api/v1/devices": {"mounia", "axel"},
    "/api/v1/spaces/iris/rules": EVERYBODY,
    "/api/v1/blackouts": EVERYBODY,
    "/api/v1/peaks": EVERYBODY,
    "/api/v1/tenants": EVERYBODY,
    "/api/v1/tenants/radio-pixel/quotas": {"mounia", "axel"},
    "/api/v1/take-overs": EVERYBODY - {"axel"},
    "/api/v1/feeds": EVERYBODY,
    "/api/v1/notices": EVERYBODY,
}


def test_every_route_declares_who_may_use_it(house):
    undeclared = [
        rule.rule for rule in house.app.url_map.iter_rules() if policy_of(house.app, rule.endpoint) is None
    ]

    assert undeclared == []


def test_a_route_that_declares_nothing_answers_as_if_it_were_not_there(sqlite_database):
    house = a_house(sqlite_database, create_app)
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    answer = house.browser("mounia").get("/forgotten")

    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_visitors_may_write_only_where_they_come_in(house):
    writable = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
        and policy_of(house.app, rule.endpoint).access is Access.PUBLIC
    }

    assert writable == OPEN_TO_WRITE


@pytest.mark.parametrize("path", MATRIX)
def test_each_role_sees_what_it_may_and_no_more(house, path):
    allowed = {name for name in PEOPLE if house.browser(name).get(path).status_code == 200}
    others = {house.browser(name).get(path).status_code for name in EVERYBODY - MATRIX[path]}

    assert allowed == MATRIX[path]
    # Another tenant's hours are not closed but not there.
    assert others <= ({404} if path.startswith("/api/v1/tenants/") else {403})


@pytest.mark.parametrize("path", MATRIX)
def test_a_visitor_is_asked_to_sign_in(house, path):
    answer = house.browser().get(path)

    assert answer.status_code == (401 if path.startswith("/api/") else 303)
    assert "/sign-in" in answer.headers.get("Location", "/sign-in")


def _every_page(house, occurrence_id):
    values = {**SAMPLES, "occurrence_id": occurrence_id, "id": occurrence_id}
    for rule in house.app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint not in STREAMS and rule.arguments <= set(values):
            with house.app.test_request_context():
                yield house.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def _pages_that_tell(house, who, occurrence_id, secrets):
    browser = house.browser(who)
    bodies = {path: browser.get(path).get_data(as_text=True) for path in _every_page(house, occurrence_id)}
    return {path for path, body in bodies.items() if any(secret in body for secret in secrets)}


def test_no_page_tells_another_tenant_titles_or_people(house):
    booked = house.program("an").book(at("10:00"), at("11:00"), title=SECRET_TITLE, people=7).json
    secrets = (SECRET_TITLE, SECRET_TITLE.replace("é", "\\u00e9"), "an@rue.test")
    occurrence_id = booked["occurrences"][0]["id"]

    told_own = _pages_that_tell(house, "an", occurrence_id, secrets)
    told_other = _pages_that_tell(house, "lea", occurrence_id, secrets)

    assert "/api/v1/occurrences" in told_own
    assert told_other == set()


def test_another_tenants_booking_shows_when_but_not_what(house):
    house.program("an").book(at("10:00"), at("11:00"), title=SECRET_TITLE, people=7)

    (seen,) = house.program("lea").get("/api/v1/occurrences").json

    assert (seen["tenant"], seen["title"], seen["people"], seen["may_change"]) == (
        "atelier-rue",
        None,
        None,
        False,
    )


def test_another_tenants_booking_cannot_be_cancelled(house):
    booked = house.program("an").book(at("10:00"), at("11:00")).json["occurrences"][0]["id"]

    refused = house.program("lea").call("DELETE", f"/api/v1/occurrences/{booked}")

    assert refused.status_code == 404
    assert house.program("an").call("DELETE", f"/api/v1/occurrences/{booked}").status_code == 200


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        (Scope.ENERGY, "/api/v1/occurrences"),
        (Scope.BOOKINGS, "/api/v1/energy/main"),
        (Scope.BOOKINGS, "/api/v1/findings"),
        (Scope.BOOKINGS, "/api/v1/devices"),
    ],
)
def test_a_token_opens_only_what_its_scopes_name(house, scope, path):
    narrow, wide = house.program("mounia", scope), house.program("mounia")

    assert narrow.get(path).status_code == 403
    assert wide.get(path).status_code == 200


def test_a_token_is_no_way_into_pages(house):
    answer = house.program("mounia").get("/members")

    assert answer.status_code == 303
