"""`make check` holds the node against MicroPython's own library: here it is seen to notice."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLANTED = "import machine, time\ntime.monotonic()\nmachine.Pin(1, machine.Pin.OUTPUT)\ntime.ticks_ms()\n"


def test_what_a_board_does_not_have_is_an_error(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text(PLANTED)
    mypy = [sys.executable, "-m", "mypy", "--config-file", "firmware/mypy.ini", str(planted)]

    done = subprocess.run(mypy, cwd=ROOT, capture_output=True, text=True)

    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line.split(":")[1] for line in errors] == ["2", "3"], done
