"""The readings a node still owes the server, kept in flash until the server's own ack.

Readings go into append-only segment files named after their boot and first seq. Flash is freed a
segment at a time, once all of it is acked, or, when the limit is reached, oldest first, which
leaves a gap that is kept until the server has acked that too.

A write costs littlefs a block of flash however short it is, so readings of one moment go in one write.
What is acked of a segment that stays, and what was lost, is a small file that is replaced: that
costs a twentieth of a block. `docs/node-storage.md` has the wear that was measured.
"""

import gc
import os
import struct

from samen_node.store import log, spans

USUAL_BYTES = 786432  # a day and a third of the usual streams, of the 2 MB that a 4 MB part has for files
_ACKED = 1
_LOST = 2
_NOTE = "<III"


def most():
    """How many segments, and boots with an untold gap, there is memory for: each start may add one."""
    gc.collect()
    return max(32, gc.mem_free() // 700) if hasattr(gc, "mem_free") else 1000000


def start_after(directory, boot):
    """Let the first boot counted in a folder be `boot` + 1: a node in another's place repeats none of its
    numbers."""
    log.make_folder(directory)
    log.replace(directory + "/boot", log.pack(boot, b""))


class _Segment:
    """Seqs first…last of a boot in one file; `done`: those acked or lost. Behind byte `at` comes
    `next`, and whatever lies before is done."""

    def __init__(self, boot, first):
        self.boot = boot
        self.first = self.next = first
        self.last = first - 1
        self.size = self.at = 0
        self.done = []

    def missing(self):
        return spans.missing(self.done, self.first, self.last)

    def owed(self):
        return self.last - self.first + 1 - spans.count(self.done)

    def mark(self, boot, first, last):
        """Count first…last of a boot as done; whether that is news."""
        a, b = max(first, self.first), min(last, self.last)
        if self.boot != boot or a > b or spans.holds(self.done, a, b):
            return False
        spans.add(self.done, a, b)
        return True


class Outbox:
    """Durable queue of payloads, each with the identity (boot, seq).

    `directory`: a folder of its own (created if its parent exists). `limit_bytes`: what all files
    in it may take. Every `append` that returned survives a kill at any later instant.
    """

    def __init__(self, directory, limit_bytes):
        log.make_folder(directory)
        self._directory = directory
        self._limit = limit_bytes - 32  # the boot number and a torn tail
        self._piece = max(256, min(32768, limit_bytes // 24))
        self._most = most()
        self._segments = []
        self._lost = {}
        self._open = False  # whether the last segment takes more records
        self._notes_size = 0
        self._gathered = []
        self._places = {}  # where the readings of the last `pending` end in their files
        self.dropped = 0
        self.damaged = []
        self.next_seq = 0
        self._read_segments()
        self._read_notes()
        self.boot = self._count_boot()
        self._tidy()
        self._write_notes()

    def append(self, payload):
        """Keep a payload and return its seq; OSError when flash fails, ValueError if it never fits."""
        seq = self.gather(payload)
        self.flush()
        return seq

    def gather(self, payload):
        """Give a payload its seq; it is kept once the next `flush` has returned. ValueError if it
        never fits."""
        record = log.pack(self.next_seq, payload)
        if len(record) > self._limit:
            raise ValueError("payload larger than the outbox")
        self._gathered.append(record)
        self.next_seq += 1
        return self.next_seq - 1

    def flush(self):
        """Keep what was gathered, in one write. OSError when flash will not take it: then it is a gap."""
        records, self._gathered = self._gathered, []
        if not records:
            return
        self._make_room(sum(len(record) for record in records))
        try:
            self._write(records)
        except OSError:
            # The flash is fuller than the limit said: what was begun is torn, so start anew.
            self._open = False
            if self._segments:
                self._drop_oldest()
            self._write_or_lose(records)

    def pending(self, max_items, after=(0, -1)):
        """Up to max_items unacked (boot, seq, payload), oldest first, from behind (boot, seq) `after`."""
        found = []
        places = {}
        for segment in self._segments:
            if len(found) < max_items and (segment.boot, segment.last) > after and segment.owed():
                self._collect(segment, found, places, max_items, after)
        self._places = places
        return found

    def ack(self, boot, first, last):
        """Mark seqs first…last of a boot as committed by the server: any order, any number of times."""
        if first > last:
            return
        news = False
        for segment in self._segments:
            news = segment.mark(boot, first, last) or news
        lost = self._lost.get(boot)
        if lost and spans.missing(lost, first, last) != [[first, last]]:
            spans.remove(lost, first, last)
            if not lost:
                del self._lost[boot]
            news = True
        if news:
            self._tidy()
            self._write_notes()

    def gaps(self):
        """What was dropped and not yet acked by the server: (boot, first, last), oldest first."""
        return [(boot, a, b) for boot in sorted(self._lost) for a, b in self._lost[boot]]

    def depth(self):
        """How many payloads wait for their ack."""
        return sum(segment.owed() for segment in self._segments)

    def size(self):
        """Bytes of flash in use."""
        return sum(segment.size for segment in self._segments) + self._notes_size

    # --- reading ------------------------------------------------------------------------------

    def _collect(self, segment, found, places, max_items, after):
        at, expected = segment.at, segment.next
        if after in self._places and segment.boot == after[0] and segment.first <= after[1]:
            at, expected = self._places[after], after[1] + 1
        reader = log.records_from(self._path(segment), at)
        try:
            for seq, payload, at in reader:
                if seq is None:
                    continue  # illegible, and so is all that follows
                expected = seq + 1
                if not self._is_owed(segment, seq, payload, at) or (segment.boot, seq) <= after:
                    continue
                found.append((segment.boot, seq, payload))
                places[segment.boot, seq] = at
                if len(found) == max_items:
                    return
        except OSError:
            pass  # flash gives it back no more
        finally:
            reader.close()
        self._damage(segment, expected, segment.last)  # it should be there, and cannot be read

    def _is_owed(self, segment, seq, payload, end):
        """Whether a record that ends at byte `end` still waits for its ack."""
        if payload is None:
            self._damage(segment, seq, seq)
        if not spans.holds(segment.done, seq, seq):
            return True
        if seq == segment.next:
            segment.at, segment.next = end, seq + 1
        return False

    # --- segments -----------------------------------------------------------------------------

    def _path(self, segment):
        return "%s/%08x-%08x.log" % (self._directory, segment.boot, segment.first)

    def _write(self, records):
        first = self.next_seq - len(records)
        size = sum(len(record) for record in records)
        if not self._open or self._segments[-1].size + size > self._piece:
            self._start_segment(first)
        active = self._segments[-1]
        with open(self._path(active), "ab") as file:
            for record in records:
                file.write(record)
        active.size += size
        active.last = self.next_seq - 1

    def _write_or_lose(self, records):
        try:
            self._write(records)
        except OSError:
            self._open = False
            self.dropped += len(records)
            self._lose(self.boot, self.next_seq - len(records), self.next_seq - 1)
            self._write_notes()
            raise

    def _start_segment(self, first):
        self._open = False
        if self._segments and self._segments[-1].last < self._segments[-1].first:
            self._erase(self._segments[-1])  # its first write failed: the new one takes its file's name
        self._tidy()
        if len(self._segments) >= self._most:
            self._drop_oldest()
        segment = _Segment(self.boot, first)
        log.erase(self._path(segment))  # what a failed write may have left
        self._segments.append(segment)
        self._open = True

    def _make_room(self, size):
        while self._segments and self.size() + size > self._limit:
            self._drop_oldest()

    def _drop_oldest(self):
        segment = self._segments[0]
        for first, last in segment.missing():
            self.dropped += last - first + 1
            self._lose(segment.boot, first, last)
        if len(self._segments) == 1:
            self._open = False
        # Noted before the data goes: a kill in between leaves a told gap, never a silent one.
        noted = self._write_notes()
        self._erase(segment)
        if not noted:  # for want of the room that is there now
            self._write_notes()

    def _lose(self, boot, first, last):
        spans.add(self._lost.setdefault(boot, []), first, last)
        if len(self._lost) > self._most:
            del self._lost[min(self._lost)]

    def _erase(self, segment):
        self._segments.remove(segment)
        log.erase(self._path(segment))

    def _tidy(self):
        """Free the closed segments that are acked to the last record, of each boot the first ones:
        those that stay must follow upon each other, for a restart takes them to."""
        held = None
        for segment in self._segments[:-1] if self._open else self._segments[:]:
            if segment.owed() or segment.boot == held:
                held = segment.boot
            else:
                self._erase(segment)

    # --- what a restart reads back ------------------------------------------------------------

    def _read_segments(self):
        """A boot's last segment is read through; the others end where the next one begins."""
        names = sorted(name for name in os.listdir(self._directory) if name.endswith(".log"))
        for name in names:
            segment = _Segment(int(name[:8], 16), int(name[9:17], 16))
            before = self._segments[-1] if self._segments else None
            if before and before.boot == segment.boot:
                before.last = segment.first - 1
            elif before:
                self._scan(before)
            segment.size = os.stat(self._path(segment))[6]
            self._segments.append(segment)
        if self._segments:
            self._scan(self._segments[-1])

    def _scan(self, segment):
        try:
            for seq, payload in log.records(self._path(segment)):
                if seq is None:
                    return
                segment.last = seq
                if payload is None:
                    self._damage(segment, seq, seq)
        except OSError:  # how many there were nobody knows: of one at least it is told
            segment.last = max(segment.last, segment.first)
            self._damage(segment, segment.last, segment.last)

    def _damage(self, segment, first, last):
        for a, b in spans.missing(segment.done, first, last):
            spans.add(segment.done, a, b)
            self._lose(segment.boot, a, b)
            self.damaged.append((segment.boot, a, b))

    def _count_boot(self):
        """The number of this boot: one more than any before, and stored before anything uses it."""
        path = self._directory + "/boot"
        boot = max([0] + [segment.boot for segment in self._segments] + sorted(self._lost)[-1:])
        try:
            for number, payload in log.records(path):
                boot = max(boot, number) if payload is not None else boot
        except OSError:
            pass  # the very first boot
        try:
            log.replace(path, log.pack(boot + 1, b""))
        except OSError:
            # A number that names two boots would make the server take new readings for old ones.
            if not self._segments:
                raise
            self._drop_oldest()
            log.replace(path, log.pack(boot + 1, b""))
        return boot + 1

    # --- notes: acks and gaps -----------------------------------------------------------------

    def _read_notes(self):
        try:
            for kind, payload in log.records(self._directory + "/notes"):
                if payload is not None:
                    self._recall(kind, *struct.unpack(_NOTE, payload))
        except OSError:
            pass  # no notes yet

    def _recall(self, kind, boot, first, last):
        if kind == _LOST:
            self._lose(boot, first, last)
        for segment in self._segments:
            segment.mark(boot, first, last)

    def _write_notes(self):
        """Whether flash took them. An ack that is not noted costs a duplicate, no more."""
        notes = [(_ACKED, s.boot, a, b) for s in self._segments for a, b in s.done]
        notes += [(_LOST, boot, a, b) for boot, a, b in self.gaps()]
        content = b"".join(log.pack(kind, struct.pack(_NOTE, *rest)) for kind, *rest in notes)
        try:
            log.replace(self._directory + "/notes", content)
        except OSError:
            return False
        self._notes_size = len(content)
        return True
