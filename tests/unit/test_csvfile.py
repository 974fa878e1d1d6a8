"""CSV files of values over time, and what is wrong with some."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from samen.adapters.csvfile import CsvFault, read_samples

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, column="value"):
        file = tmp_path / "file.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return [(sample.at, sample.value) for sample in read_samples(file, BRUSSELS, column)]

    return reading


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_local_times_are_those_of_the_zone_and_offsets_are_obeyed(read):
    assert read("time,value\n2016-01-01 00:00,1\n2016-01-01T01:00:00+01:00,2.5\n2016-01-01T02:00Z,\n") == [
        (utc(2015, 12, 31, 23), 1.0), (utc(2016, 1, 1, 0), 2.5), (utc(2016, 1, 1, 2), None)
    ]  # fmt: skip


def test_the_hour_that_occurs_twice_is_read_twice(read):
    night = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]

    samples = read("time,value\n" + "".join(f"2016-10-30 {clock},1\n" for clock in night))

    assert [at.strftime("%H:%M") for at, _ in samples] == [
        "23:30", "00:00", "00:30", "01:00", "01:30", "02:00"
    ]  # fmt: skip


def test_the_hour_that_occurs_twice_but_stands_once_is_the_first(read):
    assert read("time,value\n2016-10-30 02:00,1\n") == [(utc(2016, 10, 30, 0), 1.0)]


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(read):
    with pytest.raises(CsvFault, match="larger than 64 MB"):
        read(gzip.compress(b"time,value\n" + bytes(65 * 1024 * 1024), 1))


def test_gzip_and_a_byte_order_mark_are_no_obstacle(read):
    assert read(gzip.compress("\ufefftime,a,b\n2016-01-01,1,2\n".encode()), "b") == [
        (utc(2015, 12, 31, 23), 2.0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the header is time,value"),
        ("when,value\n", "line 1: the header is time,value"),
        ("time,watt\n", "line 1: there is no column 'value', only watt"),
        ("time,value\nyesterday,1\n", "line 2: 'yesterday' is not an ISO time"),
        ("time,value\n2016-01-01,1\n2016-01-02,much\n", "line 3: 'much' is not a number"),
        ("time,value\n2016-01-01,inf\n", "line 2: 'inf' is not a number"),
        ("time,value\n2016-01-01\n", "line 2: 1 cells, expected at least 2"),
        ("time,value\n2016-01-02,1\n2016-01-01,1\n", "line 3: 2016-01-01 is not after the line before"),
        ("time,value\n2016-03-27 02:30,1\n", "line 2: 2016-03-27 02:30 does not exist in Europe/Brussels"),
        ("time,value\na,1\nb,2\n", "(and 1 more)"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"\x1f\x8bnothing", "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_line(read, text, complaint):
    with pytest.raises(CsvFault) as fault:
        read(text)

    assert complaint in str(fault.value)
