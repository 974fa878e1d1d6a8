"""A weather archive on this machine: it answers as the real ones do, or as the test tells it to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUR = timedelta(hours=1)


def right_answer(asked: dict[str, str], deg_c: float = 7.0) -> dict[str, Any]:
    """One temperature for every hour that was asked for."""
    first, last = (date.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
    start = datetime.combine(first, datetime.min.time(), UTC)
    hours = [start + n * HOUR for n in range(((last - first).days + 1) * 24)]
    return {
        "latitude": float(asked["latitude"]),
        "longitude": float(asked["longitude"]),
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {"time": [f"{at:%Y-%m-%dT%H:%M}" for at in hours], "temperature_2m": [deg_c] * len(hours)},
    }


class Archive:
    """What it was asked, and how it answers: `respond(handler, asked)` writes to the handler."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.respond: Callable[[BaseHTTPRequestHandler, dict[str, str]], None] = self.rightly
        self.address = ""
        self.closing = Event()

    def rightly(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        self.send(handler, json.dumps(right_answer(asked)).encode())

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def drip(self, handler: BaseHTTPRequestHandler, _asked: dict[str, str]) -> None:
        """A byte now and then, until nobody listens any more."""
        handler.send_response(200)
        handler.end_headers()
        while not self.closing.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()


@contextmanager
def archive() -> Iterator[Archive]:
    """An archive at `address` for as long as the block lasts."""
    kept = Archive()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            kept.asked.append(asked)
            try:
                kept.respond(self, asked)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_port}/v1/archive?apikey=ours"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield kept
    finally:
        kept.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
