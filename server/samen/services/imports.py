"""Readings from files: amounts or indexes of a register, all of a file or nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from samen.adapters.csvfile import Sample
from samen.adapters.db.models import AS_SHOWN, DirtyEnergy, IndexReading, Meter, Register, TimeQuality, Unit
from samen.domain.imported import Amount, runs
from samen.domain.metering import AMOUNT_GENS, FILE_GEN, INDEX_GENS, Segment, counted, known_segments
from samen.services.rollup import AT_ONCE, known_of

# An index of ten years still tells this much apart (double precision); no meter does.
SAME = 1e-3


@dataclass(frozen=True)
class RowRefusal:
    """A line that contradicts what is stored: `differs` (another value there) or `overlaps`."""

    line: int
    code: str
    detail: str


@dataclass
class ImportReport:
    """What an import did; with refusals it did nothing. `added` and `known` count rows."""

    added: int = 0
    known: int = 0
    refusals: list[RowRefusal] = field(default_factory=list)


def register_for(session: Session, meter: Meter, code: str | None, unit: Unit) -> Register | None:
    """The register to import into: the named one, or else the meter's only one of use.

    A meter without any gets one, named "import". None if there is no such register, or more than one.
    """
    if not meter.registers and code is None:
        meter.registers.append(Register(code="import", unit=unit))
        session.flush()
    codes = [code] if code is not None else counted(register.code for register in meter.registers)
    found = [register for register in meter.registers if register.code in codes]
    return found[0] if len(found) == 1 else None


def import_amounts(
    session: Session, register: Register, amounts: Sequence[Amount], now: datetime
) -> ImportReport:
    """Store what was used per interval, as a running index for each stretch without a gap.

    Rows already stored are passed over; one that contradicts what is stored refuses them all.
    """
    report, fresh = check_amounts(session, register, amounts)
    if not report.refusals and fresh:
        for run in runs(fresh):
            _append(session, register, run)
        _mark(session, register, amounts[0].during.start, amounts[-1].during.end, now)
    return report


def check_amounts(
    session: Session, register: Register, amounts: Sequence[Amount]
) -> tuple[ImportReport, list[Amount]]:
    """What importing them would do, and those that are new; nothing is stored."""
    report = ImportReport()
    stored = _Stored(session, register, amounts[0].during.start, amounts[-1].during.end)
    fresh = [amount for amount in amounts if stored.is_new(amount, report)]
    report.added = 0 if report.refusals else len(fresh)
    return report, fresh


class _Stored:
    """What is known of a register between two instants, by readings of some gens."""

    def __init__(
        self, session: Session, register: Register, start: datetime, end: datetime, but: range = range(0)
    ) -> None:
        points, breaks, rolls_over_at = known_of(session, register, start, end)
        told = [point for point in points if point.gen not in but]
        self._segments = known_segments(told, breaks if told else (), rolls_over_at)
        self._starts = [segment.start for segment in self._segments]

    def is_new(self, amount: Amount, report: ImportReport) -> bool:
        """Whether nothing is known of the amount's interval; otherwise noted in the report."""
        start, end = amount.during.start.timestamp(), amount.during.end.timestamp()
        there = self.overlapping(start, end)
        if there is None:
            return True
        if (there.start, there.end) != (start, end):
            detail = f"{_show(there.start)} to {_show(there.end)} is stored already"
            report.refusals.append(RowRefusal(amount.line, "overlaps", detail))
        elif abs(there.amount - amount.amount) > SAME:
            detail = f"{there.amount:.3f} is stored, the file says {amount.amount:.3f}"
            report.refusals.append(RowRefusal(amount.line, "differs", detail))
        else:
            report.known += 1
        return False

    def overlapping(self, start: float, end: float) -> Segment | None:
        """The first known segment that shares time with the span."""
        place = bisect_left(self._starts, end)
        found = None
        while place > 0 and self._segments[place - 1].end > start:
            place -= 1
            found = self._segments[place]
        return found


