"""The doctor finds what is wrong and says how to mend it."""

import fcntl
import json
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from samen.adapters.broker import start_broker
from samen.adapters.db import Database
from samen.adapters.db.models.device import Device, DeviceState, Quarantined
from samen.adapters.db.models.meter import Register
from samen.adapters.db.models.rollup import DirtyEnergy
from samen.adapters.db.schema import downgrade
from samen.cli import doctor as command
from samen.cli import samen
from samen.config import Broker, Settings
from samen.services import doctor
from samen.services.doctor import Surroundings, examine
from support.brokers import Mosquitto
from support.building import load_demo
from support.ports import answers, eventually, free_port

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
WELL = Surroundings(
    broker=lambda _broker: None,
    free_bytes=lambda _path: 20_000_000_000,
    pages_built=lambda: True,
    micropython=lambda: True,
)


@dataclass
class Clinic:
    """An installation that is well, unless a test makes it ill."""

    database: Database
    settings: Settings
    around: Surroundings = WELL

    def complaints(self, now: datetime = NOW) -> dict[str, str]:
        """The sentences on what is wrong, by code."""
        findings = examine(self.settings, self.database, self.around, now)
        return {finding.code: finding.sentence for finding in findings if not finding.ok}

    def hear_from(self, slug: str, at: datetime, **facts: object) -> None:
        """Make a device one that was last heard at `at`."""
        with self.database.write() as session:
            device = session.scalars(select(Device).where(Device.slug == slug)).one()
            device.last_seen_at = at
            for name, fact in facts.items():
                setattr(device, name, fact)


def settings_for(database: Database) -> Settings:
    return Settings.from_env(
        {"SAMEN_DATABASE_URL": database.url, "SAMEN_SECRET_KEY": "a secret of this test alone"}
    )


def slugs(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Device.slug).order_by(Device.slug)))


def a_well_clinic(database: Database) -> Clinic:
    load_demo(database)
    clinic = Clinic(database, settings_for(database))
    for slug in slugs(database):
        clinic.hear_from(slug, NOW - timedelta(seconds=30))
    return clinic


@pytest.fixture
def clinic(sqlite_database: Database) -> Clinic:
    return a_well_clinic(sqlite_database)


def test_a_well_installation_has_nothing_to_complain_of(database: Database):
    complaints = a_well_clinic(database).complaints()

    assert complaints == {}


def test_a_missing_database_is_not_created_by_looking(tmp_path: Path):
    path = tmp_path / "absent.db"
    database = Database(f"sqlite:///{path}")

    complaints = Clinic(database, settings_for(database)).complaints()

    assert "samen migrate" in complaints["database"]
    assert not path.exists()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path):
    path = tmp_path / "samen.db"
    path.write_text("a shopping list, by mistake " * 100)
    database = Database(f"sqlite:///{path}")

    complaints = Clinic(database, settings_for(database)).complaints()

    assert "not a database" in complaints["database"]
    database.dispose()


def test_tables_of_another_version_ask_for_migrate(database: Database):
    downgrade(database.url, "base")

    complaints = Clinic(database, settings_for(database)).complaints()

    assert list(complaints) == ["migrated"]


def test_an_unreachable_server_is_named_without_its_password():
    database = Database(f"postgresql+psycopg://samen:geheim@127.0.0.1:{free_port()}/samen")

    complaints = Clinic(database, settings_for(database)).complaints()

    assert "refused" in complaints["database"]
    assert "geheim" not in complaints["database"]


def test_a_held_write_lock_is_noticed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "LOCK_PATIENCE_S", 0.2)

    with Path(f"{clinic.database.engine.url.database}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        complaints = clinic.complaints()

    assert "write lock" in complaints["writable"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"broker": lambda _broker: "it refused our credentials."}, "broker"),
        ({"pages_built": lambda: False}, "pages"),
    ],
)
def test_what_lies_outside_is_asked(clinic: Clinic, change: dict[str, object], code: str):
    clinic.around = replace(WELL, **change)

    complaints = clinic.complaints()

    assert list(complaints) == [code]


def test_a_full_disk_is_noticed(clinic: Clinic):
    clinic.around = replace(WELL, free_bytes=lambda _path: 20_000_000)

    complaints = clinic.complaints()

    assert complaints["disk"] == "Only 20 MB are free beside the database: make room."


def test_only_the_demo_needs_micropython(clinic: Clinic):
    clinic.around = replace(WELL, micropython=lambda: False)
    of_a_site = clinic.complaints()
    clinic.settings = replace(clinic.settings, demo=True)

    of_the_demo = clinic.complaints()

    assert of_a_site == {}
    assert list(of_the_demo) == ["micropython"]


def test_a_password_file_that_cannot_be_written_is_found(clinic: Clinic):
    nodes = replace(clinic.settings.nodes, password_file=Path("/nowhere/passwords"))
    clinic.settings = replace(clinic.settings, nodes=nodes)

    complaints = clinic.complaints()

    assert list(complaints) == ["passwords"]
    assert "/nowhere/passwords and its folder must be ours" in complaints["passwords"]


def test_a_borrowed_secret_key_is_refused(clinic: Clinic):
    clinic.settings = replace(clinic.settings, secret_key="changeme-changeme")

    complaints = clinic.complaints()

    assert list(complaints) == ["secret_key"]


