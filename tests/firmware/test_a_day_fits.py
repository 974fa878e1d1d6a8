"""A day without a server: what the usual streams say in it stays in the outbox of a usual node."""

from samen_node import telemetry
from samen_node.outbox import USUAL_BYTES, Outbox

MINUTES = 24 * 60
CHANGES = 300  # a room that people walk in and out of all day


def readings_of_a_minute(minute):
    """Each as long as it gets: two registers, the climate, the room each five minutes and when it changes."""
    for register in ("1.8.0", "2.8.0"):
        yield "energy", {"r": register, "wh": 123456789 + 40 * minute, "w": 12351, "gen": 12345}
    yield "climate", {"t": -10.44, "rh": 40.25, "co2": 1640}
    if minute % 5 == 0 or minute % (MINUTES // CHANGES) == 0:
        yield (
            "occupancy",
            {"state": "entering", "conf": 100, "ev": ["pir", "radar_move", "radar_still"], "n": [12, 24]},
        )


def test_a_day_of_the_usual_streams_fits_and_comes_back_whole(tmp_path):
    box = Outbox(str(tmp_path / "outbox"), USUAL_BYTES)
    for minute in range(MINUTES):
        for stream, d in readings_of_a_minute(minute):
            stamp = (1795378504 + 60 * minute, "ntp", 86400 * 365 + 60 * minute)
            box.gather(telemetry.write(stream, box.next_seq, stamp, d))
        box.flush()
    made = box.next_seq

    kept = Outbox(str(tmp_path / "outbox"), USUAL_BYTES).pending(made + 1)

    assert made > 4700
    assert [seq for _, seq, _ in kept] == list(range(made))
    assert (box.dropped, box.gaps()) == (0, [])
