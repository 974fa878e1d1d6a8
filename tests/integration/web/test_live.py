"""The live stream: who hears what, how many may listen, and when it ends."""

import json
import time

import pytest

from samen.adapters.db.models import Space, SpaceState
from samen.adapters.message import Message
from samen.domain.access import Scope
from samen.services.ingest import record
from samen.web import live
from samen.web.feed import Feed
from samen.web.lag import Lag
from samen.web.live import Full, Hub, Stream
from support.building import NOW, at
from support.nodes_words import energy

ROOM = frozenset({"room"})


def _parsed(text):
    return dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))


def _opened(house, who, path="/events", **headers):
    """The open stream's chunks, past its greeting."""
    answer = house.browser(who).client.get(path, headers=headers, buffered=False)
    chunks = answer.iter_encoded()
    assert next(chunks).startswith(b"retry:")
    return answer, chunks


def _hub(house):
    return house.app.extensions["samen"].hub


def test_a_page_hears_of_a_booking_made_here(house):
    answer, chunks = _opened(house, "lea")

    house.program("an").book(at("10:00"), at("11:00"))

    event = _parsed(next(chunks).decode())
    assert (event["event"], json.loads(event["data"])) == ("booking", {"space": "iris", "on": "2026-11-23"})
    answer.close()


def test_a_stream_is_not_compressed_nor_kept_back(house):
    answer, _ = _opened(house, "lea", **{"Accept-Encoding": "gzip"})

    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in answer.headers
    answer.close()


def test_meters_are_for_those_who_look_after_the_building(house):
    member, heard_by_member = _opened(house, "an")
    manager, heard_by_manager = _opened(house, "mounia")

    _hub(house).publish("meter", {"meter": "main", "power_w": 2350})
    _hub(house).publish("room", {"space": "iris", "occupancy": "empty"})

    assert _parsed(next(heard_by_manager).decode())["event"] == "meter"
    assert _parsed(next(heard_by_member).decode())["event"] == "room"
    member.close()
    manager.close()


def test_a_program_hears_what_its_scopes_name(house):
    narrow = house.program("mounia", Scope.DEVICES).get("/api/v1/events")

    assert narrow.status_code == 403


def test_past_the_cap_a_page_is_told_to_poll_and_other_pages_still_load(house):
    hub = _hub(house)
    held = [Stream(hub, ROOM) for _ in range(live.MOST_LISTENERS)]

    refused = house.browser("an").get("/events")
    other = house.browser("an").get("/api/v1/spaces")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert other.status_code == 200
    held[0].close()
    answer, _ = _opened(house, "an")
    answer.close()


def test_without_a_cap_the_same_listeners_are_all_let_in():
    hub = Hub(most=10_000)

    streams = [Stream(hub, ROOM) for _ in range(live.MOST_LISTENERS + 1)]

    assert hub.listeners == len(streams)


def test_a_client_that_leaves_gives_its_place_back(house):
    answer, _ = _opened(house, "an")

    answer.close()

    assert _hub(house).listeners == 0


def test_a_client_that_leaves_before_the_first_byte_gives_its_place_back(house):
    house.browser("an").client.get("/events", buffered=False).close()

    assert _hub(house).listeners == 0


def test_a_listener_that_falls_behind_is_dropped_and_the_others_go_on():
    hub = Hub()
    slow, quick = Stream(hub, ROOM), Stream(hub, ROOM)
    next(slow), next(quick)

    for number in range(live.QUEUE_LENGTH + 1):
        hub.publish("room", {"n": number})
        next(quick)

    with pytest.raises(StopIteration):
        next(slow)
    hub.publish("room", {"n": "last"})
    assert json.loads(_parsed(next(quick))["data"]) == {"n": "last"}


def test_who_reconnects_hears_what_was_missed():
    hub = Hub()
    first = Stream(hub, ROOM)
    next(first)
    hub.publish("room", {"n": 1})
    last_heard = _parsed(next(first))["id"]
    first.close()

    hub.publish("room", {"n": 2})
    again = Stream(hub, ROOM, after=last_heard)

    next(again)
    assert json.loads(_parsed(next(again))["data"]) == {"n": 2}


def test_who_comes_back_too_late_is_told_so():
    hub = Hub()

    stream = Stream(hub, ROOM, after="an-older-server-17")

    next(stream)
    assert _parsed(next(stream))["event"] == "missed"


