"""Frames in a stream of bytes that noise, cuts and lost bytes may have spoiled."""


class Frames:
    """Finds frames that begin with `head`; `bad` counts those begun and refused.

    A driver says how long what begins with the head is (`_size`; fewer bytes than a frame has at the least
    may be given) and what a whole frame means (`_read`; None refuses it). A refused frame costs its head and
    no more, so that the next good one is found even inside it. At most one unfinished frame is kept.
    """

    head = b""

    def __init__(self):
        self.bad = 0
        self._rest = b""

    def feed(self, data):
        """What the frames completed by `data` mean, oldest first."""
        found = []
        rest = self._rest + data
        while True:
            at = rest.find(self.head)
            if at < 0:
                self._rest = rest[1 - len(self.head) :]  # perhaps the beginning of a head
                return found
            rest = rest[at:]
            size, again = self._size(rest), rest.find(self.head, 1)
            if again < 0 and size > len(rest):
                self._rest = rest
                return found
            # Where the next begins inside, the rest of this one was lost: nothing true contains a head.
            meaning = None if 0 < again < size else self._read(rest[:size])
            if meaning is None:
                self.bad += 1
                rest = rest[1:]
            else:
                found.append(meaning)
                rest = rest[size:]

    def _size(self, begun):
        raise NotImplementedError

    def _read(self, frame):
        raise NotImplementedError
