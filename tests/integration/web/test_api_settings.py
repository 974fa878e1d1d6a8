"""Rules, closed times, busy hours and quotas through the API: managers set them, everybody may read them."""

import pytest
from sqlalchemy import select

from samen.adapters.db.models import AuditEntry
from support.building import at

RULES = "/api/v1/spaces/iris/rules"
ATELIER = "/api/v1/tenants/atelier-rue/quotas"
CLOSED = {"start": at("12:00").isoformat(), "end": at("18:00").isoformat(), "reason": "Peinture"}
BUSY = {"weekdays": [0, 2], "opening": "17:00", "closing": "24:00", "weight": 2.5}
ALLOTTED = {"quotas": [{"period": "week", "hours": 4}, {"period": "month", "hours": 10, "basis": "used"}]}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def mounia(house):
    return house.program("mounia")


@pytest.fixture
def an(house):
    return house.program("an")


def patch(program, **body):
    return program.call("PATCH", RULES, json=body, headers=ENGLISH)


def fields(answer):
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    return answer.json["errors"]["json"]


def test_everybody_reads_the_rules_of_a_space(house):
    read = {who: house.program(who).get(RULES).json for who in house.people}

    assert len({str(rules) for rules in read.values()}) == 1
    assert (read["an"]["opening"], read["an"]["approval"], read["an"]["permitted"]) == ("08:00", "none", [])


def test_a_change_leaves_what_it_does_not_name(mounia):
    before = mounia.get(RULES).json

    answer = patch(mounia, longest_min=120, closing="24:00")

    assert answer.status_code == 200
    assert answer.json == mounia.get(RULES).json == {**before, "longest_min": 120, "closing": "24:00"}


def test_rules_hold_from_then_on(mounia, an):
    patch(mounia, longest_min=60)

    refused = an.book(at("10:00"), at("12:00"))

    assert [refusal["code"] for refusal in refused.json["refusals"]] == ["too_long"]


def test_weekdays_people_and_an_owner_can_be_set_and_taken_back(mounia):
    hours = [
        {"weekday": 5, "opening": "10:00", "closing": "16:00"},
        {"weekday": 6, "opening": None, "closing": None},
    ]
    permitted = [{"role": None, "tenant": "atelier-rue"}, {"role": "manager", "tenant": None}]

    filled = patch(mounia, hours=hours, permitted=permitted, owner="atelier-rue", approval="others").json
    emptied = patch(mounia, hours=[], permitted=[], owner=None).json

    assert (filled["hours"], filled["owner"], filled["approval"]) == (hours, "atelier-rue", "others")
    assert sorted(filled["permitted"], key=str) == sorted(permitted, key=str)
    assert (emptied["hours"], emptied["permitted"], emptied["owner"]) == ([], [], None)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"closing": "07:00"}, "closing", "It must close after it opens."),
        ({"closing": "25:00"}, "closing", "Not a valid time."),
        ({"longest_min": 1, "shortest_min": 2}, "longest_min", "cannot be shorter"),
        ({"hours": [{"weekday": 1, "opening": "09:00", "closing": "08:00"}]}, "hours", "after it opens"),
        ({"owner": "atlantis"}, "owner", "There is no such association."),
        ({"permitted": [{"tenant": "atlantis"}]}, "permitted", "There is no such association."),
        ({"permitted": [{}]}, "permitted", "Needs `tenant`, `role` or both."),
        ({"hours": [{"weekday": 1, "opening": None, "closing": None}] * 2}, "hours", "A weekday comes once."),
        ({"capacity": 10**30}, "capacity", "less than or equal to 100000"),
        ({"weight": -1}, "weight", "less than or equal to 100"),
        ({"closed_on_holidays": 1}, "closed_on_holidays", "Not a valid boolean."),
        ({"approval": "perhaps"}, "approval", "Must be one of: none, others, always."),
        ({"door_version": 7}, "door_version", "Unknown field."),
    ],
)
def test_a_rule_that_makes_no_sense_is_said_at_its_field_and_nothing_is_set(mounia, change, field, says):
    before = mounia.get(RULES).json

    refused = patch(mounia, capacity=9, **change) if "capacity" not in change else patch(mounia, **change)

    assert says in str(fields(refused)[field])
    assert mounia.get(RULES).json == before


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "Ce n’est pas"), ("nl", "Dit is geen"), ("en", "Not a valid")]
)
def test_what_is_wrong_with_a_field_is_said_in_the_language_asked_for(mounia, language, says):
    answer = mounia.call("PATCH", RULES, json={"capacity": "many"}, headers={"Accept-Language": language})

    assert fields(answer)["capacity"][0].startswith(says)


