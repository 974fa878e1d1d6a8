"""The HTTP API: what its description promises, and no stack trace whatever comes."""

import json
import re
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from samen.domain.access import Scope
from support.building import at

STREAM = "/api/v1/events"
TEN_TO_ELEVEN = ("2026-11-23T09:00:00+00:00", "2026-11-23T10:00:00+00:00")


FEW = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


def test_every_answer_is_one_that_the_description_promises(house):
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app).exclude(path=STREAM)
    headers = {**house.program("mounia").headers, "Accept-Encoding": "identity"}

    for operation in described.get_all_operations():

        @FEW
        @given(case=operation.ok().as_strategy())
        def answers_as_promised(case):
            # What the description cannot say, such as an end before its start, is answered with 422.
            answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
            # The description's `default` allows for what can befall any request; these were sound.
            assert str(answer.status_code) in case.operation.definition.raw["responses"]

        answers_as_promised()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["space", "start", "end", "title", "people", "rrule", "on_conflict", "more"])
SENSE = st.sampled_from(["iris", "2026-11-24T10:00:00+01:00"])
BODIES = JSON | st.dictionaries(FIELDS, JSON | SENSE, max_size=8)


def _paths(house):
    """Every endpoint's address as OpenAPI writes it."""
    rules = [rule.rule for rule in house.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    return {re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule) for rule in rules}


def _id(rule):
    """An id of the kind that the address holds: of nothing that is there."""
    return "999999" if "<int" in rule.rule else str(uuid4())


@FEW
@given(body=BODIES)
def test_no_json_on_any_endpoint_breaks_anything(house, body):
    program = house.program("mounia")
    rules = [rule for rule in house.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]

    statuses = {
        program.call(method, re.sub(r"<[^>]*>", _id(rule), rule.rule), json=body).status_code
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule != STREAM
    }

    assert max(statuses) < 500


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"title": "\\ud800"}',
        b'{"people": 1e999}',
        b"[" * 5000,
        b'{"start": "9999-12-31T23:59:59-23:00"}',
    ],
)
def test_a_body_that_is_no_booking_is_unprocessable(house, raw):
    as_json = {"Content-Type": "application/json"}

    answer = house.program("an").call("POST", "/api/v1/bookings", data=raw, headers=as_json)

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2026-11-24T10:00:00"}, "start"),
        ({"end": "2026-11-23T08:00:00+01:00"}, "end"),
        ({"title": "   "}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"people": True}, "people"),
        ({"people": 0}, "people"),
        ({"colour": "red"}, "colour"),
        ({"on_conflict": "shrug"}, "on_conflict"),
    ],
)
def test_what_cannot_be_understood_is_named(house, change, field):
    body = {"space": "iris", "start": at("10:00").isoformat(), "end": at("11:00").isoformat(), "title": "T"}

    answer = house.program("an").call("POST", "/api/v1/bookings", json={**body, **change})

    assert answer.status_code == 422
    assert field in answer.json["errors"]["json"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_called_json_is_refused_and_not_overlooked(house, kind):
    headers = {"Content-Type": kind, "Accept-Language": "en"}
    path = f"/api/v1/requests/{uuid4()}/approve"

    answer = house.program("ada").call("POST", path, data=b'{"dates": []}', headers=headers)

    assert answer.status_code == 422
    assert answer.json["errors"]["json"]["_schema"] == ["Not JSON: send it as application/json."]


@pytest.mark.parametrize(
    ("language", "says"),
    [("fr", "Cette clé a déjà servi"), ("nl", "Deze sleutel kwam al eerder"), ("en", "This key came before")],
)
def test_a_key_that_came_before_is_said_in_the_language_asked_for(house, language, says):
    program, key = house.program("an"), {"Idempotency-Key": "once", "Accept-Language": language}
    program.book(at("10:00"), at("11:00"), headers=key)

    assert program.book(at("11:00"), at("12:00"), headers=key).json["detail"].startswith(says)


def test_the_key_is_described_for_every_post_and_for_nothing_else(house):
    described = json.loads(house.browser().get("/api/v1/openapi.json").data)["paths"]

    keyed = {
        method
        for operations in described.values()
        for method, operation in operations.items()
        if method != "parameters"
        and any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ()))
    }
    posts = [operations["post"] for operations in described.values() if "post" in operations]
    assert keyed == {"post"}
    assert all(any(one["name"] == "Idempotency-Key" for one in post["parameters"]) for post in posts)


def test_a_booking_is_answered_with_its_dates(house):
    answer = house.program("an").book(at("10:00"), at("11:00"), people=4)

    assert answer.status_code == 201
    (occurrence,) = answer.json["occurrences"]
    assert set(answer.json) == {"id", "occurrences", "skipped", "missing"}
    assert (occurrence["space"], occurrence["state"]) == ("iris", "confirmed")
    assert (occurrence["start"], occurrence["end"]) == TEN_TO_ELEVEN


