"""Fairness on the page and through the API: everybody's figures, one's own entries, and who decides what."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from samen.adapters.db import Database
from samen.adapters.db.models import CreditDispute, CreditEntry, Occurrence
from samen.services import booking
from samen.services.credits import balances, refunded_h, settle
from support.building import NOW, at, span
from support.web import a_house

TITLE = "Réunion secrète"
MORNING = at("09:00", 24)


def furnished(database):
    """An did not come on Monday, Léa did, and the night was settled."""
    house = a_house(database)
    with database.write() as session:
        for who, start, end, used in (("an", "10:00", "12:00", False), ("lea", "13:00", "14:00", True)):
            ask = booking.Ask("iris", span(start, end), TITLE, None, house.people[who])
            made = booking.request(session, ask, NOW).occurrences[0].id
            session.execute(update(Occurrence).where(Occurrence.id == made).values(used=used))
        settle(session, MORNING)
    house.clock.now = MORNING
    return house


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory, migrated_file):
    path = tmp_path_factory.mktemp("fairness") / "samen.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield furnished(database)
    database.dispose()


@pytest.fixture
def house(sqlite_database):
    return furnished(sqlite_database)


def page(house, who, path="/fairness"):
    return house.browser(who).get(path).get_data(as_text=True)


def charge_of(house, who):
    with house.database.read() as session:
        mine = CreditEntry.tenant_id == house.people[who].tenant_id
        return session.scalars(select(CreditEntry.id).where(mine, CreditEntry.seconds < 0)).one()


def credit_of(house, who):
    with house.database.read() as session:
        return balances(session)[house.people[who].tenant_id]


def test_everybody_reads_every_associations_figures_and_their_own_entries_alone(shared_house):
    told = page(shared_house, "lea")

    assert {"Atelier Rue", "Collectif Senne", "Jeugdhuis Nova", "Radio Pixel"} <= set(_names(told))
    assert "Iris, 13:00–14:00" in told
    assert "Iris, 10:00–12:00" not in told
    assert TITLE not in told


def _names(told):
    return [part.partition("</th>")[0] for part in told.split('<th scope="row">')[1:]]


def test_an_entry_says_why_and_can_be_disputed(shared_house):
    told = page(shared_house, "an")

    assert "Iris, 10:00–12:00\N{NO-BREAK SPACE}: personne n’est venu" in told
    assert f"/fairness/entries/{charge_of(shared_house, 'an')}/dispute" in told


def test_the_file_has_the_figures_of_the_page(shared_house):
    lines = page(shared_house, "lea", "/fairness.csv").splitlines()

    assert lines[0] == "tenant,share,asked_h,granted_h,used_h,unknown_h,credit_h"
    assert lines[1] == "Atelier Rue,0.3,2,2,0,0,-1.1"


def test_the_api_tells_the_same(shared_house):
    answer = shared_house.program("lea").get("/api/v1/fairness").json
    gone = shared_house.program("lea").get("/api/v1/fairness?quarter=2019-01-01")

    (atelier,) = [one for one in answer["tenants"] if one["tenant"] == "atelier-rue"]
    assert answer["quarter"] == "2026-10-01"
    assert (atelier["granted_h"], atelier["used_h"], atelier["used_share"]) == (2, 0, 0)
    assert sum(one["credit_h"] for one in answer["tenants"]) == pytest.approx(0)
    assert gone.status_code == 404


def test_a_manager_reads_anybodys_entries_and_a_member_nobody_elses(shared_house):
    managers = page(shared_house, "mounia", "/fairness?tenant=atelier-rue")

    assert "Iris, 10:00–12:00" in managers
    assert shared_house.browser("lea").get("/fairness?tenant=atelier-rue").status_code == 404


def test_a_quarter_that_nobody_settled_is_the_one_that_runs(shared_house):
    assert "Trimestre 4 de 2026" in page(shared_house, "an", "/fairness?quarter=1999-01-01")
    assert shared_house.browser("an").get("/fairness?quarter=nonsense").status_code == 200


def test_a_dispute_is_filed_decided_and_given_back(house):
    entry, before = charge_of(house, "an"), credit_of(house, "an")

    house.browser("an").post(f"/fairness/entries/{entry}/dispute", {"reason": "Nous étions là."})
    asked = page(house, "mounia")
    form = {"verdict": "uphold", "hours": "2,0", "answer": "C’est vrai."}
    house.browser("mounia").post(f"/fairness/entries/{entry}/decide", form)

    assert "Nous étions là." in asked
    assert credit_of(house, "an") == before + round(2 * 3600 * 0.7)
    assert "contesté\N{NO-BREAK SPACE}: rendu" in page(house, "an")


def test_only_managers_decide_and_nobody_disputes_for_another(house):
    entry = charge_of(house, "an")

    theirs = house.browser("lea").post(f"/fairness/entries/{entry}/dispute", {"reason": "Moi aussi."})
    decided = house.browser("an").post(f"/fairness/entries/{entry}/decide", {"verdict": "uphold"})

    assert (theirs.status_code, decided.status_code) == (303, 403)
    with house.database.read() as session:
        assert session.scalars(select(CreditDispute)).all() == []


@pytest.mark.parametrize(("typed", "kept"), [("24", 24), ("-1", 48), ("9999", 48), ("", 48), ("2.5", 48)])
def test_how_far_ahead_a_cancellation_is_free_is_a_whole_number_of_hours(house, typed, kept):
    house.browser("mounia").post("/fairness/rules", {"refunded_h": typed})

    with house.database.read() as session:
        assert refunded_h(session) == kept


def test_what_took_something_too_long_ago_offers_no_dispute(house):
    house.clock.now = MORNING + timedelta(days=31)

    assert "/dispute" not in page(house, "an")
