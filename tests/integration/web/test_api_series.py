"""Series through the API: booked over clashes, edited, cancelled, added to."""

from datetime import timedelta

import pytest

from support.building import at

WEEKLY = "FREQ=WEEKLY;COUNT=3"


@pytest.fixture
def an(house):
    return house.program("an")


def iso(clock, weeks=0):
    return (at(clock) + timedelta(weeks=weeks)).isoformat()


def starts(answer):
    return [one["start"] for one in answer.json["occurrences"]]


def test_a_series_is_answered_date_by_date(an):
    answer = an.book(at("10:00"), at("11:00"), rrule=WEEKLY)

    assert answer.status_code == 201
    assert starts(answer) == [iso("10:00"), iso("10:00", 1), iso("10:00", 2)]


def test_a_clash_names_its_date_and_what_could_be_had_then(house, an):
    house.program("lea").book(at("10:00") + timedelta(weeks=1), at("11:00") + timedelta(weeks=1))

    answer = an.book(at("10:00"), at("11:00"), rrule=WEEKLY)

    (clash,) = answer.json["dates"]
    assert answer.status_code == 409
    assert clash["date"] == iso("10:00", 1)
    assert clash["alternatives"]


def test_the_alternative_is_taken_for_that_date_alone(house, an):
    house.program("lea").book(at("10:00") + timedelta(weeks=1), at("11:00") + timedelta(weeks=1))
    (clash,) = an.book(at("10:00"), at("11:00"), rrule=WEEKLY).json["dates"]

    instead = [{"date": clash["date"], **clash["alternatives"][0]}]
    answer = an.book(at("10:00"), at("11:00"), rrule=WEEKLY, instead=instead)

    assert answer.status_code == 201
    assert len(answer.json["occurrences"]) == 3


def test_clashes_may_be_skipped_and_added_again(house, an):
    other = house.program("lea").book(at("10:00") + timedelta(weeks=1), at("11:00") + timedelta(weeks=1))
    booked = an.book(at("10:00"), at("11:00"), rrule=WEEKLY, on_conflict="skip")
    house.program("lea").call("DELETE", f"/api/v1/occurrences/{other.json['occurrences'][0]['id']}")

    series = an.get(f"/api/v1/series/{booked.json['id']}").json
    added = an.call("POST", f"/api/v1/series/{series['id']}/dates", json={"date": iso("10:00", 1)})

    assert [one["start"] for one in booked.json["skipped"]] == [iso("10:00", 1)]
    assert [one["start"] for one in series["left_out"]] == [iso("10:00", 1)]
    assert (added.status_code, len(added.json["occurrences"])) == (201, 3)


@pytest.mark.parametrize(("scope", "moved"), [("this", 1), ("following", 2), ("all", 3)])
def test_an_edit_reaches_as_far_as_it_is_told(an, scope, moved):
    booked = an.book(at("10:00"), at("11:00"), rrule=WEEKLY).json["occurrences"]

    answer = an.call(
        "PATCH", f"/api/v1/occurrences/{booked[1]['id']}?scope={scope}", json={"start": iso("14:00", 1)}
    )

    assert answer.status_code == 200
    assert answer.json["start"] == iso("14:00", 1)
    assert len(answer.json["occurrences"]) == moved
    assert all("T13:00" in start for start in starts(answer))


@pytest.mark.parametrize(("scope", "left"), [("this", 2), ("following", 1), ("all", 0)])
def test_a_cancellation_reaches_as_far_as_it_is_told(an, scope, left):
    booked = an.book(at("10:00"), at("11:00"), rrule=WEEKLY).json["occurrences"]

    answer = an.call("DELETE", f"/api/v1/occurrences/{booked[1]['id']}?scope={scope}")

    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert len(answer.json["occurrences"]) == 3 - left


def test_another_tenants_series_is_seen_without_its_details_and_not_changed(house, an):
    booked = house.program("lea").book(at("10:00"), at("11:00"), rrule=WEEKLY, title="Secret").json

    seen = an.get(f"/api/v1/series/{booked['id']}")
    changed = an.call(
        "PATCH", f"/api/v1/occurrences/{booked['occurrences'][0]['id']}", json={"title": "Mine"}
    )

    assert b"Secret" not in seen.data
    assert changed.status_code == 404


def test_a_repetition_is_ended_with_a_null(an):
    booked = an.book(at("10:00"), at("11:00"), rrule=WEEKLY).json

    date = booked["occurrences"][0]["id"]
    an.call("PATCH", f"/api/v1/occurrences/{date}?scope=all", json={"rrule": None})

    series = an.get(f"/api/v1/series/{booked['id']}").json
    assert (series["rrule"], len(series["occurrences"])) == (None, 1)


def test_a_date_is_told_by_its_own_title(an):
    booked = an.book(at("10:00"), at("11:00"), rrule=WEEKLY).json

    date = booked["occurrences"][1]["id"]
    changed = an.call("PATCH", f"/api/v1/occurrences/{date}", json={"title": "Fête", "people": 3}).json

    series = an.get(f"/api/v1/series/{booked['id']}").json
    assert (changed["title"], changed["people"]) == ("Fête", 3)
    assert [one["title"] for one in series["occurrences"]] == ["Réunion", "Fête", "Réunion"]


def test_half_an_alternative_is_not_understood(an):
    answer = an.book(
        at("10:00"), at("11:00"), rrule=WEEKLY, instead=[{"date": iso("10:00"), "space": "canal"}]
    )

    assert answer.status_code == 422