def test_silence_is_filled_with_heartbeats_until_the_time_is_up(monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(live, "STREAM_S", 0.2)

    chunks = list(Stream(Hub(), ROOM))

    assert chunks[0] == "retry: 3000\n\n"
    assert set(chunks[1:]) == {": still here\n\n"}
    assert len(chunks) > 3


def test_a_stopping_server_ends_its_streams_at_once():
    hub = Hub()
    stream = Stream(hub, ROOM)
    next(stream)

    hub.close()
    started = time.monotonic()
    rest = list(stream)

    assert rest == []
    assert time.monotonic() - started < 1
    with pytest.raises(Full):
        Stream(hub, ROOM)


def _note(space="iris"):
    return Message("samen/live/bota75", json.dumps({"v": 1, "space": space}).encode(), False)


def _feed(house):
    hub = Hub()
    stream = Stream(hub, ROOM)
    next(stream)
    return Feed(house.database, hub, house.clock), hub, stream


def _seen(house, occupancy):
    with house.database.write() as session:
        space = session.query(Space).filter_by(slug="iris").one()
        now = house.clock()
        session.merge(
            SpaceState(space_id=space.id, occupancy=occupancy, confidence=90, since_at=now, occupancy_at=now)
        )


def test_what_ingest_saw_becomes_a_room_event_for_each_room_that_changed(house):
    feed, hub, stream = _feed(house)
    feed.hear(_note())
    for _ in range(10):
        next(stream)

    _seen(house, "occupied")
    feed.hear(_note())
    feed.hear(_note())
    hub.publish("room", {"space": "the end"})

    told = json.loads(_parsed(next(stream))["data"])
    assert (told["space"], told["occupancy"], told["state"]) == ("iris", "occupied", "in_use")
    assert json.loads(_parsed(next(stream))["data"]) == {"space": "the end"}


def test_a_meter_that_speaks_becomes_a_meter_event(house):
    hub = Hub()
    stream = Stream(hub, frozenset({"meter"}))
    next(stream)
    with house.database.write() as session:
        (told,) = record(session, [energy(5_000, 1, NOW, w=730)], NOW).live

    Feed(house.database, hub, house.clock).hear(Message(told.topic, told.payload, False))

    said = json.loads(_parsed(next(stream))["data"])
    assert said == {"meter": "main", "power_w": 730.0, "at": NOW.isoformat()}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"space": 7}',
        b'{"meter": "nowhere"}',
        b'{"meter": []}',
        b'{"space": "nowhere"}',
        b'{"space": "\\u0000"}',
    ],
)
def test_garbage_on_the_live_topic_harms_nobody(house, payload):
    feed, hub, stream = _feed(house)

    feed.hear(Message("samen/live/bota75", payload, False))
    hub.publish("room", {"space": "the end"})

    assert json.loads(_parsed(next(stream))["data"]) == {"space": "the end"}


def test_lag_is_the_longest_wait_of_a_known_node_for_its_ack():
    now = [0.0]
    lag = Lag(lambda: now[0])
    for node in ("node-1", "node-2", "stranger"):
        lag.sent(node)

    now[0] = 40.0
    lag.acked("node-1")

    assert lag.seconds({"node-1", "node-2"}) == 40.0
    assert lag.seconds({"node-1"}) == 0.0


def test_a_node_that_fell_silent_is_no_lag():
    now = [0.0]
    lag = Lag(lambda: now[0])
    lag.sent("node-1")

    now[0] = 301.0

    assert lag.seconds({"node-1"}) == 0.0


def test_readiness_says_that_ingest_is_behind_with_a_node_of_ours(house):
    now = [0.0]
    feed = house.app.extensions["samen"].feed
    feed._lag = Lag(lambda: now[0])
    feed.hear(Message("samen/v1/bota75/a-stranger/t/occupancy", b"{}", False))
    now[0] = 10.0
    feed.hear(Message("samen/v1/bota75/node-iris/t/occupancy", b"{}", False))

    now[0] = 69.0
    before = house.browser().get("/readyz").json["checks"]["ingest"]
    now[0] = 71.0
    after = house.browser().get("/readyz")

    assert before is True
    assert (after.status_code, after.json["checks"]["ingest"]) == (503, False)


def test_asking_for_the_head_of_a_stream_holds_no_place(house):
    answer = house.browser("an").client.head("/events")
    answer.close()

    assert (answer.status_code, _hub(house).listeners) == (200, 0)
