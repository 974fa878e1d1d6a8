"""CSV files as Belgian grid operators hand them out: what a register counted from one local time to another.

As Fluvius writes them: semicolons, decimal commas, dd-mm-yyyy and local times, one register a row ("Afname
Dag", "Injectie Nacht"), quarter hours, hours, days or months; and the same in French. Columns go by name.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from samen.adapters.csvfile import MOST_ROWS, YEARS, CsvFault
from samen.domain.imported import Amount
from samen.domain.interval import Interval, exists, local_day

COLUMNS = {
    "from_date": ("van (datum)", "de (date)", "du (date)"),
    "from_time": ("van (tijdstip)", "de (heure)", "du (heure)"),
    "to_date": ("tot (datum)", "a (date)", "au (date)"),
    "to_time": ("tot (tijdstip)", "a (heure)", "au (heure)"),
    "ean": ("ean-code", "code ean", "ean"),
    "register": ("register", "registre"),
    "volume": ("volume",),
    "unit": ("eenheid", "unite"),
    "status": ("validatiestatus", "statut de validation"),
}
NEEDED = ("from_date", "from_time", "to_date", "to_time", "register", "volume", "unit")
# By the words a register's name holds, in this order.
CODES: tuple[tuple[set[str], set[str], str], ...] = (
    ({"injectie", "injection"}, {"dag", "jour"}, "2.8.1"),
    ({"injectie", "injection"}, {"nacht", "nuit"}, "2.8.2"),
    ({"injectie", "injection"}, set(), "2.8.0"),
    ({"afname", "prelevement"}, {"dag", "jour"}, "1.8.1"),
    ({"afname", "prelevement"}, {"nacht", "nuit"}, "1.8.2"),
    ({"afname", "prelevement", "verbruik", "consommation"}, set(), "1.8.0"),
)
# The unit of a register's amounts, and how much of it is one of the file's.
UNITS = {"kwh": ("Wh", 1000.0), "wh": ("Wh", 1.0), "m3": ("L", 1000.0)}
ESTIMATED = {"geschat", "estime"}
# So many connections are named where there are several.
MOST_TOLD = 5


@dataclass
class SupplierFile:
    """What a file holds: amounts by (OBIS code, unit) in order of time, and what to know of the rest.

    `estimated`: rows that the grid operator estimated itself; `empty`: rows without a volume; `passed_over`:
    rows of registers or units that are not counted here, by their names.
    """

    eans: set[str] = field(default_factory=set)
    rows: int = 0
    empty: int = 0
    estimated: int = 0
    amounts: dict[tuple[str, str], list[Amount]] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    start: datetime
    end: datetime
    key: tuple[str, str]
    amount: float


def looks_like_suppliers(content: bytes) -> bool:
    """Whether the first line names the columns of such a file."""
    header = _decoded(content.partition(b"\n")[0]).strip().split(";")
    return not _missing(_places(header))


def read_supplier_file(content: bytes, zone: ZoneInfo) -> SupplierFile:
    """The file's amounts as intervals. Raises CsvFault with the line of the first fault."""
    rows = csv.reader(io.StringIO(_decoded(content)), delimiter=";")
    try:
        places = _places(next(rows, []))
        if missing := _missing(places):
            raise CsvFault(f"line 1: there is no column {COLUMNS[missing[0]][0]!r}")
        found = SupplierFile()
        read = list(_read(rows, places, found))
    except csv.Error as error:
        raise CsvFault(f"not CSV: {error}") from error
    if len(found.eans) > 1:
        some = ", ".join(sorted(found.eans)[:MOST_TOLD])[: MOST_TOLD * 20]
        raise CsvFault(f"it holds {len(found.eans)} connections ({some}): one at a time")
    found.amounts = _amounts(read, zone)
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _places(header: Sequence[str]) -> dict[str, int]:
    names = [_plain(name) for name in header]
    return {column: names.index(name) for column, known in COLUMNS.items() for name in known if name in names}


def _missing(places: dict[str, int]) -> list[str]:
    return [column for column in NEEDED if column not in places]


