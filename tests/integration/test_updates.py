"""Which node shall run which version: asked for, signed for that node, handed out, and told on the page."""

import json
import shutil
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import samen_node
from samen.adapters import firmware
from samen.adapters.db.models import Device, DeviceUpdate, FirmwareFile, UpdateState
from samen.adapters.firmware import Release
from samen.cli.devices import device
from samen.cli.updates import Wishes
from samen.services import devices, ingest, updates
from samen.services.devices import Refusal
from samen_node import contract, signing
from support.brokers import a_broker, a_client
from support.brokers import at as broker_at
from support.building import NOW, load_demo
from support.nodes_words import SITE, message
from support.ports import eventually
from support.web import Clock

NODE = "node-hall"
APP = bytes(range(256)) * 5
NEW = Release("9.1.0", {"samen_node/app.mpy": APP, "samen_node/net/mqtt.mpy": b"link"})


@pytest.fixture
def building(sqlite_database):
    load_demo(sqlite_database)
    return sqlite_database


@pytest.fixture
def secret(building):
    """The secret of a node that was just enrolled; version 9.1.0 is kept."""
    with building.write() as session:
        updates.keep(session, NEW, NOW)
        return devices.add(session, NODE, "zenne-noord", ["occupancy"], "test", NOW)[1]


def ask(database, names=(NODE,), version="9.1.0"):
    with database.write() as session:
        return updates.ask(session, names, version, "test", NOW)


def wishes(database):
    """The wish for each node."""
    with database.read() as session:
        told = updates.desired(session)
    return {one.topic.split("/")[3]: contract.decode("ota/desired", one.payload) for one in told}


def hear(database, leaf, body, node=NODE, now=NOW):
    with database.write() as session:
        return ingest.record(session, [message(node, leaf, body)], now)


def status(state, attempt=1, version="9.1.0", **more):
    return {"version": version, "attempt": attempt, "state": state, **more}


def known(database):
    with database.read() as session:
        row = session.scalars(select(DeviceUpdate)).one()
        return row.state, row.detail


def test_a_wish_is_signed_for_its_node_with_what_follows_from_its_secret(building, secret):
    ask(building)

    wish = wishes(building)[NODE]

    key = signing.update_key(secret)
    assert signing.signature(key, SITE, NODE, wish) == wish["hmac"]
    assert signing.signature(key, SITE, "node-iris", wish) != wish["hmac"]
    assert (wish["version"], wish["attempt"]) == ("9.1.0", 1)


def test_a_new_secret_signs_the_wish_anew(building, secret):
    ask(building)
    with building.write() as session:
        renewed = devices.rotate(session, NODE, "test", NOW)[1]

    wish = wishes(building)[NODE]

    assert signing.signature(signing.update_key(renewed), SITE, NODE, wish) == wish["hmac"]


def test_the_manifest_and_every_file_come_in_the_pieces_that_were_asked_for(building, secret):
    ask(building)
    manifest = piece(building, "", 0, 1024)
    lines = [line.split() for line in manifest.decode().splitlines()]

    assert [(int(size), path) for _, size, path in lines] == [
        (1280, "samen_node/app.mpy"),
        (4, "samen_node/net/mqtt.mpy"),
    ]
    assert len(manifest) == wishes(building)[NODE]["size"]
    assert piece(building, "samen_node/app.mpy", 512, 512) == APP[512:1024]
    assert piece(building, "samen_node/app.mpy", 1024, 512) == APP[1024:]


def piece(database, file, at, n, version="9.1.0"):
    outcome = hear(database, "ota/want", {"version": version, "file": file, "at": at, "n": n})
    (sent,) = outcome.publications
    part = contract.decode("ota/part", sent.payload)
    assert (part["file"], part["at"], sent.topic) == (file, at, f"samen/v1/{SITE}/{NODE}/ota/part")
    return b64decode(part["data"])


def test_of_a_file_that_is_not_there_comes_nothing(building, secret):
    ask(building)

    assert piece(building, "samen_node/secrets.mpy", 0, 512) == b""
    assert piece(building, "", 0, 512, "9.2.0") == b""
    assert piece(building, "samen_node/app.mpy", 9999, 512) == b""


