"""Bills, keys and statements on pages, in print, in files and for programs; and what nobody else may read."""

import csv
import io
import json
import re
import shutil
from datetime import date

import pytest
from sqlalchemy import select

from samen.adapters.db import Database
from samen.adapters.db.models import Bill, MeterKind, SharingKey, TenantStanding
from samen.web import statements as statement_pages
from samen.web.app import create_app
from support.sharing import (
    DAILY_KWH,
    billed,
    booked,
    decided,
    owned,
    settled,
    stands,
    used,
)
from support.web import a_house

FEBRUARY = {"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}
BILL = {
    "what": "electricity",
    "supplier": "Engie",
    "number": "7",
    "from": "2026-10-01",
    "last": "2026-10-31",
    "amount": "1.234,56",
}


@pytest.fixture(scope="module")
def street(migrated_file, tmp_path_factory):
    """A house in which October is settled as number 1, for looking at; atelier-rue, senne and pixel share."""
    folder = tmp_path_factory.mktemp("street")
    shutil.copy(migrated_file, folder / "samen.db")
    database = Database(f"sqlite:///{folder}/samen.db")
    house = a_house(database, create_app)
    mounia = house.people["mounia"]
    used(database)
    owned(database, "keuken-circuit", "atelier-rue")
    booked(database, mounia, "09:00", "12:00")
    booked(database, house.people["lea"], "13:00", "14:00")
    stands(database, mounia)
    decided(database, mounia)
    settled(database, mounia, billed(database, mounia, 124_00, used=130.2, fixed_cents=7_00))
    yield house
    database.dispose()


def plain(text):
    """As people read it: any kind of space is one."""
    return re.sub(r"\s+", " ", text)


def told_to(house, who, monkeypatch):
    """All that a member can get of statement 1: page, list, print, file and API, as one text each."""
    facts = {}
    monkeypatch.setattr(statement_pages, "pdf", lambda name, given, now: facts.update(given) or b"%PDF")
    browser = house.browser(who)
    paths = ("/energy/mine", "/energy/mine/1", "/energy/mine/1.csv", "/energy/mine/1.pdf")
    bodies = {path: browser.get(path).get_data(as_text=True) for path in paths}
    api = house.program(who).get("/api/v1/statements").get_data(as_text=True)
    texts = {**bodies, "print": json.dumps(facts, ensure_ascii=False), "api": api}
    return {name: plain(text) for name, text in texts.items()}


def shares(house):
    """What each tenant has of statement 1, as the manager's program reads it."""
    found = house.program("mounia").get("/api/v1/statements").json
    return {one["tenant"]: one for one in found}


def as_shown(cents):
    return f"{cents // 100},{cents % 100:02} €"


@pytest.mark.parametrize(("who", "tenant"), [("an", "atelier-rue"), ("lea", "collectif-senne")])
def test_a_tenant_reads_its_own_share_and_never_what_another_owes_or_used(street, monkeypatch, who, tenant):
    others = [one for slug, one in shares(street).items() if slug != tenant]
    own = shares(street)[tenant]

    texts = told_to(street, who, monkeypatch)

    secrets = {as_shown(one["cents"]) for one in others} | {str(one["cents"]) for one in others}
    secrets |= {str(one["kwh"]) for one in others} | {
        f"{one['kwh']:.1f} kWh".replace(".", ",") for one in others
    }
    for one in others:
        secrets |= {as_shown(line["cents"]) for line in one["lines"]} - {
            as_shown(line["cents"]) for line in own["lines"]
        }
    secrets |= {"Radio Pixel", "radio-pixel", "keuken-circuit", "ventilation"}
    assert {name for name, text in texts.items() for secret in secrets if secret in text} == set()
    assert as_shown(own["cents"]) in texts["/energy/mine/1"]
    assert as_shown(own["cents"]) in texts["print"]
    assert f",{own['cents']}," in texts["/energy/mine/1.csv"]


def test_what_all_others_used_is_not_told_where_it_leaves_the_only_meter_among_them(street, monkeypatch):
    own = shares(street)["collectif-senne"]["lines"]
    area = next(line for line in own if (line["part"], line["criterion"]) == ("common", "area"))
    common_kwh = area["kwh"] / area["weight"] * area["whole"] / area["quantity"]

    senne, rue = (told_to(street, who, monkeypatch)["/energy/mine/1"] for who in ("lea", "an"))

    # All of 124 kWh but these are Atelier Rue's own meter's.
    assert 124 - common_kwh == pytest.approx(31, abs=0.01)
    assert "Les autres ensemble" not in senne
    assert "Les autres ensemble" in rue


def test_a_program_gets_its_tenants_statements_and_the_managers_gets_all(street):
    own = street.program("an").get("/api/v1/statements").json

    (one,) = own
    assert one["tenant"] == "atelier-rue"
    assert sum(line["cents"] for line in one["lines"]) == one["cents"]
    assert one["cents"] + one["others_cents"] == 124_00
    assert len(street.program("axel").get("/api/v1/statements").json) == 3


def test_what_all_have_together_is_told_only_where_two_others_have_some_of_it(street):
    own = shares(street)["atelier-rue"]["lines"]

    told = {(line["part"], line["criterion"]): line["whole"] for line in own}

    assert (told["measured", None], told["common", "area"]) == (None, 120)


def test_another_tenants_statement_is_not_there(street):
    an = street.browser("an")

    closed = [
        an.get(f"/energy/sharing/statements/1{end}").status_code
        for end in ("", ".csv", "/radio-pixel", "/radio-pixel.pdf", "/radio-pixel.csv", "/atelier-rue")
    ]
    absent = [an.get(f"/energy/mine/{number}").status_code for number in (2, 10**12)]

    assert set(closed) == {403}
    assert absent == [404, 404]


def test_with_a_single_other_tenant_what_all_others_owe_is_not_told(house, monkeypatch):
    mounia = house.people["mounia"]
    stands(house.database, mounia, {"atelier-rue": (60, 6), "radio-pixel": (20, 2)}, date(2026, 1, 1))
    decided(house.database, mounia)
    settled(house.database, mounia, billed(house.database, mounia, 100_00, number="", **FEBRUARY))

    texts = told_to(house, "an", monkeypatch)

    assert as_shown(75_00) in texts["/energy/mine/1"]
    secrets = (as_shown(25_00), as_shown(100_00), "2500", "10000", "80 m²", "80.0")
    assert [secret for text in texts.values() for secret in secrets if secret in text] == []
    assert "Les autres ensemble" not in texts["/energy/mine/1"]


def test_a_statement_is_printed(street):
    answer = street.browser("an").get("/energy/mine/1.pdf")

    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-1-atelier-rue.pdf"'


def test_the_file_of_a_settlement_adds_up_to_the_bill(street):
    text = street.browser("mounia").get("/energy/sharing/statements/1.csv").text

    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["cents"]) for row in rows if row["line"] == "total") == 124_00
    assert sum(int(row["cents"]) for row in rows if row["line"] != "total") == 124_00


