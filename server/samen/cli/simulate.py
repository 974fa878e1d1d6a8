"""`samen simulate`: many nodes of the firmware's own code, for so long and no longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from samen.adapters.nodes import NoInterpreter
from samen.cli import BadInput, No
from samen.cli.simulated_run import Plan, run
from samen.config import broker_at
from samen.domain.node_faults import Profile

MOST = 2000
LONGEST_S = 86_400
FAULTS = (
    "What goes wrong: wifi (cuts and half-open links), clock (set late or never), uart (noisy sensor wires), "
    "power (kill -9), flash (2 KiB of it, and cuts that fill it), or all."
)


@click.command
@click.option("--devices", type=click.IntRange(1, MOST), required=True, help="How many nodes.")
@click.option(
    "--mqtt", "url", required=True, metavar="URL", help="mqtt://[:PASSWORD@]HOST[:PORT] or mqtts://…"
)
@click.option("--seconds", type=click.IntRange(1, LONGEST_S), default=60, show_default=True, help="How long.")
@click.option("--faults", type=click.Choice([one.value for one in Profile]), default="none", help=FAULTS)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other days and faults.")
@click.option("--from-bookings", is_flag=True, help="People come as booked. Needs the database.")
@click.option("--site", help="The site's slug, where the database has several.")
@click.option(
    "--ca", type=click.Path(exists=True, path_type=Path), help="For mqtts: the authority, PEM or DER."
)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var/simulate"), help="For flash and logs."
)
@click.option("--json", "as_json", is_flag=True)
def simulate(url: str, faults: str, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - the fields of Plan
    """Run simulated nodes, the firmware's own code on MicroPython, and count what arrives.

    They stop by themselves after --seconds, on Ctrl-C, and with this command however it ends. Exit 1 if a
    reading is missing that no told gap explains, or a node does not answer. Their flash and logs are in
    `nodes` in --folder, until the next start.

    With a database (SAMEN_DATABASE_URL, or var/samen.db) they are the devices sim-0001, sim-0002, … of the
    site. Those that are enrolled are taken with their streams, room and meters; the others are added, in no
    room and reporting climate alone: invented presence must free no room, and invented kWh enter no account.
    With --from-bookings they get rooms that no node watches, and the site's pages say that what was measured
    until then is invented: for a site of tests. Real devices are never played. `samen serve` or `samen
    ingest` has to run; readings are counted in the database.

    Without a database they are sim-0001, … of a site called `simulated`, reporting occupancy, energy and
    climate, and this command acks what it hears, as a server would.

    A node's user name is its device's name, and its password the one in URL; with Mosquitto, enter them with
    mosquitto_passwd. A user name in URL is for this command's own ear.
    """
    plan = Plan(broker=broker_at(url, "--mqtt"), profile=Profile(faults), **options)
    if plan.broker.tls and plan.ca is None:
        raise BadInput("--ca: mqtts:// needs the certificate of the broker's authority")
    if plan.broker.tls and plan.cuts:
        raise BadInput("--faults: a link that is to be cut needs mqtt://, for a certificate names its host")
    try:
        report = run(plan)
    except NoInterpreter as error:
        raise No(str(error)) from error
    click.echo(json.dumps(report) if as_json else _words(report))
    if report["missing"] or report["silent"]:
        wrong = f"{report['missing']} readings are missing, {report['silent']} nodes are silent"
        raise No(f"{wrong}; their logs are in {plan.folder}/nodes")


def _words(report: dict[str, Any]) -> str:
    return (
        f"{report['devices']} nodes in {report['seconds']} s made {report['made']} readings: "
        f"{report['received']} received, {report['dropped']} in told gaps, {report['missing']} missing\n"
        f"{report['blows']} faults struck; {report['revived']} processes ended by themselves\n"
        f"processor {report['cpu_s']} s, {report['processes']} processes with {report['memory_mb']} MB"
    )


commands = (simulate,)