def test_many_pieces_may_be_asked_for_in_a_row_and_a_flood_is_held_back(building, secret):
    ask(building)
    paces = ingest.Paces()
    want = message(NODE, "ota/want", {"version": "9.1.0", "file": "", "at": 0, "n": 8})

    with building.write() as session:
        outcomes = [
            ingest.record(session, [want], NOW + timedelta(seconds=n / 15), paces) for n in range(200)
        ]
        flood = [ingest.record(session, [want], NOW + timedelta(minutes=1), paces) for _ in range(80)]

    assert all(outcome.updates for outcome in outcomes)
    assert sum(bool(outcome.updates) for outcome in flood) == 60


def test_either_engine_keeps_versions_hands_them_out_and_knows_what_became_of_them(database):
    load_demo(database)
    with database.write() as session:
        updates.keep(session, NEW, NOW)
        devices.add(session, NODE, "zenne-noord", ["occupancy"], "test", NOW)

    assert {one.device: one.attempt for one in ask(database, None)}[NODE] == 1
    assert piece(database, "samen_node/app.mpy", 512, 512) == APP[512:1024]
    assert len(hear(database, "ota/status", status("confirmed")).publications) == 1
    assert known(database) == (UpdateState.CONFIRMED, "")


def test_what_a_node_says_of_its_update_is_kept(building, secret):
    ask(building)

    for state in ("loading", "staged", "trial"):
        assert hear(building, "ota/status", status(state)).publications == []
        assert known(building)[0].value == state


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (status("confirmed"), (UpdateState.CONFIRMED, "")),
        (status("rolled_back", detail="no_broker"), (UpdateState.ROLLED_BACK, "no_broker")),
        (status("refused", detail="no_room"), (UpdateState.REFUSED, "no_room")),
    ],
)
def test_a_wish_that_has_come_to_its_end_is_taken_back_from_the_broker(building, secret, said, kept):
    ask(building)

    (taken_back,) = hear(building, "ota/status", said).publications

    assert known(building) == kept
    assert (taken_back.topic, taken_back.payload) == (f"samen/v1/{SITE}/{NODE}/ota/desired", b"")
    assert taken_back.retain
    assert wishes(building) == {}


@pytest.mark.parametrize("said", [status("confirmed", attempt=0), status("rolled_back", version="9.0.0")])
def test_what_is_said_of_another_attempt_changes_nothing(building, secret, said):
    ask(building)

    assert hear(building, "ota/status", said).publications == []

    assert known(building) == (UpdateState.ASKED, "")


def test_a_node_that_gave_a_version_back_is_asked_again_as_a_new_attempt(building, secret):
    ask(building)
    hear(building, "ota/status", status("rolled_back", detail="no_broker"))

    (asked,) = ask(building)

    assert asked.attempt == 2
    assert wishes(building)[NODE]["attempt"] == 2
    assert known(building) == (UpdateState.ASKED, "")


def runs(database, version, node=NODE):
    with database.write() as session:
        session.scalars(select(Device).where(Device.slug == node)).one().meta = {"fw": version}


@pytest.mark.parametrize("version", ["9.1.0", "9.1.1", "10.0.0"])
def test_no_node_is_asked_to_go_back(building, secret, version):
    runs(building, version)

    (asked,) = ask(building)

    assert asked.refusal.code == "not_newer"
    assert wishes(building) == {}


def test_all_are_asked_but_those_that_cannot_be(building, secret):
    with building.write() as session:
        devices.rotate(session, "node-iris", "test", NOW)
        devices.rotate(session, "node-canal", "test", NOW)
        devices.revoke(session, "node-canal", "test", NOW)
    runs(building, "9.1.0", "node-iris")

    asked = {one.device: one.refusal and one.refusal.code for one in ask(building, None)}

    assert (asked[NODE], asked["node-iris"], asked["node-atelier"]) == (None, "not_newer", "no_key")
    assert "node-canal" not in asked


def test_a_version_that_was_kept_once_stays_what_it_is(building, secret):
    with building.write() as session:
        updates.keep(session, NEW, NOW)
        with pytest.raises(Refusal) as refused:
            updates.keep(session, Release("9.1.0", {"samen_node/app.mpy": b"another"}), NOW)

    assert refused.value.code == "version_taken"


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_a_late_node_and_a_forgetful_broker_hear_the_wish_too(sqlite_database, tmp_path, kind):
    load_demo(sqlite_database)
    with sqlite_database.write() as session:
        updates.keep(session, NEW, NOW)
        devices.add(session, NODE, "zenne-noord", ["occupancy"], "test", NOW)
    ask(sqlite_database)
    with a_broker(kind, tmp_path) as broker:
        links, clock = [1], Clock()
        say = Wishes(broker_at(broker.port), clock, lambda: links[-1])

        assert [say(sqlite_database), say(sqlite_database)] == [1, 0]
        assert heard_late(broker.port)["version"] == "9.1.0"

        broker.kill()
        broker.start()
        links.append(2)
        assert say(sqlite_database) == 1
        assert heard_late(broker.port)["version"] == "9.1.0"

        hear(sqlite_database, "ota/status", status("confirmed"))
        clock.now += timedelta(hours=2)
        assert say(sqlite_database) == 0


