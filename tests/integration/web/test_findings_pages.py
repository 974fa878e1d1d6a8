"""Findings on the page and through the API: the building's for its manager, one's own for everybody."""

import csv
import shutil
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest

from samen.adapters.db import Database
from samen.adapters.db.models import Finding, Step
from samen.domain.waste import Kind, State
from samen.services import findings
from samen.web.app import create_app
from support.wasting import TODAY, Wasting, at_work, night_of
from support.web import Clock, House, a_house, settings_for, shared_app

MONTH = TODAY - timedelta(days=30)
LATE = [TODAY - timedelta(days=n) for n in (5, 12, 19)]
CHARGER = "Débrancher ce qui ne dort jamais sur Ventilation"
LAMP = "Éteindre lampes et ventilation en quittant Atelier 0"


def furnished(database):
    """A charger that nobody unplugs, and a lamp that was left on; the lamp's is An's to see to."""
    house = a_house(database)
    building = Wasting(database, house.people["mounia"])
    building.counts("ventilation", lambda _: 0.06, MONTH)
    building.counts("atelier-0", workshop, MONTH, steps=(Step.HOUR, Step.QUARTER))
    building.watches("atelier")
    building.night()
    with database.write() as session:
        lamp = building.findings(kind=Kind.LEFT_ON)[0]
        member_id = house.people["an"].member_id
        findings.assign(session, lamp.id, member_id, house.people["mounia"], night_of(0, 8))
    return house, building


def workshop(local):
    return 0.05 + 0.7 * at_work(local) + 0.1 * (local.date() in LATE and 18 <= local.hour < 23)


@pytest.fixture(scope="module")
def file(tmp_path_factory, migrated_file):
    """The furnished building, and who is in it."""
    path = tmp_path_factory.mktemp("findings") / "samen.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    house, _ = furnished(database)
    database.dispose()
    return path, house.people


@contextmanager
def opened(path, people, build=shared_app):
    database, clock = Database(f"sqlite:///{path}"), Clock(night_of(0, 9))
    app = build(settings_for(database.url), database, clock=clock)
    yield House(database, app, clock, people), Wasting(database, people["mounia"])
    database.dispose()


@pytest.fixture(scope="module")
def seen(file):
    """For tests that only look."""
    with opened(*file, create_app) as found:
        yield found


@pytest.fixture
def acted(file, tmp_path):
    """A copy, for tests that change something."""
    path, people = file
    shutil.copy(path, tmp_path / "samen.db")
    with opened(tmp_path / "samen.db", people) as found:
        yield found


def lamp_of(building):
    return building.findings(kind=Kind.LEFT_ON)[0]


def test_the_manager_reads_what_costs_most_first(seen):
    house, _ = seen

    page = house.browser("mounia").get("/energy/findings").text

    assert page.index(CHARGER) < page.index(LAMP)
    assert "Il tire 60 W jour et nuit" in page
    assert "3 fois, quelque chose est resté allumé" in page
    assert "prix estimé" in page


def test_the_energy_page_leads_to_what_costs_most(seen):
    house, building = seen

    page = house.browser("mounia").get("/energy").text

    assert CHARGER in page
    assert f"/energy/findings#finding-{lamp_of(building).id}" in page


def test_what_cannot_be_told_of_a_meter_is_said(seen):
    house, _ = seen

    page = house.browser("mounia").get("/energy/findings").text

    assert "0 jours sont mesurés, il en faut au moins 14." in page


def test_a_member_reads_what_is_theirs_and_nothing_else(seen):
    house, _ = seen

    page = house.browser("an").get("/findings").text

    assert LAMP in page
    assert CHARGER not in page
    assert LAMP not in house.browser("lea").get("/findings").text


def test_what_ran_on_others_meters_is_for_who_oversees_the_building(acted):
    house, building = acted
    with house.database.write() as session:
        lamp = session.get_one(Finding, lamp_of(building).id)
        lamp.evidence = lamp.evidence | {
            "parts": [["Studio radio", 1.2]],
            "booked": [["Iris", "Radio Pixel"]],
        }

    addresses = {"an": "/findings", "mounia": "/energy/findings"}
    pages = {who: house.browser(who).get(address).text for who, address in addresses.items()}
    told = {who: str(house.program(who).get("/api/v1/findings").get_json()) for who in ("an", "mounia")}

    assert LAMP in pages["an"]
    assert [name for name in ("Studio radio", "Radio Pixel") if name in pages["an"] + told["an"]] == []
    assert "Studio radio" in pages["mounia"]
    assert "Studio radio" in told["mounia"]


