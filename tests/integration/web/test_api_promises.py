"""Every status that the API's description promises is given by an example."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from flask import request
from sqlalchemy import select, update

from samen.adapters.db.models import Site, Space, Tenant
from samen.domain.access import Scope
from samen.domain.rules import Approval
from samen.services import ingest, rounds
from samen.web.api.imports import LARGEST
from samen.web.app import create_app
from support.building import at
from support.measured_house import fill
from support.nodes_words import occupancy
from support.rounds import SEASON, carry_through
from support.web import a_house

API = "/api/v1"
STREAM = "/api/v1/events"
MEETING = "BEGIN:VEVENT\nUID:m@else\nDTSTART:20261126T{hour}0000\nDURATION:PT1H\nEND:VEVENT"
CALENDAR = {"Content-Type": "text/calendar"}
# What a token for bookings does not open.
PATHS = ("energy", "devices", "findings", "savings", "statements", "weather", "zones")
ENERGY = tuple(f"{API}/{path}" for path in PATHS)
WISH = {
    "title": "Atelier",
    "people": 6,
    "minutes": 120,
    "weeks": [0],
    "options": [{"weekday": 0, "start": "18:00"}],
}
# What is right of a body, where something must be said at all.
BODIES = {
    "/wishes": WISH,
    "/preview": {"version": 1, "run": str(uuid4()), "objections_until_at": at("10:00").isoformat()},
    "/publish": {"version": 1},
    "/dates": {"date": at("10:00").isoformat()},
    "/take-over": {"title": "Atelier"},
    "/quotas": {"quotas": []},
}


def test_every_answer_that_is_promised_is_given(sqlite_database):
    house = a_house(sqlite_database, create_app)
    given = _watched(house.app)
    promised = _promised(house)

    _nobody_and_the_wrong_ones_ask(house, promised)
    _nonsense_is_asked(house, promised)
    _what_is_not_there_is_asked_for(house, promised)
    stories = (
        _bookings,
        _series,
        _waiting,
        _requests,
        _use,
        _settings,
        _own,
        _a_file,
        _looks,
        _wishes,
    )
    for story in stories:
        house.clock.now += timedelta(weeks=1)
        story(house, Week(house))

    assert promised - given == set()
    assert given - promised == {("GET", f"{API}/openapi.json", 200)}


class Week:
    """Times and people of the week at hand."""

    def __init__(self, house):
        self.house, self.start = house, house.clock.now - at("08:00")
        self.an, self.lea, self.ada = (house.program(who) for who in ("an", "lea", "ada"))
        self.mounia = house.program("mounia")

    def at(self, clock):
        return at(clock) + self.start

    def book(self, program, start, end, space="canal", **more):
        return program.book(self.at(start), self.at(end), space, **more).json

    def wish(self, start, end, space="canal"):
        span = {"start": self.at(start).isoformat(), "end": self.at(end).isoformat()}
        return self.lea.call("POST", f"{API}/waitlist", json={"space": space, "title": "T", **span}).json

    def cancel(self, booked):
        return self.an.call("DELETE", f"{API}/occurrences/{_first(booked)}")

    def needs_a_yes(self):
        """Iris is Atelier Rue's from now on, and others ask for it."""
        with self.house.database.write() as session:
            owner = session.scalars(select(Tenant.id).where(Tenant.slug == "atelier-rue")).one()
            iris = update(Space).where(Space.slug == "iris")
            session.execute(iris.values(owner_id=owner, approval=Approval.OTHERS, pending_holds=False))


def _wishes(house, week):
    """In a round that is open; then too late."""
    opens, manager = house.clock.now, house.people["mounia"]
    with house.database.write() as session:
        told = replace(SEASON, opens_at=opens, closes_at=opens + timedelta(days=1))
        one = rounds.create(session, session.scalars(select(Site)).one(), told, manager, opens)
        rounds.open_round(session, one.id, one.version, manager, opens)
        at = f"{API}/rounds/{one.id}/wishes"
    kept, withdrawn = (week.an.call("POST", at, json=WISH).json["id"] for _ in range(2))
    week.an.call("GET", at)
    week.an.call("PATCH", f"{at}/{kept}", json={"people": 3})
    week.an.call("DELETE", f"{at}/{withdrawn}")
    house.clock.now += timedelta(days=2)
    week.an.call("POST", at, json=WISH)
    week.an.call("PATCH", f"{at}/{kept}", json={"people": 4})
    week.an.call("DELETE", f"{at}/{kept}")
    _shared_out(house, week, f"{API}/rounds/{one.id}")


