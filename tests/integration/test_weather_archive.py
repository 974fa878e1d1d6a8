"""A weather archive fills what nobody measured, and whatever it does, it is in nobody's way."""

import json
import time
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import ArchiveAsk, OutdoorDay, Site
from samen.adapters.weather import LARGEST_ANSWER, ArchiveFault, Question, fetch
from samen.cli.archive import archive_job
from samen.domain.outdoor import HOUR, WeatherSource
from samen.services import weather, weather_archive, weather_health
from support.building import load_demo
from support.ports import free_port
from support.weather_archive import archive, right_answer

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
QUESTION = Question(50.8549, 4.3656, date(2026, 1, 12), date(2026, 1, 13))


@pytest.fixture(scope="module")
def shared_archive():
    with archive() as kept:
        yield kept


@pytest.fixture
def there(shared_archive):
    """The archive as it is when all is well."""
    shared_archive.asked.clear()
    shared_archive.respond = shared_archive.rightly
    return shared_archive


@pytest.fixture
def house(database):
    """Bota 75, with its place."""
    load_demo(database)
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        site.latitude, site.longitude = 50.8549, 4.3656
    return database


def answering(change):
    """A responder that spoils a right answer."""

    def respond(handler, asked):
        answer = right_answer(asked)
        change(answer)
        body = json.dumps(answer).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def sending(body: bytes, status: int = 200, length: int | None = None):
    def respond(handler, _asked):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def hourly(**fields):
    return answering(lambda answer: answer["hourly"].update(fields))


SPOILT = {
    "500": (sending(b"oops", 500), "refused: status 500"),
    "a reason": (
        sending(b'{"error":true,"reason":"Out of range"}', 400),
        "refused: status 400: Out of range",
    ),
    "elsewhere": (sending(b"", 302), "refused: status 302"),
    "cut off": (sending(b'{"hourly":', length=4000), "unreachable"),
    "garbage": (sending(b"<html>Bienvenue</html>"), "garbled"),
    "not UTF-8": (sending(b"\xff\xfe\x00"), "garbled"),
    "deep": (sending(b"[" * 100_000), "garbled"),
    "a list": (sending(b"[]"), "garbled"),
    "null": (sending(b'{"hourly": null}'), "garbled"),
    "words": (hourly(temperature_2m=["mild"] * 48), "garbled"),
    "flags": (hourly(temperature_2m=[True] * 48), "garbled"),
    "NaN": (hourly(temperature_2m=[float("nan")] * 48), "garbled"),
    "kelvin": (hourly(temperature_2m=[281.0] * 48), "garbled"),
    "fahrenheit": (answering(lambda one: one["hourly_units"].update(temperature_2m="°F")), "garbled"),
    "too few": (hourly(temperature_2m=[7.0] * 40), "garbled"),
    "other hours": (answering(lambda one: one["hourly"]["time"].reverse()), "wrong_hours"),
    "one day": (
        answering(lambda one: one["hourly"].update({k: v[:24] for k, v in one["hourly"].items()})),
        "wrong_hours",
    ),
    "local time": (answering(lambda one: one.update(utc_offset_seconds=3600)), "wrong_hours"),
    "too large": (sending(b" " * (LARGEST_ANSWER + 1)), "too_large"),
}


def test_hours_are_asked_for_by_place_and_day_and_those_it_knows_come_back(there):
    def without_the_last(answer):
        answer["hourly"]["temperature_2m"][-1] = None

    there.respond = answering(without_the_last)

    hours = fetch(there.address, QUESTION)

    assert hours == [(datetime(2026, 1, 12, tzinfo=UTC) + n * HOUR, 7.0) for n in range(47)]
    assert there.asked == [
        {
            "apikey": "ours",
            "latitude": "50.8549",
            "longitude": "4.3656",
            "start_date": "2026-01-12",
            "end_date": "2026-01-13",
            "hourly": "temperature_2m",
            "timezone": "UTC",
        }
    ]


@pytest.mark.parametrize("how", SPOILT)
def test_an_answer_that_cannot_be_used_is_a_fault_with_a_reason(there, how):
    there.respond, complaint = SPOILT[how]

    with pytest.raises(ArchiveFault) as raised:
        fetch(there.address, QUESTION)

    assert complaint in str(raised.value)


@pytest.mark.parametrize("silent", [True, False], ids=["says nothing", "drips"])
def test_a_slow_archive_is_given_up(there, silent):
    there.respond = (lambda _handler, _asked: there.closing.wait(2)) if silent else there.drip
    started = time.monotonic()

    with pytest.raises(ArchiveFault, match="slow"):
        fetch(there.address, QUESTION, within_s=0.2)

    assert time.monotonic() - started < 1.5


