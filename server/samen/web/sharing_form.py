"""Bills, keys and standings as forms: read with each fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from flask_babel import gettext as _

from samen.adapters.db.models import Bill, HoursBasis, Meter, MeterKind
from samen.domain.belonging import Standing
from samen.domain.sharing import WHOLE, Key
from samen.services.bills import BillText
from samen.services.sharing_keys import Decision
from samen.web.typed_fields import TypedReader, money_text

WEIGHTS = ("area", "hours", "heads")


class SharingReader(TypedReader):
    """Reads percents too, and what must be filled in."""

    def said(self, name: str) -> str:
        text = self.text(name)
        if not text:
            self.errors[name] = _("Fill this in.")
        return text[:1000]

    def thousandths(self, name: str, field: str) -> int:
        """A percentage with one decimal at the most; the error is kept under `field`."""
        try:
            percent = Decimal(self.text(name).replace(",", ".").rstrip("% ") or "0")
            fits = 0 <= percent <= 100 and not percent * 10 % 1
        except ArithmeticError:  # Of what is no number, and of comparing NaN.
            fits = False
        if not fits:
            self.errors[field] = _("Write percentages from 0 to 100, with one decimal at the most.")
            return 0
        return int(percent * 10)


def read_bill(reader: SharingReader, meters: Mapping[str, Meter]) -> BillText:
    """Form fields: `what` (a kind, or a main meter's slug), `supplier`, `number`, `from`, `last` (the last
    day, itself included), `used`, `amount`, `fixed`, `note`."""
    meter = meters.get(reader.text("what"))
    first, last = reader.on("from"), reader.on("last")
    if not reader.errors and last < first:
        reader.errors["last"] = _("It must end after it begins.")
    return BillText(
        kind=meter.kind if meter else reader.choice("what", MeterKind),
        meter=meter.slug if meter else None,
        supplier=reader.said("supplier"),
        number=reader.text("number")[:100],
        from_on=first,
        until_on=last + timedelta(days=1),
        used=reader.signed_number("used") if reader.text("used") else None,
        cents=reader.cents("amount"),
        fixed_cents=reader.cents("fixed") if reader.text("fixed") else 0,
        note=reader.text("note")[:1000],
    )


def filled_bill(bill: Bill) -> dict[str, str]:
    """The form as the bill was entered."""
    return {
        "what": bill.meter.slug if bill.meter else bill.kind.value,
        "supplier": bill.supplier,
        "number": bill.number,
        "from": bill.from_on.isoformat(),
        "last": (bill.until_on - timedelta(days=1)).isoformat(),
        "used": "" if bill.used is None else f"{bill.used:.10g}".replace(".", ","),
        "amount": money_text(bill.cents),
        "fixed": money_text(bill.fixed_cents) if bill.fixed_cents else "",
        "note": bill.note,
        "replaces": str(bill.id),
    }


def read_key(reader: SharingReader) -> tuple[Key | None, HoursBasis]:
    """Form fields in percent: `area`, `hours` and `heads`, together 100, and `fixed`; and `basis`."""
    weights = [reader.thousandths(name, "weights") for name in WEIGHTS]
    fixed, basis = reader.thousandths("fixed", "fixed"), reader.choice("basis", HoursBasis)
    if not reader.errors and sum(weights) != WHOLE:
        total = f"{sum(weights) / 10:g}".replace(".", ",")
        reader.errors["weights"] = _("Together the three must be 100 %%: they are %(total)s %%.", total=total)
    return None if reader.errors else Key(weights[0], weights[1], weights[2], fixed), basis


def filled_key(key: Key, basis: HoursBasis) -> dict[str, str]:
    """The form for a key."""
    weights = {name: percent(getattr(key, name)) for name in (*WEIGHTS, "fixed")}
    return {**weights, "basis": basis.value}


def read_decision(reader: SharingReader) -> Decision:
    """Form fields: `from`, `decided_by`, `decided_on`, `decision`."""
    return Decision(
        reader.on("from"), reader.said("decided_by"), reader.on("decided_on"), reader.said("decision")
    )


def read_standing(reader: SharingReader) -> Standing:
    """Form fields: `from`, `area_m2`, `persons`."""
    return Standing(reader.on("from"), reader.plain_number("area_m2"), reader.plain_number("persons"))


def percent(thousandths: int) -> str:
    """`33,3`, as it is written in a form."""
    return f"{thousandths / 10:g}".replace(".", ",")
