"""A refusal's facts, as people read them and as JSON holds them."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from samen.domain.access import Role
from samen.domain.holidays import Holiday
from samen.domain.quota import Period
from samen.domain.rules import END_OF_DAY, Fact

Json = str | int | float | list["Json"]


def said(fact: Fact, zone: ZoneInfo) -> str:
    """In the reader's language; instants are told in `zone`."""
    if isinstance(fact, tuple):
        return ", ".join(said(one, zone) for one in fact)
    if isinstance(fact, enum.Enum):
        return word(fact)
    if isinstance(fact, datetime):
        return format_datetime(fact, "short", tzinfo=zone, locale=get_locale())
    if isinstance(fact, date):
        return format_date(fact, "short", locale=get_locale())
    if isinstance(fact, time):
        return wall(fact)
    if isinstance(fact, timedelta):
        return lasting(fact)
    return format_decimal(fact, "#,##0.##", locale=get_locale()) if isinstance(fact, float) else str(fact)


def plain(fact: Fact) -> Json:
    """Instants, dates and times as ISO text, lengths of time in minutes, codes as they are."""
    if isinstance(fact, tuple):
        return [plain(one) for one in fact]
    if isinstance(fact, enum.Enum):
        return str(fact.value)
    if isinstance(fact, time):
        return wall(fact) if fact == END_OF_DAY else fact.isoformat()
    if isinstance(fact, date):
        return fact.isoformat()
    return fact / timedelta(minutes=1) if isinstance(fact, timedelta) else fact


def wall(at: time) -> str:
    """`08:00`, and `24:00` for the end of the day."""
    return "24:00" if at == END_OF_DAY else at.strftime("%H:%M")


def lasting(length: timedelta) -> str:
    """`45 min`, `2 h`, `1 h 30 min`: the same in every language."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return " ".join(
        part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes or not hours)) if part
    )


def word(code: enum.Enum) -> str:
    """A code of the domain as people call it."""
    words: dict[enum.Enum, str] = {
        Role.MEMBER: _("Member"),
        Role.TENANT_ADMIN: _("Administrator of the association"),
        Role.MANAGER: _("Building manager"),
        Role.AUDITOR: _("Auditor"),
        Period.WEEK: _("week"),
        Period.MONTH: _("month"),
        Period.QUARTER: _("quarter"),
        Holiday.NEW_YEAR: _("New Year’s Day"),
        Holiday.EASTER_MONDAY: _("Easter Monday"),
        Holiday.LABOUR_DAY: _("Labour Day"),
        Holiday.ASCENSION: _("Ascension Day"),
        Holiday.WHIT_MONDAY: _("Whit Monday"),
        Holiday.NATIONAL_DAY: _("the national holiday"),
        Holiday.ASSUMPTION: _("Assumption Day"),
        Holiday.ALL_SAINTS: _("All Saints’ Day"),
        Holiday.ARMISTICE: _("Armistice Day"),
        Holiday.CHRISTMAS: _("Christmas Day"),
    }
    return words[code]
