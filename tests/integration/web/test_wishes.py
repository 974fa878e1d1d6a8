"""A tenant's wishes in a round, on pages and through the API: filed, read, and read by nobody else."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from samen.adapters.db.models import NamesShown
from samen.services import awards, objections, round_final, rounds, wishes
from support.building import NOW
from support.rounds import CLOSED, MONDAY_EVENING, SEASON, TUESDAY_EVENING, House

KITCHEN = {"features": frozenset({"kitchen"})}
FORM = {
    "title": "Couscous du lundi",
    "people": "8",
    "length": "120",
    "weeks": "all",
    "where": "any",
    "priority": "1",
    "day": ["0", "1"],
    "start": ["18:00", "18:30"],
    "welcome": ["good", "less"],
}
BODY = {
    "title": "Soupe",
    "people": 8,
    "minutes": 90,
    "weeks": [0, 2, 4],
    "options": [{"weekday": 0, "start": "18:00"}, {"weekday": 1, "start": "18:30", "penalty": 1.0}],
}


class Season(House):
    """A house of the pages' tests, with the deeds of a round's."""

    def __init__(self, street):
        self.street, self.database = street, street.database
        self.manager, self.an, self.lea = (street.people[who] for who in ("mounia", "an", "lea"))

    def shown(self, names=NamesShown.TENANTS):
        """Two associations wanted the kitchen on Monday evening; the plan is shown."""
        one = self.open(replace(SEASON, names_shown=names))
        self.file(one, title="Couscous", **KITCHEN)
        self.file(one, self.lea, title="Soupe secrète", **KITCHEN)
        self.street.clock.now = CLOSED
        closed = self.closed(one)
        solve, until = self.solved(closed), CLOSED + timedelta(days=7)
        seen = closed.version
        return self.do(awards.publish_preview, one.id, seen, solve.id, until, self.manager, CLOSED)

    def without(self, one):
        """(who, their wish): first of whoever went without, then of whoever got it."""
        got = {row.wish_id for row in self.do(awards.awards_of, one, self.manager)}
        both = [("an", self.an), ("lea", self.lea)]
        found = {who: self.do(wishes.wishes_of, one, viewer)[0] for who, viewer in both}
        return sorted(found.items(), key=lambda pair: pair[1].id in got)


@pytest.fixture
def season(house):
    return Season(house)


@pytest.fixture(scope="module")
def asking(shared):
    """A round that is open and has one point to give, for those who ask in vain."""
    season = Season(shared)
    return season, season.open(replace(SEASON, priority_points=1))


@pytest.fixture
def an(house):
    return house.browser("an")


def plain(answer):
    """As people read it: any kind of space is one."""
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def own(season, one, viewer=None):
    return season.do(wishes.wishes_of, one, viewer or season.an)


def test_a_wish_is_filed_from_the_form_with_its_alternatives(season, an):
    one = season.open()

    filed = an.post(f"/rounds/{one.id}/wishes", FORM)

    wish = own(season, one)[0]
    assert filed.headers["Location"] == f"/rounds/{one.id}/mine"
    assert (wish.title, wish.people, wish.slots, wish.weeks) == ("Couscous du lundi", 8, 4, list(range(13)))
    assert wish.options == [
        {"day": 0, "start": 20, "penalty": 0.0},
        {"day": 1, "start": 21, "penalty": 1.0},
    ]
    assert "Couscous du lundi" in plain(an.get(f"/rounds/{one.id}/mine"))


def test_a_form_is_shown_again_with_what_was_typed_when_a_button_adds_a_row(season, an):
    one = season.open()

    added = an.post(f"/rounds/{one.id}/wishes", FORM | {"add": "1"})
    picked = an.post(f"/rounds/{one.id}/wishes", FORM | {"pick": "3/19:00"})
    dropped = an.post(f"/rounds/{one.id}/wishes", FORM | {"drop": "0"})

    assert own(season, one) == []
    assert [plain(answer).count("data-choice>") for answer in (added, picked, dropped)] == [4, 4, 2]
    assert all("Couscous du lundi" in plain(answer) for answer in (added, picked, dropped))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Donnez un titre à votre souhait."),
        ({"people": "many"}, "Combien de personnes, en chiffres."),
        ({"people": "9" * 40}, "Combien de personnes, en chiffres."),
        ({"length": "7"}, "Choisissez l’une de ces possibilités."),
        ({"weeks": "chosen"}, "Choisissez au moins une semaine."),
        ({"weeks": "chosen", "week": "99"}, "Choisissez l’une de ces possibilités."),
        ({"day": ["9"], "start": ["18:00"], "welcome": ["good"]}, "Choisissez un jour."),
        ({"day": ["0"], "start": ["21:00"], "welcome": ["good"]}, "après la fermeture"),
        ({"day": [], "start": [], "welcome": []}, "Choisissez un jour."),
        ({"where": "named"}, "Citez au moins une salle, ou prenez toute salle qui convient."),
        ({"priority": "3", "title": "x"}, "Vos points n’y suffisent pas"),
        ({"feature": "moat"}, "Choisissez l’une de ces possibilités."),
        ({"needs": "x" * 300}, "C’est trop long."),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_at_its_field_and_nothing_is_lost(asking, wrong, said):
    season, one = asking

    answer = season.street.browser("an").post(f"/rounds/{one.id}/wishes", FORM | wrong)

    assert answer.status_code == 422
    assert said in plain(answer)
    assert "18:00" in plain(answer)
    assert own(season, one) == []


def test_a_wish_is_changed_and_withdrawn(season, an):
    one = season.open()
    an.post(f"/rounds/{one.id}/wishes", FORM | {"weeks": "odd", "needs": "Chloé, le piano", "priority": "2"})
    wish = own(season, one)[0]

    form = plain(an.get(f"/rounds/{one.id}/wishes/{wish.id}/edit"))
    an.post(f"/rounds/{one.id}/wishes/{wish.id}", FORM | {"title": "Tajine", "people": "9"})
    changed = own(season, one)[0]
    an.post(f"/rounds/{one.id}/wishes/{wish.id}/withdraw")

    assert 'value="odd" checked' in form
    assert "Chloé, le piano" in form
    assert (changed.id, changed.title, changed.people, changed.needs) == (wish.id, "Tajine", 9, [])
    assert own(season, one) == []


def test_the_budget_of_points_is_kept_across_wishes(season, an):
    one = season.open(replace(SEASON, priority_points=2))
    an.post(f"/rounds/{one.id}/wishes", FORM | {"priority": "3"})

    second = an.post(f"/rounds/{one.id}/wishes", FORM | {"title": "Encore", "priority": "2"})

    assert second.status_code == 422
    assert [wish.title for wish in own(season, one)] == ["Couscous du lundi"]


def test_once_the_filing_is_over_nothing_is_filed_or_changed(season):
    one = season.open()
    wish = season.file(one)
    season.street.clock.now = CLOSED
    an = season.street.browser("an")

    answers = [
        an.post(f"/rounds/{one.id}/wishes", FORM),
        an.post(f"/rounds/{one.id}/wishes/{wish.id}", FORM),
        an.post(f"/rounds/{one.id}/wishes/{wish.id}/withdraw"),
    ]

    season.closed(one)
    answers.append(an.post(f"/rounds/{one.id}/wishes", FORM))

    assert [answer.status_code for answer in answers] == [409, 409, 303, 409]
    assert an.get(f"/rounds/{one.id}/wishes/new").headers["Location"] == f"/rounds/{one.id}/mine"
    assert [kept.title for kept in own(season, one)] == ["Choir"]


def test_another_associations_wish_is_not_there(season, an):
    one = season.open()
    theirs = season.file(one, season.lea, title="Secret")
    at, program = f"/rounds/{one.id}/wishes/{theirs.id}", season.street.program("an")
    form = FORM | {"other": str(uuid4()), "text": "x"}

    answers = [an.get(at + path) for path in ("", "/edit")]
    answers += [an.post(at + path, form) for path in ("", "/withdraw", "/object", "/swap")]
    answers.append(program.call("PATCH", f"/api/v1{at}", json={"people": 2}))
    answers.append(program.call("DELETE", f"/api/v1{at}"))

    assert {answer.status_code for answer in answers} == {404}
    assert "Secret" not in plain(an.get(f"/rounds/{one.id}/mine"))
    assert program.get(f"/api/v1/rounds/{one.id}/wishes").json == []
    assert own(season, one, season.lea)[0].people == 6


def test_a_round_that_is_only_prepared_is_not_there_for_tenants(season, an):
    one = season.draft()

    answers = [an.get(f"/rounds/{one.id}/{path}") for path in ("mine", "wishes/new")]

    assert {answer.status_code for answer in answers} == {404}


def test_who_files_sees_where_it_is_crowded_and_never_whose_wishes_those_are(season, an):
    one = season.open()
    season.file(one, season.lea, title="Secret", **KITCHEN)

    crowded = plain(an.post(f"/rounds/{one.id}/wishes", FORM | {"feature": "kitchen", "add": "1"}))

    assert "lundi 18:00, très demandé" in crowded
    assert "mardi 18:00, calme" in crowded
    assert "Collectif Senne" not in crowded
    assert "Secret" not in crowded


def test_a_banner_says_that_a_round_is_open_and_when_it_closes_soon(season, an):
    season.open()

    early = plain(an.get("/"))
    season.street.clock.now = NOW + timedelta(days=12)
    late = plain(an.get("/week"))

    assert "Spring 2027 est ouvert" in early
    assert "Spring 2027 se clôture dans 2 jours" in late


def test_a_refusal_says_who_has_it_by_which_rule_what_is_free_and_what_a_yes_would_cost(season):
    one = season.shown()
    (who, wish), _other = season.without(one)
    browser = season.street.browser(who)

    listed = plain(browser.get(f"/rounds/{one.id}/mine"))
    page = plain(browser.get(f"/rounds/{one.id}/wishes/{wish.id}"))

    assert "1 souhait non accordé" in listed
    holder = "Collectif Senne" if who == "an" else "Atelier Rue"
    assert f"{holder} a Keuken, lundi 18:00–20:00." in page
    assert "on a tiré au sort" in page or "passe d’abord" in page
    assert "Ce qui est libre à la place" in page
    assert f"{holder} perdrait Keuken" in page
    assert "Soupe secrète" not in page or who == "lea"


def test_where_no_names_are_published_others_stay_another_association(season):
    one = season.shown(NamesShown.NOBODY)
    (who, wish), _other = season.without(one)
    holder = "Collectif Senne" if who == "an" else "Atelier Rue"
    browser = season.street.browser(who)

    page = plain(browser.get(f"/rounds/{one.id}/wishes/{wish.id}"))
    listed = plain(browser.get(f"/rounds/{one.id}/mine"))

    assert "Une autre association a Keuken" in page
    assert holder not in page
    assert holder not in listed


def test_one_tap_asks_for_what_is_free_and_an_objection_gets_its_answer(season):
    one = season.shown()
    (who, wish), _other = season.without(one)
    browser, at = season.street.browser(who), f"/rounds/{one.id}/wishes/{wish.id}"

    browser.post(f"{at}/object", {"take": "1/18:00/keuken"})
    browser.post(f"{at}/object", {"text": "Dix ans déjà."})
    said = season.do(objections.objections_of, one, season.manager)
    season.do(objections.answer, said[0].id, "Nous cherchons.", season.manager, CLOSED)

    asked = "Ceci irait à la place : Keuken, mardi 18:00–20:00."
    assert {re.sub(r"\s", " ", one.text) for one in said} == {asked, "Dix ans déjà."}
    assert "Nous cherchons." in plain(browser.get(at))
    assert browser.post(f"{at}/object", {"take": "1/99:00/moon"}).status_code == 400


def test_a_swap_is_asked_for_and_agreed_to(season):
    one = season.open()
    mine = season.file(one, options=(MONDAY_EVENING, TUESDAY_EVENING), **KITCHEN)
    theirs = season.file(
        one, season.lea, options=(TUESDAY_EVENING._replace(penalty=0.0), MONDAY_EVENING), **KITCHEN
    )
    season.street.clock.now = CLOSED
    closed = season.closed(one)
    solve, until = season.solved(closed), CLOSED + timedelta(days=7)
    season.do(awards.publish_preview, one.id, closed.version, solve.id, until, season.manager, CLOSED)
    an, lea = (season.street.browser(who) for who in ("an", "lea"))

    offered = plain(an.get(f"/rounds/{one.id}/wishes/{mine.id}"))
    an.post(f"/rounds/{one.id}/wishes/{mine.id}/swap", {"other": str(theirs.id)})
    swap = season.do(objections.swaps_of, one, season.lea)[0]
    stranger = an.post(f"/rounds/{one.id}/swaps/{swap.id}", {"agreed": "yes"})
    asked = plain(lea.get(f"/rounds/{one.id}/mine"))
    lea.post(f"/rounds/{one.id}/swaps/{swap.id}", {"agreed": "yes"})

    assert f'value="{theirs.id}"' in offered
    assert "Une autre association voudrait échanger avec « Choir »" in asked
    assert stranger.status_code == 404
    got = {row.wish_id: row.day for row in season.do(awards.awards_of, one, season.manager)}
    assert got == {mine.id: 1, theirs.id: 0}


def test_final_the_page_leads_to_the_bookings_and_to_booking_what_is_free(season):
    one = season.shown()
    (loser, wish), (winner, _got) = season.without(one)
    seen = season.now(one).version
    season.do(round_final.finalise, one.id, seen, season.manager, CLOSED, skip_clashes=True)

    won = plain(season.street.browser(winner).get(f"/rounds/{one.id}/mine"))
    lost = season.street.browser(loser)
    page = plain(lost.get(f"/rounds/{one.id}/wishes/{wish.id}"))
    way = re.search(r'href="(/book\?[^"]*)"', page)[1].replace("&amp;", "&")

    series = next(row.series_id for row in season.do(awards.awards_of, one, season.manager))
    assert f"/series/{series}" in won
    form = plain(lost.get(way))
    assert f'value="{wish.title}"' in form
    assert 'value="weekly" selected' in form


def test_a_program_files_changes_and_withdraws_a_wish(season):
    one = season.open()
    program, at = season.street.program("an"), f"/api/v1/rounds/{one.id}/wishes"

    filed = program.call("POST", at, json=BODY)
    changed = program.call("PATCH", f"{at}/{filed.json['id']}", json={"people": 12})
    listed = program.get(at)
    withdrawn = program.call("DELETE", f"{at}/{filed.json['id']}")

    assert [filed.status_code, changed.status_code, withdrawn.status_code] == [201, 200, 200]
    assert (changed.json["people"], changed.json["title"]) == (12, "Soupe")
    assert listed.json == [changed.json]
    assert listed.json[0]["options"][1] == {
        "weekday": 1,
        "start": "18:30",
        "penalty": 1.0,
        "sought": "quiet",
    }
    assert program.get(at).json == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"minutes": 37}, 422),
        ({"options": []}, 422),
        ({"options": [{"weekday": 0, "start": "18:10"}]}, 422),
        ({"options": [{"weekday": 7, "start": "18:00"}]}, 422),
        ({"options": [{"weekday": 0, "start": "21:30"}]}, 409),
        ({"weeks": [40]}, 409),
        ({"spaces": ["moon"]}, 409),
        ({"title": " "}, 422),
        ({"priority": 4}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_a_program_is_told_what_is_wrong(asking, wrong, status):
    season, one = asking

    answer = season.street.program("an").call("POST", f"/api/v1/rounds/{one.id}/wishes", json=BODY | wrong)

    assert answer.status_code == status
    assert own(season, one) == []


def test_a_program_reads_what_became_of_its_wishes(season):
    one = season.shown()
    (loser, _), (winner, _) = season.without(one)

    lost, won = (
        season.street.program(who).get(f"/api/v1/rounds/{one.id}/wishes").json[0] for who in (loser, winner)
    )

    assert (lost["award"], lost["refused"]) == (None, "taken")
    assert won["award"] == {"space": "keuken", "weekday": 0, "start": "18:00", "series": None}
    assert won["refused"] is None


def test_a_round_called_off_says_nothing_more(season, an):
    one = season.open()
    season.do(rounds.cancel, one.id, one.version, season.manager, NOW)

    assert an.get(f"/rounds/{one.id}/mine").status_code == 404
