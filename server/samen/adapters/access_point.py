"""A way to a broker that can be cut: what Wi-Fi does to nodes, done to their TCP connections."""

from __future__ import annotations

import asyncio
import enum
import threading
from contextlib import suppress

_PIECE = 65_536


class Air(enum.Enum):
    """How the way is: open; down, where connections are reset and none begins; or deaf, where they stay
    open and nothing passes (a half-open link)."""

    OPEN = "open"
    DOWN = "down"
    DEAF = "deaf"


class AccessPoint:
    """A loopback port that leads to `host`:`port`, from a thread of its own, until `stop()`.

    `air` is how the way is now. `bytes_out` and `bytes_in` count what nodes sent and got: MQTT's bytes,
    without the heads of TCP and IP.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.air = Air.OPEN
        self._links: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.bytes_out = self.bytes_in = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._ready.wait()

    def turn(self, air: Air) -> None:
        """Change the way. What was taken while deaf is gone, so a link that was deaf ends with it."""
        self._loop.call_soon_threadsafe(self._turn, air)

    def stop(self) -> None:
        """Cut everything and free the port; safe to call twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0, backlog=1000)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        self._cut()

    def _turn(self, air: Air) -> None:
        if air is Air.DOWN or self.air is Air.DEAF:
            self._cut()
        self.air = air

    def _cut(self) -> None:
        for link in self._links:
            link.transport.abort()
        self._links.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.air is Air.DOWN:
            writer.transport.abort()
            return
        self._links.add(writer)
        if self.air is Air.DEAF:
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._links.add(far_writer)
        if writer.transport.is_closing():  # the way went down meanwhile
            far_writer.transport.abort()
        await asyncio.gather(self._pass_on(reader, far_writer, 1), self._pass_on(far_reader, writer, 0))
        self._links -= {writer, far_writer}

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, out: int) -> None:
        with suppress(OSError):
            while piece := await source.read(_PIECE):
                if self.air is Air.OPEN:
                    self.bytes_out += len(piece) * out
                    self.bytes_in += len(piece) * (1 - out)
                    sink.write(piece)
                    await sink.drain()
        sink.close()
