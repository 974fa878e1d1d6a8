"""A wish, its weeks and its times, in words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.domain.allocation.season import Season
from samen.domain.allocation.sought import Level
from samen.domain.school_holidays import Schools, closed_on
from samen.web import i18n
from samen.web.facts import wall
from samen.web.space_words import weekday_name


def level_word(level: Level) -> str:
    """How sought after a time is."""
    words = {
        Level.QUIET: _("quiet"),
        Level.SOUGHT: _("sought after"),
        Level.VERY: _("very sought after"),
        Level.CLOSED: _("no room then"),
    }
    return str(words[level])


def welcome_word(welcome: str) -> str:
    """How welcome an alternative is."""
    words = {
        "good": _("just as good"),
        "less": _("rather not"),
        "last": _("only if nothing else"),
    }
    return str(words[welcome])


def priority_word(priority: int) -> str:
    """What a priority is called."""
    return str({1: _("Normal"), 2: _("Important"), 3: _("Very important")}[priority])


def lasts(left: timedelta) -> str:
    """`6 days`, `5 hours`: how long it is until then, by its largest part."""
    hours = max(1, round(left / timedelta(hours=1)))
    if hours >= 48:
        return str(ngettext("%(num)d day", "%(num)d days", hours // 24))
    return str(ngettext("%(num)d hour", "%(num)d hours", hours))


def clock_of(season: Season, slot: int) -> str:
    """`18:30`; the midnight that ends the day is 24:00."""
    clock = wall(season.clock(slot))
    return "24:00" if clock == "00:00" and slot else clock


def day_of(season: Season, day: int) -> str:
    """`mardi`, of a day of the grid."""
    return weekday_name(season.weekdays[day])


def start_words(season: Season, day: int, start: int) -> str:
    """`mardi 18:30`."""
    return f"{day_of(season, day)} {clock_of(season, start)}"


def span_words(season: Season, day: int, start: int, slots: int) -> str:
    """`mardi 18:30–20:30`."""
    return f"{start_words(season, day, start)}–{clock_of(season, start + slots)}"


def rhythm_words(season: Season, weeks: Collection[int]) -> str:
    """`every week`, `odd weeks`, `5 weeks`; of the calendar's numbers."""
    odd = {week for week in range(season.weeks) if _number(season, week) % 2}
    even = set(range(season.weeks)) - odd
    if len(weeks) == season.weeks:
        return str(_("every week"))
    if set(weeks) in (odd, even) and len(weeks) > 1:
        return str(_("odd weeks") if set(weeks) == odd else _("even weeks"))
    return str(ngettext("%(num)d week", "%(num)d weeks", len(weeks)))


def week_words(season: Season, week: int) -> str:
    """`4–10 janv.`: the seven dates of a week."""
    first = season.from_on + timedelta(weeks=week)
    last = first + timedelta(days=6)
    begins = str(first.day) if first.month == last.month else i18n.day_short(first)
    return f"{begins}–{i18n.day_short(last)}"


def school_words(season: Season, week: int) -> str:
    """Which schools have holidays in most of a week; "" for none."""
    wednesday = season.from_on + timedelta(weeks=week, days=2)
    schools = closed_on(wednesday)
    if schools == set(Schools):
        return str(_("school holidays"))
    if not schools:
        return ""
    return str(
        _("school holidays (French-speaking)")
        if Schools.FRENCH in schools
        else _("school holidays (Dutch-speaking)")
    )


def _number(season: Season, week: int) -> int:
    return (season.from_on + timedelta(weeks=week)).isocalendar().week
