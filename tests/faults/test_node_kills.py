"""Kill -9 of nodes at any instant: a reading is stored once or told as a gap, and the node starts."""

import os

import pytest

from faults.node_kills import NodeKills

# `make node-kills` kills 500 times.
KILLS = int(os.environ.get("SAMEN_NODE_KILLS", "20"))
SEED = int(os.environ.get("SAMEN_NODE_SEED", "1"))


@pytest.mark.timeout(120 + KILLS)
def test_every_reading_is_stored_once_or_told_as_a_gap(sqlite_database, tmp_path):
    with NodeKills(sqlite_database, tmp_path, SEED) as campaign:
        campaign.run(KILLS)
        campaign.drain()

        assert campaign.found_dead == []
        assert all(boots == sorted(set(boots)) for boots in campaign.boots().values())
        assert campaign.gaps()
        assert campaign.double() == 0
        assert campaign.backward() == []


@pytest.mark.timeout(120)
def test_the_kills_find_nodes_that_break_their_promise(sqlite_database, tmp_path):
    with NodeKills(sqlite_database, tmp_path, controls=("gather", "silent", "gather", "silent")) as campaign:
        campaign.run(8)
        campaign.stop()

        losers = {name for name, _, _ in campaign.lost_for_good()}

    assert {"node-0", "node-2"} & losers
    assert {"node-1", "node-3"} & losers
