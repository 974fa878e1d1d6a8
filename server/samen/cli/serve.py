"""`samen serve`: pages, API and live stream; with an embedded broker everything else too."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import click
import gunicorn.http.wsgi
from gunicorn.app.base import BaseApplication

from samen.adapters.broker import BrokerUnavailable, start_broker
from samen.adapters.db import Database
from samen.cli import No
from samen.cli.children import keep_running
from samen.cli.stopping import until_told
from samen.config import Settings
from samen.web.app import create_app
from samen.web.assets import dashboards
from samen.web.current import utc_now
from samen.web.feed import Feed
from samen.web.live import Hub
from samen.web.logs import configure_logs

THREADS = 128
GRACE_S = 10


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with one worker of 128 threads: one process, so one hub and one count of sign-in attempts."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._settings = settings
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._address,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "worker_connections": 1000,
            "keepalive": 5,
            "graceful_timeout": GRACE_S,
            "preload_app": False,
            "accesslog": None,
            "loglevel": "warning",
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 (a heartbeat must not wait for a disk)
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """In the worker: open the database, subscribe to the broker, make the application."""
        configure_logs()
        database, hub = Database(self._settings.database_url), Hub()
        feed = Feed(database, hub, utc_now)
        application = create_app(self._settings, database, hub, feed)
        feed.start(self._settings.mqtt)
        _end_streams_on_term(hub)
        calm_the_collector()
        return application


def calm_the_collector() -> None:
    """Look for garbage less often, and never in what was imported and built: it halted all threads for 70 ms.

    A page makes tens of thousands of objects; to look each 700 of them, as Python does, took a tenth of its
    time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


def _end_streams_on_term(hub: Hub) -> None:
    """An open stream would hold the worker for the whole of its grace."""
    graceful = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        hub.close()
        if callable(graceful):
            graceful(number, frame)

    signal.signal(signal.SIGTERM, stop)


@click.command
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8075, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve pages, API and live stream until told to stop.

    With SAMEN_MQTT_URL=embedded://… the broker, ingest, tick and the solver run beside it.
    """
    settings = Settings.from_env()
    settings.require_secret()
    configure_logs()
    _demand_pages()
    if settings.mqtt.embedded:
        _serve_with_everything(settings, host, port)
    else:
        # No version, no name of the server's software.
        gunicorn.http.wsgi.SERVER = "samen"
        Server(settings, host, port).run()


def _serve_with_everything(settings: Settings, host: str, port: int) -> None:
    stop = threading.Event()
    until_told(stop)
    place = settings.mqtt
    try:
        broker = start_broker(place.host, place.port)
    except BrokerUnavailable as error:
        raise No(str(error)) from error
    commands = (("serve", "--host", host, "--port", str(port)), ("ingest",), ("tick",), ("solver",))
    try:
        keep_running(commands, {"SAMEN_MQTT_URL": f"mqtt://{place.host}:{place.port}"}, stop)
    finally:
        broker.stop()


def _demand_pages() -> None:
    if not (dashboards() / "dist" / "manifest.json").is_file():
        raise No("no built pages: install the wheel, or run make demo in the checkout")


commands = (serve,)