def _read(rows: Iterable[list[str]], places: dict[str, int], found: SupplierFile) -> Iterator[_Row]:
    for line, cells in enumerate(rows, start=2):
        if line > MOST_ROWS + 1:
            raise CsvFault(f"more than {MOST_ROWS} rows: send a year at a time")
        if not any(cells):
            continue
        found.rows += 1
        if len(cells) <= max(places[column] for column in NEEDED):
            raise CsvFault(f"line {line}: {len(cells)} cells are too few")
        row = _row(
            line, {column: cells[place] for column, place in places.items() if place < len(cells)}, found
        )
        if row is not None:
            yield row


def _row(line: int, cell: dict[str, str], found: SupplierFile) -> _Row | None:
    if ean := cell.get("ean", "").strip("=\" '"):
        found.eans.add(ean)
    code, unit = _code(cell["register"]), UNITS.get(_plain(cell["unit"]).replace("³", "3"))
    if code is None or unit is None:
        found.passed_over[f"{cell['register'].strip()[:40]} ({cell['unit'].strip()[:20]})"] += 1
        return None
    if not cell["volume"].strip():
        found.empty += 1
        return None
    found.estimated += _plain(cell.get("status", "")) in ESTIMATED
    try:
        volume = float(cell["volume"].replace(",", "."))
        start = _wall(cell["from_date"], cell["from_time"])
        end = _wall(cell["to_date"], cell["to_time"])
    except ValueError as fault:
        raise CsvFault(f"line {line}: {fault}") from None
    if not 0 <= volume < 1e9:
        raise CsvFault(f"line {line}: {cell['volume'].strip()[:40]} is no amount")
    return _Row(line, start, end, (code, unit[0]), volume * unit[1])


def _code(register: str) -> str | None:
    words = set(_plain(register).replace("-", " ").split())
    if words & {"capacitief", "inductief", "capacitif", "inductif", "piekvermogen"}:
        return None
    return next((code for way, tariff, code in CODES if words & way and (not tariff or words & tariff)), None)


def _wall(day: str, time: str) -> datetime:
    text = f"{day.strip().replace('/', '-')} {time.strip()}"
    for form in ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M"):
        try:
            wall = datetime.strptime(text, form)  # noqa: DTZ007 (its zone comes with the interval)
        except ValueError:
            continue
        if wall.year in YEARS:
            return wall
    raise ValueError(f"{text[:40]!r} is no day and time")


def _amounts(rows: Iterable[_Row], zone: ZoneInfo) -> dict[tuple[str, str], list[Amount]]:
    by_key: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    steps = [row.end - row.start for of_key in by_key.values() for row in of_key]
    step = min((length for length in steps if length > timedelta(0)), default=timedelta(0))
    return {key: _in_order(of_key, step, zone) for key, of_key in by_key.items()}


def _in_order(rows: Sequence[_Row], step: timedelta, zone: ZoneInfo) -> list[Amount]:
    """In the night in which an hour occurs twice, the second row of a time is of the second."""
    seen: Counter[datetime] = Counter()
    amounts = []
    for row in rows:
        amounts.append(Amount(row.line, _interval(row, seen[row.start], step, zone), row.amount))
        seen[row.start] += 1
    amounts.sort(key=lambda amount: amount.during)
    for before, after in pairwise(amounts):
        if after.during.start < before.during.end:
            raise CsvFault(f"line {after.line}: the time of line {before.line} again")
    return amounts


def _interval(row: _Row, occurrence: int, step: timedelta, zone: ZoneInfo) -> Interval:
    """Whole days from midnight to midnight; what is shorter lasts a step, also where the clock jumps."""
    if not exists(row.start.date(), row.start.time(), zone):
        raise CsvFault(f"line {row.line}: {row.start:%d-%m-%Y %H:%M} does not exist: the clock skips it")
    start = row.start.replace(tzinfo=zone, fold=min(occurrence, 1)).astimezone(UTC)
    end = row.end.replace(tzinfo=zone).astimezone(UTC)
    if step >= timedelta(days=1):
        if end <= start:
            raise CsvFault(f"line {row.line}: it ends before it begins")
        return Interval(start, end)
    if row.end - row.start != step and not _clock_changes(row.start, zone):
        raise CsvFault(f"line {row.line}: it does not last {step}, as others do")
    return Interval(start, start + step)


def _clock_changes(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock is put forward or back on that day."""
    day = local_day(wall.date(), zone)
    return day.length != timedelta(days=1)