def test_a_closed_time_says_what_is_booked_in_it_as_far_as_one_may_see(house, mounia, an):
    house.program("lea").book(at("13:00"), at("14:00"), title="Secret")

    closed = mounia.call("POST", "/api/v1/blackouts", json={**CLOSED, "space": "iris"})
    (seen,) = an.get("/api/v1/blackouts").json

    assert (closed.status_code, closed.json["booked"][0]["title"]) == (201, "Secret")
    assert (seen["space"], seen["reason"], seen["booked"][0]["title"]) == ("iris", "Peinture", None)
    assert seen["start"] == CLOSED["start"]


def test_what_is_closed_cannot_be_booked_until_it_is_open_again(mounia, an):
    closed = mounia.call("POST", "/api/v1/blackouts", json=CLOSED).json
    refused = an.book(at("13:00"), at("14:00"), space="canal")

    reopened = mounia.call("DELETE", f"/api/v1/blackouts/{closed['id']}")

    assert [refusal["code"] for refusal in refused.json["refusals"]] == ["blacked_out"]
    assert (reopened.status_code, reopened.data) == (204, b"")
    assert an.book(at("13:00"), at("14:00"), space="canal").status_code == 201
    assert mounia.call("DELETE", f"/api/v1/blackouts/{closed['id']}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"end": CLOSED["start"]},
        {"reason": " "},
        {"space": "atlantis"},
        {"site": "atlantis"},
        {"start": "noon"},
    ],
)
def test_a_time_that_cannot_be_closed_is_not_understood(mounia, change):
    answer = mounia.call("POST", "/api/v1/blackouts", json={**CLOSED, **change})

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert mounia.get("/api/v1/blackouts").json == []


def test_busy_hours_come_and_go(mounia, an):
    known = len(an.get("/api/v1/peaks").json)
    added = mounia.call("POST", "/api/v1/peaks", json=BUSY)

    listed = an.get("/api/v1/peaks").json
    removed = mounia.call("DELETE", f"/api/v1/peaks/{added.json['id']}")

    assert (added.status_code, added.json) == (201, {"id": added.json["id"], **BUSY})
    assert added.json in listed
    assert (removed.status_code, len(an.get("/api/v1/peaks").json)) == (204, known)
    assert mounia.call("DELETE", f"/api/v1/peaks/{added.json['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [7]}, "weekdays"),
        ({"closing": "17:00"}, "closing"),
        ({"weight": 1e9}, "weight"),
        ({"weight": "2"}, "weight"),
    ],
)
def test_busy_hours_that_make_no_sense_are_said_at_their_field(mounia, change, field):
    assert field in fields(mounia.call("POST", "/api/v1/peaks", json={**BUSY, **change}))


def test_a_tenant_sees_what_it_has_used_and_has_left(house, mounia, an):
    allotted = mounia.call("PUT", ATELIER, json=ALLOTTED)
    an.book(at("10:00"), at("11:30"))

    use = an.get(ATELIER).json

    assert allotted.status_code == 200
    assert [(one["period"], one["basis"], one["limit"]) for one in use["quotas"]] == [
        ("week", "booked", 4.0),
        ("month", "used", 10.0),
    ]
    assert (use["quotas"][0]["booked"], use["quotas"][0]["left"]) == (1.5, 2.5)
    assert [(one["space"], one["booked"]) for one in use["spaces"]] == [("Iris", 1.5)]


