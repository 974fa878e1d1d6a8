"""Whatever is sent to the API, it says no in words, and nothing breaks."""

import json
import re

import pytest

from support.building import at

AS_JSON = {"Content-Type": "application/json", "Accept-Language": "nl"}
HUGE = "9" * 400
RAW = {
    "nothing": b"",
    "half an object": b'{"title": "x"',
    "an array": b"[]",
    "text": b'"text"',
    "a number": b"1",
    "null": b"null",
    "no UTF-8": b"\xff\xfe{}",
    "more digits than Python reads": b'{"people": ' + b"1" * 5000 + b"}",
    "nested": b"[" * 5000,
    "nested in a field": b'{"a":' * 3000,
    "NaN": b'{"weight": NaN}',
    "a name twice": b'{"title": "a", "title": "b", "reason": "", "reason": ""}',
    "another name": b'{"colour": "red"}',
}
# What a field may be sent as, whatever it is for.
VALUES = [
    None,
    True,
    -1,
    0,
    10**30,
    -(10**30),
    1e308,
    "",
    "\0",
    "a\0b",
    "\ud800",
    "x" * 5000,
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-11-24T10:00:00",
    "24:00",
    "99:99",
    "FREQ=SECONDLY",
    "FREQ=DAILY;COUNT=999999999999999999999",
    "FREQ=DAILY;INTERVAL=999999999999999999999",
    "FREQ=YEARLY;UNTIL=99991231T235959Z",
    "FREQ=MONTHLY;BYMONTHDAY=99;BYSETPOS=-400",
    [],
    [None],
    [[]],
    [{}],
    [10**30],
    ["\0"],
    [{"weekday": 10**30, "opening": "08:00", "closing": "08:00"}],
    [{"period": "week", "hours": 10**400}],
    [{"period": "week", "hours": 1}, {"period": "week", "hours": 2}],
    [{"tenant": "atlantis", "role": None}],
    {},
    {"a": {}},
    [
        {
            "date": "2026-11-24T10:00:00+01:00",
            "space": "atlantis",
            "start": "2026-11-24T10:00:00+01:00",
            "end": "2026-11-24T10:00:00+01:00",
        }
    ],
    [{"date": "2026-12-01T10:00:00+01:00"}, {"date": "2026-12-01T10:00:00+01:00"}],
]
WISH = {
    "space": "iris",
    "start": "2026-11-24T10:00:00+01:00",
    "end": "2026-11-24T11:00:00+01:00",
    "title": "T",
}
# What makes the rest of a body right, by how its address ends.
SENSE = {
    "bookings": WISH,
    "waitlist": WISH,
    "dates": {"date": "2026-12-01T10:00:00+01:00"},
    "blackouts": {"start": "2027-11-24T10:00:00+01:00", "end": "2027-11-24T11:00:00+01:00", "reason": "R"},
    "peaks": {"weekdays": [0], "opening": "08:00", "closing": "09:00", "weight": 2},
    "feeds": {"kind": "person"},
}

ENGLISH = re.compile(r"\b(must|not|than|valid|cannot|the|too|be)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def described(shared):
    return shared.browser().get("/api/v1/openapi.json").json


@pytest.fixture(scope="module")
def ids(shared):
    """A series of the program's own, and one of its dates."""
    booked = shared.program("mounia").book(at("15:00"), at("16:00"), rrule="FREQ=WEEKLY;COUNT=3").json
    return {"series_id": booked["id"], "occurrence_id": booked["occurrences"][1]["id"]}


def _operations(described):
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                yield method.upper(), path, operation


def _schema(described, operation):
    """The body's schema; None where no JSON is taken."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return content and described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]


def _filled(path, ids):
    """The address with names of what is there; numbers are of nothing that is."""
    slug = "atelier-rue" if "/tenants/" in path else "iris"
    for name, value in {**ids, "slug": slug, "meter": "main"}.items():
        path = path.replace(f"{{{name}}}", value)
    return re.sub("{.*}", "999999", path)


def _is_a_no(answer):
    told = answer.json or {}
    in_words = {"type", "title", "status", "detail"} <= set(told) and told["detail"]
    return 400 <= answer.status_code < 500 and answer.mimetype == "application/problem+json" and in_words


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_what_is_no_body_is_refused_everywhere(shared, described, ids, raw):
    program = shared.program("mounia")
    takes_json = [
        (method, _filled(path, ids))
        for method, path, operation in _operations(described)
        if (schema := _schema(described, operation)) and (raw or schema.get("required"))
    ]

    answers = {
        (method, path): program.call(method, path, data=raw, headers=AS_JSON) for method, path in takes_json
    }

    assert len(answers) > 8
    assert [asked for asked, answer in answers.items() if not _is_a_no(answer)] == []


def _sentences(errors):
    """What is said, wherever it is said."""
    if isinstance(errors, str):
        return {errors}
    inner = errors.values() if isinstance(errors, dict) else errors
    return {said for one in inner for said in _sentences(one)}


def _bodies(described):
    """Every body that is sound but for one field, with its method and address."""
    for method, path, operation in _operations(described):
        sound = SENSE.get(path.rpartition("/")[2], {})
        for field in (_schema(described, operation) or {}).get("properties", {}):
            yield from ((method, path, json.dumps({**sound, field: value})) for value in VALUES)


def test_no_value_in_any_field_breaks_anything_and_each_no_is_in_the_language_asked_for(
    shared, described, ids
):
    program, broken, said = shared.program("mounia"), [], set()
    for method, path, raw in _bodies(described):
        answer = program.call(method, _filled(path, ids), data=raw, headers=AS_JSON)
        if answer.status_code >= 300 and not _is_a_no(answer):
            broken.append((method, path, raw[:200], answer.status_code))
        elif answer.status_code >= 300:
            # What is wrong with a rule is quoted from its grammar.
            detail = answer.json["detail"].partition("De regel is niet bruikbaar")[0]
            said |= {detail} | _sentences(answer.json.get("errors", {}))

    assert broken == []
    assert len(said) > 30
    assert [sentence for sentence in said if ENGLISH.search(sentence)] == []


def test_no_query_breaks_anything(shared, described, ids):
    program, broken = shared.program("mounia"), []
    values = [
        "",
        "%00",
        "%FF",
        "%ED%A0%80",
        HUGE,
        "-" + HUGE,
        "9999-12-31T23:59:59-23:59",
        "a&a=b",
        "'",
        "x" * 4000,
    ]
    for method, path, operation in _operations(described):
        for parameter in operation.get("parameters", []):
            for value in values if parameter["in"] == "query" else ():
                query = f"{parameter['name']}={value}".replace("&a=", f"&{parameter['name']}=")
                answer = program.call(method, f"{_filled(path, ids)}?{query}", headers=AS_JSON)
                if answer.status_code >= 300 and not _is_a_no(answer):
                    broken.append((method, path, query[:80], answer.status_code))

    assert broken == []


@pytest.mark.parametrize(
    "name", ["%00", "a%00b", "%FF", "..%2F..", HUGE, "-1", "0", "2147483648", "' OR 1=1 --"]
)
def test_no_name_in_an_address_breaks_anything(shared, described, name):
    program, broken = shared.program("mounia"), []
    for method, path, _operation in _operations(described):
        if "{" in path:
            filled = path.partition("{")[0] + name + path.partition("}")[2]
            answer = program.call(method, filled, data=b"{}", headers=AS_JSON)
            if not _is_a_no(answer):
                broken.append((method, filled[:200], answer.status_code))

    assert broken == []
