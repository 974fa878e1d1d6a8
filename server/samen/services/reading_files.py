"""Files of readings: looked at first, then taken in whole or not at all. A file looked at is kept a day."""

from __future__ import annotations

import gzip
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from samen.adapters.csvfile import CsvFault, Sample, samples_in, unpacked
from samen.adapters.db.locks import METER, take_turn
from samen.adapters.db.models import Meter, MeterKind, ReadingsFile, Register, Unit
from samen.adapters.supplier_csv import looks_like_suppliers, read_supplier_file
from samen.domain.access import Viewer
from samen.domain.imported import Amount, Irregular, intervals
from samen.domain.interval import Interval, gaps, hull
from samen.domain.metering import EARLIEST
from samen.domain.supplied import by_register, unit_of
from samen.services import audit
from samen.services.imports import (
    ImportReport,
    RowRefusal,
    check_amounts,
    check_indexes,
    import_amounts,
    import_indexes,
    register_for,
)
from samen.services.meters import not_of_that_time

UNITS = {"kWh": (Unit.WH, 1000.0), "Wh": (Unit.WH, 1.0), "m3": (Unit.LITRE, 1000.0)}
KINDS = ("delta", "index")
FORMATS = ("auto", "samen", "fluvius")
KEPT = timedelta(days=1)


class BadChoice(ValueError):
    """An option that does not fit the file or the meter: its name, and why."""

    def __init__(self, option: str, detail: str) -> None:
        super().__init__(detail)
        self.option = option


@dataclass(frozen=True)
class Choice:
    """How to read a file. A grid operator's file says its unit and kind itself."""

    form: str = "auto"
    unit: str | None = None
    kind: str | None = None
    code: str | None = None
    column: str = "value"


@dataclass(frozen=True)
class RegisterReport:
    """What a file says of one register, and what taking it in does or would do.

    `amount` is in the register's unit; None where the file gives indexes; `falls`: how often these fall.
    """

    code: str
    unit: Unit
    during: Interval | None
    amount: float | None
    falls: int
    gaps: Sequence[Interval]
    added: int
    known: int
    refusals: Sequence[RowRefusal]


@dataclass
class FileReport:
    """What a file holds. With refusals in any register nothing of it was stored."""

    form: str
    rows: int = 0
    empty: int = 0
    estimated: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    registers: list[RegisterReport] = field(default_factory=list)

    @property
    def refusals(self) -> list[RowRefusal]:
        return [refusal for register in self.registers for refusal in register.refusals]

    @property
    def added(self) -> int:
        return sum(register.added for register in self.registers)


@dataclass(frozen=True)
class _Part:
    """The rows of a file for one register: amounts, or indexes."""

    code: str
    unit: Unit
    amounts: Sequence[Amount] = ()
    samples: Sequence[Sample] = ()


def examine(
    session: Session, meter: Meter, content: bytes, choice: Choice, zone: ZoneInfo, now: datetime
) -> FileReport:
    """What taking the file in would do; stores nothing. Raises CsvFault and BadChoice."""
    report, parts = _read(session, meter, content, choice, zone)
    _check_times(parts, now)
    report.registers = [_looked_at(session, meter, part) for part in parts]
    return report


def take_in(
    session: Session,
    meter: Meter,
    content: bytes,
    choice: Choice,
    zone: ZoneInfo,
    actor: str,
    now: datetime,
) -> FileReport:
    """Take the whole file in, or with refusals nothing of it. Raises CsvFault and BadChoice."""
    take_turn(session, METER, [meter.id])
    report, parts = _read(session, meter, content, choice, zone)
    _check_times(parts, now)
    report.registers = [_looked_at(session, meter, part) for part in parts]
    if not report.refusals and report.added:
        for part in parts:
            _store(session, meter, part, now)
        facts = {"rows": report.rows, "added": report.added, "format": report.form}
        audit.note(session, actor, "readings.imported", meter.slug, facts, now)
    return report


def _check_times(parts: Iterable[_Part], now: datetime) -> None:
    """Raises CsvFault for values of a time in which no meter was read."""
    for part in parts:
        for line, at in [(one.line, one.during.end) for one in part.amounts] + [
            (one.line, one.at) for one in part.samples
        ]:
            if not_of_that_time(at, now) is not None:
                raise CsvFault(f"line {line}: nothing is kept from before {EARLIEST} or from after today")


def _read(
    session: Session, meter: Meter, content: bytes, choice: Choice, zone: ZoneInfo
) -> tuple[FileReport, list[_Part]]:
    content, form = unpacked(content), choice.form
    if form == "auto":
        form = "fluvius" if looks_like_suppliers(content) else "samen"
    if form == "fluvius":
        return _read_suppliers(meter, content, zone)
    return _read_plain(session, meter, content, choice, zone)


