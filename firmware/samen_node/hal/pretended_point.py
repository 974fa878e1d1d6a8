"""Setting up a node that is a process: its page on a loopback port, and networks that are only names."""

import select
import sys


class AccessPoint:
    """`config`: folder, and "setup" with port, dns_port, networks {name: password}; see hal.access_point."""

    name = "samen-desk"

    def __init__(self, config):
        setup = config.get("setup", {})
        self.flash = config["folder"]
        self.address = ("127.0.0.1", setup.get("port", 8076))
        self.dns = ("127.0.0.1", setup["dns_port"]) if "dns_port" in setup else None
        self.host = "127.0.0.1:%d" % self.address[1]
        self._networks = setup.get("networks", {})
        self._joined = False
        self._typed = select.poll()
        self._typed.register(sys.stdin, select.POLLIN)
        # Unbuffered: what a buffer holds back, poll does not see
        self._stdin = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)

    def networks(self):
        return list(self._networks)

    def open(self, password):
        pass

    def is_guest(self, peer):  # noqa: ARG002 - as on a board
        return True

    def join(self, name, password):
        self._joined = self._networks.get(name) == password

    def joined(self):
        return self._joined

    def typed(self):
        typed = b""
        while len(typed) < 256 and self._typed.poll(0):
            part = self._stdin.read(1)
            if not part:
                return typed or None
            typed += part
        return typed

    def reset(self):
        """The process ends; whoever started it starts it again."""
        sys.exit(3)
