"""Appends to an outbox until it is killed; prints (boot, seq) once an append has returned.

A second argument makes it the control: a copy that gathers records before it writes them.
"""

import sys

from samen_node.outbox import Outbox


class Gathering(Outbox):
    def _write(self, record):
        self._gathered = getattr(self, "_gathered", b"") + record
        if len(self._gathered) > 4000:
            Outbox._write(self, self._gathered)
            self._gathered = b""


def payload_of(boot, seq):
    return ("boot %d seq %d " % (boot, seq)).encode() * (1 + seq % 7)


def main():
    box = (Gathering if len(sys.argv) > 2 else Outbox)(sys.argv[1], 50000000)
    while True:
        seq = box.append(payload_of(box.boot, box.next_seq))
        print(box.boot, seq)
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()


if __name__ == "__main__":
    main()