def _read_suppliers(meter: Meter, content: bytes, zone: ZoneInfo) -> tuple[FileReport, list[_Part]]:
    found = read_supplier_file(content, zone)
    registers = {register.code: register.unit.value for register in meter.registers}
    unit = unit_of(found.amounts, registers, in_m3=meter.kind in {MeterKind.GAS, MeterKind.WATER})
    placed = by_register(found.amounts, registers, unit)
    if not placed:
        raise CsvFault("no values that this meter counts")
    report = FileReport("fluvius", found.rows, found.empty, found.estimated, found.passed_over)
    return report, [_Part(code, Unit(unit), amounts) for code, amounts in sorted(placed.items())]


def _read_plain(
    session: Session, meter: Meter, content: bytes, choice: Choice, zone: ZoneInfo
) -> tuple[FileReport, list[_Part]]:
    if choice.unit not in UNITS or choice.kind not in KINDS:
        missing = "unit" if choice.unit not in UNITS else "kind"
        raise BadChoice(missing, "a file with the header time,value says nothing of it")
    unit, factor = UNITS[choice.unit]
    samples = samples_in(content, zone, choice.column)
    if all(sample.value is None for sample in samples):
        raise CsvFault("no values")
    code = _code(session, meter, choice.code, unit)
    report = FileReport("samen", len(samples), sum(sample.value is None for sample in samples))
    _refuse_negative(samples)
    if choice.kind == "index":
        scaled = [Sample(s.line, s.at, None if s.value is None else s.value * factor) for s in samples]
        return report, [_Part(code, unit, samples=scaled)]
    return report, [_Part(code, unit, _amounts(samples, factor, zone))]


def _code(session: Session, meter: Meter, code: str | None, unit: Unit) -> str:
    register = register_for(session, meter, code, unit)
    if register is None:
        codes = ", ".join(register.code for register in meter.registers) or "none"
        raise BadChoice("register", f"choose one of {meter.slug}'s registers: {codes}")
    if register.unit is not unit:
        raise BadChoice("unit", f"register {register.code} of {meter.slug} counts {register.unit.value}")
    return register.code


def _refuse_negative(samples: Sequence[Sample]) -> None:
    negative = next((s for s in samples if s.value is not None and s.value < 0), None)
    if negative is not None:
        raise CsvFault(f"line {negative.line}: {negative.value:g} is below zero")


def _amounts(samples: Sequence[Sample], factor: float, zone: ZoneInfo) -> list[Amount]:
    try:
        spans = intervals([sample.at for sample in samples], zone)
    except Irregular as fault:
        raise CsvFault(f"line {samples[fault.place].line}: {fault}") from fault
    rows = zip(samples, spans, strict=True)
    return [Amount(s.line, span, s.value * factor) for s, span in rows if s.value is not None]


def _known(meter: Meter, part: _Part) -> Register | None:
    return next((register for register in meter.registers if register.code == part.code), None)


def _looked_at(session: Session, meter: Meter, part: _Part) -> RegisterReport:
    register = _known(meter, part)
    if register is None:
        report = ImportReport(added=len(part.amounts))
    elif part.amounts:
        report, _ = check_amounts(session, register, part.amounts)
    else:
        report, _ = check_indexes(session, register, part.samples)
    spans = [amount.during for amount in part.amounts]
    values = [sample.value for sample in part.samples if sample.value is not None]
    return RegisterReport(
        code=part.code,
        unit=part.unit,
        during=hull(spans) if spans else _between(part.samples),
        amount=sum(amount.amount for amount in part.amounts) if spans else None,
        falls=sum(after < before for before, after in pairwise(values)),
        gaps=gaps(hull(spans), spans) if spans else (),
        added=report.added,
        known=report.known,
        refusals=report.refusals,
    )


def _between(samples: Sequence[Sample]) -> Interval | None:
    return Interval(samples[0].at, samples[-1].at) if len(samples) > 1 else None


def _store(session: Session, meter: Meter, part: _Part, now: datetime) -> None:
    register = _known(meter, part)
    if register is None:
        register = Register(code=part.code, unit=part.unit)
        meter.registers.append(register)
        session.flush()
    if part.amounts:
        import_amounts(session, register, part.amounts, now)
    else:
        import_indexes(session, register, part.samples, now)


def keep(
    session: Session, meter: Meter, name: str, content: bytes, viewer: Viewer, now: datetime
) -> ReadingsFile:
    """Keep a file to look at, in the place of an earlier one; what was left lying is thrown away."""
    earlier = and_(ReadingsFile.meter_id == meter.id, ReadingsFile.actor == viewer.actor)
    session.execute(delete(ReadingsFile).where(or_(ReadingsFile.created_at < now - KEPT, earlier)))
    file = ReadingsFile(
        token=secrets.token_urlsafe(16),
        meter_id=meter.id,
        name=name[:120],
        content=gzip.compress(content, 6),
        actor=viewer.actor,
        created_at=now,
    )
    session.add(file)
    session.flush()
    return file


def kept(session: Session, meter: Meter, token: str, viewer: Viewer) -> ReadingsFile | None:
    """The viewer's file for that meter."""
    return session.scalar(
        select(ReadingsFile).where(
            ReadingsFile.token == token,
            ReadingsFile.meter_id == meter.id,
            ReadingsFile.actor == viewer.actor,
        )
    )
