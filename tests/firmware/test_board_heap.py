"""A board's heap, measured: the compiled node on 32-bit words, under 96 KiB, and nothing grows.

`make node-week` lives a week; the suite two hours. See node_parts.small_words for what differs from a board.
"""

import os

import pytest
from node_parts.small_life import SmallLife

HEAP = 96 * 1024
TOO_SMALL = 64 * 1024
HOURS = float(os.environ.get("SAMEN_NODE_HOURS", "2"))
# What is in the air comes and goes.
GROWTH = 1024
LEAK = 2000  # each hour


def growth(free: list[int]) -> int:
    """Bytes by which the heap's low point rose, from the second quarter of a life to the last."""
    quarter = len(free) // 4
    return max(free[quarter : 2 * quarter]) - max(free[-quarter:])


@pytest.mark.timeout(60 + 30 * HOURS)
def test_a_board_s_heap_suffices_and_nothing_grows(compiled, tmp_path):
    life = SmallLife(compiled, tmp_path, HEAP, HOURS, away=(HOURS / 8, HOURS / 4))

    assert life.code == 0, life.error()
    assert life.lived_s >= HOURS * 3600
    assert growth(life.free()) < GROWTH, life.free()
    assert life.broker.heard["replay"] > 1
    print(f"free after a collection: {min(life.free())} bytes at least; for the stand-ins {life.weight} more")


def test_a_node_that_forgets_to_give_back_is_found_out(compiled, tmp_path):
    life = SmallLife(compiled, tmp_path, HEAP, 2, leak=LEAK, poll_s=10)

    assert growth(life.free()) >= GROWTH, life.free()


def test_a_heap_that_is_too_small_fails(compiled, tmp_path):
    life = SmallLife(compiled, tmp_path, TOO_SMALL, 1)

    assert life.code != 0
    assert "MemoryError" in life.error()
