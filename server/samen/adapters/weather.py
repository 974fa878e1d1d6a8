"""Asking a public weather archive for hourly temperatures, in the form in which Open-Meteo's answers.

`GET …?latitude=&longitude=&start_date=&end_date=&hourly=temperature_2m&timezone=UTC` gives
`{"hourly_units": {"temperature_2m": "°C"}, "hourly": {"time": ["2026-01-12T00:00", …],
"temperature_2m": [1.4, null, …]}}`, and a refusal is `{"error": true, "reason": "…"}` with status 400
(https://open-meteo.com/en/docs/historical-weather-api). The values are those of the full hour.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

# Three years are 0.7 MB.
LARGEST_ANSWER = 4 * 1024 * 1024
ANSWER_WITHIN_S = 30.0
MOST_DAYS = 3 * 366
# Beyond these, it is not the air of any place.
COLDEST_DEG_C, HOTTEST_DEG_C = -90.0, 60.0
HOUR = timedelta(hours=1)


class ArchiveFault(Exception):
    """The archive gave nothing that can be used.

    `code`: `unreachable`, `slow`, `refused` (another status than 200), `too_large`, `garbled`, `wrong_hours`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Question:
    """Where, and which days of UTC, the last one included."""

    latitude: float
    longitude: float
    first: date
    last: date


Hours = list[tuple[datetime, float]]


def fetch(address: str, question: Question, within_s: float = ANSWER_WITHIN_S) -> Hours:
    """The hours that the archive knows, in °C, in order.

    Raises ArchiveFault, once `within_s` has passed for connecting and once more for the answer at the latest.
    """
    body = _get(address, question, within_s)
    try:
        return _hours(json.loads(body), question)
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise ArchiveFault("garbled", _short(error)) from error


def _get(address: str, question: Question, within_s: float) -> bytes:
    """No redirect is followed: what is configured is asked, and nobody else."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=within_s)
    target = f"{parts.path or '/'}?{_query(parts.query, question)}"
    late = threading.Event()
    try:
        connection.connect()
        with _deadline(connection.sock, within_s, late):
            connection.request("GET", target, headers={"Accept": "application/json"})
            with connection.getresponse() as response:
                body = _body(response)
    except (OSError, HTTPException, UnicodeError) as error:
        code = "slow" if late.is_set() or isinstance(error, TimeoutError) else "unreachable"
        raise ArchiveFault(code, _short(error)) from error
    finally:
        connection.close()
    if late.is_set():
        raise ArchiveFault("slow", f"no whole answer within {within_s:g} s")
    return body


def _query(kept: str, question: Question) -> str:
    asked = {
        "latitude": f"{question.latitude:.4f}",
        "longitude": f"{question.longitude:.4f}",
        "start_date": question.first.isoformat(),
        "end_date": question.last.isoformat(),
        "hourly": "temperature_2m",
        "timezone": "UTC",
    }
    return urlencode([*parse_qsl(kept), *asked.items()])


@contextmanager
def _deadline(sock: socket.socket, within_s: float, late: threading.Event) -> Iterator[None]:
    """Cuts the connection when the time is up: a socket's own timeout starts anew with each byte."""

    def cut() -> None:
        late.set()
        with suppress(OSError):  # It was closed in the meantime.
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(within_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _body(response: HTTPResponse) -> bytes:
    body = response.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise ArchiveFault("too_large", f"more than {LARGEST_ANSWER // 1024 // 1024} MB")
    if response.status != 200:
        raise ArchiveFault("refused", f"status {response.status}{_reason(body)}")
    if response.length:
        raise HTTPException(f"{response.length} bytes are missing")
    return body


def _reason(body: bytes) -> str:
    try:
        said = json.loads(body)
        return f": {_short(said['reason'])}"
    except (ValueError, RecursionError, TypeError, KeyError):
        return ""


def _hours(answer: Mapping[str, Any], question: Question) -> Hours:
    """Raises ArchiveFault, and ValueError, TypeError or KeyError for what is not of that form."""
    times, values = answer["hourly"]["time"], answer["hourly"]["temperature_2m"]
    unit = answer["hourly_units"]["temperature_2m"]
    if unit != "°C":
        raise ValueError(f"temperatures in {unit!r}")
    if answer.get("utc_offset_seconds", 0) != 0:
        raise ArchiveFault("wrong_hours", f"{answer['utc_offset_seconds']} s off UTC")
    found = [(_hour(at), value) for at, value in zip(times, values, strict=True)]
    _check_order([at for at, _ in found], question)
    return [(at, _deg_c(value)) for at, value in found if value is not None]


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)


def _check_order(hours: list[datetime], question: Question) -> None:
    first = datetime.combine(question.first, datetime.min.time(), UTC)
    asked = (question.last - question.first + timedelta(days=1)) // HOUR
    if hours != [first + n * HOUR for n in range(asked)]:
        raise ArchiveFault("wrong_hours", f"{len(hours)} hours, not the {asked} that were asked for")


def _deg_c(value: float) -> float:
    # NaN is JSON to Python, and stands between no bounds.
    if isinstance(value, bool) or not COLDEST_DEG_C <= value <= HOTTEST_DEG_C:
        raise ValueError(f"{value!r} is no temperature")
    return float(value)


def _short(error: object) -> str:
    return " ".join(str(error).split())[:120]
