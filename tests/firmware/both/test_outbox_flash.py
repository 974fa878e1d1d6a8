"""The outbox on a flash that refuses: what it will not take or give back is told, and nothing else is lost."""

from node_parts.boxes import filled, full_flash, segments, seqs
from node_parts.ground import a_folder, raises

from samen_node import outbox
from samen_node.outbox import Outbox
from samen_node.store import log


def test_a_reading_that_full_flash_will_not_take_is_told_as_a_gap():
    folder = a_folder()
    box = filled(folder, 3)
    outbox.open = full_flash
    try:
        raises(OSError, box.append, b"one too many")
    finally:
        del outbox.open
    assert box.append(b"later") == 4

    again = Outbox(folder, 100000)
    assert box.gaps()[-1][2] == again.gaps()[-1][2] == 3
    assert seqs(again)[-1] == 4


def test_one_write_that_fails_as_a_segment_begins_loses_nothing():
    folder = a_folder()
    box = Outbox(folder, 24 * 256 + 32)
    while len(segments(folder)) < 3 or box._segments[-1].size + 72 <= 256:
        last = box.append(b"x" * 60)
    failures = [full_flash]

    def once_full(path, mode, *rest):
        return failures.pop()() if mode == "ab" and failures else open(path, mode, *rest)

    outbox.open = once_full
    try:
        kept = box.append(b"precious" + b"x" * 52)
    finally:
        del outbox.open
    box.ack(1, 0, last)

    assert box.pending(9) == [(1, kept, b"precious" + b"x" * 52)]
    box.append(b"later")
    assert seqs(Outbox(folder, 24 * 256 + 32)) == [kept, kept + 1]


def test_a_segment_that_cannot_be_read_is_told_as_a_gap_and_holds_up_no_other():
    for restarted in (False, True):
        folder = a_folder()
        box = filled(folder, 60, 24 * 256)
        lost = segments(folder)[0]
        opens = log.open if hasattr(log, "open") else open

        def refuses(path, *mode):
            if path == lost:  # noqa: B023 - used within the round
                raise OSError(5)
            return opens(path, *mode)  # noqa: B023

        log.open = refuses
        try:
            box = Outbox(folder, 24 * 256) if restarted else box
            left = seqs(box)
        finally:
            del log.open

        ((boot, first, last),) = box.gaps()
        assert (boot, first) == (1, 0)
        assert left == list(range(last + 1, 60))
        assert (1, first, last) in box.damaged


def test_a_boots_last_segment_that_cannot_be_read_does_not_stop_a_start():
    folder = a_folder()
    filled(folder, 3)

    def refuses(path, *mode):
        if path.endswith(".log"):
            raise OSError(5)
        return open(path, *mode)

    log.open = refuses
    try:
        box = Outbox(folder, 100000)
        assert seqs(box) == []
        assert box.append(b"new") == 0
    finally:
        del log.open

    assert box.gaps() == [(1, 0, 0)]
