"""The set-up page as a node carries it is the one that people can read and change."""

import zlib
from pathlib import Path

from samen_node import setup_text

SOURCE = Path(__file__).parents[2] / "firmware" / "setup_page.txt"


def test_the_node_carries_the_page_as_it_is_written():
    carried = zlib.decompress(setup_text.TEXT, -12)

    assert carried == SOURCE.read_bytes(), "run scripts/setup_page.py"
