"""The meters' pages: an index typed in, what happened to a meter, and files that are looked at first."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import (
    IndexReading,
    Meter,
    MeterEvent,
    MeterKind,
    ReadingsFile,
    Register,
    Site,
    ToldPeak,
    Unit,
)
from samen.services import rollup
from support.building import NOW

GAS = "/energy/meters/gaz"
FILE = """Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;Volume;\
Eenheid;Validatiestatus;Omschrijving
21-11-2024;00:00:00;22-11-2024;00:00:00;="541";1SAG;Gasmeter;Afname;2,5;m³;Uitgelezen;
22-11-2024;00:00:00;23-11-2024;00:00:00;="541";1SAG;Gasmeter;Afname;3,5;m³;Geschat;
"""


@pytest.fixture
def gas(house):
    """A gas meter without a sensor, its registers and people."""
    with house.database.write() as session:
        site = session.scalars(select(Site.id)).one()
        meter = Meter(slug="gaz", name="Gaz", kind=MeterKind.GAS, site_id=site, position=9)
        meter.registers = [Register(code="gas", unit=Unit.LITRE)]
        session.add(meter)
    return house


def typed(house, index, at="2026-11-20T08:00", who="mounia", **more):
    form = {"register": "gas", "at": at, "index": index, **more}
    return house.browser(who).post(f"{GAS}/readings", form)


def stored(house, kind=IndexReading, column=IndexReading.index):
    with house.database.read() as session:
        return list(session.scalars(select(column).order_by(kind.id)))


def rolled_up(house):
    with house.database.write() as session:
        while rollup.roll_up(session):
            pass


def test_a_manager_types_an_index_and_finds_it_in_the_list(gas):
    answer = typed(gas, "12 345,6")

    page = gas.browser("mounia").get("/energy/meters").text
    assert (answer.status_code, stored(gas)) == (303, [12_345_600])
    assert "12345,600m³" in "".join(page.split())


def test_an_auditor_reads_and_cannot_write(gas):
    page = gas.browser("axel").get(GAS)

    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2]
    assert typed(gas, "5", who="axel").status_code == 403


def test_a_lower_index_asks_what_happened_and_takes_the_answer_with_it(gas):
    typed(gas, "9500", at="2026-11-18T08:00")

    asked = typed(gas, "12")
    answer = typed(gas, "12", what="replaced", event_at="2026-11-19T12:00", final="9510", first="3")

    assert asked.status_code == 422
    assert 'value="rolled_over"' in asked.text
    assert answer.status_code == 303
    assert (stored(gas), stored(gas, MeterEvent, MeterEvent.final_index)) == (
        [9_500_000, 12_000],
        [9_510_000],
    )


def test_an_answer_that_cannot_be_stores_neither_event_nor_reading(gas):
    typed(gas, "9500", at="2026-11-18T08:00")

    answer = typed(gas, "12", what="replaced", event_at="2026-11-19T12:00", final="9000", first="3")

    assert answer.status_code == 422
    assert (stored(gas), stored(gas, MeterEvent, MeterEvent.id)) == ([9_500_000], [])


def test_ten_times_the_usual_asks_whether_it_is_right(gas):
    for day, index in ((10, "100"), (11, "101"), (12, "102")):
        typed(gas, index, at=f"2026-11-{day}T08:00")

    asked = typed(gas, "1000", at="2026-11-13T08:00")
    sure = typed(gas, "1000", at="2026-11-13T08:00", what="sure")

    assert (asked.status_code, sure.status_code) == (422, 303)


def test_a_fall_is_explained_with_one_button(gas):
    typed(gas, "9500", at="2026-11-18T08:00")
    typed(gas, "12", what="sure")
    rolled_up(gas)
    page = gas.browser("mounia").get("/energy/meters").text
    form = {"register": "gas", "event_at": "2026-11-19T08:00", "final": "9500", "first": "0"}

    gas.browser("mounia").post(f"{GAS}/events", {**form, "kind": "rolled_over"})
    rolled_up(gas)

    assert 'name="kind" value="reset"' in page
    assert stored(gas, MeterEvent, MeterEvent.final_index) == [10_000_000]
    assert 'name="kind" value="reset"' not in gas.browser("mounia").get("/energy/meters").text


def test_a_typing_error_is_taken_back(gas):
    typed(gas, "9500")
    with gas.database.read() as session:
        number = session.scalar(select(IndexReading.id))

    gas.browser("mounia").post(f"{GAS}/readings/{number}/withdraw")

    assert stored(gas) == []


def test_an_event_is_taken_back(gas):
    form = {"register": "gas", "event_at": "2026-11-19T08:00", "final": "9500", "first": "0", "kind": "reset"}
    gas.browser("mounia").post(f"{GAS}/events", form)

    gas.browser("mounia").post(f"{GAS}/events/1/withdraw")

    assert stored(gas, MeterEvent, MeterEvent.id) == []


def test_one_meters_page_takes_nothing_of_another_back(gas):
    typed(gas, "9500")

    gas.browser("mounia").post("/energy/meters/main/readings/1/withdraw")

    assert len(stored(gas)) == 1


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("readings", {"register": "gas", "at": "x", "index": "1"}),
        ("readings", {"register": "gas", "at": "2026-11-20T08:00", "index": "one"}),
        ("readings", {"register": "gas", "at": "2026-11-20T08:00", "index": "nan"}),
        ("events", {"register": "gas", "event_at": "2026-11-20T08:00", "final": "1", "first": "0"}),
        ("digits", {"register": "gas", "digits": "99"}),
        ("factors", {"from_on": "2026-11-20", "factor": "110"}),
        ("factors", {"from_on": "then", "factor": "11"}),
    ],
)
def test_what_cannot_be_read_is_marked_at_its_field(gas, path, form):
    answer = gas.browser("mounia").post(f"{GAS}/{path}", form)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_bill_says_what_a_cubic_metre_holds(gas):
    gas.browser("mounia").post(f"{GAS}/factors", {"from_on": "2026-01-01", "factor": "11,4321"})

    assert "11,432" in gas.browser("mounia").get(GAS).text


def test_digits_are_said_once_for_all(gas):
    gas.browser("mounia").post(f"{GAS}/digits", {"register": "gas", "digits": "5"})

    assert stored(gas, Register, Register.digits)[-1] == 5


def sent(house, content=FILE, **more):
    form = {"file": (io.BytesIO(content.encode()), "export.csv"), **more}
    answer = house.browser("mounia").post(f"{GAS}/files", form, content_type="multipart/form-data")
    return answer.headers["Location"]


def test_a_file_is_looked_at_and_only_then_taken_in(gas):
    preview = sent(gas)

    page = gas.browser("mounia").get(preview)
    before = stored(gas)
    gas.browser("mounia").post(preview, {"do": "store"})

    assert (page.status_code, before) == (200, [])
    assert "6,0m³" in "".join(page.text.split())
    assert stored(gas) == [0, 2500, 6000]


def test_a_file_is_thrown_away(gas):
    preview = sent(gas)

    gas.browser("mounia").post(preview, {"do": "discard"})

    assert stored(gas) == []
    assert gas.browser("mounia").get(preview).status_code == 404


def test_a_file_that_contradicts_what_is_stored_cannot_be_taken_in(gas):
    gas.browser("mounia").post(sent(gas), {"do": "store"})
    other = sent(gas, FILE.replace("2,5", "2,6"))

    page = gas.browser("mounia").get(other)
    gas.browser("mounia").post(other, {"do": "store"})

    assert 'value="store"' not in page.text
    assert stored(gas) == [0, 2500, 6000]


def test_a_plain_table_says_its_unit_and_kind_in_the_form(gas):
    table = "time,value\n2024-11-21 00:00,5\n2024-11-21 01:00,9\n"

    gas.browser("mounia").post(sent(gas, table, unit="m3", kind="index"), {"do": "store"})
    unclear = gas.browser("mounia").get(sent(gas, table))

    assert stored(gas) == [5000, 9000]
    assert unclear.status_code == 422


def test_a_file_may_be_larger_than_other_forms_and_not_without_end(gas):
    long = FILE + "\n".join([FILE.splitlines()[1].replace("21-11", "20-11")] * 3000)

    assert gas.browser("mounia").get(sent(gas, long)).status_code == 422
    with gas.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ReadingsFile)) == 1


def test_what_lies_about_is_thrown_away_after_a_day(gas):
    old = sent(gas)
    gas.clock.now += timedelta(days=2)
    sent(gas)

    assert gas.browser("mounia").get(old).status_code == 404


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("brussels", "selon la puissance du raccordement"),
        ("flanders", "chacune comptée pour 2,5 kW au moins : 6,00 kW à présent, environ 270 € par an."),
        ("wallonia", None),
    ],
)
def test_the_page_says_whether_the_grid_is_billed_by_peaks(house, region, said):
    with house.database.write() as session:
        site = session.scalars(select(Site)).one()
        site.region = region
        main = session.scalars(select(Meter.id).where(Meter.slug == "main")).one()
        session.add(ToldPeak(meter_id=main, month_on=date(2026, 11, 1), w=6000.0, at=NOW - timedelta(days=3)))

    page = unspaced(house.browser("mounia").get("/energy/meters/main").text)

    assert "6,00" in page
    assert ("Ici, le réseau" in page, said is None or unspaced(said) in page) == (said is not None, True)


def unspaced(text):
    return " ".join(text.split())
