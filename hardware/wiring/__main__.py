"""`make wiring`: write what pins.toml decides; 1 and the sentences when a circuit may not be built."""

from __future__ import annotations

import sys

from wiring.files import circuits, stale, written
from wiring.rules import faults
from wiring.source import pins_toml, read


def main() -> int:
    """Check first, so that nobody solders from a faulty table."""
    plan = read(pins_toml())
    found = [f"{name}: {fault}" for name, circuit in circuits(plan).items() for fault in faults(circuit)]
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        return 1
    for path, text in written(plan).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale(plan):
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
