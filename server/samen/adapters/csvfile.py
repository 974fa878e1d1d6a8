"""CSV files of values over time: header `time,value`, ISO times with an offset or local, gzip or plain."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from samen.domain.interval import exists

GZIP = b"\x1f\x8b"
# Ten years of quarter-hours are some 15 MB; a small file may pretend to hold any amount.
LARGEST_TEXT = 64 * 1024 * 1024
# A year of minutes, or seventeen years of quarter-hours.
MOST_ROWS = 600_000
# Of meters and of weather; beyond these arithmetic with days overflows.
YEARS = range(1900, 2200)
# No meter and no sensor says more, and a thousand times as much is a number still.
MOST = 1e12
LONGEST_TOLD = 40


class CsvFault(ValueError):
    """The file cannot be read; the message says what is wrong and on which line."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A line: its number in the file, an instant, and the value, None where the cell is empty."""

    line: int
    at: datetime
    value: float | None


def read_samples(path: Path, zone: ZoneInfo, column: str = "value") -> list[Sample]:
    """The samples of one column of a file. Raises CsvFault; see `samples_in`."""
    return samples_in(content_of(path), zone, column)


def content_of(path: Path) -> bytes:
    """The bytes of a file, as they are. Raises CsvFault."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CsvFault("no such file") from None
    except OSError as error:
        raise CsvFault(f"cannot be read: {error}") from error


def samples_in(content: bytes, zone: ZoneInfo, column: str = "value") -> list[Sample]:
    """The samples of one column, in the content's order, which is that of time.

    A local time that occurs twice is its first occurrence, and its second when the file comes back to it.
    Raises CsvFault; other faults than the first are only counted.
    """
    rows = _numbered(csv.reader(io.StringIO(_text(content))))
    place = _place(next(rows, (1, []))[1], column)
    samples: list[Sample] = []
    first, faults = "", 0
    for line, row in rows:
        try:
            samples.append(_sample(line, row, place, zone, samples[-1].at if samples else None))
        except ValueError as fault:
            first, faults = first or f"line {line}: {fault}", faults + 1
    if faults:
        raise CsvFault(first + (f" (and {faults - 1} more)" if faults > 1 else ""))
    return samples


def unpacked(content: bytes) -> bytes:
    """Plain content, of gzip too. Raises CsvFault where it is too large or cut off."""
    try:
        if content.startswith(GZIP):
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(LARGEST_TEXT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CsvFault(f"cannot be read: {error}") from error
    if len(content) > LARGEST_TEXT:
        raise CsvFault(f"larger than {LARGEST_TEXT // 1024 // 1024} MB")
    return content


def _text(content: bytes) -> str:
    try:
        return unpacked(content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvFault(f"not UTF-8 at byte {error.start}") from error


def _place(header: list[str], column: str) -> int:
    names = [name.strip() for name in header]
    if not names or names[0] != "time":
        raise CsvFault(f"line 1: the header is time,{column}")
    if column not in names[1:]:
        only = ", ".join(names[1:])[:LONGEST_TOLD] or "time"
        raise CsvFault(f"line 1: there is no column {_short(column)}, only {only}")
    return names.index(column, 1)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The header, and every line that is not empty."""
    # The reader knows nothing of lines inside quotes, which do not occur here.
    try:
        for line, row in enumerate(rows, start=1):
            if line > MOST_ROWS + 1:
                raise CsvFault(f"more than {MOST_ROWS} lines: send a part at a time")
            if row or line == 1:
                yield line, row
    except csv.Error as error:
        raise CsvFault(f"not CSV: {error}") from error


def _sample(line: int, row: list[str], place: int, zone: ZoneInfo, before: datetime | None) -> Sample:
    if place >= len(row):
        raise ValueError(f"{len(row)} cells, expected at least {place + 1}")
    at = _instant(row[0].strip(), zone, before)
    if before is not None and at <= before:
        raise ValueError(f"{row[0].strip()} is not after the line before")
    return Sample(line, at, _value(row[place].strip()))


def _instant(text: str, zone: ZoneInfo, before: datetime | None) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_short(text)} is not an ISO time") from None
    if time.year not in YEARS:
        raise ValueError(f"{text} is of no year in which somebody measured")
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    if not exists(time.date(), time.time(), zone):
        raise ValueError(f"{text} does not exist in {zone.key}: the clock skips it")
    first, second = (time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if before is not None and first <= before else first


def _value(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{_short(text)} is not a number") from None
    # Nor is NaN, which stands between no bounds.
    if not -MOST <= value <= MOST:
        raise ValueError(f"{_short(text)} is not a number that anything counts")
    return value


def _short(text: str) -> str:
    """As it is told of: a cell may hold a book."""
    return repr(text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…")
