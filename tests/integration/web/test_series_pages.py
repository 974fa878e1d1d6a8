"""Booking pages for series: repeat, choose for each clash, change, cancel, add again."""

import re
from datetime import timedelta

import pytest

from support.building import at

FIELDS = {
    "space": "iris",
    "date": "2026-11-24",
    "start": "10:00",
    "end": "11:00",
    "title": "Cours",
    "people": "",
}
WEEKLY = {**FIELDS, "repeat": "weekly", "every": "1", "times": "3"}


@pytest.fixture
def an(house):
    return house.browser("an")


def taken_on(house, weeks):
    start = at("10:00", 24) + timedelta(weeks=weeks)
    house.program("lea").book(start, start + timedelta(hours=1))


def choices(page):
    """The radio buttons of the clashing dates: (name, value)."""
    return re.findall(r'type="radio" name="(way\.[^"]+)" value="([^"]+)"', page.text)


def edit_links(page):
    return re.findall(r'href="(/bookings/[^"]+/edit)"', page.text)


def test_a_weekly_room_is_booked_and_shown_with_all_of_its_dates(an):
    answer = an.post("/book", WEEKLY)
    page = an.get(answer.location)

    assert (answer.status_code, page.status_code) == (303, 200)
    assert page.text.count("10:00–11:00") == 3


def test_each_clash_is_shown_with_its_ways_out_and_one_is_taken(house, an):
    taken_on(house, 1)

    refused = an.post("/book", WEEKLY)
    (name, value), *_ = choices(refused)
    answer = an.post("/book", {**WEEKLY, name: value})
    page = an.get(answer.location)

    assert refused.status_code == 409
    assert answer.status_code == 303
    assert page.text.count('class="card entry entry-date"') == 3


def test_a_date_left_out_is_offered_again(house, an):
    taken_on(house, 1)
    (name, _), *_ = choices(an.post("/book", WEEKLY))

    answer = an.post("/book", {**WEEKLY, name: "out"})
    page = an.get(answer.location)
    house.program("lea").call("DELETE", f"/api/v1/occurrences/{_first_of(house)}")
    (start,) = re.findall(r'name="date" value="([^"]+)"', page.text)
    an.post(answer.location + "/dates", {"date": start})

    assert an.get(answer.location).text.count("10:00–11:00") == 3


def _first_of(house):
    listed = house.program("lea").get("/api/v1/occurrences?from=2026-11-25T00:00:00Z&to=2026-12-05T00:00:00Z")
    return next(one["id"] for one in listed.json if one["may_change"])


def test_one_date_is_moved_and_the_others_stay(an):
    page = an.get(an.post("/book", WEEKLY).location)
    link = edit_links(page)[1]

    form = {**WEEKLY, "date": "2026-12-01", "start": "14:00", "end": "15:00", "reach": "this"}
    answer = an.post(link, form)
    moved = an.get(answer.location)

    assert answer.status_code == 303
    assert (moved.text.count("14:00–15:00"), moved.text.count("10:00–11:00")) == (1, 2)


def test_all_dates_are_moved_together(an):
    page = an.get(an.post("/book", WEEKLY).location)

    form = {**WEEKLY, "date": "2026-12-01", "start": "14:00", "end": "15:00", "reach": "all"}
    answer = an.post(edit_links(page)[1], form)

    assert an.get(answer.location).text.count("14:00–15:00") == 3


def test_the_form_of_a_series_says_its_rule_again(an):
    page = an.get(an.post("/book", {**WEEKLY, "days": ["TU", "TH"], "every": "2"}).location)

    form = an.get(edit_links(page)[0])

    assert '<option value="weekly" selected>' in form.text
    assert re.findall(r'value="(\w\w)" checked', form.text) == ["TU", "TH"]
    assert 'name="every" value="2"' in form.text


def test_a_single_booking_becomes_a_series(house, an):
    an.post("/book", FIELDS)
    link = edit_links(an.get("/bookings"))[0]

    answer = an.post(link, {**WEEKLY, "reach": "all"})

    assert an.get(answer.location).text.count("10:00–11:00") == 3


def test_fields_that_make_no_sense_are_named(an):
    answer = an.post("/book", {**WEEKLY, "every": "soon", "until": "2027-01-01"})

    assert answer.status_code == 422
    assert 'id="every-error"' in answer.text
    assert 'id="until-error"' in answer.text


def test_somebody_elses_booking_is_not_there_to_change(house, an):
    booked = house.program("lea").book(at("10:00"), at("11:00")).json

    assert an.get(f"/bookings/{booked['occurrences'][0]['id']}/edit").status_code == 404
    assert an.get(f"/series/{booked['id']}").status_code == 404
