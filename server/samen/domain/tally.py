"""Readings made and readings received, counted against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# Of a device's boot.
Key = tuple[str, int]


class Received(NamedTuple):
    """Of one boot: how many `different` readings have come, the highest seq among them (-1: none), and how
    many the node says it had to drop."""

    different: int
    highest: int
    dropped: int = 0


class Tally(NamedTuple):
    """`made` = `received` + `dropped` (in gaps that were told) + `missing`."""

    made: int
    received: int
    dropped: int
    missing: int


def tally(next_seqs: Mapping[Key, int], received: Mapping[Key, Received]) -> Tally:
    """Compare. `next_seqs`: of each boot that was asked, the seq that its next reading will have.

    A node numbers every reading: of a boot that cannot be asked any more (its power was cut) what is missing
    below the highest number that came was made and is lost.
    """
    made = got = dropped = 0
    for key in next_seqs.keys() | received.keys():
        have = received.get(key, Received(0, -1))
        of_boot = max(next_seqs.get(key, 0), have.highest + 1)
        made += of_boot
        got += have.different
        # A node may drop what the server has, when the ack never reached it.
        dropped += min(have.dropped, of_boot - have.different)
    return Tally(made, got, dropped, made - got - dropped)
