"""The page that finds a room: free now, free then, and what comes near."""

import re
from datetime import UTC, datetime

import pytest

from samen.domain.site_plan import BuildingPlan, SitePlan, SpacePlan
from samen.services import site as sites
from support.building import NOW, at

TEN = "date=2026-11-23&start=10:00&end=11:00"


def page(house, query="", who="an", language="en", status=200):
    browser = house.browser(who)
    browser.client.set_cookie("samen_language", language)
    answer = browser.get(f"/find?{query}")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def cards(text):
    return re.findall(r'data-space="([^"]+)"', text)


def card(text, slug):
    return text.partition(f'data-space="{slug}"')[2].partition("</li>\n<li")[0]


def link_in(text):
    return re.search(r'href="(/book\?[^"]+)"', text)[1].replace("&amp;", "&")


def add_london(house):
    quay = SpacePlan("quay", "Quay", capacity=10, area_m2=20.0)
    london = SitePlan("thames", "Thames House", timezone="Europe/London")
    with house.database.write() as session:
        sites.load(session, BuildingPlan(london, spaces=(quay,)), NOW)


def test_on_arrival_it_shows_what_is_free_now_and_asks_for_the_coming_hour(house):
    house.clock.now = at("09:10")
    house.program("an").book(at("09:30"), at("10:00"), space="iris")

    text = page(house)

    assert "Free now" in text
    assert "free until 09:30" in card(text, "iris")
    assert "not booked, no sensor" in card(text, "iris")
    assert "<option selected>09:15</option>" in text
    assert "<option selected>10:15</option>" in text
    assert link_in(card(text, "iris")) == "/book?gap=iris/2026-11-23/09:00/09:30"


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ("06:50", ("2026-11-23", "08:00")),
        ("22:30", ("2026-11-24", "08:00")),
        ("21:40", ("2026-11-23", "21:45")),
    ],
)
def test_outside_opening_hours_it_asks_for_the_next_hour_that_is_open(house, now, says):
    house.clock.now = at(now)

    text = page(house)

    assert f'<option value="{says[0]}" selected>' in text
    assert f"<option selected>{says[1]}</option>" in text


def test_a_day_that_the_address_names_is_filled_in(house):
    assert '<option value="2026-12-01" selected>' in page(house, "date=2026-12-01")


def test_a_search_finds_rooms_and_each_leads_to_the_form_filled_in(house):
    house.program("lea").book(at("10:30"), at("11:00"), space="iris", title="Secret")

    text = page(house, f"{TEN}&people=8&feature=step_free")

    assert cards(text) == ["keuken", "atelier", "zenne-zuid", "zenne-noord", "zenne"]
    assert "Zenne Noord + Zenne Zuid" in card(text, "zenne")
    assert "to be approved" in card(text, "zenne")
    assert "Secret" not in text
    form = house.browser("an").get(link_in(card(text, "keuken"))).get_data(as_text=True)
    assert '<option value="keuken" selected>' in form
    assert "<option selected>10:00</option>" in form
    assert 'name="people" value="8"' in form


def test_what_is_warm_anyway_comes_first_and_says_so(house):
    house.program("an").book(at("10:00"), at("11:00"), space="keuken")

    text = page(house, f"{TEN}&people=8")

    assert cards(text)[0] == "atelier"
    assert "heated anyway" in card(text, "atelier")
    assert "heated anyway" not in card(text, "marolles")


def test_where_nothing_is_free_it_says_why_and_what_comes_near(house):
    house.program("an").book(at("10:00"), at("11:00"), space="zenne-noord")

    text = page(house, f"{TEN}&people=24&feature=projector")

    assert "Nothing is free then" in text
    assert cards(text) == ["zenne-noord", "zenne"]
    assert "Zenne Noord is taken at that time." in card(text, "zenne-noord")
    assert link_in(card(text, "zenne-noord")) == "/book?gap=zenne-noord/2026-11-23/09:00/10:00&people=24"
    assert "24 people do not fit: there is room for 12." in text
    assert "It does not have: projector." in text


