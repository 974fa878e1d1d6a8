"""`samen doctor`."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from samen.adapters.db.engine import Database
from samen.config import BadSettings, Broker, Settings
from samen.services.doctor import Finding, Surroundings, examine
from samen.web.assets import dashboards
from samen_node import contract

ANSWER_WITHIN_S = 5.0
# Where the server may speak and hear, and takes nothing in.
ECHO = f"{contract.ROOT}/doctor/doctor/echo"


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a list of {code, ok, sentence}.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation, and how to mend it. Exit 1 when something is."""
    findings = _findings()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'  ok  ' if finding.ok else 'WRONG '} {finding.sentence}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def _findings() -> list[Finding]:
    try:
        settings = Settings.from_env()
    except BadSettings as error:
        return [Finding("settings", False, f"{error}.")]
    database = Database(settings.database_url)
    try:
        return examine(settings, database, _around(), datetime.now(UTC))
    finally:
        database.dispose()


def _around() -> Surroundings:
    return Surroundings(
        broker=broker_fault,
        free_bytes=lambda path: shutil.disk_usage(path.parent).free,
        pages_built=(dashboards() / "dist" / "manifest.json").is_file,
        micropython=lambda: shutil.which("micropython", path=str(Path(sys.executable).parent)) is not None,
    )


def broker_fault(broker: Broker) -> str | None:
    """Connect as ingest would, hear oneself and leave again; say what went wrong, or nothing."""
    answers: list[ReasonCode] = []
    answered, heard = threading.Event(), threading.Event()

    def connected(
        _c: Client, _u: object, _f: ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        answers.append(reason)
        answered.set()
        if not reason.is_failure:
            client.subscribe(ECHO, 1)

    def echo(_c: Client, _u: object, _id: int, _codes: list[ReasonCode], _p: Properties | None) -> None:
        client.publish(ECHO, b"", 1)

    client = Client(CallbackAPIVersion.VERSION2, client_id="samen-doctor")
    client.on_connect = connected
    client.on_subscribe = echo
    client.on_message = lambda *_: heard.set()
    client.username_pw_set(broker.username, broker.password)
    if broker.tls:
        client.tls_set()
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        return f"{error.strerror or error}."
    client.loop_start()
    answered.wait(ANSWER_WITHIN_S)
    if answers and not answers[0].is_failure:
        heard.wait(ANSWER_WITHIN_S)
    client.disconnect()
    client.loop_stop()
    return _verdict(answers, heard.is_set())


def _verdict(answers: list[ReasonCode], heard: bool) -> str | None:
    if not answers:
        return f"something listens there but gave no MQTT answer within {ANSWER_WITHIN_S:.0f} s."
    if answers[0].is_failure:
        return f"it refused our credentials ({answers[0]})."
    if not heard:  # an access file that names only nodes
        return "it lets us in and not hear: docs/node-setup.md says what its access file needs."
    return None


commands = (doctor,)
