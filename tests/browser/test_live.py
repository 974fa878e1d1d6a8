"""A node's word on a room, from the radar to an open page."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from samen.adapters.db.models import Reading
from samen.adapters.nodes import NodeConfig, start_node, stop_node
from support import nodes_words
from support.brokers import Mosquitto, a_broker, a_client
from support.browsing import AN, MOUNIA, PHONE
from support.ports import eventually
from support.server import SAMEN, environment, running

from .conftest import House, a_house

IN_USE = "in use"
WATCHED = ("iris", "marolles", "canal", "atelier", "keuken")
# A movement every few seconds, at another moment in each room.
EDGES_PER_ROOM = 3
PERIOD_S, FIRST_S, APART_S = 5.0, 4.0, 0.9
SLOWEST_MEDIAN_MS = 1000
# Not one that the real nodes below will count.
BOOT = 99

Say = Callable[..., None]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with a_broker("mosquitto", tmp_path_factory.mktemp("broker")) as started:
        yield started


@pytest.fixture(scope="module")
def house(furnished: Path, broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With a broker, and an ingest beside the server."""
    folder = tmp_path_factory.mktemp("live")
    with a_house(furnished, folder, broker.port) as open_house:
        env = environment(open_house.database_url, broker.port)
        with running([*SAMEN, "ingest"], env, folder / "ingest.log"):
            yield open_house


@pytest.fixture(scope="module")
def say(house: House, broker: Mosquitto) -> Iterator[Say]:
    """Speaks in the name of a room's node, with numbers that rise."""
    numbers = count(1)
    with a_client(broker.port) as client:

        def publish(state: str, device: str = "node-iris") -> None:
            word = nodes_words.occupancy(state, next(numbers), datetime.now(UTC), device, boot=BOOT)
            client.publish(word.topic, word.payload, qos=1).wait_for_publish(10)

        # Whoever speaks before ingest listens is not heard.
        eventually(lambda: publish("empty") or _is_known(house), within=30, every=0.2)
        yield publish


def test_what_a_meter_draws_is_on_the_open_energy_page(visitors, say, broker):
    page = visitors.visit("/energy", MOUNIA)
    numbers = count(5000)

    with a_client(broker.port) as client:

        def heard() -> bool:
            # Whoever speaks before the page listens is not heard.
            number = next(numbers)
            word = nodes_words.energy(number, number, datetime.now(UTC), boot=BOOT, w=2340)
            client.publish(word.topic, word.payload, qos=1).wait_for_publish(10)
            return page.locator("[data-power-now]").text_content() == "2.34"

        eventually(heard, within=30, every=0.2)

    expect(page.get_by_text("just now")).to_be_visible()


@pytest.mark.parametrize("shown", [".room-head", ".room-card"], ids=["desktop", "phone"])
def test_a_reading_changes_the_room_on_an_open_page(visitors, say, shown):
    look = {"look": PHONE} if shown == ".room-card" else {}
    page = visitors.visit("/", AN, **look)
    say("empty")
    expect(state_of(page, "iris", shown)).not_to_contain_text(IN_USE)
    before = rooms_in_use(page)

    say("occupied")

    expect(state_of(page, "iris", shown)).to_contain_text(IN_USE)
    eventually(lambda: rooms_in_use(page) == before + 1, within=5)
    say("empty")
    expect(state_of(page, "iris", shown)).not_to_contain_text(IN_USE)


def test_a_page_polls_when_the_stream_is_full(visitors, say):
    visitors.expect("503")
    page = visitors.arrive(AN)
    page.clock.install()
    page.route("**/events", lambda route: route.fulfill(status=503, headers={"Retry-After": "30"}))
    say("empty")
    page.goto(visitors.url)
    expect(state_of(page, "iris")).not_to_contain_text(IN_USE)

    say("occupied")
    eventually(lambda: is_shown_next_poll(page), within=20, every=0.2)

    say("empty")


