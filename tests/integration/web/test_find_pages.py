"""Finding a room and reading a week, on pages and through the API."""

from datetime import timedelta

from samen.services import booking
from support.building import NOW, at, span

SEARCH = "/find?date=2026-11-24&start=10:00&end=11:00"


def book(house, who, space, start, end, title="Secret of ours"):
    with house.database.write() as session:
        ask = booking.Ask(space, span(start, end, day=24), title, None, house.people[who])
        assert isinstance(booking.request(session, ask, NOW), booking.Booked)


def read(house, path, who="an"):
    """The page in English."""
    browser = house.browser(who)
    browser.client.set_cookie("samen_language", "en")
    return browser.get(path).text


def test_what_is_free_leads_to_the_form_filled_in(house):
    page = read(house, f"{SEARCH}&people=10")

    assert "gap=iris/2026-11-24/10:00/11:00&amp;people=10" in page
    assert "gap=canal" not in page


def test_a_form_that_cannot_be_read_says_so_at_the_field(house):
    answer = house.browser("an").get("/find?date=2026-11-24&start=11:00&end=10:00&people=many")

    assert answer.status_code == 422
    assert 'id="end-error"' in answer.text
    assert 'id="people-error"' in answer.text


def test_a_full_house_says_why_and_when(house):
    book(house, "lea", "zenne", "10:00", "11:00")

    page = read(house, f"{SEARCH}&people=45")

    assert "Zenne is taken at that time." in page
    assert "gap=zenne/2026-11-24/11:00/12:00" in page
    assert "Secret" not in page


def test_without_a_question_what_is_free_now_is_shown(house):
    house.clock.now = at("12:00", day=24)
    book(house, "lea", "iris", "13:00", "14:00")

    page = read(house, "/find")

    assert "free until 13:00" in page


def test_the_api_tells_until_when_and_whether_it_is_warm(house):
    book(house, "lea", "iris", "14:00", "15:00")
    query = "from=2026-11-24T10:00:00%2B01:00&to=2026-11-24T11:00:00%2B01:00&people=10&kind=room"

    free = {one["id"]: one for one in house.program("an").get(f"/api/v1/spaces/free?{query}").json}

    assert free["iris"]["free_until"] == at("14:00", day=24).isoformat()
    assert (free["zenne"]["needs_approval"], free["iris"]["needs_approval"]) == (True, False)
    assert {one["warm"] for one in free.values()} == {False}


def test_a_week_shows_when_and_whose_tint_and_not_what(house):
    book(house, "lea", "iris", "10:00", "12:00")
    book(house, "an", "canal", "09:00", "10:00")

    page = read(house, "/week/2026-11-25")

    assert "23 – 29 November 2026" in page
    assert "Secret" not in page
    assert "tint-1 h2 m0 d2 e0" in page
    assert "tint-0 is-mine h1 m0 d1 e0" in page
    assert "08:00–10:00, 12:00–22:00" in page


def test_a_day_that_is_over_offers_nothing(house):
    house.clock.now = at("12:00", day=24) + timedelta(days=20)

    page = read(house, "/week/2026-11-24")

    assert "h free" not in page


def test_no_such_week_is_not_found(house):
    assert house.browser("an").get("/week/soon").status_code == 404


def test_a_site_is_chosen_once_and_kept(house):
    browser = house.browser("an")

    browser.get("/?site=bota75")
    browser.get("/?site=%00")

    kept = browser.client.get_cookie("samen_site")
    assert kept.value == "bota75"
    assert browser.get("/?site=nowhere").status_code == 200
