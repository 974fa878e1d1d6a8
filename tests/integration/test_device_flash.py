"""`samen device flash` as far as it goes without a board: what it would run, and what it refuses."""

import json
import re
import shlex

import pytest
from click.testing import CliRunner

from samen.adapters import flashing
from samen.cli.devices import device

IMAGES = {"esp32": 0, "esp32-s3": 9, "esp32-c3": 5}


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("SAMEN_BASE_URL", "https://samen.rue.test")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(device, ("flash", "--port", "/dev/ttyACM0", *arguments))


@pytest.fixture
def image(tmp_path):
    """Writes what has an image's head and MicroPython's words in it."""

    def write(number, version=b"1.28.0"):
        path = tmp_path / "micropython.bin"
        head = b"\xe9\x03\x02\x20" + bytes(8) + number.to_bytes(2, "little") + bytes(10)
        path.write_bytes(head + b"...MicroPython v" + version + b" on 2026-10-01...")
        return str(path)

    return write


@pytest.mark.parametrize(
    ("board", "chip", "offset"),
    [("esp32", "esp32", "0x1000"), ("esp32-s3", "esp32s3", "0x0"), ("esp32-c3", "esp32c3", "0x0")],
)
def test_a_dry_run_prints_every_command(run, image, board, chip, offset):
    path = image(IMAGES[board])

    said = run("--board", board, "--micropython", path, "--dry-run")

    commands = [shlex.split(line)[1:] for line in said.stdout.splitlines()]
    port = ["-m", "esptool", "--chip", chip, "--port", "/dev/ttyACM0"]
    assert said.exit_code == 0
    assert commands.index([*port, "erase-flash"]) + 1 == commands.index(
        [*port, "--baud", "460800", "write-flash", offset, path]
    )
    assert commands[0][:4] == ["-O3", "-s", "__init__.py", "-o"]
    mpremote = ["-m", "mpremote", "connect", "/dev/ttyACM0"]
    assert [*mpremote, "fs", "cp", "-r", "var/board/samen_node", ":"] in commands
    assert commands[-1] == [*mpremote, "reset"]


def test_everything_that_is_copied_was_made_before(run):
    told = json.loads(run("--board", "esp32-s3", "--dry-run", "--json").stdout)

    compiled = [command for command in told["commands"] if command[0].endswith("mpy-cross")]
    assert {command[6] for command in compiled} == {
        str(source) for source, name in flashing.sources() if name != "main.py"
    }
    assert not any("desktop" in name or "pretended" in name for _source, name in flashing.sources())
    assert all(command[5].startswith("var/board/") and command[5].endswith(".mpy") for command in compiled)
    copied = next(command for command in told["commands"] if command[-1] == ":" and "-r" not in command)
    assert {"var/board/main.py", "var/board/config.json"} <= set(copied)
    assert not any("esptool" in command for command in told["commands"])


def test_a_board_is_told_what_is_attached_and_where_samen_is(run, tmp_path):
    (tmp_path / "more.json").write_text('{"energy_s": 30}')
    arguments = ("--sensors", "pir, ld2410,s0", "--settings", "more.json", "--dry-run", "--json")

    config = json.loads(run("--board", "esp32", *arguments).output)["config"]

    assert (config["board"], config["server"], config["energy_s"]) == ("esp32", "https://samen.rue.test", 30)
    assert [sensor["driver"] for sensor in config["sensors"]] == ["pir", "ld2410", "s0"]
    assert config["sensors"][2] == {
        "driver": "s0",
        "counter": "s0",
        "register": "1.8.0",
        "pulses_per_kwh": 1000,
    }
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{13}", config["setup"]["password"])


def test_what_the_board_needs_is_gathered(tmp_path):
    flashing.gather(tmp_path / "board", flashing.CHIPS["esp32-c3"], {"board": "esp32-c3"})

    assert (tmp_path / "board" / "main.py").is_file()
    assert json.loads((tmp_path / "board" / "config.json").read_text()) == {"board": "esp32-c3"}
    assert json.loads((tmp_path / "board" / "boards" / "esp32-c3.json").read_text())["board"] == "esp32-c3"


