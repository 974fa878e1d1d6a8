"""Kill -9 of ingest, broker and nodes: no reading is lost, and none is counted twice."""

import os
from pathlib import Path

import pytest

from faults.campaign import Campaign

# A longer campaign: SAMEN_FAULT_READINGS=40000 SAMEN_FAULT_SEED=7 SAMEN_FAULT_ENGINES=sqlite,postgresql
READINGS = int(os.environ.get("SAMEN_FAULT_READINGS", "4000"))
SEED = int(os.environ.get("SAMEN_FAULT_SEED", "1"))
ENGINES = os.environ.get("SAMEN_FAULT_ENGINES", "sqlite").split(",")


@pytest.mark.timeout(400 + READINGS // 10)
@pytest.mark.parametrize("database", ENGINES, indirect=True)
def test_no_reading_is_lost_or_counted_twice(database, tmp_path):
    with Campaign(database, tmp_path, seed=SEED) as campaign:
        campaign.run(READINGS, {"ingest": 5, "broker": 2, "node": 3, "tick": 2})
        campaign.drain()

        assert campaign.stored() >= READINGS
        assert campaign.lost() == set()
        assert campaign.double() == 0
        assert campaign.energy_errors() == {}


@pytest.mark.timeout(400)
def test_an_ingest_that_acks_before_it_commits_does_lose_some(sqlite_database, tmp_path):
    hasty = (str(Path(__file__).with_name("hasty_ingest.py")),)

    with Campaign(sqlite_database, tmp_path, ingest=hasty) as campaign:
        campaign.run(2000, {"ingest": 8})  # where it has just committed all, a kill costs nothing
        campaign.drain()

        assert campaign.lost()
