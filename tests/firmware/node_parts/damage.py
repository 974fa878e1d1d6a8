"""What a line does to bytes, drawn from a seed: parts lost, noise put in, bytes changed, any pieces."""


class Dice:
    """The same numbers on both interpreters (Numerical Recipes' constants)."""

    def __init__(self, seed):
        self._state = seed

    def below(self, n):
        """A whole number of at least 0 and less than `n`."""
        self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self._state >> 8) % n

    def one_of(self, choices):
        return choices[self.below(len(choices))]

    def noise(self, most):
        """Up to `most` bytes, at least one; at times all alike, as on a wire that hangs loose."""
        count = 1 + self.below(most)
        if self.below(4) == 0:
            return bytes([self.below(256)]) * count
        return bytes([self.below(256) for _ in range(count)])

    def pieces(self, stream, most):
        """The stream in pieces of up to `most` bytes."""
        while stream:
            size = 1 + self.below(most)
            yield stream[:size]
            stream = stream[size:]


def damaged(dice, stream, most):
    """(the stream after one accident, where it began, where it ended before): a cut, noise between two
    bytes, or bytes changed, of up to `most` bytes."""
    begin = dice.below(len(stream) + 1)
    end = min(len(stream), begin + 1 + dice.below(most))
    kind = dice.below(3)
    if kind == 0:
        return stream[:begin] + stream[end:], begin, end
    if kind == 1:
        return stream[:begin] + dice.noise(most) + stream[begin:], begin, begin
    changed = bytes([byte ^ (1 + dice.below(255)) for byte in stream[begin:end]])
    return stream[:begin] + changed + stream[end:], begin, end


def unharmed(sent, begin, end):
    """Those of (frame, meaning), sent one after the other, that an accident from `begin` to `end` spared."""
    spared, at = [], 0
    for frame, meaning in sent:
        if at + len(frame) <= begin or at >= end:
            spared.append((frame, meaning))
        at += len(frame)
    return spared
