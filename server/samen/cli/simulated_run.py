"""One run of simulated nodes: started, struck by faults, counted, stopped."""

from __future__ import annotations

import math
import resource
import secrets
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from samen.adapters import own_folder
from samen.adapters.access_point import AccessPoint
from samen.adapters.fleet import PER_PROCESS, Fleet
from samen.adapters.nodes import NodeConfig
from samen.cli import BadInput
from samen.cli.simulated_blows import Blows
from samen.cli.simulated_ears import Ear, an_ear
from samen.cli.stopping import told_meanwhile
from samen.config import Broker
from samen.domain.node_faults import Profile, faults, settings
from samen.domain.tally import Tally, tally
from samen.services.simulated_nodes import Enrolled

# A node on its own looks at its sensors ten times a second; each of a thousand on one machine twice.
POLL_S = 0.5
ENERGY_S = 60
# A node that lost its link needs a while to come back and send again.
GRACE_S = 60.0
HURRIED_GRACE_S = 5.0
LOOK_S = 0.5


@dataclass(frozen=True)
class Plan:
    """What was asked for; see `samen simulate --help`."""

    devices: int
    broker: Broker
    seconds: int
    profile: Profile
    seed: int
    from_bookings: bool
    site: str | None
    ca: Path | None
    folder: Path

    @property
    def cuts(self) -> bool:
        """Whether links are to be cut."""
        return self.profile.has(Profile.WIFI) or self.profile.has(Profile.FLASH)


def run(plan: Plan) -> dict[str, Any]:
    """Do it, and report what was made and what arrived. Raises NoInterpreter, BadInput and No."""
    folder, stop = plan.folder / "nodes", threading.Event()
    try:
        own_folder.begin(folder)
    except own_folder.NotOurs as error:
        raise BadInput(f"--folder: {error}") from error
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with ExitStack() as stack:
        stack.enter_context(told_meanwhile(stop))
        ear = stack.enter_context(an_ear(plan))
        ways = _ways(plan, stack)
        fleet = stack.enter_context(Fleet(_configs(plan, ear.nodes, ways, folder), folder))
        click.echo(f"{plan.devices} nodes in {len(fleet)} processes, for {plan.seconds} s", err=True)
        blows = Blows(fleet, ways)
        revived = _let_live(plan, fleet, blows, stop)
        counted, silent = _count(fleet, ear, HURRIED_GRACE_S if stop.is_set() else GRACE_S)
        processes, memory_mb = len(fleet), fleet.memory_mb()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"devices": plan.devices, "seconds": plan.seconds, **counted._asdict(), "silent": silent}
    return told | {
        "blows": blows.struck,
        "revived": revived,
        "cpu_s": round(cpu_s, 1),
        "processes": processes,
        "memory_mb": round(memory_mb, 1),
    }


def _ways(plan: Plan, stack: ExitStack) -> Sequence[AccessPoint]:
    """An access point for each process, where links are to be cut; none otherwise."""
    if not plan.cuts:
        return ()
    ways = []
    for _ in range(math.ceil(plan.devices / PER_PROCESS)):
        ways.append(AccessPoint(plan.broker.host, plan.broker.port))
        stack.callback(ways[-1].stop)
    return ways


def _configs(
    plan: Plan, nodes: Sequence[Enrolled], ways: Sequence[AccessPoint], folder: Path
) -> list[NodeConfig]:
    scheme = "mqtts" if plan.broker.tls else "mqtt"
    straight = f"{scheme}://{plan.broker.host}:{plan.broker.port}"
    password = plan.broker.password or secrets.token_urlsafe(12)
    authority = _authority(plan, folder)
    return [
        NodeConfig(
            site=node.site,
            device=node.device,
            password=password,
            mqtt_url=f"mqtt://127.0.0.1:{ways[number // PER_PROCESS].port}" if ways else straight,
            streams=node.streams,
            registers=node.registers,
            seed=plan.seed * 10_007 + number,
            energy_s=ENERGY_S,
            ca=authority,
            settings=_settings(plan, node, number),
        )
        for number, node in enumerate(nodes)
    ]


def _settings(plan: Plan, node: Enrolled, number: int) -> dict[str, Any]:
    visits = {} if node.visits is None else {"visits": node.visits}
    return {"poll_s": POLL_S, "known_boot": node.boot, **visits, **settings(plan.profile, plan.seed, number)}


def _authority(plan: Plan, folder: Path) -> Path | None:
    """The authority's certificate as nodes read it: DER."""
    if plan.ca is None:
        return None
    given, path = plan.ca.read_bytes(), folder / "ca.der"
    pem = given.startswith(b"-----BEGIN")
    path.write_bytes(ssl.PEM_cert_to_DER_cert(given.decode()) if pem else given)
    return path.resolve()


def _let_live(plan: Plan, fleet: Fleet, blows: Blows, stop: threading.Event) -> int:
    """Until time is up or somebody says stop; how many processes had ended by themselves and began anew."""
    begun, revived = time.monotonic(), 0
    blows.plan(faults(plan.profile, len(fleet), plan.seconds, plan.seed))
    while (passed := time.monotonic() - begun) < plan.seconds and not stop.wait(LOOK_S):
        blows.strike(passed)
        revived += fleet.revive()
    blows.end()
    return revived


def _count(fleet: Fleet, ear: Ear, grace_s: float) -> tuple[Tally, int]:
    """Compare what the nodes had made just now with what has arrived, until all of it has or time is up.

    Also how many nodes did not say what they had made.
    """
    deadline = time.monotonic() + grace_s
    made = {(device, made.boot): made.seq for device, made in fleet.made(grace_s).items()}
    while (counted := tally(made, ear.received())).missing and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    return counted, len(ear.nodes) - len(made)
