"""A fleet of simulated nodes, many in a process: what `samen demo` and `samen simulate` start."""

from __future__ import annotations

import dataclasses
import json
import resource
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from samen.adapters.nodes import NodeConfig, ask_to_stop, launch, stop_node, write_settings

PER_PROCESS = 50
# What a node keeps in its heap, and what MicroPython and the firmware take once, on 64 bits.
NODE_HEAP_KB, BASE_HEAP_KB = 128, 512
# Nodes of a process start one after the other: a broker's backlog of connections is short.
APART_S = 0.1
PROGRAM = ("-m", "samen_node.simulated.fleet")
_LOOK_S = 0.1


class Made(NamedTuple):
    """How far a node has come: its boot, and the seq that its next reading will have."""

    boot: int
    seq: int


class _Process:
    """One process and its nodes."""

    def __init__(self, configs: Sequence[NodeConfig], folder: Path, number: int) -> None:
        self._log = folder / f"fleet-{number}.log"
        apart = (
            dataclasses.replace(config, settings={"start_after_s": place * APART_S, **config.settings})
            for place, config in enumerate(configs)
        )
        self._settings = [str(write_settings(config, folder)) for config in apart]
        self._starts = self._asked_at = 0
        self.start()

    def start(self) -> None:
        """The first time, or again after its end; the log of each start is kept."""
        if self._log.exists():
            self._log.rename(self._log.with_suffix(f".{self._starts}.log"))
        self._starts += 1
        heap = f"{BASE_HEAP_KB + NODE_HEAP_KB * len(self._settings)}K"
        self.process = launch([*PROGRAM, *self._settings], heap, self._log)

    def ask(self) -> None:
        """Ask all nodes how far they have come; of a process that has just ended nobody answers."""
        self._asked_at = self._log.stat().st_size
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.write(b"m")
                self.process.stdin.flush()

    def told(self) -> dict[str, Made]:
        """What each node has answered since it was asked."""
        with self._log.open("rb") as log:
            log.seek(self._asked_at)
            whole = log.read().rpartition(b"\n")[0].splitlines()
        marks = [json.loads(line) for line in whole if line.startswith(b"{") and b'"mark"' in line]
        return {mark["device"]: Made(mark["boot"], mark["seq"]) for mark in marks}

    def all_told(self) -> bool:
        """Whether every node has answered."""
        return len(self.told()) == len(self._settings)


class Fleet:
    """Simulated nodes, for as long as the block lasts; none outlives this process, however it ends.

    Enter the block in a thread that stays: the kernel ends the nodes with it. Raises NoInterpreter.
    """

    def __init__(self, configs: Sequence[NodeConfig], folder: Path, per_process: int = PER_PROCESS) -> None:
        self._parts = [configs[at : at + per_process] for at in range(0, len(configs), per_process)]
        self._folder = folder
        self._processes: list[_Process] = []
        self._dark: set[int] = set()

    def __enter__(self) -> Fleet:
        try:
            for number, part in enumerate(self._parts):
                self._processes.append(_Process(part, self._folder, number))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __len__(self) -> int:
        return len(self._processes)

    def stop(self) -> None:
        """Every node says goodbye; all processes at once, so that many take no longer than one."""
        for part in self._processes:
            ask_to_stop(part.process)
        for part in self._processes:
            stop_node(part.process, 10)

    def cut_power(self, number: int) -> None:
        """Kill one process, as a fuse does with a floor: nothing is said, nothing is finished."""
        self._dark.add(number)
        self._processes[number].process.kill()
        self._processes[number].process.wait()
        ask_to_stop(self._processes[number].process)

    def restore_power(self, number: int) -> None:
        """Start its nodes again, on the flash that they had."""
        self._dark.discard(number)
        self._processes[number].start()

    def revive(self) -> int:
        """Start again every process that has ended by itself; how many those were."""
        lit = [part for number, part in enumerate(self._processes) if number not in self._dark]
        ended = [part for part in lit if part.process.poll() is not None]
        for part in ended:
            ask_to_stop(part.process)
            part.start()
        return len(ended)

    def memory_mb(self) -> float:
        """What all processes have in memory, where the kernel tells it (Linux)."""
        pages = 0
        for part in self._processes:
            with suppress(OSError):
                pages += int(Path(f"/proc/{part.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def made(self, within_s: float) -> Mapping[str, Made]:
        """How far each node has come; nodes that do not answer in time are left out."""
        for part in self._processes:
            part.ask()
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and not all(part.all_told() for part in self._processes):
            time.sleep(_LOOK_S)
        return {device: made for part in self._processes for device, made in part.told().items()}
