"""The outbox: what was appended is there until it is acked, whatever happens to the files."""

import os

from node_parts.boxes import filled, full_flash, segments, seqs
from node_parts.ground import a_folder, raises, read, write

from samen_node import outbox
from samen_node.outbox import Outbox
from samen_node.store import log


def disk(folder):
    return sum(os.stat(folder + "/" + name)[6] for name in os.listdir(folder))


def segment(folder):
    return segments(folder)[0]


def test_payloads_come_back_in_order_with_their_identity():
    box = filled(a_folder(), 3)

    assert box.pending(2) == [(1, 0, b"reading 0"), (1, 1, b"reading 1")]
    assert box.depth() == 3


def test_a_restart_counts_the_boot_up_and_keeps_what_was_not_acked():
    folder = a_folder()
    filled(folder, 3)

    box = Outbox(folder, 100000)

    assert (box.boot, box.append(b"new")) == (2, 0)
    assert [item[:2] for item in box.pending(9)] == [(1, 0), (1, 1), (1, 2), (2, 0)]


def test_the_boot_counts_up_even_when_nothing_was_appended():
    folder = a_folder()

    assert [Outbox(folder, 1000).boot for _ in range(3)] == [1, 2, 3]


def test_acks_may_come_in_any_order_and_more_than_once():
    folder = a_folder()
    box = filled(folder, 10)

    for first, last in ((7, 8), (0, 2), (7, 8), (2, 3), (9, 9), (9, 9)):
        box.ack(1, first, last)

    assert seqs(box) == [4, 5, 6]
    assert seqs(Outbox(folder, 100000)) == [4, 5, 6]


def test_an_ack_of_what_was_never_sent_does_not_swallow_later_readings():
    folder = a_folder()
    box = filled(folder, 3)

    box.ack(1, 0, 1000)
    box.ack(9, 0, 1000)
    box.ack(1, 5, 2)
    box.append(b"later")

    assert seqs(box) == [3]
    assert seqs(Outbox(folder, 100000)) == [3]


def test_flash_is_given_back_once_all_is_acked():
    folder = a_folder()
    box = filled(folder, 2000)
    full = disk(folder)

    box.ack(1, 0, 1999)
    Outbox(folder, 100000)

    assert full > 40000
    assert disk(folder) < 200


def test_the_oldest_is_dropped_and_told_when_flash_is_full():
    folder = a_folder()
    box = filled(folder, 2000, limit=10000)

    (boot, first, last), left = box.gaps()[0], seqs(box)

    assert len(box.gaps()) == 1
    assert (boot, first, box.dropped) == (1, 0, last + 1)
    assert left == list(range(last + 1, 2000))
    assert len(left) > 200
    assert disk(folder) <= 10000


def test_a_gap_outlives_restarts_until_the_server_has_acked_it():
    folder = a_folder()
    gap = filled(folder, 2000, limit=10000).gaps()

    box = Outbox(folder, 10000)
    assert box.gaps() == gap
    box.ack(1, gap[0][1], gap[0][2])

    assert box.gaps() == []
    assert Outbox(folder, 10000).gaps() == []


def test_a_payload_larger_than_the_outbox_is_refused():
    box = Outbox(a_folder(), 1000)

    raises(ValueError, box.append, b"x" * 1001)


def test_a_record_cut_at_any_byte_is_dropped_and_never_misread():
    folder = a_folder()
    # The last payload holds a whole sound record, which nobody may take for one.
    box = filled(folder, 2)
    box.append(log.pack(77, b"inner"))
    path = segment(folder)
    whole = read(path)

    for length in range(len(whole)):
        write(path, whole[:length])
        survivors = list(log.records(path))
        assert survivors == list(records_of(whole))[: len(survivors)]
        assert len(survivors) == sum(length >= end for end in ends_of(whole))


def records_of(whole):
    return [(0, b"reading 0"), (1, b"reading 1"), (2, log.pack(77, b"inner"))]


def ends_of(whole):
    first = len(log.pack(0, b"reading 0"))
    return [first, 2 * first, len(whole)]


