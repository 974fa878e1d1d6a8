"""A baseline fit against OpenDSM's daily model: time and memory as ratios, and the difference in saving.

Both fit the same years of days in fresh processes: buildings drawn by the generator of the tests, whose truth
is known, and the gas meters of `../shared/data` where these are. OpenDSM has an environment of its own in
build/opendsm, about 1.1 GB, made when first needed from benchmarks/opendsm.txt.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import venv
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from samen.domain.days import energy_by_day, mean_by_day  # noqa: E402
from samen.domain.evaluation import Evaluation, evaluate  # noqa: E402
from support.building import BRUSSELS  # noqa: E402
from support.drawn_buildings import BASELINE, ON, REPORTING, YEAR, Building, drawn  # noqa: E402

HERE = ROOT / "benchmarks"
LOCK, HOME = HERE / "opendsm.txt", ROOT / "build" / "opendsm"
BELGIUM = ROOT.parent / "shared" / "data" / "belgium-2016"
BUILDINGS, TARGET_S, SPLIT = 12, 0.3, date(2016, 10, 1)
INSTALL_S, JUDGE_S, NEEDED_GB = 1800, 900, 3


def years(buildings: list[Building]) -> list[dict[str, Any]]:
    """As fit_years.py asks for them."""
    days = [on.isoformat() for on in ON]
    return [
        {
            "days": days,
            "energy_kwh": one.energy_kwh.tolist(),
            "deg_c": one.deg_c.tolist(),
            "baseline_days": YEAR,
        }
        for one in buildings
    ]


def belgian() -> dict[str, dict[str, Any]]:
    """Gas meters of 2016, of which a fifth is saved from October on; none where the files are not."""
    if not BELGIUM.exists():
        return {}
    deg_c = mean_by_day(_column("weather_hour", "temperature"), BRUSSELS)
    found = {}
    for meter in ("313b", "d5a7", "ba14"):
        energy = energy_by_day(_column("gas_hour", meter), BRUSSELS)
        on = sorted(energy.keys() & deg_c.keys())
        used = [energy[day] / 1000 * (0.8 if day >= SPLIT else 1.0) for day in on]
        before = sum(day < SPLIT for day in on)
        days, warmth = [day.isoformat() for day in on], [deg_c[day] for day in on]
        found[meter] = {"days": days, "energy_kwh": used, "deg_c": warmth, "baseline_days": before}
    return found


def _column(name: str, column: str) -> list[tuple[datetime, float | None]]:
    with gzip.open(BELGIUM / f"{name}.csv.gz", "rt") as file:
        return [
            (datetime.fromisoformat(row["time"]), float(row[column]) if row[column] else None)
            for row in csv.DictReader(file)
        ]


def opendsm() -> Path:
    """Its Python, after an installation where there is none yet. Exits with a sentence when that fails."""
    stamp, wanted = HOME / "installed", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python = HOME / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    if shutil.disk_usage(ROOT).free < NEEDED_GB * 10**9:
        raise SystemExit(
            f"samen: OpenDSM is not compared with: its installation needs {NEEDED_GB} GB of disk."
        )
    print("Installing OpenDSM into build/opendsm (once, about 1.1 GB)", flush=True)
    venv.create(HOME, clear=True, with_pip=True)
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    command += ["--only-binary", ":all:", "--require-hashes", "-r", LOCK]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        print((fault.stderr or "")[-1500:], file=sys.stderr)
        raise SystemExit(
            "samen: OpenDSM is not compared with: its packages could not be installed. Connect this machine, "
            "or point pip at a mirror (PIP_INDEX_URL), and run the benchmark again."
        ) from None
    stamp.write_text(wanted)
    return python


def judged(python: Path | str, who: str, work: list[dict[str, Any]]) -> dict[str, Any]:
    """What fit_years.py says in a process of its own."""
    child = subprocess.run(
        [python, HERE / "fit_years.py", who],
        input=json.dumps(work), capture_output=True, text=True, check=True, timeout=JUDGE_S,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def whole_evaluation(buildings: list[Building]) -> None:
    """What a page waits for: fit, bands by both methods, and one intervention."""
    took, found = [], []
    for one in buildings:
        begun = perf_counter()
        found.append(evaluate(*one.by_day(), BASELINE, REPORTING, [("lamps", ON[YEAR + 150])]))
        took.append(perf_counter() - begun)
    held = sum(_holds(one, building) for one, building in zip(found, buildings, strict=True))
    usual, slowest = statistics.median(took), max(took)
    met = "met" if slowest <= TARGET_S else "MISSED"
    print(f"evaluation with bands and a measure: median {usual * 1000:.1f} ms, ", end="")
    print(f"slowest {slowest * 1000:.1f} ms ", end="")
    print(f"(target {TARGET_S * 1000:.0f} ms: {met}); {held} of {len(buildings)} bands hold the truth")


def _holds(found: Evaluation, building: Building) -> bool:
    return found.saving.low_fraction <= building.truth <= found.saving.high_fraction


def fractions(answer: dict[str, Any], work: list[dict[str, Any]]) -> list[float]:
    """The saving of each year by its adjusted baseline."""
    used = [sum(one["energy_kwh"][one["baseline_days"] :]) for one in work]
    return [1 - spent / adjusted for spent, adjusted in zip(used, answer["adjusted_kwh"], strict=True)]


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Times and memory, and their ratios."""
    for name, one in (("Samen", ours), ("OpenDSM", theirs)):
        print(f"{name:8}  import {one['import_s']:6.2f} s   first fit {one['first_s']:7.3f} s   ", end="")
        print(f"fit {statistics.median(one['fit_s']) * 1000:8.1f} ms   memory {one['memory_mb']:5.0f} MB")
    fit = statistics.median(theirs["fit_s"]) / statistics.median(ours["fit_s"])
    first = (theirs["import_s"] + theirs["first_s"]) / (ours["import_s"] + ours["first_s"])
    memory = theirs["memory_mb"] / ours["memory_mb"]
    print(f"OpenDSM over Samen: a fit {fit:.0f} times, import and first fit {first:.0f} times, ", end="")
    print(f"memory {memory:.1f} times")


def main() -> None:
    buildings, meters = drawn(BUILDINGS), belgian()
    whole_evaluation(buildings)
    work = [*years(buildings), *meters.values()]
    ours = judged(sys.executable, "samen", work)
    print(f"baseline fit, shape and week chosen: median {statistics.median(ours['fit_s']) * 1000:.1f} ms")
    theirs = judged(opendsm(), "opendsm", work)
    compare(ours, theirs)
    mine, other = fractions(ours, work), fractions(theirs, work)
    apart = [abs(one - two) for one, two in zip(mine, other, strict=True)]
    usual = statistics.median(apart[:BUILDINGS])
    print(f"difference in saving, {BUILDINGS} drawn buildings: median {usual:.2%}")
    for name, told in (("Samen", mine), ("OpenDSM", other)):
        errors = [abs(one - building.truth) for one, building in zip(told, buildings, strict=False)]
        print(f"  {name}'s median error against the truth: {statistics.median(errors):.2%}")
    for meter, one, two in zip(meters, mine[BUILDINGS:], other[BUILDINGS:], strict=True):
        print(f"  gas meter {meter}, a fifth less from October on: Samen {one:.1%}, OpenDSM {two:.1%}")


if __name__ == "__main__":
    main()