def heard_late(port):
    found = []
    with a_client(port) as client:
        client.on_message = lambda _client, _data, heard: found.append(heard)
        client.subscribe(f"samen/v1/{SITE}/{NODE}/ota/desired", 1)
        eventually(lambda: found)
    assert found[0].retain
    return contract.decode("ota/desired", found[0].payload)


# --- the command ------------------------------------------------------------------------------------


@pytest.fixture
def run(sqlite_database, monkeypatch):
    load_demo(sqlite_database)
    with sqlite_database.write() as session:
        devices.add(session, NODE, "zenne-noord", ["occupancy"], "test", NOW)
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)
    return lambda *arguments: CliRunner().invoke(device, arguments)


@pytest.fixture
def source(tmp_path):
    """Today's code as version 9.1.0: its own start, and one module more."""
    folder = tmp_path / "samen_node"
    (folder / "net").mkdir(parents=True)
    (folder / "__init__.py").write_text('FIRMWARE = "9.1.0"\n')
    shutil.copy(Path(str(samen_node.__file__)).parent / "net" / "packets.py", folder / "net")
    return folder


def test_the_command_builds_keeps_and_asks(run, sqlite_database, source):
    told = json.loads(run("update", NODE, "9.1.0", "--firmware", str(source), "--json").output)

    assert told == [{"name": NODE, "runs": None, "version": "9.1.0", "attempt": 1, "refusal": None}]
    assert wishes(sqlite_database)[NODE]["version"] == "9.1.0"
    with sqlite_database.read() as session:
        paths = session.scalars(select(FirmwareFile.path).order_by(FirmwareFile.path)).all()
    assert paths == ["", "samen_node/__init__.mpy", "samen_node/net/packets.mpy"]
    row = next(row for row in json.loads(run("list", "--json").output) if row["name"] == NODE)
    assert row["update"] == {"version": "9.1.0", "state": "asked", "detail": ""}


def test_a_version_that_is_kept_needs_no_code_to_be_asked_for_again(run, source):
    run("update", NODE, "9.1.0", "--firmware", str(source))

    assert run("update", "--all", "9.1.0").output.count(f"{NODE}: asked to run 9.1.0\n") == 1


def test_of_all_those_that_cannot_be_updated_are_told_and_no_success_is(run, sqlite_database, source):
    answer = run("update", "--all", "9.1.0", "--firmware", str(source))

    assert answer.exit_code == 1
    assert f"{NODE}: asked to run 9.1.0\n" in answer.output
    assert answer.output.endswith("Error: 6 of 7 nodes cannot be updated\n")
    assert list(wishes(sqlite_database)) == [NODE]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("update", "9.1.0"), 2, "say which nodes"),
        (("update", "--all", NODE, "9.1.0"), 2, "say which nodes"),
        (("update", NODE, "9.9.9"), 2, f"this Samen carries {samen_node.FIRMWARE}"),
        (("update", NODE, "9.2.0", "--firmware", "{source}"), 2, "is 9.1.0"),
        (("update", NODE, "9.1.0", "--firmware", "{source}/net"), 2, "names no FIRMWARE"),
        (("update", "nobody", "9.1.0", "--firmware", "{source}"), 2, "no device is called 'nobody'"),
        (("update", "node-iris", "9.1.0", "--firmware", "{source}"), 1, "set its board up anew"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(run, source, arguments, code, complaint):
    answer = run(*(argument.format(source=source) for argument in arguments))

    assert answer.exit_code == code
    assert complaint in answer.output
    assert answer.output.count("\n") == 1


def test_what_does_not_compile_is_no_version(source):
    (source / "app.py").write_text("def broken(:\n")

    with pytest.raises(firmware.CannotBuild, match="SyntaxError"):
        firmware.build(source)
