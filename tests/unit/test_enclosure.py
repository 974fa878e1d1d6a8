"""The printable case: its STL files are today's, watertight, and of the size the guide says."""

import hashlib
import json
import struct
from itertools import pairwise
from pathlib import Path

import pytest

from enclosure.solid import Solid, read_stl

ENCLOSURE = Path(__file__).parent.parent.parent / "hardware" / "enclosure"
FILES = sorted((ENCLOSURE / "stl").glob("*.stl"))


def test_the_files_were_built_from_today_s_shapes():
    built = json.loads((ENCLOSURE / "stl" / "built.json").read_text("utf-8"))

    now = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in [ENCLOSURE / "shapes.py", *FILES]
    }
    assert built == now, "make enclosure mends this"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_part_is_watertight(path: Path):
    solid = read_stl(path.read_bytes())

    assert solid.leaks() == 0
    assert 10_000 < solid.volume_mm3() < 60_000
    assert solid.size_mm()[:2] == pytest.approx((114, 70), abs=0.01)


def test_a_missing_triangle_leaks():
    assert a_cube().leaks() == 0
    assert Solid(a_cube().triangles[1:]).leaks() == 3


def test_a_flipped_triangle_leaks():
    first, *others = a_cube().triangles

    assert Solid([first[::-1], *others]).leaks() > 0


def test_a_cube_turned_inside_out_has_no_volume_to_print():
    inside_out = Solid([triangle[::-1] for triangle in a_cube().triangles])

    assert a_cube().volume_mm3() == pytest.approx(1000)
    assert inside_out.volume_mm3() == pytest.approx(-1000)


def test_a_cut_file_is_refused():
    whole = stl_of(a_cube())

    assert read_stl(whole) == a_cube()
    with pytest.raises(ValueError, match="not a whole binary STL"):
        read_stl(whole[:-1])


def a_cube() -> Solid:
    """10 mm each way."""
    low = [(0.0, 0.0, 0.0), (10.0, 0.0, 0.0), (10.0, 10.0, 0.0), (0.0, 10.0, 0.0)]
    high = [(x, y, 10.0) for x, y, _ in low]
    around = list(pairwise([*zip(low, high, strict=True), (low[0], high[0])]))
    sides = [triangle for (a, a_up), (b, b_up) in around for triangle in ((a, b, b_up), (a, b_up, a_up))]
    lids = [(low[0], low[2], low[1]), (low[0], low[3], low[2]), (high[0], high[1], high[2])]
    return Solid([*sides, *lids, (high[0], high[2], high[3])])


def stl_of(solid: Solid) -> bytes:
    """As a binary STL, its normals left at nought as many programs do."""
    facets = [
        struct.pack("<12fH", 0, 0, 0, *(number for corner in triangle for number in corner), 0)
        for triangle in solid.triangles
    ]
    return b" " * 80 + struct.pack("<I", len(facets)) + b"".join(facets)
