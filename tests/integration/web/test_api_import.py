"""A calendar file through the API: what became of each event, all of them or none."""

import pytest

from samen.domain.access import Scope
from samen.web.api.imports import LARGEST, MOST_EVENTS
from support.building import at

PATH = "/api/v1/spaces/iris/import"
CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


def an_event(name, start="20261126T100000", *lines):
    said = (f"UID:{name}@else", f"SUMMARY:{name}", f"DTSTART:{start}", "DURATION:PT1H", *lines)
    return "\r\n".join(["BEGIN:VEVENT", *said, "END:VEVENT"])


def a_file(*events):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


MEETING, NIGHT = an_event("meeting"), an_event("night", "20261126T230000")


@pytest.fixture
def ada(house):
    return house.program("ada")


def send(program, content, path=PATH, headers=None):
    return program.call("POST", path, data=content, headers={**CALENDAR, **(headers or {})})


def booked(program):
    query = {"from": at("00:00", day=26).isoformat(), "to": at("23:59", day=27).isoformat()}
    return program.call("GET", "/api/v1/occurrences", query_string=query).json


def test_a_file_is_booked_for_who_sends_it(ada):
    series = an_event("choir", "20261127T190000", "RRULE:FREQ=WEEKLY;COUNT=3")

    answer = send(ada, a_file(MEETING, series))

    assert (answer.status_code, answer.json["stored"], answer.json["imported"]) == (200, True, 2)
    assert [(event["uid"], event["dates"]) for event in answer.json["events"]] == [
        ("meeting@else", 1),
        ("choir@else", 3),
    ]
    assert [(one["tenant"], one["title"]) for one in booked(ada)] == [
        ("atelier-rue", "meeting"),
        ("atelier-rue", "choir"),
    ]


def test_one_event_that_is_refused_keeps_the_others_out_and_is_named(ada):
    answer = send(ada, a_file(MEETING, NIGHT), headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert [event["outcome"] for event in answer.json["report"]["events"]] == ["imported", "refused"]
    assert [refusal["code"] for refusal in answer.json["refusals"]] == ["outside_opening_hours"]
    assert "It is open from 08:00" in answer.json["report"]["events"][1]["refusals"][0]["text"]
    assert booked(ada) == []


def test_the_others_are_booked_when_that_is_asked_for(ada):
    answer = send(ada, a_file(MEETING, NIGHT), f"{PATH}?skip_refused=true")

    assert (answer.status_code, answer.json["imported"], answer.json["refused"]) == (200, 1, 1)
    assert len(booked(ada)) == 1


def test_what_is_sent_again_is_known(ada):
    send(ada, a_file(MEETING))

    again = send(ada, a_file(MEETING))

    assert (again.status_code, again.json["known"], len(booked(ada))) == (200, 1, 1)


def test_a_retry_gets_the_first_report_and_another_file_needs_another_key(ada):
    key = {"Idempotency-Key": "once"}
    first = send(ada, a_file(MEETING), headers=key)

    retried, other = send(ada, a_file(MEETING), headers=key), send(ada, a_file(NIGHT), headers=key)

    assert (retried.data, retried.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.json["type"]) == (422, "urn:samen:idempotency-key-reused")


def test_open_pages_hear_of_what_was_booked(house, ada, monkeypatch):
    told = []
    monkeypatch.setattr("samen.web.live.Hub.publish", lambda _hub, *said: told.append(said))

    send(ada, a_file(MEETING))

    assert told == [("booking", {"space": "iris", "on": "2026-11-26"})]


@pytest.mark.parametrize("who", ["an", "lea", "axel"])
def test_files_are_for_who_runs_an_association(house, who):
    assert send(house.program(who), a_file(MEETING)).status_code == 403


def test_a_token_for_energy_books_nothing(house):
    assert send(house.program("ada", Scope.ENERGY), a_file(MEETING)).status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no calendar",
        b"\xff\xfe",
        b"BEGIN:VCALENDAR\r\nSUMMARY:\0\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR",
        b"END:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" * 5000,
        a_file(*(an_event(str(n)) for n in range(MOST_EVENTS + 1))).encode(),
    ],
    ids=["nothing", "text", "no UTF-8", "a NUL", "half", "the other half", "nested", "too many events"],
)
def test_what_is_no_calendar_is_said_in_the_language_asked_for(ada, content):
    answer = send(ada, content, headers={"Accept-Language": "nl"})

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["errors"]["body"][0].startswith("Het bestand")


@pytest.mark.parametrize(
    "event",
    [
        an_event("bomb", "20261126T100000", "RRULE:FREQ=SECONDLY"),
        an_event("bomb", "20261126T100000", "RRULE:FREQ=DAILY;COUNT=99999999999999999999"),
        an_event("bomb", "20261126T100000", "RRULE:FREQ=DAILY;INTERVAL=99999999999999999999"),
        an_event("late", "99991231T235900"),
        an_event("never", "20261399T100000"),
        an_event("nowhere", "20261126T100000").replace("DTSTART:", "DTSTART;TZID=../../etc/passwd:"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_by_itself(ada, event):
    answer = send(ada, a_file(event, MEETING), f"{PATH}?skip_refused=true")

    assert [one["outcome"] for one in answer.json["events"]] == ["refused", "imported"]


def test_a_file_may_be_larger_than_other_requests_but_not_without_end(ada):
    padding = "X-PADDING:" + "x" * 60
    large = a_file(MEETING, *[padding] * 2000)

    assert len(large) > 64 * 1024
    assert send(ada, large).status_code == 200
    assert send(ada, large + " " * LARGEST).status_code == 413


def test_a_file_of_many_dates_is_booked_piece_by_piece(ada):
    daily = "RRULE:FREQ=DAILY;COUNT=360"
    content = a_file(*(an_event(f"daily{hour}", f"20261126T{hour}0000", daily) for hour in (10, 12, 14, 16)))

    first, second = (send(ada, content, f"{PATH}?skip_refused=true") for _ in range(2))

    assert [one["outcome"] for one in first.json["events"]] == ["imported"] * 3 + ["refused"]
    assert first.json["events"][3]["refusals"][0]["code"] == "too_much_at_once"
    assert [one["outcome"] for one in second.json["events"]] == ["known"] * 3 + ["imported"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_only_calendars_are_read(ada, kind):
    answer = send(ada, a_file(MEETING), headers={"Content-Type": kind})

    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_a_space_that_is_not_there_takes_no_file(ada):
    assert send(ada, a_file(MEETING), "/api/v1/spaces/atlantis/import").status_code == 404
