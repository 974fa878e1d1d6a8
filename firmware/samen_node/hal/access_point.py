"""The board while it is set up: a Wi-Fi network of its own, and others to join. Never yet run on silicon."""

import select
import sys
from binascii import hexlify

import machine
import network

from samen_node.claim import BOARD_HOST


class AccessPoint:
    """`name`: the network it opens; `host`: where its page is; `address`: where the page listens."""

    host = BOARD_HOST
    address = ("0.0.0.0", 80)  # noqa: S104 - on the network that this board opened
    dns = ("0.0.0.0", 53)  # noqa: S104
    flash = "/samen"

    def __init__(self, config):  # noqa: ARG002 - a desktop's pretended board takes its settings
        self.name = "samen-" + hexlify(machine.unique_id()[-2:]).decode()
        self._own = network.WLAN(network.AP_IF)
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        self._typed = select.poll()
        self._typed.register(sys.stdin, select.POLLIN)

    def networks(self):
        """Names of the networks in reach, strongest first. Takes two seconds: ask before the page opens."""
        names = []
        for entry in sorted(self._station.scan(), key=lambda entry: -entry[3]):
            try:
                names.append(entry[0].decode())
            except UnicodeError:
                pass  # 32 bytes of any kind: it can be joined by another board only
        return [name for name in names if name]

    def is_guest(self, peer):
        """Whether a visitor came by the board's own network; the page is not for the one it joins."""
        return peer[0].startswith(BOARD_HOST[:10])

    def open(self, password):
        """Open the network, encrypted with a password of 8 characters or more."""
        self._own.active(True)
        self._own.config(ssid=self.name, security=network.AUTH_WPA2_PSK, key=password)

    def join(self, name, password):
        """Begin to join a network; the own one stays, on the other's channel."""
        self._station.disconnect()
        self._station.connect(name, password)

    def joined(self):
        """Whether it is on the network it was told to join; None while that is open."""
        if self._station.isconnected():
            return True
        return False if self._station.status() == network.STAT_WRONG_PASSWORD else None

    def typed(self):
        """What came over USB serial since the last call; b"" where nothing did, None once nothing can."""
        typed = b""
        while len(typed) < 256 and self._typed.poll(0):
            typed += sys.stdin.buffer.read(1)
        return typed

    def reset(self):
        """Start the chip again."""
        machine.reset()
