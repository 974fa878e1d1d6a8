"""Enrolling nodes and sending them away, on the command line."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from samen.adapters.db.models import Device
from samen.cli.devices import device
from samen.services import devices
from support.building import load_demo


@pytest.fixture
def run(sqlite_database, monkeypatch):
    load_demo(sqlite_database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)
    return lambda *arguments: CliRunner().invoke(device, arguments)


def named(database, name):
    with database.read() as session:
        row = session.scalars(select(Device).where(Device.slug == name)).one()
        session.expunge_all()
        return row


def added(run, name="node-hall", space="zenne-noord", streams="occupancy,climate"):
    return json.loads(run("add", name, "--space", space, "--streams", streams, "--json").output)


def test_a_new_node_has_a_secret_that_is_kept_as_a_hash_only(run, sqlite_database):
    told = added(run)

    kept = named(sqlite_database, "node-hall")
    assert told["secret"] not in kept.secret_hash
    assert devices.knows(kept, told["secret"])
    assert not devices.knows(kept, "another")


def test_a_new_secret_ends_the_old_one(run, sqlite_database):
    old = added(run)["secret"]

    new = json.loads(run("rotate", "node-hall", "--json").output)["secret"]

    kept = named(sqlite_database, "node-hall")
    assert (devices.knows(kept, old), devices.knows(kept, new)) == (False, True)


def test_a_revoked_node_has_no_secret_and_gets_none(run, sqlite_database):
    secret = added(run)["secret"]

    answer = run("revoke", "node-hall")

    assert answer.exit_code == 0
    assert not devices.knows(named(sqlite_database, "node-hall"), secret)
    assert run("rotate", "node-hall").exit_code == 1


def test_a_revoked_node_makes_room_for_the_next(run):
    added(run)
    run("revoke", "node-hall")

    assert run("add", "node-next", "--space", "zenne-noord", "--streams", "occupancy").exit_code == 0


def test_a_code_is_told_with_the_address_it_is_good_for(run, monkeypatch):
    monkeypatch.setenv("SAMEN_BASE_URL", "https://samen.rue.test")

    told = json.loads(run("claim", "node-iris", "--json").output)

    assert (told["name"], told["server"], len(told["code"])) == ("node-iris", "https://samen.rue.test", 19)
    assert told["code"] not in run("claim", "node-iris").output
    assert run("claim", "nobody").exit_code == 2


def test_where_the_brokers_file_is_ours_it_follows(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMEN_MQTT_PASSWORD_FILE", str(tmp_path / "passwords"))

    said = run("add", "node-hall", "--space", "zenne-noord", "--streams", "climate").output
    first = (tmp_path / "passwords").read_text()
    run("rotate", "node-hall")
    second = (tmp_path / "passwords").read_text()
    run("revoke", "node-hall")

    assert "mosquitto_passwd" not in said
    assert "SIGHUP" in said
    assert first.startswith("node-hall:$7$")
    assert second.startswith("node-hall:$7$")
    assert first != second
    assert (tmp_path / "passwords").read_text() == ""


def test_an_outdoor_node_is_in_no_space(run, sqlite_database):
    told = json.loads(run("add", "node-garden", "--outdoor", "--streams", "climate", "--json").output)

    kept = named(sqlite_database, "node-garden")
    assert (kept.outdoor, kept.space_id) == (True, None)
    assert devices.knows(kept, told["secret"])
    assert "outdoors" in run("list").output


def test_meters_are_in_no_room_and_a_door_light_reports_nothing(run, sqlite_database):
    assert run("add", "node-meters-2", "--streams", "energy,p1").exit_code == 0
    assert run("add", "door-iris", "--space", "iris", "--streams", "door").exit_code == 0

    meters, light = named(sqlite_database, "node-meters-2"), named(sqlite_database, "door-iris")
    assert (meters.space_id, meters.outdoor, meters.streams) == (None, False, ["energy", "p1"])
    assert (light.space_id is None, light.streams) == (False, [])


def test_a_secret_is_told_although_the_brokers_file_cannot_be_written(
    run, monkeypatch, tmp_path, sqlite_database
):
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("SAMEN_MQTT_PASSWORD_FILE", str(tmp_path / "a-file" / "passwords"))

    for command in (
        ("add", "node-hall", "--space", "zenne-noord", "--streams", "climate"),
        ("rotate", "node-hall"),
    ):
        said = run(*command)
        secret = said.stdout.splitlines()[0].rpartition(" ")[2]
        assert devices.knows(named(sqlite_database, "node-hall"), secret)
        assert "could not be written (Not a directory)" in said.stderr
        assert "mosquitto_passwd" in said.stdout
    assert run("revoke", "node-hall").exit_code == 0


def test_the_list_names_them_all(run):
    rows = json.loads(run("list", "--json").output)

    assert [row["name"] for row in rows][:2] == ["node-atelier", "node-canal"]
    assert "never seen" in run("list").output


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("add", "n", "--streams", "climate"), 2, "say where it is"),
        (("add", "n", "--streams", "door"), 2, "say where it is"),
        (("add", "n", "--streams", "energy", "--site", "nix"), 2, "no site is called 'nix'"),
        (("add", "n", "--space", "iris", "--outdoor", "--streams", "climate"), 2, "say where it is"),
        (("add", "n", "--outdoor", "--streams", "energy"), 2, "climate is among the streams"),
        (("add", "n", "--outdoor", "--site", "tour", "--streams", "climate"), 2, "no site is called 'tour'"),
        (("add", "n", "--space", "attic", "--streams", "climate"), 2, "no space is called 'attic'"),
        (("add", "a/b", "--space", "iris", "--streams", "climate"), 2, "cannot be part of an MQTT topic"),
        (("add", "n", "--space", "iris", "--streams", "smell"), 2, "streams are"),
        (("add", "node-iris", "--space", "canal", "--streams", "climate"), 1, "called 'node-iris' already"),
        (("add", "n", "--space", "iris", "--streams", "occupancy"), 1, "'node-iris' already reports"),
        (("revoke", "nobody"), 2, "no device is called 'nobody'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(run, arguments, code, complaint):
    answer = run(*arguments)

    assert answer.exit_code == code
    assert complaint in answer.output
    assert answer.output.count("\n") == 1
