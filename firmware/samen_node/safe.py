"""What safe mode has in the place of outbox and sensors."""

from samen_node.outbox import Outbox
from samen_node.store import log


class NoOutbox(Outbox):
    """It holds nothing, and leaves alone what is in flash. `boot` is that of the last start with an outbox,
    so that the server takes the node's word for news; no reading is made under it."""

    def __init__(self, directory):
        self.boot = self.dropped = 0
        try:
            for number, payload in log.records(directory + "/boot"):
                self.boot = number if payload is not None else self.boot
        except OSError:
            pass  # it never had one

    def flush(self):
        pass

    def ack(self, boot, first, last):
        pass

    def gaps(self):
        return []

    def depth(self):
        return 0


class NoSensing:
    """No driver is loaded: one of them may be what failed."""

    def poll(self, now):  # noqa: ARG002 - as sensing has it
        return []

    def refresh(self):
        pass

    def save(self, now):  # noqa: ARG002 - as sensing has it
        pass

    def bad(self):
        return {}
