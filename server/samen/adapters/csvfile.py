"""CSV files of values over time: header `time,value`, ISO times with an offset or local, gzip or plain."""

from __future__ import annotations

import csv
import gzip
import io
import math
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
    rows = csv.reader(io.StringIO(_text(content)))
    place = _place(next(rows, []), column)
    samples: list[Sample] = []
    faults: list[str] = []
    for line, row in _filled(rows):
        try:
            samples.append(_sample(line, row, place, zone, samples[-1].at if samples else None))
        except ValueError as fault:
            faults.append(f"line {line}: {fault}")
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise CsvFault(faults[0] + more)
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
        raise CsvFault(f"line 1: there is no column {column!r}, only {', '.join(names[1:]) or 'time'}")
    return names.index(column, 1)


def _filled(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    # The reader counts the header as line 1 and knows nothing of lines inside quotes; neither occur here.
    try:
        yield from ((line, row) for line, row in enumerate(rows, start=2) if row)
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
        raise ValueError(f"{text!r} is not an ISO time") from None
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
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number")
    return value
