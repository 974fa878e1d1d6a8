"""`samen device flash`: MicroPython and the node's code onto a board, and the board into the building."""

from __future__ import annotations

import json
import os
import secrets
import shlex
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click

from samen.adapters import flashing, own_folder, serial_setup
from samen.adapters.flashing import CHIPS, SENSORS, Chip
from samen.adapters.serial_setup import Silent
from samen.cli import BadInput, No
from samen.config import Settings
from samen_node import claim

STARTS_WITHIN_S = 30.0
ENDS_WITHIN_S = 90.0
# What is printed on a label and typed on a phone: no letter that looks like a digit.
LABEL_LENGTH = 13  # 65 bits: what is heard of a visit may be tried at leisure
ENDINGS = {
    "wifi_lost": "the board cannot join that Wi-Fi network: check its name and password",
    "server_silent": "the board is on the Wi-Fi, and Samen does not answer it at that address",
    "server_other": "what answers at that address is not the Samen that gave this code",
    "code_unknown": "Samen does not know this code",
    "code_used": "this code was used already: make another",
    "code_old": "this code has expired: make another",
}


@click.command
@click.option(
    "--board", "kind", required=True, type=click.Choice(list(CHIPS)), help="What kind of board it is."
)
@click.option("--port", required=True, help="Where it is plugged in, such as /dev/ttyACM0.")
@click.option(
    "--micropython",
    "image",
    type=click.Path(path_type=Path),
    default=None,
    help="MicroPython's .bin for this board, 1.27 or later: the board is erased first. Without it, what runs "
    "on the board stays, if it is new enough.",
)
@click.option("--sensors", default="", help=f"What is attached: {','.join(SENSORS)}.")
@click.option(
    "--settings",
    "more",
    type=click.File(),
    default=None,
    help="A JSON object that is added to the board's configuration.",
)
@click.option("--server", default=None, help="The address of Samen for the board; SAMEN_BASE_URL otherwise.")
@click.option(
    "--wifi", default=None, help="A network to join now. Asks for its password (or SAMEN_WIFI_PASSWORD)."
)
@click.option("--code", default=None, help="A set-up code, from the devices page or `samen device claim`.")
@click.option(
    "--build",
    type=click.Path(path_type=Path),
    default=Path("var/board"),
    help="Where the files are prepared.",
)
@click.option("--dry-run", is_flag=True, help="Print the commands, and touch nothing.")
@click.option("--json", "as_json", is_flag=True)
def flash(
    kind: str,
    port: str,
    image: Path | None,
    sensors: str,
    more: TextIO | None,
    server: str | None,
    wifi: str | None,
    code: str | None,
    build: Path,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put MicroPython and the node's code on a board, by esptool and mpremote (pip install 'samen[flash]').

    It is a new board then, whatever it was before. With --wifi and --code it claims its place; else it opens
    a Wi-Fi network of its own for that.
    """
    chip = CHIPS[kind]
    if (wifi is None) != (code is None) or (code is not None and claim.code_of(code) is None):
        raise BadInput("--wifi and --code go together, and a set-up code has 16 letters and digits")
    config = _config(chip, sensors, _reachable(server or Settings.from_env().base_url), more)
    try:
        flashing.check_parts(chip, config["sensors"])
        if image is not None:
            flashing.check_image(image, chip)
        commands = _commands(chip, port, image, build)
        if dry_run:
            _show(commands, config, as_json)
            return
        own_folder.begin(build)
        flashing.gather(build, chip, config)
        flashing.run(commands)
    except flashing.Unfit as error:
        raise BadInput(str(error)) from error
    except own_folder.NotOurs as error:
        raise BadInput(f"{error}: name a folder of its own with --build") from error
    except flashing.Failed as error:
        raise No(str(error)) from error
    told = _set_up(port, config["server"], wifi, code)
    _tell(told, config["setup"]["password"], as_json)


def _config(chip: Chip, sensors: str, server: str, more: TextIO | None) -> dict[str, Any]:
    names = [name.strip() for name in sensors.split(",") if name.strip()]
    unknown = [name for name in names if name not in SENSORS]
    if unknown:
        raise BadInput(f"sensors are {', '.join(SENSORS)}; got {', '.join(unknown)}")
    config = {
        "board": chip.name,
        "sensors": [{"driver": name, **SENSORS[name]} for name in names],
        "server": server,
        "setup": {"password": "".join(secrets.choice(claim.ALPHABET) for _ in range(LABEL_LENGTH))},
    }
    added = _added(more)
    config["sensors"] += added.pop("sensors", [])
    if not config["sensors"]:
        click.echo("Nothing is attached to this board: --sensors says what is.", err=True)
    return config | added


def _added(more: TextIO | None) -> dict[str, Any]:
    """The configuration's further settings. What a board is and who may join it are not among them."""
    if more is None:
        return {}
    try:
        added = json.load(more)
    except ValueError as error:
        raise BadInput(f"--settings: {error}") from error
    if not isinstance(added, dict):
        raise BadInput("--settings: expected a JSON object")
    for name in ("board", "server", "setup"):
        if name in added:
            raise BadInput(f"--settings: {name!r} is not to be changed there")
    sensors = added.get("sensors", [])
    if not isinstance(sensors, list) or not all(_is_sensor(one) for one in sensors):
        raise BadInput(f'--settings: sensors are objects whose "driver" is one of {", ".join(SENSORS)}')
    return added


def _is_sensor(one: object) -> bool:
    if not isinstance(one, dict) or one.get("driver") not in SENSORS:
        return False
    return all(isinstance(one.get(part, ""), str) for part in ("uart", "i2c", "pin", "counter"))


def _reachable(server: str) -> str:
    """The address of Samen that boards are told; a warning where none of them can reach it."""
    host = urlsplit(server).hostname
    if not host or urlsplit(server).scheme not in {"http", "https"}:
        raise BadInput(f"{server!r} is no address of Samen: http://… or https://…")
    warn_of_loopback(server)
    return server


def warn_of_loopback(server: str) -> None:
    """Say so where an address leads to whoever asks."""
    if urlsplit(server).hostname in {"127.0.0.1", "localhost", "::1"}:
        click.echo(
            f"No board can reach {server}: set SAMEN_BASE_URL to an address of your network.", err=True
        )


def _commands(chip: Chip, port: str, image: Path | None, build: Path) -> list[list[str]]:
    flashed = flashing.flashed(chip, port, image) if image is not None else []
    return [*flashing.compiled(build), *flashed, *flashing.copied(chip, port, build)]


def _show(commands: list[list[str]], config: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"commands": commands, "config": config}, indent=2))
        return
    for command in commands:
        click.echo(shlex.join(command))