def test_where_no_time_helps_it_says_what_might(house):
    text = page(house, f"{TEN}&people=500")

    assert cards(text) == []
    assert "Try another day, fewer people or fewer features." in text
    assert "500 people do not fit: there is room for 50." in text


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("date=2026-11-23&start=11:00&end=10:00", "end", "It must end after it starts."),
        ("date=2026-11-23&start=ten&end=11:00", "start", "This is not a time."),
        ("date=2027-03-28&start=02:30&end=04:00", "start", "That night the clocks skip this time."),
        ("date=someday&start=10:00&end=11:00", "date", "This is not a day."),
        ("date=1876-11-23&start=10:00&end=11:00", "date", "This is not a day."),
        ("date=9999-12-31&start=10:00&end=24:00", "date", "This is not a day."),
        ("date=2026-11-22&start=10:00&end=11:00", "date", "That time is over."),
        (f"{TEN}&people=many", "people", "A number, or nothing."),
        (f"{TEN}&kind=cellar", "kind", "Choose one of these."),
        ("start=10:00", "date", "This is not a day."),
    ],
)
def test_what_cannot_be_understood_is_said_at_its_field(house, query, field, says):
    text = page(house, query, status=422)

    assert f'<p class="field-error" id="{field}-error">{says}</p>' in text
    assert text.count("field-error") == 1


def test_a_quota_that_is_used_up_is_told_beforehand(house):
    program, day = house.program("lea"), 24
    while program.book(at("08:00", day), at("17:00", day)).status_code == 201:
        day += 1

    text = page(house, "date=2026-11-28&start=11:00&end=12:00", who="lea")

    assert "hours left for that week: it takes more." in text
    assert len(cards(text)) == 8


def test_things_and_people_are_found_as_rooms_are(house):
    assert cards(page(house, "date=2026-11-24&start=10:00&end=11:00&kind=equipment")) == ["velo-cargo"]
    assert cards(page(house, "date=2026-11-24&start=10:00&end=11:00&kind=person")) == ["comptable"]


def test_with_several_buildings_each_card_says_where_and_each_clock_counts(house):
    add_london(house)

    everywhere, there = page(house, f"{TEN}&people=9"), page(house, f"{TEN}&people=9&building=thames")

    assert "quay" in cards(everywhere)
    assert "Thames House" in card(everywhere, "quay")
    assert cards(there) == ["quay"]
    assert page(house, f"{TEN}&building=atlantis", status=422)


def test_what_is_free_now_is_free_by_the_clock_of_its_building(house):
    add_london(house)

    early = page(house)
    house.clock.now = at("10:10")
    later = page(house)

    assert "quay" not in cards(early)
    assert "free until 22:00" in card(later, "quay")
    assert link_in(card(later, "quay")) == "/book?gap=quay/2026-11-23/09:00/10:00&site=thames"


def test_a_room_of_another_building_is_booked_by_its_own_clock(house):
    add_london(house)
    browser = house.browser("an")

    link = link_in(page(house, f"{TEN}&building=thames"))
    form = browser.get(link).get_data(as_text=True)
    fields = {"space": "quay", "date": "2026-11-23", "start": "10:00", "end": "11:00", "title": "Tea"}
    answer = browser.post("/book", fields)

    assert '<option value="quay" selected>' in form
    assert answer.status_code == 303
    (booked,) = house.program("an").get("/api/v1/occurrences?space=quay").json
    assert datetime.fromisoformat(booked["start"]) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert "Tea" in browser.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize(("language", "says"), [("fr", "Trouver une salle"), ("nl", "Een zaal zoeken")])
def test_it_speaks_the_readers_language(house, language, says):
    assert says in page(house, TEN, language=language)


def test_the_day_and_my_bookings_lead_there(house):
    browser = house.browser("an")

    assert 'href="/find?date=2026-11-24"' in browser.get("/day/2026-11-24").get_data(as_text=True)
    assert 'href="/find"' in browser.get("/bookings").get_data(as_text=True)
    assert "/find" not in house.browser("axel").get("/day/2026-11-24").get_data(as_text=True)