def test_those_who_look_after_the_building_see_every_share_and_that_it_holds(street):
    page = plain(street.browser("axel").get("/energy/sharing/statements/1").text)

    assert all(as_shown(one["cents"]) in page for one in shares(street).values())
    assert "Recalculé à l’instant, au même centime." in page
    assert street.browser("axel").get("/energy/sharing/statements/1/radio-pixel").status_code == 200


def test_bill_and_meter_are_compared_in_a_sentence_with_what_is_not_measured(street):
    page = plain(street.browser("axel").get("/energy/sharing/reconcile").text)
    row = next(csv.DictReader(io.StringIO(street.browser("axel").get("/energy/sharing/reconcile.csv").text)))

    assert "La facture dit 5 % de plus que le compteur : est-elle estimée ?" in page
    assert "31,0 kWh" in page
    assert (row["billed"], row["main_meter"], row["not_measured"]) == ("130.2", "124", "31")


def test_a_key_is_tried_without_deciding_anything(street):
    tried = "/energy/sharing/keys?kind=electricity&area=0&hours=0&heads=100&fixed=0&basis=booked"

    page = plain(street.browser("mounia").get(tried).text)

    # All by heads (6:3:2): Atelier’s 87,75 € · 6/11 and not 50 % m², 30 % hours and 20 % heads of it.
    assert "+16,35 €" in page
    with street.database.read() as session:
        assert len(session.scalars(select(SharingKey)).all()) == 1


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (("50", "30", "10"), "ils font 90 %"),
        (("50", "abc", "50"), "Écrivez des pourcentages"),
        (("33,33", "33,33", "33,34"), "Écrivez des pourcentages"),
    ],
)
def test_weights_that_are_no_key_are_told_at_once(street, weights, sentence):
    query = dict(zip(("area", "hours", "heads"), weights, strict=True))

    answer = street.browser("mounia").get(
        "/energy/sharing/keys", query_string={**query, "fixed": "0", "basis": "booked"}
    )

    assert answer.status_code == 422
    assert sentence in plain(answer.text)