def test_any_flipped_byte_costs_records_but_never_changes_one():
    folder = a_folder()
    filled(folder, 4)
    path = segment(folder)
    whole = read(path)
    sound = [(1, n, b"reading %d" % n) for n in range(4)]

    for at in range(len(whole)):
        write(path, whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        assert all(
            seq is None or payload in (None, b"reading %d" % seq) for seq, payload in log.records(path)
        )
    write(path, whole)

    assert Outbox(folder, 100000).pending(9) == sound


def test_without_its_checksum_a_flipped_byte_would_be_misread():
    """The control of the test above: it can tell a log that checks from one that does not."""
    path = a_folder() + "/log"
    checksum, log.crc32 = log.crc32, lambda *_: 0
    try:
        write(path, log.pack(0, b"reading 0")[:-5] + b"9" + b"\0\0\0\0")
        misread = list(log.records(path))
    finally:
        log.crc32 = checksum

    assert misread == [(0, b"reading 9")]
    assert list(log.records(path)) == [(None, None)]


def test_a_damaged_reading_is_told_as_a_gap():
    folder = a_folder()
    filled(folder, 4)
    whole = read(segment(folder))
    each = len(whole) // 4
    write(segment(folder), whole[: each + 10] + b"?" + whole[each + 11 :])

    box = Outbox(folder, 100000)

    assert seqs(box) == [0, 2, 3]
    assert box.gaps() == box.damaged == [(1, 1, 1)]


def test_pending_goes_on_from_where_a_walk_stopped():
    box = filled(a_folder(), 5)
    box.ack(1, 3, 3)

    assert [seq for _, seq, _ in box.pending(2, (1, 1))] == [2, 4]


def test_what_was_gathered_is_kept_in_one_write():
    folder = a_folder()
    box = filled(folder, 2)
    written = disk(folder)

    assert [box.gather(b"gathered %d" % n) for n in range(3)] == [2, 3, 4]
    assert (disk(folder), seqs(box)) == (written, [0, 1])
    box.flush()

    assert seqs(box) == seqs(Outbox(folder, 100000)) == [0, 1, 2, 3, 4]
    assert len(segments(folder)) == 1


def test_a_walk_in_small_steps_reads_each_reading_about_once():
    box = filled(a_folder(), 400, limit=1000000)
    box.ack(1, 0, 99)
    reads = counted_reads()
    try:
        found = walk(box, 4)
    finally:
        log.records_from = reads.pop()

    assert found == list(range(100, 400))
    assert len(reads) < 420


def walk(box, step):
    found, after = [], (0, -1)
    while True:
        items = box.pending(step, after)
        if not items:
            return found
        found += [seq for _, seq, _ in items]
        after = items[-1][:2]


def counted_reads():
    """A list that grows with each record read; its last entry is what counted them no more."""
    real = log.records_from
    reads = []

    def counting(path, at):
        for record in real(path, at):
            reads.insert(0, 1)
            yield record

    log.records_from = counting
    reads.append(real)
    return reads


def test_damage_far_from_the_end_is_told_when_the_walk_comes_there():
    folder = a_folder()
    filled(folder, 60, limit=24 * 256)
    path = segments(folder)[1]
    whole = read(path)
    first = int(path[-12:-4], 16)
    each = len(log.pack(0, b"reading 10"))
    write(path, whole[: each + 2] + b"?" + whole[each + 3 :])

    box = Outbox(folder, 24 * 256)
    left = seqs(box)

    ((boot, start, end),) = box.gaps()
    assert (boot, start) == (1, first + 1)
    assert left == [seq for seq in range(60) if not start <= seq <= end]
    box.ack(1, 0, 59)
    assert (box.depth(), box.gaps()) == (0, [])


def test_many_restarts_cannot_fill_the_memory():
    folder = a_folder()
    outbox.most, most = lambda: 40, outbox.most
    try:
        for _ in range(60):
            Outbox(folder, 1000000).append(b"reading")
        box = Outbox(folder, 1000000)
        box.append(b"reading")
    finally:
        outbox.most = most

    assert len(segments(folder)) <= 40
    kept = set(boot for boot, _, _ in box.pending(1000))
    assert kept | set(boot for boot, _, _ in box.gaps()) == set(range(1, 62))


def test_an_ack_that_says_nothing_new_writes_nothing():
    folder = a_folder()
    box = filled(folder, 9)
    box.ack(1, 0, 4)
    outbox.log.replace, replace = full_flash, log.replace
    try:
        box.ack(1, 0, 4)
        box.ack(1, 2, 3)
        box.ack(7, 0, 4)
    finally:
        log.replace = replace

    assert seqs(Outbox(folder, 100000)) == [5, 6, 7, 8]


def test_what_is_acked_in_the_middle_is_no_gap_after_a_restart():
    folder = a_folder()
    box = filled(folder, 60, limit=24 * 256)
    assert len(segments(folder)) > 4
    box.ack(1, 10, 49)

    again = Outbox(folder, 24 * 256)

    left = list(range(10)) + list(range(50, 60))
    assert (seqs(again), again.gaps()) == (left, [])
    again.ack(1, 0, 9)
    assert seqs(again) == seqs(Outbox(folder, 24 * 256)) == left[10:]


class Draw:
    """Numbers by chance, the same on both interpreters (Numerical Recipes' constants)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1664525 + 1013904223) % 4294967296
        return (self.state >> 8) % bound


def live(folder, draw, steps):
    """Some life of an outbox, with restarts and full flash: after each step a reading is pending, acked or told."""
    box = Outbox(folder, 1500)
    kept, acked = set(), set()
    for _ in range(steps):
        deed = draw.below(10)
        if deed < 6:
            for _ in range(1 + draw.below(3)):
                kept.add((box.boot, box.gather(b"reading" * (1 + draw.below(4)))))
            box.flush()
            assert disk(folder) <= 1500
        elif deed < 9 and kept:
            boot, first = sorted(kept)[draw.below(len(kept))]
            last = first + draw.below(6)
            box.ack(boot, first, last)
            acked |= set(reading for reading in kept if reading[0] == boot and first <= reading[1] <= last)
        else:
            box = Outbox(folder, 1500)
        pending = set(item[:2] for item in box.pending(1000))
        told = set((boot, seq) for boot, a, b in box.gaps() for seq in range(a, b + 1))
        assert kept == pending | acked | told, kept - pending - acked - told
        assert not pending & (acked | told) and not told & acked
        assert len(pending) == box.depth()


def test_in_any_life_a_reading_is_pending_or_acked_or_told_as_gone():
    for seed in range(6):
        live(a_folder(), Draw(seed), 40)
