"""The form's "repeat": its fields, the rule they stand for, and a rule in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from samen.domain.interval import at_wall
from samen.domain.rrule import WEEKDAYS, BadRule, Rule, Weekday, read_rule
from samen.web import i18n

FREQ = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "nth": "MONTHLY",
    "last": "MONTHLY",
    "yearly": "YEARLY",
}
MOST_EVERY, MOST_TIMES = 99, 999
A_MONDAY = date(2024, 1, 1)
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Repeat:
    """The fields as text. `how` is a key of FREQ, "once", or "own" for a rule that the fields cannot say."""

    how: str = "once"
    every: str = "1"
    days: tuple[str, ...] = ()
    until: str = ""
    times: str = ""
    rule: str = ""

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> Repeat:
        """What a browser sent."""
        how = fields.get("repeat", "once")
        return cls(
            how if how in {*FREQ, "own"} else "once",
            fields.get("every", "").strip() or "1",
            tuple(day for day in WEEKDAYS if day in fields.getlist("days")),
            fields.get("until", "").strip(),
            fields.get("times", "").strip(),
            fields.get("rule", "").strip(),
        )

    @classmethod
    def of(cls, rrule: str | None, zone: ZoneInfo) -> Repeat:
        """The fields that say the rule; the rule itself where they cannot."""
        if rrule is None:
            return cls()
        rule = read_rule(rrule)
        how = _how(rule)
        if how is None:
            return cls("own", rule=rrule)
        last = rule.last_instant(zone)
        return cls(
            how,
            str(rule.interval),
            tuple(WEEKDAYS[one.day] for one in rule.weekdays) if how == "weekly" else (),
            last.astimezone(zone).date().isoformat() if last else "",
            str(rule.count) if rule.count else "",
        )

    def problems(self) -> dict[str, str]:
        """A sentence for each field that cannot be understood."""
        found = {}
        if not _is_count(self.every, MOST_EVERY):
            found["every"] = _("A whole number from 1 on.")
        if self.times and not _is_count(self.times, MOST_TIMES):
            found["times"] = _("A whole number from 1 on.")
        if self.times and self.until:
            found["until"] = _("A last day or a number of times: one of the two.")
        elif self.until and _date(self.until) is None:
            found["until"] = _("This is not a day.")
        return {} if self.how == "once" else found

    def rrule(self, on: date, zone: ZoneInfo) -> str | None:
        """The rule for a first date; None for once. Call when there are no problems."""
        if self.how == "once":
            return None
        if self.how == "own":
            return self.rule
        parts = [f"FREQ={FREQ[self.how]}"]
        if self.every != "1":
            parts.append(f"INTERVAL={int(self.every)}")
        parts += self._by(on)
        if self.times:
            parts.append(f"COUNT={int(self.times)}")
        elif (last := _date(self.until)) is not None:
            parts.append(f"UNTIL={at_wall(last, LAST_MINUTE, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}")
        return ";".join(parts)

    def _by(self, on: date) -> list[str]:
        day = WEEKDAYS[on.weekday()]
        if self.how == "weekly" and self.days:
            return ["BYDAY=" + ",".join(self.days)]
        if self.how == "nth":
            return [f"BYDAY={(on.day - 1) // 7 + 1}{day}"]
        return [f"BYDAY=-1{day}"] if self.how == "last" else []


def _how(rule: Rule) -> str | None:
    """Which choice of the form says the rule, if any does."""
    plain = not (rule.months or rule.weeks or rule.year_days or rule.month_days or rule.positions)
    numbered = [one.nth for one in rule.weekdays if one.nth]
    if not plain or rule.hours or rule.minutes or rule.seconds or (len(numbered) > 1):
        return None
    if rule.freq == "MONTHLY" and len(rule.weekdays) == 1 and numbered:
        return {-1: "last"}.get(numbered[0], "nth" if numbered[0] > 0 else None)
    if rule.freq == "WEEKLY" or not rule.weekdays:
        return rule.freq.lower()
    return None


def _is_count(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= most


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def weekday_choices(chosen: tuple[str, ...]) -> list[dict[str, Any]]:
    """The seven days for check boxes, from Monday."""
    days = [A_MONDAY + timedelta(days=n) for n in range(7)]
    return [
        {"code": code, "short": i18n.weekday(day), "name": i18n.weekday_name(day), "on": code in chosen}
        for code, day in zip(WEEKDAYS, days, strict=True)
    ]


def in_words(rrule: str | None, zone: ZoneInfo) -> str:
    """`Every week on Monday and Thursday, until 30 June 2027`; empty for once."""
    if rrule is None:
        return ""
    try:
        rule = read_rule(rrule)
    except BadRule:
        return rrule
    how = _how(rule)
    if how is None:
        return str(_("By a rule of its own: %(rule)s", rule=rrule))
    return _rhythm(how, rule) + _end(rule, zone)


def _rhythm(how: str, rule: Rule) -> str:
    said = {
        "daily": lambda n: ngettext("Every day", "Every %(num)d days", n),
        "weekly": lambda n: ngettext("Every week", "Every %(num)d weeks", n),
        "monthly": lambda n: ngettext("Every month", "Every %(num)d months", n),
        "nth": lambda n: ngettext("Every month", "Every %(num)d months", n),
        "last": lambda n: ngettext("Every month", "Every %(num)d months", n),
        "yearly": lambda n: ngettext("Every year", "Every %(num)d years", n),
    }[how](rule.interval)
    return f"{said}{_on(rule.weekdays)}"


def _on(weekdays: tuple[Weekday, ...]) -> str:
    if not weekdays:
        return ""
    names = [_weekday(one) for one in sorted(weekdays, key=lambda one: one.day)]
    return " " + str(_("on %(days)s", days=i18n.listed(names)))


def _weekday(one: Weekday) -> str:
    name = i18n.weekday_name(A_MONDAY + timedelta(days=one.day))
    if one.nth == 0:
        return name
    if one.nth == -1:
        return str(_("the last %(weekday)s", weekday=name))
    return str(_("%(weekday)s no. %(nth)s of the month", weekday=name, nth=one.nth))


def _end(rule: Rule, zone: ZoneInfo) -> str:
    if rule.count:
        return ", " + str(ngettext("%(num)d time", "%(num)d times", rule.count))
    last = rule.last_instant(zone)
    if last is None:
        return ""
    return ", " + str(_("until %(day)s", day=i18n.day_long(last.astimezone(zone).date())))
