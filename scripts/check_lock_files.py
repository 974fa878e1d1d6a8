"""Say what is wrong with the lock files: a package without hashes, or an address of an index."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def faults_of_requirements(path: Path) -> Iterator[str]:
    """Every line that names an index, and every requirement that pip could not check."""
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        if "://" in line or line.startswith("--"):
            yield f"{path.name}: an address has no place here: {line.strip()}"
    for requirement in text.replace("\\\n", " ").splitlines():
        if requirement[:1].isalnum() and not ("==" in requirement and "--hash=sha256:" in requirement):
            yield f"{path.name}: not pinned with its hashes: {requirement.split()[0]}"


def faults_of_npm_lock(path: Path) -> Iterator[str]:
    """Every package whose lock names an address, or has no integrity to check it by."""
    for name, package in json.loads(path.read_text(encoding="utf-8"))["packages"].items():
        if "resolved" in package:
            yield f"{path.name}: {name} names an address"
        if name and "integrity" not in package:
            yield f"{path.name}: {name} has no integrity"


def main() -> int:
    """Print the faults; 1 when there are any."""
    requirements = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("benchmarks/*.txt")])
    faults = [fault for path in requirements for fault in faults_of_requirements(path)]
    for folder in ("dashboards", "tests/firmware/board32"):
        faults += faults_of_npm_lock(ROOT / folder / "package-lock.json")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
