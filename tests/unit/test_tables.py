"""The figures behind a chart, as a file."""

import csv
from datetime import date, datetime
from io import StringIO

from samen.web.tables import Column, Table
from support.building import BRUSSELS

COLUMNS = [
    Column("start", "Time"),
    Column("meter", "Meter"),
    Column("energy_kwh", "kWh", lambda kwh: f"{kwh} !"),
]


def rows(*lines):
    return list(
        csv.reader(StringIO(Table("days", "Days", COLUMNS, lines).file("days").get_data(as_text=True)))
    )


def test_a_file_has_keys_with_units_decimal_points_and_times_with_their_offset():
    at = datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS, fold=1)

    assert rows([at, "Général", 1234.5]) == [
        ["start", "meter", "energy_kwh"],
        ["2026-10-25T02:30:00+01:00", "Général", "1234.5"],
    ]


def test_what_is_unknown_is_empty_and_nought_is_nought():
    assert rows([date(2026, 1, 1), "", None], [date(2026, 1, 2), "", 0.0])[1:] == [
        ["2026-01-01", "", ""],
        ["2026-01-02", "", "0"],
    ]


def test_a_name_is_no_formula():
    assert rows([date(2026, 1, 1), "=1+1", 1.0])[1][1] == "'=1+1"


def test_the_page_shows_the_same_rows_in_words():
    table = Table("days", "Days", COLUMNS, [["now", "Main", 2.5]])

    assert (table.heads, table.shown) == (["Time", "Meter", "kWh"], [["now", "Main", "2.5 !"]])
