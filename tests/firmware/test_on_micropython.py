"""The node's tests of `both/`, once more on MicroPython."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(path.stem for path in (HERE / "both").glob("test_*.py"))


@pytest.mark.parametrize("name", FILES)
def test_the_same_tests_pass_on_micropython(name: str, micropython: str, environment: dict[str, str]):
    command = [micropython, str(HERE / "micropython_runner.py"), name]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)

    assert done.returncode == 0, done.stdout + done.stderr