def _shared_out(house, week, at):
    """A round solved, shown and made final; each step once too early."""
    ahead = (house.clock.now + timedelta(days=7)).isoformat()
    week.mounia.call("POST", f"{at}/solve", json={})
    with house.database.write() as session:
        rounds.close_due(session, house.clock.now)
    run = week.mounia.call("POST", f"{at}/solve", json={"method": "greedy"}).json["id"]
    version = week.mounia.get(at).json["version"]
    carry_through(house.database, house.clock.now)
    for seen in (0, version):
        preview = {"run": run, "objections_until_at": ahead, "version": seen}
        week.mounia.call("POST", f"{at}/preview", json=preview)
    week.mounia.get(f"{API}/rounds")
    week.mounia.get(f"{at}/plan")
    for seen in (0, week.mounia.get(at).json["version"]):
        week.mounia.call("POST", f"{at}/publish", json={"version": seen, "skip_clashes": True})


def _watched(app):
    """Fills with (method, address, status) of whatever is answered."""
    given = set()

    @app.after_request
    def watch(response):
        if request.url_rule is not None and request.url_rule.rule.startswith(API):
            path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", request.url_rule.rule)
            given.add((request.method, path, response.status_code))
        return response

    return given


def _promised(house):
    paths = house.browser().get(f"{API}/openapi.json").json["paths"]
    return {
        (method.upper(), path, int(status))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path != STREAM and method != "parameters"
        for status in operation["responses"]
        if status != "default"
    }


def _asked(promised, status):
    """Who promises that: (method, address)."""
    return sorted((method, path) for method, path, promise in promised if promise == status)


def _nobody_and_the_wrong_ones_ask(house, promised):
    strangers = house.browser()
    wrong = [house.program("mounia", scope) for scope in Scope]
    for method, path in _asked(promised, 401):
        headers = {"Authorization": "Bearer nonsense"}
        strangers.client.open(_unknown(path), method=method, headers=headers)
    for method, path in _asked(promised, 403):
        narrow = wrong[0] if path.startswith(ENERGY) else wrong[1]
        narrow.call(method, _unknown(path))


def _nonsense_is_asked(house, promised):
    for method, path in _asked(promised, 422):
        query = "?colour=red" if method in {"GET", "DELETE"} else ""
        kind = "text/calendar" if path.endswith("/import") else "application/json"
        headers = {"Idempotency-Key": "", "Content-Type": kind}
        address = _unknown(path).replace("atlantis", "iris")
        house.program("mounia").call(method, address + query, data=b"[]", headers=headers)


def _what_is_not_there_is_asked_for(house, promised):
    for method, path in _asked(promised, 404):
        body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
        more = {"json": body}
        if path.endswith("/import"):
            more = {"data": b"", "headers": CALENDAR}
        house.program("mounia").call(method, _unknown(path), **more)


def _unknown(path):
    """The address of what is not there."""
    path = path.replace("{slug}", "atlantis").replace("{meter}", "nothing")
    return re.sub(r"{\w+}", lambda one: str(uuid4()) if one[0] in UUIDS else "999999", path)


UUIDS = ("{occurrence_id}", "{series_id}", "{round_id}", "{wish_id}")


def _first(booked):
    return booked["occurrences"][0]["id"]


def _bookings(_house, week):
    booked, other = week.book(week.an, "10:00", "11:00"), week.book(week.an, "12:00", "13:00")
    week.book(week.lea, "10:00", "11:00")
    for start in ("11:00", "12:00"):
        one = f"{API}/occurrences/{_first(booked)}"
        week.an.call("PATCH", one, json={"start": week.at(start).isoformat()})
    week.cancel(other)
    week.cancel(other)


def _series(_house, week):
    series = week.book(week.an, "20:00", "21:00", rrule="FREQ=WEEKLY;COUNT=3", instead=[_a_week_later(week)])
    week.an.get(f"{API}/series/{series['id']}")
    for _ in range(2):
        week.an.call("POST", f"{API}/series/{series['id']}/dates", json=_a_week_later(week))


def _a_week_later(week):
    return {"date": (week.at("20:00") + timedelta(weeks=1)).isoformat()}


def _waiting(_house, week):
    taken = [week.book(week.an, f"{hour}:00", f"{hour}:30") for hour in (10, 12, 14)]
    accepted, declined, left = (week.wish(f"{hour}:00", f"{hour}:30") for hour in (10, 12, 14))
    week.wish("14:00", "14:30")
    for booked in taken[:2]:
        week.cancel(booked)
    for _ in range(2):
        week.lea.call("POST", f"{API}/waitlist/{accepted['id']}/accept")
        week.lea.call("POST", f"{API}/waitlist/{declined['id']}/decline")
        week.lea.call("DELETE", f"{API}/waitlist/{left['id']}")


