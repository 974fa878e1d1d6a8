"""Files as Belgian grid operators hand them out, and whose register takes what."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from samen.adapters.csvfile import CsvFault
from samen.adapters.supplier_csv import looks_like_suppliers, read_supplier_file
from samen.domain.interval import local_day
from samen.domain.supplied import by_register, unit_of

BRUSSELS = ZoneInfo("Europe/Brussels")
HEADER = (
    "Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;Volume;Eenheid;"
    "Validatiestatus;Omschrijving"
)
FRENCH = (
    "De (date);De (heure);À (date);À (heure);Code EAN;Compteur;Type de compteur;Registre;Volume;Unité;"
    "Statut de validation;Description"
)
EAN = '="541448800000000000"'


def row(start, end, register="Afname Dag", volume="0,250", unit="kWh", status="Uitgelezen", ean=EAN):
    cells = [
        start[:10],
        start[11:],
        end[:10],
        end[11:],
        ean,
        "1SAG",
        "Digitale meter",
        register,
        volume,
        unit,
    ]
    return ";".join([*cells, status, ""])


def a_file(*rows, header=HEADER, encoding="utf-8-sig"):
    return "\r\n".join([header, *rows, ""]).encode(encoding)


def quarters(day, register="Afname Dag", volume="0,250"):
    """The rows of a local day as the file has them: wall times, an hour twice or not at all."""
    span = local_day(day, BRUSSELS)
    count = int(span.length / timedelta(minutes=15))
    walls = [(span.start + timedelta(minutes=15) * n).astimezone(BRUSSELS) for n in range(count + 1)]
    texts = [f"{wall:%d-%m-%Y %H:%M:%S}" for wall in walls]
    return [row(a, b, register, volume) for a, b in pairwise(texts)]


def read(*rows, **more):
    return read_supplier_file(a_file(*rows, **more), BRUSSELS)


def test_amounts_come_by_register_in_its_unit():
    found = read(
        row("21-11-2024 00:00:00", "21-11-2024 00:15:00", "Afname Nacht", "0,012"),
        row("21-11-2024 00:00:00", "21-11-2024 00:15:00", "Injectie Nacht", "0,000"),
        row("21-11-2024 07:00:00", "21-11-2024 07:15:00", "Afname Dag", "1,5", status="Geschat"),
    )

    assert {key: [one.amount for one in amounts] for key, amounts in found.amounts.items()} == {
        ("1.8.2", "Wh"): [pytest.approx(12)], ("2.8.2", "Wh"): [0], ("1.8.1", "Wh"): [1500]
    }  # fmt: skip
    assert (found.rows, found.estimated, found.eans) == (3, 1, {"541448800000000000"})


@pytest.mark.parametrize(("day", "count"), [(date(2026, 10, 25), 100), (date(2026, 3, 29), 92)])
@pytest.mark.parametrize("sort", [list, sorted])
def test_a_day_on_which_the_clock_changes_is_whole(day, count, sort):
    """Also where the file sorts the hour that occurs twice, so that its quarters stand in pairs."""
    found = read(*sort(quarters(day)))

    amounts = found.amounts["1.8.1", "Wh"]
    spans = [amount.during for amount in amounts]
    assert len(spans) == count
    assert (spans[0].start, spans[-1].end) == (local_day(day, BRUSSELS).start, local_day(day, BRUSSELS).end)
    assert all(a.end == b.start for a, b in pairwise(spans))


def test_rows_of_days_are_local_days():
    found = read(
        row("28-03-2026 00:00:00", "29-03-2026 00:00:00"), row("29-03-2026 00:00:00", "30-03-2026 00:00:00")
    )

    lengths = [amount.during.length for amount in found.amounts["1.8.1", "Wh"]]
    assert lengths == [timedelta(hours=24), timedelta(hours=23)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_same_is_read_in_french(encoding):
    days = ("01/02/2026 00:00", "02/02/2026 00:00")
    content = a_file(row(*days, "Prélèvement jour", "12,5"), header=FRENCH, encoding=encoding)

    found = read_supplier_file(content, BRUSSELS)

    assert looks_like_suppliers(content)
    assert [one.amount for one in found.amounts["1.8.1", "Wh"]] == [12_500]


def test_gas_comes_in_cubic_metres_and_in_kwh():
    hour = ("01-02-2026 00:00:00", "01-02-2026 01:00:00")
    found = read(row(*hour, "Afname", "1,000", "m³"), row(*hour, "Afname", "11,300", "kWh"))

    assert {key: amounts[0].amount for key, amounts in found.amounts.items()} == {
        ("1.8.0", "L"): 1000, ("1.8.0", "Wh"): pytest.approx(11_300)
    }  # fmt: skip
    assert unit_of(found.amounts, {}, in_m3=True) == "L"
    assert unit_of(found.amounts, {"kwh": "Wh"}, in_m3=True) == "Wh"


def test_what_is_not_counted_is_named_and_empty_rows_too():
    hour = ("01-02-2026 00:00:00", "01-02-2026 00:15:00")
    found = read(
        row(*hour, "Afname Capacitief", "0,1", "kVArh"), row(*hour, "Piekvermogen", "4,2", "kW"),
        row(*hour, volume=""), row(*hour),
    )  # fmt: skip

    assert found.passed_over == Counter({"Afname Capacitief (kVArh)": 1, "Piekvermogen (kW)": 1})
    assert found.empty == 1


HOUR = ("01-02-2026 00:00:00", "01-02-2026 00:15:00")


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row(*HOUR, volume="x")], "line 2: could not convert"),
        ([row(*HOUR, volume="-1")], "line 2: -1 is no amount"),
        ([row("1 Feb 2026 0", "01-02-2026 00:15")], "line 2: '1 Feb 2026 0"),
        ([row(*HOUR), row(*HOUR)], "line 3: the time of line 2 again"),
        ([row(*HOUR), row("01-02-2026 00:15:00", "01-02-2026 01:15:00")], "line 3: it does not last 0:15:00"),
        ([row("29-03-2026 02:15:00", "29-03-2026 02:30:00")], "line 2: 29-03-2026 02:15 does not exist"),
        ([row(*HOUR), row(*HOUR, ean="541")], "it holds 2 connections"),
        (["01-02-2026;00:00"], "line 2: 2 cells are too few"),
    ],
)
def test_what_cannot_be_read_says_on_which_line(rows, complaint):
    with pytest.raises(CsvFault) as fault:
        read(*rows)

    assert complaint in str(fault.value)


def test_a_file_of_something_else_is_not_taken_for_one():
    assert not looks_like_suppliers(b"time,value\n2026-01-01,1\n")
    with pytest.raises(CsvFault, match="there is no column 'van"):
        read_supplier_file(b"time,value\n", BRUSSELS)


def two_tariffs():
    found = read(
        row("21-11-2024 06:45:00", "21-11-2024 07:00:00", "Afname Nacht", "0,100"),
        row("21-11-2024 07:00:00", "21-11-2024 07:15:00", "Afname Dag", "0,200"),
        row("21-11-2024 07:00:00", "21-11-2024 07:15:00", "Injectie Dag", "0,000"),
    )
    return found.amounts


def amounts(placed):
    return {code: [round(one.amount) for one in rows] for code, rows in placed.items()}


def test_the_other_tariff_counted_nothing_meanwhile():
    registers = {"1-0:1.8.1": "Wh", "1-0:1.8.2": "Wh", "1-0:2.8.1": "Wh"}

    assert amounts(by_register(two_tariffs(), registers, "Wh")) == {
        "1-0:1.8.1": [0, 200], "1-0:1.8.2": [100, 0]
    }  # fmt: skip


def test_a_meter_that_tells_no_tariffs_apart_takes_their_sum():
    assert amounts(by_register(two_tariffs(), {"1.8.0": "Wh"}, "Wh")) == {"1.8.0": [100, 200]}


def test_a_meter_without_registers_gets_those_of_the_file():
    assert amounts(by_register(two_tariffs(), {}, "Wh")) == {"1.8.1": [0, 200], "1.8.2": [100, 0]}


def test_wall_times_of_the_file_are_local():
    found = read(row("01-07-2026 00:00:00", "01-07-2026 00:15:00"))

    (amount,) = found.amounts["1.8.1", "Wh"]
    assert amount.during.start == datetime(2026, 7, 1, tzinfo=BRUSSELS)
