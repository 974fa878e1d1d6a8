"""`samen demo` as a newcomer runs it: one command, a building alive, and all of it found again."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from samen.domain.interval import at_wall
from samen.services.demo import PASSWORD
from support.building import BRUSSELS
from support.ports import eventually, free_port

MANAGER = "manager@bota75.example"


class Visitor:
    """A program and a browser of the running demo."""

    def __init__(self, port, token=None):
        self.port, self.token, self.cookies = port, token, {}

    def call(self, method, path, body=None, kind="application/json"):
        headers = {"Content-Type": kind, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return answer.status, text

    def get(self, path):
        return json.loads(self.call("GET", path)[1])

    def sign_in(self):
        _, page = self.call("GET", "/sign-in")
        csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
        form = {"csrf_token": csrf, "email": MANAGER, "password": PASSWORD}
        return self.call("POST", "/sign-in", urlencode(form), "application/x-www-form-urlencoded")[0]


@contextmanager
def demo(folder: Path, port: int):
    """The demo from its first line to Ctrl-C; fails if it does not end by itself, gently and wholly."""
    command = [sys.executable, "-m", "samen", "demo", "--port", str(port), "--folder", str(folder)]
    with (folder.parent / "demo.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        eventually(lambda: is_ready(port, process), within=90, every=0.2)
        yield
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        eventually(lambda: not still_running(folder))
    finally:
        process.kill()
        process.wait()


def is_ready(port, process):
    assert process.poll() is None, "the demo ended by itself"
    try:
        return Visitor(port).call("GET", "/readyz")[0] == 200
    except OSError:
        return False


def still_running(folder):
    """Processes that work in the demo's folder."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in contents(path)]


def contents(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def a_token(folder):
    """What `samen token create` prints for the manager."""
    env = os.environ | {"SAMEN_DATABASE_URL": f"sqlite:///{folder}/samen.db"}
    command = ["-m", "samen", "token", "create", "--user", MANAGER, "--scope", "bookings,energy,devices"]
    made = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, check=True)
    return made.stdout.split()[-1]


def a_free_hour():
    start = at_wall(datetime.now(UTC).date() + timedelta(days=60), time(16), BRUSSELS)
    return {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}


@pytest.mark.timeout(240)
def test_the_demo_is_alive_within_one_command_and_found_again_by_the_next(tmp_path):
    folder, port = tmp_path / "demo", free_port()

    with demo(folder, port):
        visitor = Visitor(port, a_token(folder))
        eventually(lambda: nodes_online(visitor) == 6, within=60, every=0.3)
        eventually(lambda: rooms_heard(visitor) == 5, within=60, every=0.3)
        eventually(lambda: metered_today(visitor), within=60, every=0.3)
        booking = {"space": "iris", "title": "Première", **a_free_hour()}
        assert visitor.call("POST", "/api/v1/bookings", json.dumps(booking))[0] == 201
        status, answer = visitor.call("POST", "/api/v1/bookings", json.dumps(booking))
        assert (status, len(json.loads(answer)["alternatives"])) == (409, 3)

    with demo(folder, port):
        assert visitor.call("POST", "/api/v1/bookings", json.dumps(booking))[0] == 409
        browser = Visitor(port)
        assert browser.sign_in() == 303
        assert "Iris" in browser.call("GET", "/")[1]


def nodes_online(visitor):
    return sum(device["state"] == "online" for device in visitor.get("/api/v1/devices"))


def rooms_heard(visitor):
    """How many rooms' nodes have said whether somebody is there."""
    devices = visitor.get("/api/v1/devices")
    return sum("occupancy" in device["streams"] for device in devices if device["last_seen"] is not None)


def metered_today(visitor):
    """The energy that the meter node has counted since the demo began, in kWh."""
    now = datetime.now(UTC)
    span = urlencode({"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat(), "step": "15min"})
    buckets = visitor.get(f"/api/v1/energy/main?{span}")["buckets"]
    return sum(bucket["amount"] or 0 for bucket in buckets)