def _requests(_house, week):
    week.needs_a_yes()
    own = week.book(week.an, "16:00", "17:00", "iris")
    wanted = week.wish("16:00", "17:00", "iris")
    week.cancel(own)
    week.lea.call("POST", f"{API}/waitlist/{wanted['id']}/accept")
    for start, end, answer in (("10:00", "11:00", "approve"), ("12:00", "13:00", "decline")):
        asked = week.book(week.lea, start, end, "iris")
        for _ in range(2):
            week.ada.call("POST", f"{API}/requests/{asked['id']}/{answer}", json={})


def _use(house, week):
    booked = _first(week.book(week.an, "10:00", "11:00"))
    asked = _first(week.book(week.an, "10:00", "11:00", "zenne-noord"))
    week.an.call("POST", f"{API}/occurrences/{booked}/check-in")
    house.clock.now = week.at("10:05")
    week.an.call("POST", f"{API}/occurrences/{booked}/check-in")
    for _ in range(2):
        week.an.call("POST", f"{API}/occurrences/{booked}/release")
    _take_over(house, week, asked)


def _take_over(house, week, asked):
    taken = _first(week.book(week.an, "10:10", "11:00", "iris"))
    house.clock.now = week.at("10:15")
    with house.database.write() as session:
        ingest.record(session, [occupancy("empty", 1, week.at("10:15"))], week.at("10:15"))
    house.clock.now = week.at("10:16")
    for one in (taken, asked):
        week.mounia.call("POST", f"{API}/occurrences/{one}/take-over", json={"title": "Atelier"})
    (question,) = week.an.get(f"{API}/take-overs").json
    week.an.call("POST", f"{API}/take-overs/{question['id']}/keep")
    house.clock.now = week.at("11:00")
    week.an.call("POST", f"{API}/take-overs/{question['id']}/keep")
    house.clock.now = week.at("08:00")


def _settings(_house, week):
    rules, quotas = f"{API}/spaces/iris/rules", f"{API}/tenants/radio-pixel/quotas"
    span = {"start": week.at("18:00").isoformat(), "end": week.at("19:00").isoformat()}
    busy = {"weekdays": [0], "opening": "17:00", "closing": "20:00", "weight": 2}
    week.mounia.call("PATCH", rules, json={"capacity": 20})
    week.mounia.call("PUT", quotas, json={"quotas": []})
    closed = week.mounia.call("POST", f"{API}/blackouts", json={**span, "reason": "R"}).json
    peak = week.mounia.call("POST", f"{API}/peaks", json=busy).json
    for path in (rules, quotas, f"{API}/tenants", f"{API}/blackouts", f"{API}/peaks"):
        week.mounia.get(path)
    week.mounia.call("DELETE", f"{API}/blackouts/{closed['id']}")
    week.mounia.call("DELETE", f"{API}/peaks/{peak['id']}")


def _own(_house, week):
    feeds = [week.an.call("POST", f"{API}/feeds", json={"kind": "person"}) for _ in range(31)]
    week.an.get(f"{API}/feeds")
    week.an.call("DELETE", f"{API}/feeds/{feeds[0].json['id']}")
    week.an.get(f"{API}/notices")
    week.an.call("POST", f"{API}/notices/read", json={"ids": [1]})


def _a_file(_house, week):
    path = f"{API}/spaces/canal/import"
    for hour in ("10", "03"):
        content = f"BEGIN:VCALENDAR\n{MEETING.format(hour=hour).replace('m@', f'{hour}@')}\nEND:VCALENDAR"
        content = content.replace("20261126", f"{week.at('10:00') + timedelta(days=1):%Y%m%d}")
        week.ada.call("POST", path, data=content, headers=CALENDAR)
    week.ada.call("POST", path, data=b" " * (LARGEST + 1), headers=CALENDAR)
    week.ada.call("POST", path, json={})


def _looks(house, week):
    free = {"from": week.at("10:00").isoformat(), "to": week.at("11:00").isoformat()}
    week.mounia.call("GET", f"{API}/spaces/free", query_string=free)
    for path in (
        "spaces",
        "occurrences",
        "waitlist",
        "take-overs",
        "requests",
        "energy/main",
        "weather",
        "zones/front/plan",
        "devices",
        "fairness",
        "fairness?quarter=2019-01-01",
        "statements",
        "findings",
    ):
        week.mounia.get(f"{API}/{path}")
    fill(house.database)
    for meter in ("main", "gas", "nothing"):
        week.mounia.get(f"{API}/savings?meter={meter}")
