"""The readings a node still owes the server, kept in flash until the server's own ack.

Readings go into append-only segment files named after their boot and first seq. Flash is freed a
segment at a time, once all of it is acked, or, when the limit is reached, oldest first, which
leaves a gap that is kept until the server has acked that too. Acks and gaps are noted in a file of
their own, so that a restart neither forgets a loss nor sends again what is known to be stored.
"""

import os
import struct

from samen_node.store import log, spans

_ACKED = 1
_LOST = 2
_NOTE = "<III"


class _Segment:
    def __init__(self, path, boot, first):
        self.path = path
        self.boot = boot
        self.first = first
        self.last = first - 1
        self.size = 0
        self.done = []

    def missing(self):
        return spans.missing(self.done, self.first, self.last)


class Outbox:
    """Durable queue of payloads, each with the identity (boot, seq).

    `directory`: a folder of its own (created if its parent exists). `limit_bytes`: what all files
    in it may take. Every `append` that returned survives a kill at any later instant.
    """

    def __init__(self, directory, limit_bytes):
        log.make_folder(directory)
        self._directory = directory
        self._limit = limit_bytes - 32  # the boot number and a torn tail
        self._piece = max(256, min(8192, limit_bytes // 16))
        self._segments = []
        self._lost = {}
        self._open = False  # whether the last segment takes more records
        self._notes_size = 0
        self._notes_limit = self._piece
        self.dropped = 0
        self.damaged = []
        self._read_segments()
        self._read_notes()
        self.boot = self._count_boot()
        self.next_seq = 0
        self._tidy()
        self._rewrite_notes()

    def append(self, payload):
        """Keep a payload and return its seq; OSError when flash fails, ValueError if it never fits."""
        record = log.pack(self.next_seq, payload)
        if len(record) > self._limit:
            raise ValueError("payload larger than the outbox")
        self._make_room(len(record))
        try:
            self._write(record)
        except OSError:
            # The flash is fuller than the limit said: what was begun is torn, so start anew.
            self._open = False
            if not self._segments:
                raise
            self._drop_oldest()
            self._write(record)
        self.next_seq += 1
        return self.next_seq - 1

    def pending(self, max_items, after=(0, -1)):
        """Up to max_items unacked (boot, seq, payload), oldest first, from behind (boot, seq) `after`."""
        found = []
        for segment in self._segments:
            if len(found) < max_items and (segment.boot, segment.last) > after and segment.missing():
                self._collect(segment, found, max_items, after)
        return found

    def ack(self, boot, first, last):
        """Mark seqs first…last of a boot as committed by the server: any order, any number of times."""
        if first > last:
            return
        for segment in self._segments:
            a, b = max(first, segment.first), min(last, segment.last)
            if segment.boot == boot and a <= b and not spans.holds(segment.done, a, b):
                spans.add(segment.done, a, b)
                self._note(_ACKED, boot, a, b)
        if boot in self._lost and spans.missing(self._lost[boot], first, last) != [[first, last]]:
            spans.remove(self._lost[boot], first, last)
            self._note(_ACKED, boot, first, last)
        self._tidy()

    def gaps(self):
        """What was dropped and not yet acked by the server: (boot, first, last), oldest first."""
        return [(boot, a, b) for boot in sorted(self._lost) for a, b in self._lost[boot]]

    def depth(self):
        """How many payloads wait for their ack."""
        return sum(spans.count(segment.missing()) for segment in self._segments)

    def size(self):
        """Bytes of flash in use."""
        return sum(segment.size for segment in self._segments) + self._notes_size

    # --- segments -----------------------------------------------------------------------------

    def _collect(self, segment, found, max_items, after):
        reader = log.records(segment.path)
        for seq, payload in reader:
            if payload is None or (segment.boot, seq) <= after:
                continue
            if not spans.holds(segment.done, seq, seq):
                found.append((segment.boot, seq, payload))
                if len(found) == max_items:
                    break
        reader.close()

    def _write(self, record):
        if not self._open or self._segments[-1].size + len(record) > self._piece:
            self._start_segment()
        active = self._segments[-1]
        with open(active.path, "ab") as file:
            file.write(record)
        active.size += len(record)
        active.last = self.next_seq

    def _start_segment(self):
        self._open = False
        self._tidy()
        path = "%s/%08x-%08x.log" % (self._directory, self.boot, self.next_seq)
        log.erase(path)  # what a failed write may have left
        self._segments.append(_Segment(path, self.boot, self.next_seq))
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
        self._erase(segment)

    def _lose(self, boot, first, last):
        # Noted before the data goes: a kill in between leaves a told gap, never a silent one.
        spans.add(self._lost.setdefault(boot, []), first, last)
        self._note(_LOST, boot, first, last)

    def _erase(self, segment):
        self._segments.remove(segment)
        log.erase(segment.path)

    def _tidy(self):
        """Free the closed segments that are acked to the last record."""
        closed = self._segments[:-1] if self._open else self._segments
        for segment in [s for s in closed if not s.missing()]:
            self._erase(segment)
        if self._notes_size > self._notes_limit:
            self._rewrite_notes()

    # --- what a restart reads back ------------------------------------------------------------

    def _read_segments(self):
        cut = None
        for name in sorted(os.listdir(self._directory)):
            if not name.endswith(".log"):
                continue
            boot, first = int(name[:8], 16), int(name[9:17], 16)
            if cut is not None and cut.boot == boot:
                self._damage(cut, cut.last + 1, first - 1)
            segment = _Segment(self._directory + "/" + name, boot, first)
            self._segments.append(segment)
            cut = segment if self._scan(segment) else None

    def _scan(self, segment):
        """Read a segment through; whether its end is illegible."""
        segment.size = os.stat(segment.path)[6]
        for seq, payload in log.records(segment.path):
            if seq is None:
                return True
            if payload is None:
                self._damage(segment, seq, seq)
            segment.last = max(seq, segment.last)
        return False

    def _damage(self, segment, first, last):
        if first <= last:
            segment.last = last
            spans.add(segment.done, first, last)
            spans.add(self._lost.setdefault(segment.boot, []), first, last)
            self.damaged.append((segment.boot, first, last))

    def _count_boot(self):
        """The number of this boot: one more than any before, and stored before anything uses it."""
        path = self._directory + "/boot"
        boot = max([0] + [segment.boot for segment in self._segments] + sorted(self._lost)[-1:])
        try:
            for number, payload in log.records(path):
                boot = max(boot, number) if payload is not None else boot
        except OSError:
            pass  # the very first boot
        log.replace(path, log.pack(boot + 1, b""))
        return boot + 1

    # --- notes: acks and gaps -----------------------------------------------------------------

    def _notes_path(self):
        return self._directory + "/notes"

    def _note(self, kind, boot, first, last):
        record = log.pack(kind, struct.pack(_NOTE, boot, first, last))
        try:
            with open(self._notes_path(), "ab") as file:
                file.write(record)
        except OSError:
            return  # an ack that is not noted costs a duplicate, no more
        self._notes_size += len(record)

    def _read_notes(self):
        try:
            for kind, payload in log.records(self._notes_path()):
                if payload is not None:
                    self._recall(kind, *struct.unpack(_NOTE, payload))
        except OSError:
            pass  # no notes yet

    def _recall(self, kind, boot, first, last):
        if kind == _LOST:
            spans.add(self._lost.setdefault(boot, []), first, last)
        else:
            spans.remove(self._lost.get(boot, []), first, last)
        for segment in self._segments:
            a, b = max(first, segment.first), min(last, segment.last)
            if segment.boot == boot and a <= b:
                spans.add(segment.done, a, b)

    def _rewrite_notes(self):
        notes = [(_ACKED, s.boot, a, b) for s in self._segments for a, b in s.done]
        notes += [(_LOST, boot, a, b) for boot, a, b in self.gaps()]
        content = b"".join(log.pack(kind, struct.pack(_NOTE, *rest)) for kind, *rest in notes)
        try:
            log.replace(self._notes_path(), content)
        except OSError:
            return  # the old notes still hold
        self._notes_size = len(content)
        self._notes_limit = max(self._piece, 2 * len(content))