@pytest.mark.parametrize(("who", "status"), [("an", 200), ("axel", 200), ("lea", 404)])
def test_the_figures_behind_a_chart_are_for_who_may_read_it(seen, who, status):
    house, building = seen

    answer = house.browser(who).get(f"/findings/{lamp_of(building).id}.csv")

    assert answer.status_code == status
    if status == 200:
        rows = list(csv.reader(StringIO(answer.text)))
        assert rows[0] == ["day", "kwh"]
        assert sum(float(kwh) for _, kwh in rows[1:]) == pytest.approx(1.5, abs=0.01)


def test_the_file_holds_every_finding_with_its_figures(seen):
    house, _ = seen

    rows = list(csv.DictReader(StringIO(house.browser("axel").get("/energy/findings.csv").text)))

    assert [(row["kind"], row["meter"], row["owner"]) for row in rows] == [
        ("never_sleeps", "ventilation", "Mounia"),
        ("left_on", "atelier-0", "An"),
    ]
    assert float(rows[0]["kwh_year"]) == pytest.approx(526, abs=1)


def test_programs_get_the_buildings_or_their_owners(seen):
    house, _ = seen

    every, own = (house.program(who).get("/api/v1/findings").json for who in ("mounia", "an"))

    assert [one["kind"] for one in every] == ["never_sleeps", "left_on"]
    assert [one["kind"] for one in own] == ["left_on"]
    assert house.program("mounia").get("/api/v1/findings?state=done").json == []
    assert house.program("mounia").get("/api/v1/findings?state=lost").status_code == 422


def test_a_notice_tells_the_verb_in_the_readers_language(seen):
    house, _ = seen

    an = house.browser("an")
    an.client.set_cookie("samen_language", "nl")

    page = an.get("/notices").text

    assert "Verspilling gevonden: Atelier 0" in page
    assert "Zet licht en ventilatie uit bij het verlaten van Atelier 0" in page


def test_an_unknown_filter_is_not_found(seen):
    house, _ = seen

    assert house.browser("an").get("/findings?state=lost").status_code == 404


def step(house, who, one, **form):
    return house.browser(who).post(f"/findings/{one.id}/state", form)


def test_its_owner_takes_it_on_and_says_when_it_was_done(acted):
    house, building = acted
    lamp = lamp_of(building)

    taken = step(house, "an", lamp, to="taken")
    step(house, "an", lamp, to="done", done_on=TODAY.isoformat())

    assert taken.headers["Location"] == "/findings"
    assert (lamp_of(building).state, lamp_of(building).done_on) == (State.DONE, TODAY)
    assert (
        "les chiffres arrivent deux semaines plus tard"
        in house.browser("an").get("/findings?state=done").text
    )


def test_others_change_nothing(acted):
    house, building = acted
    lamp = lamp_of(building)

    step(house, "lea", lamp, to="done")
    refused = [step(house, "axel", lamp, to="done").status_code]
    refused += [house.browser("ada").post(f"/findings/{lamp.id}/owner", {"member": "1"}).status_code]

    assert refused == [403, 403]
    assert lamp_of(building).state is State.OPEN


def test_a_manager_dismisses_with_a_reason_and_stays_on_the_buildings_page(acted):
    house, building = acted
    lamp, mounia = lamp_of(building), house.browser("mounia")

    step(house, "mounia", lamp, to="dismissed", reason=" ")
    assert lamp_of(building).state is State.OPEN
    form = {"to": "dismissed", "reason": "Exposition", "whole": "1", "shown": "standing"}
    answer = mounia.post(f"/findings/{lamp.id}/state", form)

    assert answer.headers["Location"] == "/energy/findings?state=standing"
    assert "Écarté\u00a0: Exposition" in mounia.get("/energy/findings?state=dismissed").text


@pytest.mark.parametrize("form", [{"to": "lost"}, {"to": "done", "done_on": "yesterday"}, {}])
def test_what_cannot_be_read_is_not_found(seen, form):
    house, building = seen

    assert step(house, "mounia", lamp_of(building), **form).status_code == 404


@pytest.mark.parametrize("member", ["", "x", "99999", "99999999999999999999"])
def test_it_is_given_to_nobody_who_is_not_there(seen, member):
    house, building = seen
    lamp = lamp_of(building)

    house.browser("mounia").post(f"/findings/{lamp.id}/owner", {"member": member})

    assert lamp_of(building).owner_id == house.people["an"].member_id