def test_a_silent_sensor_and_a_room_without_one_are_told_apart(visitors, say):
    page = visitors.visit("/")
    say("unknown", "node-canal")

    expect(state_of(page, "canal")).to_have_text("sensor silent")
    expect(state_of(page, "zenne")).to_have_text(re.compile("^(free|booked)$"))


def test_from_the_radar_to_the_open_page_in_under_a_second(visitors, broker, tmp_path):
    page = visitors.visit("/")
    expect(page.locator(".room-head [data-state]")).to_have_count(10)
    page.evaluate(WATCH)

    with nodes(broker.port, tmp_path) as logs:
        wanted = EDGES_PER_ROOM * len(WATCHED)
        eventually(lambda: len(movements(logs)) == wanted, within=60, every=0.2)
        page.wait_for_function("count => seen.length >= count", arg=wanted)
    delays = sorted(delays_ms(movements(logs), page.evaluate("seen")))

    print(f"\nradar to page, ms: median {median(delays):.0f}, all {delays}")
    assert len(delays) == wanted
    assert median(delays) <= SLOWEST_MEDIAN_MS


# Writes down when a room's state turns to "in use", by the wall clock of this machine.
WATCH = """() => {
    window.seen = [];
    for (const head of document.querySelectorAll(".room-head")) {
        const tag = head.querySelector("[data-state]");
        const note = () => {
            if (/state-(in_use|occupied)/.test(tag.className)) seen.push([head.dataset.room, Date.now()]);
        };
        new MutationObserver(note).observe(tag, { attributes: true, attributeFilter: ["class"] });
    }
}"""


@contextmanager
def nodes(port: int, folder: Path) -> Iterator[dict[str, Path]]:
    """Real nodes on MicroPython in five rooms; gives each room's event log."""
    configs = {room: a_node(room, port, place) for place, room in enumerate(WATCHED)}
    started = [start_node(config, folder) for config in configs.values()]
    try:
        yield {room: folder / f"{config.device}.log" for room, config in configs.items()}
    finally:
        for process in started:
            stop_node(process)


def a_node(room: str, port: int, place: int) -> NodeConfig:
    """Somebody comes in, leaves, and comes back."""
    script: list[dict] = [{"at": 0, "radar": "none"}]
    for number in range(EDGES_PER_ROOM):
        at = FIRST_S + place * APART_S + number * PERIOD_S
        script += [{"at": at, "radar": "moving"}, {"at": at + 1, "radar": "none"}]
    return NodeConfig(
        site="bota75",
        device=f"node-{room}",
        password="-",
        mqtt_url=f"mqtt://127.0.0.1:{port}",
        streams=("occupancy",),
        script=script,
        settings={"hold_s": 0},
    )


def movements(logs: dict[str, Path]) -> list[tuple[str, int]]:
    """(room, wall clock in ms) of every movement that a radar began to see."""
    return [
        (room, event["ms"])
        for room, log in logs.items()
        for event in map(json.loads, log.read_text().splitlines() if log.exists() else [])
        if event.get("event") == "radar" and event["radar"] == "moving"
    ]


def delays_ms(edges: list[tuple[str, int]], seen: list[list]) -> list[int]:
    """For each movement, how long until the page first showed its room in use."""
    shown = [
        min((at - ms for place, at in seen if place == room and at >= ms), default=None) for room, ms in edges
    ]
    return [delay for delay in shown if delay is not None]


def state_of(page: Page, space: str, within: str = ".room-head") -> Locator:
    return page.locator(f"{within}[data-room={space}] [data-state-word]")


def rooms_in_use(page: Page) -> int:
    return int(page.locator("[data-in-use]").first.text_content().split()[0])


def is_shown_next_poll(page: Page) -> bool:
    page.clock.run_for(15_000)
    return IN_USE in state_of(page, "iris").inner_text()


def _is_known(house: House) -> bool:
    with house.database.read() as session:
        return session.scalar(select(Reading.seq).where(Reading.stream == "occupancy").limit(1)) is not None
