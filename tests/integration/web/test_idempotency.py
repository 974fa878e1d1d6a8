"""A POST that is sent twice is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import IdempotencyKey, Series
from support.building import at
from support.web import a_house

KEY = {"Idempotency-Key": "5f0c-1"}


@pytest.fixture
def house(database):
    """On both engines: each has its own way to make a twin wait."""
    return a_house(database)


def _bookings(house):
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(Series))


def test_a_retry_gets_the_first_answer_to_the_byte(house):
    program = house.program("an")

    first = program.book(at("10:00"), at("11:00"), headers=KEY)
    second = program.book(at("10:00"), at("11:00"), headers=KEY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.data, first.mimetype) == (second.data, second.mimetype)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert _bookings(house) == 1


def test_a_refusal_is_an_answer_too(house):
    house.program("lea").book(at("10:00"), at("11:00"))
    program = house.program("an")

    first = program.book(at("10:00"), at("11:00"), headers=KEY)
    second = program.book(at("10:00"), at("11:00"), headers=KEY)

    assert first.status_code == 409
    assert (second.status_code, second.data) == (409, first.data)


def test_the_same_key_with_another_body_is_refused(house):
    program = house.program("an")
    program.book(at("10:00"), at("11:00"), headers=KEY)

    other = program.book(at("12:00"), at("13:00"), headers=KEY)

    assert (other.status_code, other.json["type"]) == (422, "urn:samen:idempotency-key-reused")
    assert _bookings(house) == 1


def test_a_key_is_its_members_own(house):
    house.program("an").book(at("10:00"), at("11:00"), headers=KEY)

    other = house.program("lea").book(at("12:00"), at("13:00"), headers=KEY)

    assert other.status_code == 201


def test_after_a_day_a_key_may_come_again(house):
    program = house.program("an")
    program.book(at("10:00"), at("11:00"), headers=KEY)

    house.clock.now += timedelta(hours=24)
    later = program.book(at("12:00", day=25), at("13:00", day=25), headers=KEY)

    assert later.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "clé"])
def test_a_key_that_is_none_is_refused(house, key):
    answer = house.program("an").book(at("10:00"), at("11:00"), headers={"Idempotency-Key": key})

    assert answer.status_code == 422


def test_sixteen_retries_at_once_make_one_booking(house):
    programs = [house.program("an")] * 16

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: one.book(at("10:00"), at("11:00"), headers=KEY), programs))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert _bookings(house) == 1


def test_without_a_key_the_same_retries_are_refused_as_conflicts(house):
    programs = [house.program("an")] * 16

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: one.book(at("10:00"), at("11:00")), programs))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15


def test_an_answer_is_kept_only_with_its_deed(house, monkeypatch):
    def break_down(*_arguments):
        raise RuntimeError("after the deed")

    program = house.program("an")
    monkeypatch.setattr("samen.services.idempotency.keep", break_down)
    failed = program.book(at("10:00"), at("11:00"), headers=KEY)
    monkeypatch.undo()

    with house.database.read() as session:
        kept = session.scalar(select(func.count()).select_from(IdempotencyKey))
    assert (failed.status_code, failed.mimetype) == (500, "application/problem+json")
    assert (kept, _bookings(house)) == (0, 0)
    assert program.book(at("10:00"), at("11:00"), headers=KEY).status_code == 201
