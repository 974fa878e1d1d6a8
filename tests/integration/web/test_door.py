"""The sign beside a door: read by everybody, tapped by who stands there."""

import re

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import Occurrence, Space
from samen.domain.release import ReleasePolicy
from samen.services import ingest
from samen.web.door import TAPS_PER_DOOR, door_address
from support.building import at
from support.nodes_words import occupancy

TITLE = "Entretien confidentiel"


def address(house, slug="iris"):
    with house.database.read() as session, house.app.test_request_context():
        space = session.scalars(select(Space).where(Space.slug == slug)).one()
        return door_address(space).removeprefix("http://127.0.0.1:8075")


def read(house, path=None, lang="en", browser=None):
    answer = (browser or house.browser()).get(f"{path or address(house)}?lang={lang}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def hears(house, word, *clocks):
    told = [occupancy(word, int(at(clock).timestamp()), at(clock)) for clock in clocks]
    with house.database.write() as session:
        ingest.record(session, told, at(clocks[-1]))


@pytest.fixture
def booked(house):
    """Atelier Rue has Iris from 10 to 12, and Collectif Senne after that."""
    house.program("lea").book(at("13:00"), at("14:00"), title=TITLE)
    return house.program("an").book(at("10:00"), at("12:00"), title=TITLE).json["occurrences"][0]["id"]


def test_a_free_room_says_until_when_and_who_comes_next(house, booked):
    house.clock.now = at("09:00")

    text = read(house)

    assert "Free until 10:00" in text
    assert "10:00–12:00 Atelier Rue 13:00–14:00 Collectif Senne" in text
    assert "I am here" not in text


def test_a_door_tells_no_titles_and_no_names(house, booked):
    house.clock.now = at("10:05")

    body = house.browser().get(address(house)).get_data(as_text=True)

    assert "Atelier Rue" in body
    assert TITLE not in body
    assert "an@rue.test" not in body
    assert "An" not in re.findall(r"\b\w+\b", re.sub(r"<[^>]*>", " ", body))


def test_an_empty_room_says_when_it_is_freed(house, booked):
    house.clock.now = at("10:09")
    hears(house, "empty", "09:40", "09:50", "10:00", "10:09")

    text = read(house)

    assert "Booked, nobody here Freed in 6 min Atelier Rue · 10:00–12:00" in text
    assert "I am here" in text


@pytest.mark.parametrize(
    ("word", "clock", "says"),
    [
        ("occupied", "10:05", "In use Atelier Rue · 10:00–12:00"),
        ("occupied", "09:05", "In use Nobody booked it."),
        ("unknown", "10:05", "Booked Atelier Rue · 10:00–12:00"),
    ],
)
def test_a_room_says_how_it_stands(house, booked, word, clock, says):
    house.clock.now = at(clock)
    hears(house, word, clock)

    assert says in read(house)


def test_at_night_it_is_closed(house):
    house.clock.now = at("23:30")

    assert "Closed" in read(house)


def test_a_tap_at_the_door_checks_in_and_the_sign_says_so(house, booked):
    house.clock.now = at("10:05")
    tablet = house.browser()
    form = re.search(r'action="([^"]+)"', tablet.get(address(house)).get_data(as_text=True)).group(1)

    answer = tablet.post(form)
    again = tablet.post(form)

    assert (answer.status_code, again.status_code) == (303, 303)
    assert "In use" in read(house, browser=tablet)
    assert "I am here" not in read(house)
    with house.database.read() as session:
        row = session.scalars(select(Occurrence).where(Occurrence.checked_in_at.is_not(None))).one()
        assert (str(row.id), row.checked_in_at) == (booked, at("10:05"))


def test_a_tap_is_not_sent_from_elsewhere_nor_without_end(house, booked):
    house.clock.now = at("10:05")
    path = address(house) + "/here"

    assert house.browser().client.post(path).status_code == 400
    answers = [house.browser().post(path).status_code for _ in range(TAPS_PER_DOOR.amount + 1)]

    assert answers == [303] * TAPS_PER_DOOR.amount + [429]


def test_another_key_opens_no_door(house):
    path = address(house)
    with house.database.write() as session:
        session.execute(update(Space).where(Space.slug == "iris").values(door_version=1))

    for other in (path, path[:-1], "/door/iris/x", "/door/iris/é", "/door/nowhere/x"):
        assert house.browser().get(other).status_code == 404
        assert house.browser().post(other + "/here").status_code == 404
    assert house.browser().get(address(house)).status_code == 200
    assert address(house, "canal").split("/")[3] != address(house).split("/")[3]


def test_the_languages_take_turns_unless_one_is_chosen(house):
    path, seen = address(house), []
    for second in (0, 20, 40):
        house.clock.now = at("09:00").replace(second=second)
        seen.append(re.search(r'<html lang="(\w\w)"', house.browser().get(path).text).group(1))

    assert sorted(seen) == ["en", "fr", "nl"]
    assert all(f'lang="{lang}"' in house.browser().get(f"{path}?lang={lang}").text for lang in seen)


def test_the_page_renews_itself_with_and_without_scripts(house):
    body = house.browser().get(address(house)).text

    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in body
    assert 'data-every="20"' in body
    assert "/check-in/iris" in body


def test_where_people_check_in_the_door_asks_for_it(house, booked):
    with house.database.write() as session:
        session.execute(update(Space).values(release=ReleasePolicy.CHECK_IN))
    house.clock.now = at("10:01")

    assert "Booked, nobody here Freed in 14 min" in read(house)


def test_half_a_room_shows_the_booking_of_the_whole(house):
    house.program("mounia").book(at("10:00"), at("12:00"), space="zenne")
    house.clock.now = at("10:01")

    assert "Booked Radio Pixel · 10:00–12:00" in read(house, address(house, "zenne-noord"))
