"""The outbox: what was appended is there until it is acked, whatever happens to the files."""

import os

from node_parts.ground import a_folder, raises, read, write

from samen_node.outbox import Outbox
from samen_node.store import log


def filled(folder, count, limit=100000):
    box = Outbox(folder, limit)
    for number in range(count):
        assert box.append(b"reading %d" % number) == number
    return box


def seqs(box):
    return [seq for _, seq, _ in box.pending(10000)]


def disk(folder):
    return sum(os.stat(folder + "/" + name)[6] for name in os.listdir(folder))


def segment(folder):
    return folder + "/" + sorted(name for name in os.listdir(folder) if name.endswith(".log"))[0]


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