def _show(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat()


def _append(session: Session, register: Register, run: Sequence[Amount]) -> None:
    start = run[0].during.start
    gen, index = _end_of_run(session, register, start) or (_next_gen(session, register), None)
    rows = []
    if index is None:
        index = 0.0
        rows.append(_row(register, gen, start, index))
    for amount in run:
        index += amount.amount
        rows.append(_row(register, gen, amount.during.end, index))
    session.execute(insert(IndexReading), rows)


def _end_of_run(session: Session, register: Register, at: datetime) -> tuple[int, float] | None:
    """An earlier import that ends just there: the new run continues it."""
    row = session.execute(
        select(IndexReading.gen, IndexReading.index)
        .where(
            IndexReading.register_id == register.id,
            IndexReading.at == at,
            IndexReading.gen.between(AMOUNT_GENS.start, AMOUNT_GENS.stop - 1),
        )
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def _next_gen(session: Session, register: Register) -> int:
    newest = session.scalar(
        select(func.max(IndexReading.gen)).where(
            IndexReading.register_id == register.id,
            IndexReading.gen.between(AMOUNT_GENS.start, AMOUNT_GENS.stop - 1),
        )
    )
    return AMOUNT_GENS.start if newest is None else newest + 1


def _row(register: Register, gen: int, at: datetime, index: float) -> dict[str, Any]:
    return {
        "register_id": register.id,
        "gen": gen,
        "at": at,
        "index": index,
        "quality": TimeQuality.IMPORTED,
    }


def _mark(session: Session, register: Register, start: datetime, end: datetime, now: datetime) -> None:
    starts = [start]
    while starts[-1] + AT_ONCE < end:
        starts.append(starts[-1] + AT_ONCE)
    session.add_all(
        DirtyEnergy(register_id=register.id, starts_at=begin, ends_at=until, marked_at=now)
        for begin, until in zip(starts, [*starts[1:], end], strict=True)
    )
    session.flush()


def import_indexes(
    session: Session, register: Register, samples: Sequence[Sample], now: datetime
) -> ImportReport:
    """Store a register's index as a file gives it; where it falls, nothing is known until an event says why.

    Rows that are stored already are passed over; one that contradicts them, or lies where other readings
    count, refuses the file.
    """
    report, fresh = check_indexes(session, register, samples)
    if not report.refusals and fresh:
        session.execute(insert(IndexReading), [_row(register, FILE_GEN, at, value) for at, value in fresh])
        _mark(session, register, fresh[0][0], fresh[-1][0], now)
    return report


def check_indexes(
    session: Session, register: Register, samples: Sequence[Sample]
) -> tuple[ImportReport, list[tuple[datetime, float]]]:
    """What importing them would do, and those that are new; nothing is stored."""
    report = ImportReport()
    rows = [(sample, sample.value) for sample in samples if sample.value is not None]
    if not rows:
        return report, []
    others = _Stored(session, register, rows[0][0].at, rows[-1][0].at, but=INDEX_GENS)
    known = _known_indexes(session, register)
    fresh = [
        (sample.at, value) for sample, value in rows if _is_new_index(sample, value, others, known, report)
    ]
    report.added = 0 if report.refusals else len(fresh)
    return report, fresh


def _known_indexes(session: Session, register: Register) -> dict[datetime, float]:
    rows = session.execute(
        select(IndexReading.at, IndexReading.index).where(IndexReading.register_id == register.id, AS_SHOWN)
    )
    return {at: index for at, index in rows}  # noqa: C416


def _is_new_index(
    sample: Sample, value: float, others: _Stored, known: Mapping[datetime, float], report: ImportReport
) -> bool:
    here = known.get(sample.at)
    instant = sample.at.timestamp()
    if here is None and others.overlapping(instant, instant) is None:
        return True
    if here is not None and abs(here - value) <= SAME:
        report.known += 1
    elif here is not None:
        detail = f"{here:.3f} is stored, the file says {value:.3f}"
        report.refusals.append(RowRefusal(sample.line, "differs", detail))
    else:
        report.refusals.append(RowRefusal(sample.line, "overlaps", "other readings cover this time"))
    return False