def test_a_silent_device_is_named_with_its_silence(clinic: Clinic):
    one, *_ = slugs(clinic.database)
    clinic.hear_from(one, NOW - timedelta(hours=3))

    complaints = clinic.complaints()

    assert complaints["devices"].startswith(f"Silent: {one} (for 3 h).")


@pytest.mark.parametrize("facts", [{"state": DeviceState.SLEEPING}, {"revoked_at": NOW}])
def test_a_device_that_sleeps_or_is_revoked_may_be_silent(clinic: Clinic, facts: dict[str, object]):
    one, *_ = slugs(clinic.database)
    clinic.hear_from(one, NOW - timedelta(hours=3), **facts)

    complaints = clinic.complaints()

    assert complaints == {}


def test_when_all_are_silent_ingest_is_suspected(clinic: Clinic):
    complaints = clinic.complaints(now=NOW + timedelta(days=3))

    assert complaints["ingest"] == "Nothing was heard for 3 d: is samen ingest running?"


def test_a_clock_set_back_is_noticed(clinic: Clinic):
    complaints = clinic.complaints(now=NOW - timedelta(hours=1))

    assert "NTP" in complaints["clocks"]


def test_a_clock_before_this_version_is_noticed(clinic: Clinic):
    complaints = clinic.complaints(now=datetime(1970, 1, 1, tzinfo=UTC))

    assert "cannot be" in complaints["clock"]


def test_one_device_with_a_wrong_clock_is_named(clinic: Clinic):
    one, *others = slugs(clinic.database)
    for slug in others:
        clinic.hear_from(slug, NOW, clock_skew_s=0.2)
    clinic.hear_from(one, NOW, clock_skew_s=900.0)

    complaints = clinic.complaints()

    assert complaints["clocks"] == f"These devices' clocks are minutes off: {one}."


def test_readings_that_nobody_adds_up_are_noticed(clinic: Clinic):
    with clinic.database.write() as session:
        register = session.scalars(select(Register.id)).first()
        long_ago = NOW - timedelta(hours=5)
        session.add(DirtyEnergy(register_id=register, starts_at=long_ago, ends_at=NOW, marked_at=long_ago))

    complaints = clinic.complaints()

    assert complaints["rollups"] == "Readings have waited 5 h to be added up: is samen tick running?"


def test_a_growing_quarantine_names_its_commonest_reason(clinic: Clinic):
    with clinic.database.write() as session:
        session.add_all(
            Quarantined(
                received_at=NOW - timedelta(minutes=minute),
                topic="samen/v1/x/y/t/z",
                device=None,
                reason="not_json",
                detail="",
                sample="{",
                size=1,
            )
            for minute in range(12)
        )

    complaints = clinic.complaints()

    assert "12 messages" in complaints["quarantine"]
    assert "not_json" in complaints["quarantine"]


def test_a_port_where_nothing_listens_is_no_broker():
    fault = command.broker_fault(Broker("127.0.0.1", free_port()))

    assert fault == "Connection refused."


def test_a_listener_that_is_no_broker_is_told_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "ANSWER_WITHIN_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fault = command.broker_fault(Broker("127.0.0.1", listener.getsockname()[1]))

    assert fault is not None
    assert "no MQTT answer" in fault


def test_settings_that_cannot_be_read_are_the_only_finding(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAMEN_SITE_TIMEZONE", "Europe/Atlantis")

    answer = CliRunner().invoke(samen, ["doctor", "--json"])

    assert answer.exit_code == 1
    assert [finding["code"] for finding in json.loads(answer.stdout)] == ["settings"]


def test_the_command_says_each_finding_on_a_line(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("SAMEN_MQTT_URL", f"embedded://127.0.0.1:{free_port()}")

    answer = CliRunner().invoke(samen, ["doctor"])

    assert answer.exit_code == 1
    assert "  ok   Its tables are those of this version." in answer.stdout.splitlines()
    assert "The embedded broker runs inside samen serve" in answer.stdout


NODES = "pattern readwrite samen/v1/+/%u/#\n"
OURS = "user samen\ntopic readwrite samen/v1/#\n\n"


class WithAccess(Mosquitto):
    """Knows who may hear what."""

    def start(self) -> None:
        config = Path(self._command[-1])
        config.write_text(config.read_text() + f"acl_file {config.with_name('access')}\nuser root\n")
        super().start()


@pytest.mark.parametrize(
    ("access", "complaint"), [(OURS + NODES, None), (NODES, "it lets us in and not hear")]
)
def test_an_access_file_that_shuts_the_server_out_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access: str, complaint: str | None
):
    monkeypatch.setattr(command, "ANSWER_WITHIN_S", 5.0 if complaint is None else 0.5)
    (tmp_path / "access").write_text(access)
    broker = WithAccess(tmp_path)

    fault = command.broker_fault(Broker("127.0.0.1", broker.port, "samen"))

    broker.stop()
    assert (fault is None) if complaint is None else (complaint in (fault or ""))


@pytest.mark.parametrize(("password", "accepted"), [("geheim", True), ("verkeerd", False)])
def test_a_broker_is_asked_with_our_credentials(password: str, accepted: bool):
    port = free_port()
    running = start_broker("127.0.0.1", port, {"samen": "geheim"})
    eventually(lambda: answers(port))

    fault = command.broker_fault(Broker("127.0.0.1", port, "samen", password))

    running.stop()
    assert (fault is None) == accepted, fault
