"""A space's rules, as people call them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, time, timedelta

from flask_babel import gettext as _

from samen.adapters.db.models import Space, SpaceKind
from samen.domain.quota import Basis
from samen.domain.release import ReleasePolicy
from samen.domain.rules import Approval
from samen.web import i18n
from samen.web.facts import lasting, wall

# A week that begins on a Monday, to name its days.
MONDAY = date(2024, 1, 1)


def weekday_name(weekday: int) -> str:
    """`lundi`, for 0."""
    return i18n.weekday_name(MONDAY + timedelta(days=weekday))


def choice_word(choice: enum.Enum) -> str:
    """What may be chosen in a rule."""
    words: dict[enum.Enum, str] = {
        SpaceKind.ROOM: _("Room"),
        SpaceKind.EQUIPMENT: _("Equipment"),
        SpaceKind.PERSON: _("Person"),
        Approval.NONE: _("Nobody’s: it is booked at once"),
        Approval.OTHERS: _("Those of other associations than the one in charge"),
        Approval.ALWAYS: _("Everybody’s"),
        ReleasePolicy.NEVER: _("Nothing: it stays booked"),
        ReleasePolicy.SENSOR: _("A sensor that sees nobody"),
        ReleasePolicy.CHECK_IN: _("Nobody checking in"),
        Basis.BOOKED: _("What is booked counts, used or not"),
        Basis.USED: _("What nobody came to does not count"),
    }
    return words[choice]


def feature_word(code: str) -> str:
    """A thing that a space has; a site's own word for one that not every building knows."""
    words: dict[str, str] = {
        "screen": _("screen"),
        "step_free": _("step-free access"),
        "phone": _("conference phone"),
        "projector": _("projector"),
        "tools": _("tools"),
        "kitchen": _("kitchen"),
        "piano": _("piano"),
        "stage": _("stage"),
        "whiteboard": _("whiteboard"),
        "hearing_loop": _("hearing loop"),
    }
    return words.get(code, code.replace("_", " "))


def hours_words(opening: time, closing: time) -> str:
    """`08:00–22:00`."""
    return f"{wall(opening)}–{wall(closing)}"


def weekdays_words(bits: int) -> str:
    """`lundi, mardi et jeudi`, from bits."""
    return i18n.listed([weekday_name(weekday) for weekday in range(7) if bits >> weekday & 1])


def rule_words(space: Space) -> list[str]:
    """What is special about a space, in a few words each."""
    return [word for word in _rules(space) if word]


def _rules(space: Space) -> Iterable[str]:
    yield _closed_days(space)
    yield _("closed on holidays") if space.closed_on_holidays else ""
    yield _("with approval") if space.approval is not Approval.NONE else ""
    yield _("not for everybody") if space.permissions else ""
    yield _("%(length)s ahead", length=_minutes(space.notice_min)) if space.notice_min else ""
    yield _("%(length)s between bookings", length=_minutes(space.before_min + space.after_min)) * bool(
        space.before_min or space.after_min
    )
    yield _("counts × %(weight)s", weight=i18n.number(space.weight, 2)) if space.weight != 1 else ""


def _closed_days(space: Space) -> str:
    closed = [weekday_name(row.weekday) for row in space.hours if row.opening is None]
    return _("closed on %(days)s", days=i18n.listed(closed)) if closed else ""


def _minutes(minutes: int) -> str:
    return lasting(timedelta(minutes=minutes))
