"""The rounds that allocation is measured by stay what they were."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from season import season, timetable

from samen.adapters.allocation_file import digest, write_instance
from samen.domain.allocation.instance import Instance


@pytest.mark.parametrize(
    ("drawn", "sha256"),
    [
        (season(1), "cd9c516751eca44812dbbeddd274b1fe30952d8a9d1291afc9fbe41fb960adc0"),
        (season(1, 1000), "250f3af1b8af7382169cc86afb9358afd3d2379b7b3f797777b64b73018ca9d7"),
        (timetable(1), "e5ebd326da899f7b29499dc6ca99415da22186d944b3175af934818dde084d19"),
    ],
    ids=["400 wishes", "1000 wishes", "timetable"],
)
def test_the_recipe_is_frozen(drawn: Instance, sha256: str) -> None:
    written = write_instance(drawn)

    assert digest(written) == sha256
