"""Kill -9 of ingest, broker and nodes: no reading is lost, and none is counted twice."""

import os
from pathlib import Path

import pytest

from faults.campaign import Campaign

READINGS = int(os.environ.get("SAMEN_FAULT_READINGS", "4000"))


@pytest.mark.timeout(400)
def test_no_reading_is_lost_or_counted_twice(sqlite_database, tmp_path):
    with Campaign(sqlite_database, tmp_path) as campaign:
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
        campaign.run(2000, {"ingest": 3})
        campaign.drain()

        assert campaign.lost()
