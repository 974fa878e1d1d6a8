"""A UART whose wire picks up noise: bytes lost, changed and made up."""


class Noisy:
    """`share`: of the reads that brought something, how many (0 to 1) are spoilt. The same `seed`, the same
    noise on the same reads."""

    def __init__(self, wire, share, seed):
        self._wire = wire
        self._share = share
        self._random = seed * 2654435761 % 4294967296 or 1

    def write(self, data):
        return self._wire.write(data)

    def read(self):
        data = self._wire.read()
        if data and self._draw(10000) < self._share * 10000:
            at = self._draw(len(data))
            return (self._cut, self._bend, self._add)[self._draw(3)](data, at)
        return data

    def _cut(self, data, at):
        return data[:at] + data[at + 1 + self._draw(8) :]

    def _bend(self, data, at):
        return data[:at] + bytes([data[at] ^ (1 << self._draw(8))]) + data[at + 1 :]

    def _add(self, data, at):
        return data[:at] + bytes([self._draw(256) for _ in range(1 + self._draw(8))]) + data[at:]

    def _draw(self, below):
        # Numerical Recipes' constants; the upper bits are the better ones.
        self._random = (self._random * 1664525 + 1013904223) % 4294967296
        return (self._random >> 8) % below