def test_without_the_cut_a_dripping_archive_would_never_be_given_up(there, monkeypatch):
    """The control: a socket's own timeout starts anew with every byte."""
    monkeypatch.setattr("samen.adapters.weather._deadline", lambda *_: nullcontext())
    heard = []

    def drip_for_a_while(handler, _asked):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(25):
            heard.append(1)
            handler.wfile.write(b" ")
            handler.wfile.flush()
            there.closing.wait(0.02)

    there.respond = drip_for_a_while

    with pytest.raises(ArchiveFault, match="garbled"):
        fetch(there.address, QUESTION, within_s=0.2)

    assert len(heard) == 25


def test_nobody_there_is_a_fault_too():
    with pytest.raises(ArchiveFault, match="unreachable"):
        fetch(f"http://127.0.0.1:{free_port()}/", QUESTION)


def test_missing_days_are_filled_up_to_five_days_ago(house, there):
    job = archive_job(there.address, lambda: NOW)

    added = job(house)

    with house.read() as session:
        days = session.scalars(select(OutdoorDay).order_by(OutdoorDay.on_date)).all()
        assert days[-2].on_date == date(2026, 11, 17)
        assert all(day.deg_c == 7.0 and day.archive_hours == day.hours for day in days[1:-1])
        assert weather_archive.missing_days(session, session.scalars(select(Site)).one(), NOW) == []
    assert added > 17_000


def test_a_day_that_is_known_is_left_alone_and_a_day_that_is_half_known_is_filled_up(house, there):
    with house.write() as session:
        site = session.scalars(select(Site)).one()
        for on, known in ((date(2026, 11, 15), 24), (date(2026, 11, 16), 12)):
            start = datetime(on.year, on.month, on.day - 1, 23, tzinfo=UTC)
            hours = [(start + n * HOUR, 1.0) for n in range(known)]
            weather.store_temperatures(session, site, WeatherSource.CSV, hours, NOW)

    archive_job(there.address, lambda: NOW)(house)

    with house.read() as session:
        shown = {day.on_date: day.deg_c for day in session.scalars(select(OutdoorDay))}
    assert (shown[date(2026, 11, 15)], shown[date(2026, 11, 16)]) == (1.0, 4.0)


def test_a_site_is_asked_about_once_and_then_rests(house, there):
    there.respond = hourly(temperature_2m=[None] * 24 * 733)
    clock = [NOW]
    job = archive_job(there.address, lambda: clock[0], chance=lambda: 0.0)

    for minutes in (0, 30, 59, 300):
        clock[0] = NOW + timedelta(minutes=minutes)
        job(house)

    assert len(there.asked) == 1


def state_of(house) -> ArchiveAsk:
    with house.read() as session:
        state = session.scalars(select(ArchiveAsk)).one()
        session.expunge_all()
        return state


def test_failures_double_the_rest_up_to_a_day_and_are_told(house, there):
    there.respond = sending(b"oops", 500)
    clock, rests = [NOW], []
    job = archive_job(there.address, lambda: clock[0], chance=lambda: 0.0)

    for _ in range(7):
        job(house)
        rests.append((state_of(house).again_at - clock[0]) // HOUR)
        clock[0] = state_of(house).again_at

    assert rests == [1, 2, 4, 8, 16, 24, 24]
    assert (state_of(house).failures, state_of(house).problem) == (7, "refused: status 500")
    with house.read() as session:
        (sentence,) = weather_health.faults(session, configured=True, now=clock[0])
    assert "for bota75, 7 times in a row (refused: status 500)" in sentence


def test_an_answer_ends_the_trouble(house, there):
    there.respond = sending(b"oops", 500)
    archive_job(there.address, lambda: NOW)(house)
    there.respond = there.rightly

    archive_job(there.address, lambda: NOW + timedelta(hours=2))(house)

    assert (state_of(house).failures, state_of(house).problem) == (0, None)


def test_nothing_is_asked_without_an_address_nor_about_a_site_without_a_place(database, there):
    load_demo(database)

    done = [archive_job(address, lambda: NOW)(database) for address in (None, there.address)]

    assert done == [0, 0]
    assert there.asked == []


def test_a_booking_need_not_wait_while_the_archive_thinks(house, there):
    wrote = []

    def write_meanwhile(_address, _question):
        with house.write() as session:
            session.scalars(select(Site)).one().name = "Bota"
            wrote.append(1)
        return []

    archive_job(there.address, lambda: NOW, asking=write_meanwhile)(house)

    assert wrote == [1]
