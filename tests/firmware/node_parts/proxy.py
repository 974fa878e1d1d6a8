"""A TCP proxy that can go deaf: connections stay open and nothing passes (a half-open link)."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class FaultProxy:
    """Passes connections on to a loopback port; while `frozen`, bytes are taken and dropped. `alter` makes
    something else of what the target says."""

    def __init__(self, target: int):
        self.frozen = False
        self.alter: Callable[[bytes], bytes] = _unaltered
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """Reset every connection."""
        for link in self._sockets[1:]:
            _end(link)
        del self._sockets[1:]

    def close(self) -> None:
        self.cut()
        _end(self._listener)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
                outside = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._sockets += [inside, outside]
            for source, sink, alter in ((inside, outside, _unaltered), (outside, inside, self.alter)):
                pump = threading.Thread(target=self._pump, args=(source, sink, alter), daemon=True)
                self._threads.append(pump)
                pump.start()

    def _pump(self, source: socket.socket, sink: socket.socket, alter: Callable[[bytes], bytes]) -> None:
        with suppress(OSError):
            while piece := source.recv(4096):
                if not self.frozen:
                    sink.sendall(alter(piece))
        _end(source)
        _end(sink)


def _unaltered(piece: bytes) -> bytes:
    return piece


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
