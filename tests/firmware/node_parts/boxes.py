"""Outboxes to look into, on both interpreters."""

import os

from samen_node.outbox import Outbox


def filled(folder, count, limit=100000):
    box = Outbox(folder, limit)
    for number in range(count):
        assert box.append(b"reading %d" % number) == number
    return box


def seqs(box):
    return [seq for _, seq, _ in box.pending(10000)]


def segments(folder):
    return [folder + "/" + name for name in sorted(os.listdir(folder)) if name.endswith(".log")]


def full_flash(*_):
    raise OSError(28)
