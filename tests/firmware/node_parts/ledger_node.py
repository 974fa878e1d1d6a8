"""A node that writes down what it has promised: a line for its boot, one for the readings of each write.

The configuration's "control" makes it a broken one: "gather" says that a reading is kept before it is,
"silent" drops the oldest and tells nobody.
"""

import json
import sys

from samen_node import app, run
from samen_node.outbox import Outbox


class Ledger(Outbox):
    def __init__(self, directory, limit_bytes):
        Outbox.__init__(self, directory, limit_bytes)
        note("boot", self.boot, 0, 0)

    def flush(self):
        first = self.next_seq - len(self._gathered)
        self.keep()
        if first < self.next_seq:
            note("kept", self.boot, first, self.next_seq - 1)

    def keep(self):
        Outbox.flush(self)


class Gathering(Ledger):
    def keep(self):
        if len(self._gathered) > 20:
            Outbox.flush(self)


class Silent(Ledger):
    def _lose(self, boot, first, last):
        pass


def note(what, boot, first, last):
    print('{"event":"%s","boot":%d,"first":%d,"last":%d}' % (what, boot, first, last))


with open(sys.argv[1]) as file:
    control = json.load(file).get("control")
app.Outbox = {"gather": Gathering, "silent": Silent}.get(control, Ledger)
run.main(sys.argv[1])
