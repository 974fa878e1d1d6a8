"""The bell says how many notices wait, and its page shows them until they are put away."""

import re

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Notice
from samen.services import notices
from support.building import NOW, at

FACTS = {
    "space": "Iris",
    "title": "Fête & <danse>",
    "start": at("14:00").isoformat(),
    "end": at("15:30").isoformat(),
    "url": "/day/2026-11-23",
}


def tell(house, *names, code="booking_changed", times=1):
    with house.database.write() as session:
        for _ in range(times):
            notices.tell(session, [house.people[name].member_id for name in names], code, FACTS, NOW)


def ids(house):
    with house.database.read() as session:
        return [str(one) for one in session.scalars(select(Notice.id).order_by(Notice.id))]


def bell(browser):
    """What the bell says on an ordinary page."""
    return re.search(r'class="bell"[^>]*aria-label="([^"]*)"', browser.get("/").text)[1]


def shown(browser):
    return len(re.findall(r'class="card notice"', browser.get("/notices").text))


def test_the_bell_counts_what_the_reader_has_not_put_away(house):
    tell(house, "an", times=2)

    assert "2" in bell(house.browser("an"))
    assert not re.search(r"\d", bell(house.browser("lea")))


@pytest.mark.parametrize("who", ["an", "ada", "mounia", "axel"])
def test_everybody_has_a_page_of_notices(house, who):
    tell(house, who)

    page = house.browser(who).get("/notices").text

    assert "Fête &amp; &lt;danse&gt;" in page
    assert "lundi 23 novembre 2026, 14:00–15:30" in page
    assert 'href="/day/2026-11-23"' in page


def test_a_notice_that_is_put_away_does_not_come_back(house):
    tell(house, "an", times=3)
    first, *others = ids(house)
    browser = house.browser("an")

    answer = browser.post("/notices/read", {"notice": first})
    left = shown(browser)
    browser.post("/notices/read", {"notice": others})

    assert (answer.status_code, answer.location, left, shown(browser)) == (303, "/notices", 2, 0)


def test_nobody_puts_away_anothers_notice(house):
    tell(house, "an")

    house.browser("lea").post("/notices/read", {"notice": ids(house)})

    assert shown(house.browser("an")) == 1


@pytest.mark.parametrize("notice", ["x", "-1", "9" * 30, "1e3"])
def test_what_is_no_id_is_refused(house, notice):
    assert house.browser("an").post("/notices/read", {"notice": notice}).status_code == 400


def test_a_long_absence_is_read_in_parts(house):
    tell(house, "an", times=53)
    browser = house.browser("an")

    page = browser.get("/notices").text
    browser.post("/notices/read", {"notice": re.findall(r'name="notice" value="(\d+)"', page)})

    assert "53" in re.search(r'class="lead">([^<]*)', page)[1]
    assert shown(browser) == 3


def test_a_visitor_has_no_notices(house):
    assert house.browser().get("/notices").status_code == 303