def test_a_manager_says_who_has_what_decides_a_key_enters_a_bill_and_settles_it(house):
    mounia = house.browser("mounia")
    used(house.database, DAILY_KWH)
    for tenant, area in (("atelier-rue", "60,5"), ("collectif-senne", "40")):
        standing = {"tenant": tenant, "from": "2026-01-01", "area_m2": area, "persons": "4"}
        assert mounia.post("/energy/sharing/tenants", standing).status_code == 303
    key = {
        "kind": "electricity",
        "area": "50",
        "hours": "0",
        "heads": "50",
        "fixed": "12,5",
        "basis": "booked",
    }
    decision = {"from": "2026-01-01", "decided_on": "2025-12-12", "decided_by": "AG", "decision": "Oui."}

    assert mounia.post("/energy/sharing/keys", {**key, **decision}).status_code == 303
    assert mounia.post("/energy/sharing/bills", BILL).status_code == 303
    answer = mounia.post("/energy/sharing/bills/1/settle")

    assert answer.headers["Location"] == "/energy/sharing/statements/1"
    assert "1 234,56 €" in plain(mounia.get("/energy/sharing/statements/1").text)
    with house.database.read() as session:
        made = session.scalars(select(SharingKey)).one()
        assert (made.area, made.fixed, made.kind) == (500, 125, MeterKind.ELECTRICITY)
        assert {one.area_m2 for one in session.scalars(select(TenantStanding))} == {60.5, 40}


def test_a_bill_typed_wrong_is_entered_again_and_its_statement_corrected(house):
    mounia = house.people["mounia"]
    stands(house.database, mounia)
    decided(house.database, mounia)
    settled(house.database, mounia, billed(house.database, mounia, 100_00))
    browser = house.browser("mounia")
    assert 'value="100,00"' in browser.get("/energy/sharing?replace=1").text

    browser.post("/energy/sharing/bills", {**BILL, "amount": "110", "replaces": "1", "number": "2026-10"})
    browser.post("/energy/sharing/bills/2/settle", {"note": "Faute de frappe"})

    assert "Ce décompte a été corrigé" in browser.get("/energy/sharing/statements/1").text
    assert "Faute de frappe" in browser.get("/energy/sharing/statements/2").text
    assert [one["id"] for one in house.program("an").get("/api/v1/statements").json] == [2]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12", 1200),
        ("12,3", 1230),
        ("12.34", 1234),
        ("1 234,56", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("€ 1234,56", 123456),
        ("-12,50", -1250),
        ("−12,50", -1250),
        ("1.234", None),
        ("12,345", None),
        ("1e3", None),
        ("", None),
        ("99999999999", None),
    ],
)
def test_money_is_read_as_people_write_it_and_asked_again_where_it_could_be_two_things(house, typed, cents):
    answer = house.browser("mounia").post("/energy/sharing/bills", {**BILL, "amount": typed})

    with house.database.read() as session:
        assert session.scalar(select(Bill.cents)) == cents
    assert answer.status_code == (422 if cents is None else 303)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("supplier", " "),
        ("from", "yesterday"),
        ("last", "2026-09-30"),
        ("used", "1.234"),
        ("fixed", "x"),
        ("what", "steam"),
    ],
)
def test_what_is_wrong_in_a_bill_is_told_at_its_field(house, field, value):
    answer = house.browser("mounia").post("/energy/sharing/bills", {**BILL, field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with house.database.read() as session:
        assert session.scalars(select(Bill)).all() == []


def test_a_bill_is_not_settled_without_a_key_and_can_be_removed(house):
    browser = house.browser("mounia")
    browser.post("/energy/sharing/bills", BILL)

    browser.post("/energy/sharing/bills/1/settle")
    told = browser.get("/energy/sharing").text
    browser.post("/energy/sharing/bills/1/remove")

    assert "Il n’y a pas de clé pour les factures qui commencent le" in told
    assert "Pas encore de facture." in browser.get("/energy/sharing").text


def test_a_cell_that_a_spreadsheet_would_run_is_text(house):
    mounia = house.people["mounia"]
    billed(house.database, mounia, supplier="=HYPERLINK(1)", used=5.0)

    text = house.browser("mounia").get("/energy/sharing/reconcile.csv").text

    assert "'=HYPERLINK(1)" in text


def test_nobody_but_the_manager_writes(street):
    posts = ("bills", "bills/1/settle", "bills/1/remove", "keys", "tenants")

    answers = {
        street.browser(who).post(f"/energy/sharing/{path}").status_code
        for who in ("an", "ada", "axel")
        for path in posts
    }

    assert answers == {403}
