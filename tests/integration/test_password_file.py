"""The nodes' passwords in Mosquitto's own file, with a real Mosquitto to read it."""

import subprocess

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from samen.adapters import password_file
from support.ports import eventually
from support.setting_up import GuardedMosquitto


def code_of(broker, user, password):
    """What the broker says to somebody: 0 is welcome."""
    heard = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _client, _data, _flags, code, _more: heard.append(code.value)
    client.username_pw_set(user, password)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    eventually(lambda: heard)
    client.disconnect()
    client.loop_stop()
    return heard[0]


@pytest.fixture
def passwords(tmp_path):
    path = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", path, "samen", "server's own"], check=True)
    return path


def test_a_node_comes_in_by_its_password_and_leaves_by_its_removal(passwords, tmp_path):
    broker = GuardedMosquitto(tmp_path, passwords)
    try:
        password_file.put(passwords, "node-iris", "old")
        password_file.put(passwords, "node-iris", "secret")
        broker.reload()

        eventually(lambda: code_of(broker, "node-iris", "secret") == 0)
        assert code_of(broker, "node-iris", "old") != 0
        assert code_of(broker, "samen", "server's own") == 0
        password_file.remove(passwords, "node-iris")
        broker.reload()
        eventually(lambda: code_of(broker, "node-iris", "secret") != 0)
    finally:
        broker.stop()


def test_the_file_of_others_stays_as_it_was(passwords):
    passwords.chmod(0o640)
    before = passwords.read_text()

    password_file.put(passwords, "node-iris", "secret")
    password_file.put(passwords, "node-canal", "secret")
    password_file.remove(passwords, "node-iris")
    password_file.remove(passwords, "node-canal")

    assert passwords.read_text() == before
    assert passwords.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_not_there_is_begun_for_no_other_eyes(tmp_path):
    path = tmp_path / "new"

    password_file.put(path, "node-iris", "secret")

    assert path.read_text().startswith("node-iris:$7$101$")
    assert path.stat().st_mode & 0o007 == 0
