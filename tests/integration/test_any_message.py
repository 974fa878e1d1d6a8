"""Whatever arrives on whatever topic: no exception, and the good messages of the batch are stored."""

import json
import string
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from samen.adapters.db.models import IndexReading, Quarantined, Reading
from samen.adapters.message import Message
from samen.services import ingest
from samen.services.quarantine import KEPT_PER_REASON
from support.building import NOW, load_demo
from support.nodes_words import SITE, clock, energy, message, occupancy, status

LEAVES = ["status", "meta", "t/energy", "t/occupancy", "t/clock", "t/p1", "replay", "gap", "diag", "ack", "x"]
ours = st.builds(
    lambda device, leaf: f"samen/v1/{SITE}/{device}/{leaf}",
    st.sampled_from(["node-iris", "node-meters", "nobody"]),
    st.sampled_from(LEAVES),
)
topics = ours | st.text(max_size=60) | st.text(alphabet=string.ascii_letters + "/+#", max_size=60)
words = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
keys = ["boot", "seq", "ts", "tq", "up", "d", "items", "from", "to", "why", "state", "sid", "utc", "v"]
bodies = st.dictionaries(st.sampled_from(keys), words).map(lambda body: json.dumps({"v": 1, **body}).encode())
good = [
    energy(1000, 1, NOW),
    occupancy("occupied", 1, NOW),
    status("online", "3-a"),
    clock(4, 5, NOW, "node-iris"),
    message("node-iris", "gap", {"boot": 1, "from": 0, "to": 3, "why": "torn"}),
]
mangled = st.builds(
    lambda one, at, junk: Message(one.topic, one.payload[:at] + junk + one.payload[at + len(junk) :]),
    st.sampled_from(good), st.integers(0, 80), st.binary(min_size=1, max_size=4),
)  # fmt: skip
garbage = st.builds(Message, topics, st.binary(max_size=64) | bodies, st.booleans()) | mangled


@pytest.fixture
def building(database):
    load_demo(database)
    return database


@pytest.mark.timeout(240)
def test_no_message_stops_the_others(building):
    numbers = count(1)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(garbage, max_size=12), st.integers(0, 12))
    def any_batch(batch, place):
        honest = energy(1000, number := next(numbers), NOW, boot=77)
        with building.write() as session:
            ingest.record(session, [*batch[:place], honest, *batch[place:]], NOW)
        with building.read() as session:
            mine = Reading.boot == 77, Reading.seq == number
            assert session.scalar(select(func.count()).select_from(Reading).where(*mine)) == 1

    any_batch()

    with building.read() as session:
        per_reason = session.scalars(select(func.count(Quarantined.id)).group_by(Quarantined.reason)).all()
        assert session.scalar(select(func.count()).select_from(IndexReading)) > 0
    assert max(per_reason) <= KEPT_PER_REASON
