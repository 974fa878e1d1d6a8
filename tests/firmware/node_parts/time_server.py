"""An NTP server on a loopback port that tells the computer's time, unless it is `silent`."""

import socket
import struct
import threading
import time
from contextlib import suppress

FROM_1900 = 2208988800


class TimeServer:
    """`ahead_s`: how far what it says is from the truth."""

    def __init__(self) -> None:
        self.silent = False
        self.ahead_s = 0
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.bind(("127.0.0.1", 0))
        self.port = self._link.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def utc(self) -> float:
        return time.time() + self.ahead_s

    def stop(self) -> None:
        self._stopping = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._link.close()

    def _serve(self) -> None:
        while not self._stopping:
            asked, sender = self._link.recvfrom(512)
            if len(asked) == 48 and not self.silent:
                seconds = int(self.utc() + FROM_1900)
                said = bytes([0x24, 1]) + bytes(22) + asked[40:48] + bytes(8)
                with suppress(OSError):
                    self._link.sendto(said + struct.pack(">II", seconds & 0xFFFFFFFF, 0), sender)
