"""Whether a binary STL is one a printer can trust: closed, not inside out, as large as it should be."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float, float]
Triangle = tuple[Point, Point, Point]
_HEADER = 80


@dataclass(frozen=True)
class Solid:
    """Triangles whose corners go round against the clock, seen from outside."""

    triangles: list[Triangle]

    def leaks(self) -> int:
        """Edges that do not lie between exactly two triangles, once in each direction: 0 when watertight."""
        edges: Counter[tuple[Point, Point]] = Counter()
        for a, b, c in self.triangles:
            edges.update([(a, b), (b, c), (c, a)])
        return sum(count != 1 or edges.get((end, start)) != 1 for (start, end), count in edges.items())

    def volume_mm3(self) -> float:
        """Enclosed volume; negative when inside out."""
        return sum(_signed(triangle) for triangle in self.triangles) / 6

    def size_mm(self) -> Point:
        """Length along each axis."""
        spans = [[corner[axis] for triangle in self.triangles for corner in triangle] for axis in range(3)]
        x, y, z = (max(span) - min(span) for span in spans)
        return x, y, z


def read_stl(content: bytes) -> Solid:
    """The solid in a binary STL; ValueError when its length is not what its header says."""
    (count,) = struct.unpack_from("<I", content, _HEADER)
    if len(content) != _HEADER + 4 + 50 * count:
        raise ValueError("not a whole binary STL")
    return Solid([triangle for triangle in _triangles(content) if len(set(triangle)) == 3])


def _triangles(content: bytes) -> Iterator[Triangle]:
    """Each with its corners rounded to a micrometre, so that neighbours meet."""
    for numbers in struct.iter_unpack("<12fH", content[_HEADER + 4 :]):
        a, b, c = (tuple(round(n, 3) + 0.0 for n in numbers[at : at + 3]) for at in (3, 6, 9))
        yield a, b, c


def _signed(triangle: Triangle) -> float:
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = triangle
    return ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)
