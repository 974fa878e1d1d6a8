"""The sign beside a door in a real browser: it renews itself, says when it cannot, and keeps WCAG 2.2 AA."""

import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.serving import make_server

from samen.adapters.db.models import Space
from samen.services import ingest
from samen.web.door import door_address
from support.browsing import Visitors, violations
from support.building import at
from support.nodes_words import occupancy
from support.web import a_house


@pytest.fixture
def house(sqlite_database):
    """In this process, with a clock of its own; Iris is booked from 10 to 12, and from 13 on."""
    house = a_house(sqlite_database)
    house.program("an").book(at("10:00"), at("12:00"))
    house.program("lea").book(at("13:00"), at("14:30"))
    return house


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def door(house):
    with house.database.read() as session, house.app.test_request_context():
        space = session.scalars(select(Space).where(Space.slug == "iris")).one()
        return door_address(space).removeprefix("http://127.0.0.1:8075") + "?lang=en"


def hears(house, word, clock):
    with house.database.write() as session:
        told = occupancy(word, int(at(clock).timestamp()), at(clock))
        ingest.record(session, [told], at(clock))


def test_the_sign_renews_itself_and_is_tapped(house, browser):
    house.clock.now = at("09:55")
    hears(house, "empty", "09:55")
    with served(house.app) as url:
        visitors = Visitors(browser, url)
        page = visitors.arrive(None)
        page.clock.install()
        page.goto(url + door(house))
        expect(page.get_by_role("heading", level=1)).to_have_text("Free")

        house.clock.now = at("10:01")
        hears(house, "empty", "10:01")
        page.clock.fast_forward(21_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Booked, nobody here")

        page.get_by_role("button", name="I am here").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("In use")
        assert visitors.leave() == []


def test_a_sign_without_connection_says_that_it_may_be_old(house, browser):
    with served(house.app) as url:
        visitors = Visitors(browser, url)
        visitors.expect("net::ERR_FAILED")
        page = visitors.arrive(None)
        page.clock.install()
        page.goto(url + door(house))
        page.route("**/door/**", lambda route: route.abort())
        expect(page.get_by_role("alert")).to_be_hidden()
        for _ in range(3):
            with page.expect_event("requestfailed"):
                page.clock.run_for(20_000)

        expect(page.get_by_role("alert")).to_be_visible()
        assert visitors.leave() == []


def test_every_sign_keeps_the_accessibility_rules(house, browser):
    found = {}
    with served(house.app) as url:
        visitors = Visitors(browser, url)
        page = visitors.arrive(None)
        for word, clock in SIGNS:
            house.clock.now = at(clock)
            hears(house, word, clock)
            page.set_viewport_size(TABLET)
            page.goto(url + door(house))
            found[word, clock] = violations(page)
            page.set_viewport_size(SMALL)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visitors.leave() == []

    assert found == {shown: [] for shown in SIGNS}


TABLET, SMALL = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
SIGNS = (
    ("empty", "09:10"),
    ("occupied", "09:20"),
    ("empty", "10:04"),
    ("occupied", "10:05"),
    ("empty", "11:00"),
    ("empty", "23:00"),
)
