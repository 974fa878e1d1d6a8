"""Three languages: which one a reader gets, and how dates and numbers read in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_decimal_symbol, get_group_symbol
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_locale

import samen
from samen.web import current

COOKIE: Final = "samen_language"
DEFAULT: Final = "fr"
# English as in Britain: en_BE writes 1.234,5 and native fields would show AM and PM.
REGIONS: Final = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_GB"}
NAMES: Final = {"fr": "Français", "nl": "Nederlands", "en": "English"}


def register(app: Flask) -> None:
    """Set the languages up: catalogues, choice per request, and the Jinja filters below."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(Path(samen.__file__).parent / "locale"))
    Babel(app, default_locale=REGIONS[DEFAULT], locale_selector=lambda: REGIONS[language()])
    app.teardown_request(_forget)
    app.jinja_env.filters.update(number=number, day_title=day_title, day_long=day_long)


def language() -> str:
    """The reader's language: their cookie's, else their account's, else their browser's, else French.

    A program says what it wants with each request: its Accept-Language comes first.
    """
    if not has_request_context():
        return DEFAULT
    asked_for = request.accept_languages.best_match(list(REGIONS))
    if asked_for and request.path.startswith("/api/"):
        return asked_for
    by_cookie = request.cookies.get(COOKIE)
    if by_cookie in REGIONS:
        return by_cookie
    account = current.account()
    if account is not None and account.locale in REGIONS:
        return account.locale
    return asked_for or DEFAULT


# A page of charts asks for it thousands of times, and Flask-Babel's own memory is slow to open.
_known: ContextVar[Locale | None] = ContextVar("locale", default=None)


def _locale() -> Locale:
    known = _known.get()
    if known is None:
        known = get_locale() or Locale.parse(REGIONS[DEFAULT])
        if has_request_context():
            _known.set(known)
    return known


def _region() -> str:
    return REGIONS[_locale().language]


def _forget(_fault: BaseException | None = None) -> None:
    _known.set(None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, all that is said is said in this language, or in French where it is none of the three."""
    region = REGIONS.get(language, REGIONS[DEFAULT])
    before = _known.set(Locale.parse(region))
    try:
        with force_locale(region):
            yield
    finally:
        _known.reset(before)


@lru_cache(maxsize=4096)
def _date(on: date, pattern: str, locale: str) -> str:
    return format_date(on, pattern, locale=locale)


def day_title(on: date) -> str:
    """`lundi 23 novembre`, `maandag 23 november`, `Monday 23 November`."""
    return _date(on, "EEEE d MMMM", _region())


def weekday(on: date) -> str:
    """`lun`, `ma`, `Mon`: short, without the French abbreviation's full stop."""
    return _date(on, "EEE", _region()).rstrip(".")


def weekday_name(on: date) -> str:
    """`lundi`, `maandag`, `Monday`."""
    return _date(on, "EEEE", _region())


def listed(names: list[str]) -> str:
    """`lundi et jeudi`, `maandag en donderdag`, `Monday and Thursday`."""
    return format_list(names, locale=_locale())


def day_long(on: date) -> str:
    """`23 novembre 2026`."""
    return _date(on, "d MMMM y", _region())


def day_short(on: date) -> str:
    """`23 nov.`, `23 nov`, `23 Nov`."""
    return _date(on, "d MMM", _region())


def month_title(on: date) -> str:
    """`novembre 2026`."""
    return _date(on, "MMMM y", _region())


def month_name(on: date) -> str:
    """`nov.`, `nov`, `Nov`."""
    return _date(on, "LLL", _region())


def month_short(on: date) -> str:
    """`nov. 2026`."""
    return _date(on, "MMM y", _region())


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Wall time, 24 hours, in every language."""
    return at.astimezone(zone).strftime("%H:%M")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`23 nov. 14:05`."""
    return format_datetime(at.astimezone(zone), "d MMM HH:mm", locale=_locale())


def moment_long(at: datetime, zone: ZoneInfo) -> str:
    """`23 nov. 2026 14:05`: with the year, for what may be long ago."""
    return format_datetime(at.astimezone(zone), "d MMM y HH:mm", locale=_locale())


def ago(at: datetime, now: datetime) -> str:
    """`il y a 3 minutes`, `3 minuten geleden`, `3 minutes ago`."""
    # What is heard this very moment was never "in 0 seconds".
    passed = min(at - now, timedelta(seconds=-1))
    return format_timedelta(passed, add_direction=True, threshold=1.5, locale=_locale())


def number(value: float, digits: int = 1) -> str:
    """A decimal with exactly `digits` decimals, grouped as the language does; its minus is a real one."""
    return _number(value, digits, _marks(_locale().language))


def _number(value: float, digits: int, marks: tuple[str, str]) -> str:
    # A page of charts has thousands of figures: Babel's own formatting took half of its time.
    whole, _, part = f"{value:,.{digits}f}".partition(".")
    if value < 0:
        whole = whole.replace("-", "−") if (whole + part).strip("-0") else "0"
    group, decimal = marks
    return whole.replace(",", group) + (decimal + part if part else "")


@cache
def _marks(language: str) -> tuple[str, str]:
    """What stands between groups of digits, and before decimals."""
    return get_group_symbol(REGIONS[language]), get_decimal_symbol(REGIONS[language])


def short_number(value: float) -> str:
    """`12,5`, and `12` where it is whole."""
    return number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def tick(value: float) -> str:
    """A figure of a scale: a decimal only where it is not whole."""
    return number(value, 0 if value == int(value) else 1)


def figure(amount: float | None) -> str:
    """`51,3`, or a dash where nothing is known; whole numbers from a thousand on."""
    return figures()(amount)


def figures() -> Callable[[float | None], str]:
    """What writes as `figure` does, for a chart of hundreds: the language is asked for once."""
    marks = _marks(_locale().language)
    return lambda amount: "–" if amount is None else _number(amount, 0 if abs(amount) >= 1000 else 1, marks)


def money(cents: int) -> str:
    """`1 234,56 €`, `€ 1.234,56`, `€1,234.56`."""
    said: str = format_currency(Decimal(cents).scaleb(-2), "EUR", locale=_locale())
    return said.replace("-", "−")


def signed_money(cents: int) -> str:
    """As money, always with a sign; nothing is neither more nor less."""
    sign = "" if not cents else "−" if cents < 0 else "+"
    return f"{sign}{money(abs(cents))}"


def whole_euros(eur: float) -> str:
    """`1 234 €`, `€ 1.234`, `€1,234`: of what was never counted in cents."""
    pattern = _locale().currency_formats["standard"].pattern.replace("0.00", "0").replace("¤", "€")
    sign, pattern = ("−" if round(eur) < 0 else ""), pattern.partition(";")[0]
    return sign + str(format_decimal(round(abs(eur)), format=pattern, locale=_locale()))


def percent(share: float, digits: int = 0) -> str:
    """`18 %`, `−3,5 %`; without end where there is nothing to compare with."""
    if not isfinite(share):
        return "∞" if share > 0 else "−∞"
    # Thousands stand on a page of charts: whole ones below a thousand look alike in every language.
    plain = digits == 0 and abs(share) < 9.99
    said = f"{round(share * 100)}".replace("-", "−") if plain else number(share * 100, digits)
    return f"{said}\N{NO-BREAK SPACE}%"


def signed_percent(share: float) -> str:
    """`+4 %`, `−12 %`, `0 %`: whole percents."""
    said = percent(share)
    return said if share <= 0 or said.startswith("0") else f"+{said}"