def test_every_sensor_is_wired_as_the_boards_files_name_it():
    for file in (flashing.firmware() / "boards").glob("*.json"):
        wires = json.loads(file.read_text())
        for sensor in flashing.SENSORS.values():
            for kind in {"uart", "counter", "pin"} & set(sensor):
                assert sensor[kind] in wires[kind + "s"], (file, sensor)
            assert sensor.get("i2c", "air") in wires["i2c"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--sensors", "nose"), "sensors are pir, ld2410"),
        (("--wifi", "Maison"), "--wifi and --code go together"),
        (("--wifi", "Maison", "--code", "K7QM"), "16 letters and digits"),
        (("--micropython", "nowhere.bin"), "No such file"),
        (("--micropython", "wrong-chip.bin"), "is for another chip than esp32"),
        (("--micropython", "old.bin"), "is MicroPython 1.26; 1.27 is the least"),
        (
            ("--micropython", "noise.bin"),
            "is no MicroPython image: take the .bin of micropython.org/download",
        ),
        (("--settings", "noise.bin"), "--settings"),
        (("--settings", "s.json:[]"), "expected a JSON object"),
        (("--settings", 's.json:{"setup": {}}'), "'setup' is not to be changed there"),
        (("--settings", 's.json:{"sensors": [{"driver": "so"}]}'), "sensors are objects"),
        (("--settings", 's.json:{"sensors": [{"driver": "s0", "counter": []}]}'), "sensors are objects"),
        (("--server", "not a url"), "no address of Samen"),
        (("--sensors", "ld2410,ld2450"), "ld2410 and ld2450 want the same pins of an esp32"),
        (("--sensors", "ld2410,p1"), "ld2410 and p1 want the same pins of an esp32"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_before_anything_is_erased(
    run, image, tmp_path, arguments, complaint
):
    (tmp_path / "noise.bin").write_text("[1")
    for name, (number, version) in {"wrong-chip.bin": (9, b"1.28"), "old.bin": (0, b"1.26.1")}.items():
        image(number, version)
        (tmp_path / "micropython.bin").rename(tmp_path / name)

    if arguments[1].startswith("s.json:"):
        (tmp_path / "s.json").write_text(arguments[1].removeprefix("s.json:"))
        arguments = (arguments[0], "s.json")

    said = run("--board", "esp32", "--dry-run", *arguments)

    assert said.exit_code == 2
    assert complaint in said.output
    assert said.output.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in said.output


def test_meters_share_a_line_and_settings_add_to_what_is_attached(run, tmp_path):
    (tmp_path / "more.json").write_text('{"sensors": [{"driver": "sdm", "uart": "modbus", "address": 2}]}')
    arguments = ("--sensors", "pir,pzem", "--settings", "more.json", "--dry-run", "--json")

    config = json.loads(run("--board", "esp32-c3", *arguments).output)["config"]

    assert [sensor["driver"] for sensor in config["sensors"]] == ["pir", "pzem", "sdm"]


def test_a_board_without_sensors_and_an_address_that_it_cannot_reach_are_remarked(run):
    said = run("--board", "esp32", "--server", "http://127.0.0.1:8075", "--dry-run")

    assert said.exit_code == 0
    assert "Nothing is attached" in said.stderr
    assert "No board can reach http://127.0.0.1:8075" in said.stderr


@pytest.mark.parametrize("place", ["papers", "papers/letter"])
def test_a_folder_that_is_in_use_is_left_alone(run, tmp_path, place):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter").write_text("dear")

    said = run("--board", "esp32", "--sensors", "pir", "--build", place)

    assert said.exit_code == 2
    assert f"{place} is in use for something else" in said.output
    assert (tmp_path / "papers" / "letter").read_text() == "dear"


def test_its_own_folder_is_made_anew_and_a_tool_that_fails_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setattr(flashing, "compiled", lambda _: [["false", "--port", "X"]])
    for _ in range(2):
        said = run("--board", "esp32", "--sensors", "pir")
        assert said.exit_code == 1
        assert "this failed: false --port X" in said.output
    assert (tmp_path / "var" / "board" / "main.py").is_file()


def test_a_tool_that_is_missing_is_named():
    with pytest.raises(flashing.Failed, match="no-such-tool is missing"):
        flashing.run([["true"], ["no-such-tool"]])