def test_quotas_are_put_whole_and_hold(mounia, an):
    mounia.call("PUT", ATELIER, json=ALLOTTED)
    mounia.call("PUT", ATELIER, json={"quotas": [{"period": "week", "hours": 1}]})

    refused = an.book(at("10:00"), at("12:00"))

    assert [refusal["code"] for refusal in refused.json["refusals"]] == ["over_quota"]
    assert [one["period"] for one in an.get(ATELIER).json["quotas"]] == ["week"]


def test_another_tenants_hours_are_not_there(house):
    read = {who: house.program(who).get(ATELIER).status_code for who in house.people}

    assert read == {"an": 200, "ada": 200, "lea": 404, "mounia": 200, "axel": 200}


def test_everybody_knows_who_shares_the_building_by_name_alone(house):
    tenants = house.program("lea").get("/api/v1/tenants").json

    assert {"atelier-rue", "collectif-senne", "radio-pixel"} <= {one["id"] for one in tenants}
    assert [one["id"] for one in tenants if one["yours"]] == ["collectif-senne"]
    assert {name for one in tenants for name in one} == {"id", "name", "yours"}


@pytest.mark.parametrize(
    "quotas",
    [
        [{"period": "year", "hours": 1}],
        [{"period": "week", "hours": -1}],
        [{"period": "week", "hours": 1}] * 2,
        [{"period": "week"}],
    ],
)
def test_quotas_that_make_no_sense_are_not_understood(mounia, quotas):
    before = mounia.get(ATELIER).json

    refused = mounia.call("PUT", ATELIER, json={"quotas": quotas})

    assert "quotas" in fields(refused)
    assert mounia.get(ATELIER).json == before


WRITES = [
    ("PATCH", RULES, {"capacity": 1}),
    ("POST", "/api/v1/blackouts", CLOSED),
    ("DELETE", "/api/v1/blackouts/1", None),
    ("POST", "/api/v1/peaks", BUSY),
    ("DELETE", "/api/v1/peaks/1", None),
    ("PUT", ATELIER, ALLOTTED),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_only_managers_set_anything(house, method, path, body):
    told = {
        who: house.program(who).call(method, path, json=body).status_code
        for who in house.people
        if who != "mounia"
    }

    assert set(told.values()) == {403}


def test_what_is_set_is_on_record(house, mounia):
    patch(mounia, capacity=7)
    mounia.call("POST", "/api/v1/blackouts", json=CLOSED)
    mounia.call("POST", "/api/v1/peaks", json=BUSY)
    mounia.call("PUT", ATELIER, json=ALLOTTED)

    with house.database.read() as session:
        deeds = select(AuditEntry.subject).where(AuditEntry.action == "rules.changed").order_by(AuditEntry.id)
        subjects = list(session.scalars(deeds))
    assert subjects[-4:] == ["space:iris", "site:bota75", "site:bota75", "tenant:atelier-rue"]


@pytest.mark.parametrize(("path", "body"), [("/api/v1/blackouts", CLOSED), ("/api/v1/peaks", BUSY)])
def test_a_retry_does_nothing_twice_and_another_body_needs_another_key(mounia, path, body):
    key = {"Idempotency-Key": "once"}
    first, second = (mounia.call("POST", path, json=body, headers=key) for _ in range(2))

    other = mounia.call("POST", path, json={**body, **OTHERWISE[path]}, headers={**key, **ENGLISH})

    assert (first.status_code, first.data) == (201, second.data)
    assert (other.status_code, other.json["type"]) == (422, "urn:samen:idempotency-key-reused")
    assert other.json["detail"].startswith("This key came before")


OTHERWISE = {"/api/v1/blackouts": {"reason": "Autre"}, "/api/v1/peaks": {"weight": 3}}
