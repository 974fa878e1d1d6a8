"""What a node's retained state holds."""

from node_parts.ground import a_folder

from samen_node.settings import Settings
from samen_node.snapshot import Snapshot


def a_snapshot(**given):
    return Snapshot(Settings(a_folder() + "/settings", given))


def test_the_newest_of_each_stream_and_register_is_there():
    snapshot = a_snapshot()
    snapshot.take("climate", {"t": 19}, 1)
    snapshot.take("climate", {"t": 20}, 2)
    snapshot.take("energy", {"r": "1.8.0", "wh": 5}, 2)
    snapshot.take("energy", {"r": "2.8.0", "wh": 7}, 2)

    assert snapshot.fresh(3) == {
        "climate": {"t": 20},
        "energy": {"1.8.0": {"r": "1.8.0", "wh": 5}, "2.8.0": {"r": "2.8.0", "wh": 7}},
    }


def test_a_stream_that_fell_silent_leaves_although_others_speak():
    snapshot = a_snapshot(climate_s=60, energy_s=60)
    snapshot.take("climate", {"t": 20}, 0)
    snapshot.take("energy", {"r": "1.8.0", "wh": 5}, 170)

    assert "climate" in snapshot.fresh(179)
    assert sorted(snapshot.fresh(180)) == ["energy"]


def test_a_stream_that_speaks_again_is_back():
    snapshot = a_snapshot(climate_s=60)
    snapshot.take("climate", {"t": 20}, 0)
    assert snapshot.fresh(1000) == {}

    snapshot.take("climate", {"t": 21}, 1000)

    assert snapshot.fresh(1001) == {"climate": {"t": 21}}


def test_a_short_interval_is_given_a_minute():
    snapshot = a_snapshot(energy_s=1)
    snapshot.take("energy", {"r": "1.8.0", "wh": 5}, 0)

    assert "energy" in snapshot.fresh(59)
