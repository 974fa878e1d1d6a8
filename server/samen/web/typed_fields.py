"""Dates, money and numbers as people type them, read with each fault at its field."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import gettext as _

from samen.web.space_form import Reader

# A comma or a point before one or two digits at the end is decimal; before three it could be either.
MONEY = re.compile(
    r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?:[.,]?\d{3}){0,5}|\d{1,18})(?:[.,](?P<cents>\d{1,2}))?"
)
NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<value>\d{1,7}(?:[.,]\d{1,6})?)")
AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}")
SPACES = re.compile(r"[\s\u00a0\u202f'’€]+")
MOST_CENTS = 10**9
# Beyond these nobody has measured, and arithmetic with days overflows.
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 1, 1)


class TypedReader(Reader):
    """Reads dates, money and numbers with decimals too."""

    def on(self, name: str, earliest: date = EARLIEST) -> date:
        try:
            on = date.fromisoformat(self.text(name))
        except ValueError:
            on = None
        if on is not None and earliest <= on <= LATEST:
            return on
        self.errors[name] = _("Write a date.")
        return earliest

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


def money_text(cents: int) -> str:
    """`1234,50`, as it is typed."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100},{cents % 100:02}"