def test_a_conflict_says_why_what_is_in_the_way_and_what_would_do(house):
    house.program("lea").book(at("10:00"), at("11:00"), title="Secret")

    answer = house.program("an").book(at("10:30"), at("11:30"))

    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert [refusal["code"] for refusal in answer.json["refusals"]] == ["taken"]
    assert answer.json["conflicts"] == [dict(zip(("start", "end"), TEN_TO_ELEVEN, strict=True))]
    assert {"space", "start", "end"} == set(answer.json["alternatives"][0])
    assert b"Secret" not in answer.data


def test_an_alternative_is_accepted_when_asked_for(house):
    house.program("lea").book(at("10:00"), at("11:00"))
    program = house.program("an")

    offered = program.book(at("10:00"), at("11:00")).json["alternatives"]
    asks = [{**offer, "title": "Plan B"} for offer in offered]

    answers = [program.call("POST", "/api/v1/bookings", json=ask).status_code for ask in asks]
    assert answers == [201] * len(offered)


def test_a_rule_that_makes_no_sense_is_not_understood(house):
    answer = house.program("an").book(at("10:00"), at("11:00"), rrule="FREQ=SOMETIMES")

    assert (answer.status_code, answer.json["refusals"][0]["code"]) == (422, "bad_rrule")


def test_a_space_that_is_not_there_is_not_understood(house):
    answer = house.program("an").book(at("10:00"), at("11:00"), space="atlantis")

    assert (answer.status_code, answer.json["refusals"][0]["code"]) == (422, "unknown_space")


def test_an_auditor_looks_but_does_not_book(house):
    assert house.program("axel").book(at("10:00"), at("11:00")).status_code == 403


def test_cancelling_twice_is_told(house):
    program = house.program("an")
    occurrence = program.book(at("10:00"), at("11:00")).json["occurrences"][0]["id"]

    first = program.call("DELETE", f"/api/v1/occurrences/{occurrence}")
    second = program.call("DELETE", f"/api/v1/occurrences/{occurrence}")

    assert (first.status_code, first.json["state"]) == (200, "cancelled")
    assert (second.status_code, second.json["refusals"][0]["code"]) == (409, "already_cancelled")
    assert program.get("/api/v1/occurrences").json == []


def test_free_spaces_leave_out_what_is_taken_or_too_small(house):
    program = house.program("an")
    program.book(at("10:00"), at("11:00"), space="zenne-noord")
    query = {"from": at("10:00").isoformat(), "to": at("11:00").isoformat(), "people": 10}

    found = [space["id"] for space in program.call("GET", "/api/v1/spaces/free", query_string=query).json]

    assert "iris" in found
    assert not {"canal", "zenne", "zenne-noord"} & set(found)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/energy/nothing", 404),
        ("PUT", "/api/v1/bookings", 405),
        ("DELETE", "/api/v1/occurrences/not-a-uuid", 404),
        ("GET", "/api/v1/occurrences?from=yesterday", 422),
        ("GET", "/api/v1/occurrences?colour=red", 422),
        ("GET", "/api/v1/occurrences?from=2026-01-01T00:00Z&to=2028-01-01T00:00Z", 422),
        ("GET", "/api/v1/energy/main?step=week", 422),
        ("GET", "/api/v1/energy/main?from=2020-01-01T00:00Z&step=15min", 422),
    ],
)
def test_every_error_is_a_problem(house, method, path, status):
    answer = house.program("mounia").call(method, path)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(answer.json)
    assert answer.json["status"] == status


def test_a_bad_token_is_told_how_to_come_in(house):
    answer = house.browser().get("/api/v1/spaces", headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="samen"'


def test_a_meters_energy_comes_in_buckets_of_local_days(house):
    query = "from=2026-10-24T22:00Z&to=2026-10-26T23:00Z&step=day"

    energy = house.program("mounia", Scope.ENERGY).get(f"/api/v1/energy/main?{query}").json

    assert (energy["unit"], energy["step"]) == ("kWh", "day")
    starts = [bucket["start"] for bucket in energy["buckets"]]
    assert starts == ["2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"]


def test_a_broken_answer_shows_no_stack_trace(house, monkeypatch):
    def explode(*_arguments):
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr("samen.services.find.free_spaces", explode)
    query = "from=2026-11-24T10:00Z&to=2026-11-24T11:00Z"

    answer = house.program("an").get(f"/api/v1/spaces/free?{query}")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert b"secret" not in answer.data
    assert b"Traceback" not in answer.data


def test_the_description_names_every_endpoint(house):
    described = json.loads(house.browser().get("/api/v1/openapi.json").data)["paths"]

    assert set(described) == _paths(house) - {"/api/v1/openapi.json"}


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "Iris is taken at that time."), ("fr", "Iris"), ("nl", "Iris"), ("xx", "Iris")],
)
def test_a_refusal_is_worded_in_the_language_asked_for(house, language, says):
    program = house.program("an")
    program.book(at("10:00"), at("11:00"))

    refused = program.book(at("10:00"), at("11:00"), headers={"Accept-Language": language})

    assert says in refused.json["refusals"][0]["text"]
    assert "%" not in refused.json["refusals"][0]["text"]
