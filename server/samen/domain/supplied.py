"""What a grid operator's file says of tariffs, as amounts of the registers that a meter has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samen.domain.imported import Amount
from samen.domain.interval import Interval
from samen.domain.metering import is_injection

Key = tuple[str, str]


def unit_of(found: Mapping[Key, Sequence[Amount]], registers: Mapping[str, str], *, in_m3: bool) -> str:
    """The unit to read: the meter's, or else the file's own; `in_m3` chooses where it has both."""
    if registers:
        return next(iter(registers.values()))
    units = {unit for _, unit in found}
    return "L" if "L" in units and (in_m3 or len(units) == 1) else "Wh"


def by_register(
    found: Mapping[Key, Sequence[Amount]], registers: Mapping[str, str], unit: str
) -> dict[str, list[Amount]]:
    """The file's amounts in that unit by the code of the register that takes them; one may be new.

    A quarter is in the register of its tariff alone: the other tariff counted nothing then. A meter that does
    not tell tariffs apart takes their sum. Where nothing was ever given back, no register is needed for it.
    """
    placed: dict[str, list[Amount]] = {}
    for injected in (False, True):
        ways = {
            code: amounts
            for (code, of_unit), amounts in found.items()
            if of_unit == unit and is_injection(code) is injected
        }
        if not ways or (injected and not any(amount.amount for one in ways.values() for amount in one)):
            continue
        placed |= _placed(_complete(ways), [code for code in registers if is_injection(code) is injected])
    return placed


def _complete(ways: Mapping[str, Sequence[Amount]]) -> dict[str, dict[Interval, Amount]]:
    lines: dict[Interval, int] = {}
    for amounts in ways.values():
        for amount in amounts:
            lines.setdefault(amount.during, amount.line)
    spans = sorted(lines)
    complete = {}
    for code, amounts in ways.items():
        there = {amount.during: amount for amount in amounts}
        complete[code] = {span: there.get(span) or Amount(lines[span], span, 0.0) for span in spans}
    return complete


def _placed(ways: Mapping[str, Mapping[Interval, Amount]], codes: Sequence[str]) -> dict[str, list[Amount]]:
    by_tail = {code.rpartition(":")[2]: code for code in codes}
    if not codes or all(code in by_tail for code in ways):
        return {by_tail.get(code, code): list(amounts.values()) for code, amounts in ways.items()}
    total = next((code for code in codes if code.endswith(".8.0")), codes[0])
    spans = next(iter(ways.values()))
    return {
        total: [
            Amount(one.line, span, sum(amounts[span].amount for amounts in ways.values()))
            for span, one in spans.items()
        ]
    }
