"""Bills, keys and standings as forms: read with each fault at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from samen.adapters.db.models import Bill, HoursBasis, Meter, MeterKind
from samen.domain.belonging import Standing
from samen.domain.sharing import WHOLE, Key
from samen.services.bills import BillText
from samen.services.sharing_keys import Decision
from samen.web.space_form import Reader

# A comma or a point before one or two digits at the end is decimal; before three it could be either.
MONEY = re.compile(
    r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?:[.,]?\d{3}){0,5}|\d{1,18})(?:[.,](?P<cents>\d{1,2}))?"
)
NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<value>\d{1,7}(?:[.,]\d{1,6})?)")
AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}")
SPACES = re.compile(r"[\s\u00a0\u202f'’€]+")
MOST_CENTS = 10**9
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 1, 1)
WEIGHTS = ("area", "hours", "heads")


class SharingReader(Reader):
    """Reads dates, money and percents too."""

    def on(self, name: str) -> date:
        try:
            on = date.fromisoformat(self.text(name))
        except ValueError:
            on = date.min
        if EARLIEST <= on <= LATEST:
            return on
        self.errors[name] = _("Write a date.")
        return EARLIEST

    def said(self, name: str) -> str:
        text = self.text(name)
        if not text:
            self.errors[name] = _("Fill this in.")
        return text[:1000]

    def cents(self, name: str) -> int:
        text = SPACES.sub("", self.text(name))
        found = MONEY.fullmatch(text)
        if found is None or AMBIGUOUS.fullmatch(text.lstrip("-−")):
            self.errors[name] = _("Write an amount, such as 1234,56.")
            return 0
        whole = int(re.sub("[.,]", "", found["whole"])) * 100 + int((found["cents"] or "0").ljust(2, "0"))
        if whole > MOST_CENTS:
            self.errors[name] = _("That is too much.")
        return -whole if found["sign"] else whole

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

    def plain_number(self, name: str) -> float:
        """A number from 0 on, with a decimal comma or point and nothing between thousands."""
        value = self.signed_number(name)
        if value < 0:
            self.errors[name] = _("Write a number.")
        return max(0.0, value)

    def signed_number(self, name: str) -> float:
        text = SPACES.sub("", self.text(name))
        found = NUMBER.fullmatch(text)
        if found is None or AMBIGUOUS.fullmatch(text.lstrip("-−")):
            self.errors[name] = _("Write a number, without a separator between thousands.")
            return 0.0
        value = float(found["value"].replace(",", "."))
        return -value if found["sign"] else value


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
        "amount": _money(bill.cents),
        "fixed": _money(bill.fixed_cents) if bill.fixed_cents else "",
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


def _money(cents: int) -> str:
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100},{cents % 100:02}"