def _set_up(port: str, server: str, wifi: str | None, code: str | None) -> dict[str, Any]:
    """How the node stands; with Wi-Fi and code, after it has claimed its place."""
    try:
        with serial_setup.waiting(Path(port), STARTS_WITHIN_S) as (line, waits):
            if wifi is None or code is None:
                return waits
            given = {"wifi": wifi, "pass": _wifi_password(wifi), "server": server, "code": code}
            told = serial_setup.set_up(line, given, ENDS_WITHIN_S)
    except Silent as error:
        raise No(str(error)) from error
    if told["state"] != "done":
        raise No(ENDINGS.get(told["state"], f"the board says {told['state']}"))
    return told


def _wifi_password(wifi: str) -> str:
    """From SAMEN_WIFI_PASSWORD, for programs; a person is asked, so that no shell keeps it."""
    known = os.environ.get("SAMEN_WIFI_PASSWORD")
    if known is not None:
        return known
    said: str = click.prompt(f"Password of {wifi}", hide_input=True, default="", show_default=False)
    return said


def _tell(told: dict[str, Any], label: str, as_json: bool) -> None:
    if as_json:
        row = {
            "state": told["state"],
            "name": told["device"] or None,
            "network": told["network"],
            "password": label,
        }
        click.echo(json.dumps(row, indent=2))
        return
    if told["state"] == "done":
        click.echo(f"The board is now {told['device']}.")
    else:
        click.echo(
            f"The board waits to be set up: join its Wi-Fi network and open http://{claim.BOARD_HOST}/"
        )
    click.echo(f"Write on its label: network {told['network']}, password {label}")
