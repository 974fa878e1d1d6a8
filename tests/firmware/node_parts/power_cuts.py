"""Cuts the power of a flash chip at every step of an outbox's life, and starts it again each time.

micropython power_cuts.py FOLDER EVERY [KIND]: prints {"cuts": how many, "lost": readings that an append
had promised and that are neither there nor acked nor a told gap, "dead": starts that failed}. KIND: "full", where
the chip is full before the outbox is, or a control: "gather", a copy that keeps readings in memory for a
while, "silent", one that drops the oldest and tells nobody.
"""

import json
import sys

import vfs
from node_parts.chip import Chip

from samen_node.outbox import Outbox

# Blocks of the chip, bytes of the outbox. A segment holds few readings, so that much is trimmed and dropped.
ROOMY = 24, 1200
FULL = 6, 20000


class Gathering(Outbox):
    def flush(self):
        if len(self._gathered) > 5:
            Outbox.flush(self)


class Silent(Outbox):
    def _lose(self, boot, first, last):
        pass


CONTROLS = {"gather": Gathering, "silent": Silent}


def payload_of(boot, seq):
    return ("boot %d seq %d " % (boot, seq)).encode() * (1 + seq % 5)


class Life:
    """What an outbox promised, what the server acked, what was told as gone."""

    def __init__(self, folder, kind, blocks, limit):
        self.blocks = blocks
        self.limit = limit
        self.template = folder + "/template"
        self.path = folder + "/chip"
        self.kind = kind
        chip = Chip(self.template, self.blocks)
        vfs.VfsLfs2.mkfs(chip)
        chip.close()

    def begin(self, cut_after):
        self.promised = set()
        self.settled = set()
        with open(self.template, "rb") as blank, open(self.path, "wb") as file:
            file.write(blank.read())
        return self.power(cut_after, self.live)

    def power(self, cut_after, do):
        """Give the chip power, do something with the outbox on it; how many programs and erases that took."""
        chip = Chip(self.path, self.blocks, cut_after)
        try:
            vfs.mount(vfs.VfsLfs2(chip), "/flash")
            do(self.kind("/flash/outbox", self.limit))
        except OSError:
            if cut_after is None:
                raise
        try:
            vfs.umount("/flash")
        except OSError:
            pass
        chip.close()
        return chip.deeds

    def live(self, box):
        for step in range(36):
            for _ in range(1 + step % 3):
                box.gather(payload_of(box.boot, box.next_seq))
            before = box.next_seq - 1 - step % 3
            box.flush()
            self.promised.update((box.boot, seq) for seq in range(before, box.next_seq))
            if 8 < step < 22:
                self.ack(box, [item[:2] for item in box.pending(4)][step % 2 :])
            for boot, first, last in box.gaps()[:1] if step % 7 == 6 else ():
                self.settled.update((boot, seq) for seq in range(first, last + 1))
                box.ack(boot, first, last)

    def ack(self, box, readings):
        """As the server does: what it acks is in its database."""
        self.settled.update(readings)
        for boot, seq in readings:
            box.ack(boot, seq, seq)

    def look_again(self, box):
        kept = {item[:2]: item[2] for item in box.pending(1000)}
        told = {(boot, seq) for boot, first, last in box.gaps() for seq in range(first, last + 1)}
        self.missing = self.promised - self.settled - told - set(kept)
        wrong = [reading for reading, payload in kept.items() if payload != payload_of(*reading)]
        assert wrong == [] and box.boot not in [boot for boot, _ in kept], (wrong, box.boot)
        assert box.append(b"alive") == 0


def main(folder, every, kind=None):
    life = Life(folder, CONTROLS.get(kind, Outbox), *(FULL if kind == "full" else ROOMY))
    told = {"cuts": 0, "lost": 0, "dead": 0}
    for cut in range(0, life.begin(None), every):
        life.begin(cut)
        try:
            life.power(None, life.look_again)
        except (OSError, AssertionError) as error:
            sys.print_exception(error)
            told["dead"] += 1
        told["cuts"] += 1
        told["lost"] += len(life.missing)
    print(json.dumps(told))


main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
