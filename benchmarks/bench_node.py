"""What a node costs: its day on the wire, in flash and in the heap; and a thousand of them on this machine.

The day: the compiled firmware under 96 KiB of heap, on littlefs on a counted flash chip, in a room with two
registers where people come and go. Its seconds pass faster than ours, so pings are computed and not counted.
The thousand: `samen simulate` with the default streams, Mosquitto, `samen ingest` and SQLite, all on this
machine. SAMEN_BENCH_NODES and _SECONDS: a smaller run.
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

from samen.adapters.db import Database  # noqa: E402
from samen.adapters.db.models import Device, Meter, MeterKind, Register, Site, Space, Unit  # noqa: E402
from samen.adapters.db.schema import upgrade  # noqa: E402
from samen.services.simulated_nodes import name_of  # noqa: E402
from support.brokers import Mosquitto  # noqa: E402
from support.server import SAMEN, environment, running  # noqa: E402

NODES = int(os.environ.get("SAMEN_BENCH_NODES", "1000"))
SECONDS = int(os.environ.get("SAMEN_BENCH_SECONDS", "120"))
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


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        report = thousand(Path(name))
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
    if share < 1:
        sys.exit(1)


if __name__ == "__main__":
    main()
