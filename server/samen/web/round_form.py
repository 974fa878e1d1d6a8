"""A season round as a form: shown, and read with each fault at its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import NamesShown, Round, Space
from samen.domain.allocation.instance import Policy
from samen.domain.allocation.season import MOST_WEEKS
from samen.services.rounds import Described, policy_of
from samen.web.facts import lasting
from samen.web.space_words import weekday_name
from samen.web.typed_fields import TypedReader

LONGEST_NAME = 100
SLOT_MINUTES = (15, 30, 60)
MOST_POINTS, MOST_SKIPPED = 100, 30
# Beyond these a weight says nothing more.
MOST_WEIGHT, MOST_START_HOURS = 10.0, 24.0
USUAL_WEEKDAYS = tuple(range(6))
USUAL_WEEKS = 13
# Which field a refusal is about.
FIELDS = {
    "bad_season_weeks": "weeks",
    "bad_season_weekdays": "weekday",
    "bad_season_slots": "day_end",
    "closing_past": "closes",
    "unknown_space": "space",
    "no_spaces": "space",
    "overlapping_spaces": "space",
}
TEXTS = (
    "name",
    "from",
    "weeks",
    "opens",
    "closes",
    "day_start",
    "day_end",
    "slot_minutes",
    "owed",
    "weight_2",
    "weight_3",
    "penalty_weight",
    "start_hours",
    "tolerance",
    "priority_points",
    "names_shown",
    "most_skipped",
)


class RoundReader(TypedReader):
    """Reads instants and bounded numbers too."""

    def __init__(self, form: MultiDict[str, str], zone: ZoneInfo) -> None:
        super().__init__(form)
        self.zone = zone

    def instant(self, name: str) -> datetime:
        """A local day and time, in UTC."""
        try:
            local = datetime.fromisoformat(self.text(name))
            return local.replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self.errors[name] = _("Write a day and a time.")
            return datetime(1990, 1, 1, tzinfo=UTC)

    def within(self, name: str, least: int, most: int) -> int:
        value = self.whole(name)
        if name not in self.errors and not least <= value <= most:
            self.errors[name] = _("It can be from %(least)s to %(most)s.", least=least, most=most)
        return value

    def weight(self, name: str, most: float = MOST_WEIGHT) -> float:
        value = self.plain_number(name)
        if name not in self.errors and value > most:
            self.errors[name] = _("It can be from %(least)s to %(most)s.", least=0, most=f"{most:g}")
        return value


def read(reader: RoundReader) -> Described:
    """What a manager decides; whole only without errors. Form fields: TEXTS, `weekday` and `space` (each
    several) and `counts_used`."""
    first, weeks = reader.on("from"), reader.within("weeks", 1, MOST_WEEKS)
    weekdays = sorted({int(one) for one in reader.form.getlist("weekday") if one in set("0123456")})
    return Described(
        name=_name(reader),
        from_on=first,
        until_on=first + timedelta(weeks=weeks),
        opens_at=reader.instant("opens"),
        closes_at=reader.instant("closes"),
        spaces=tuple(reader.form.getlist("space")),
        weekdays=tuple(weekdays),
        day_start=reader.clock("day_start"),
        day_end=reader.clock("day_end"),
        slot_minutes=reader.within("slot_minutes", SLOT_MINUTES[0], SLOT_MINUTES[-1]),
        policy=read_policy(reader),
        priority_points=reader.within("priority_points", 0, MOST_POINTS),
        names_shown=reader.choice("names_shown", NamesShown),
        counts_used="counts_used" in reader.form,
        most_skipped=reader.within("most_skipped", 0, MOST_SKIPPED),
    )


def _name(reader: RoundReader) -> str:
    name = reader.text("name")
    if not 0 < len(name) <= LONGEST_NAME:
        reader.errors["name"] = _("Give it a name of at most %(most)s characters.", most=LONGEST_NAME)
    return name


def read_policy(reader: RoundReader) -> Policy:
    """Form fields: `owed` (asked or share), `weight_2`, `weight_3`, `penalty_weight`, `start_hours`, and
    `tolerance` in percent."""
    return Policy(
        entitlements_bind=reader.text("owed") == "share",
        tolerance=reader.weight("tolerance", 100) / 100,
        priority_weights=(1.0, reader.weight("weight_2"), reader.weight("weight_3")),
        penalty_weight=reader.weight("penalty_weight"),
        start_hours=reader.weight("start_hours", MOST_START_HOURS),
    )


def filled_policy(policy: Policy) -> dict[str, str]:
    """The policy's fields, as one types them."""
    return {
        "owed": "share" if policy.entitlements_bind else "asked",
        "weight_2": _typed(policy.priority_weights[1]),
        "weight_3": _typed(policy.priority_weights[2]),
        "penalty_weight": _typed(policy.penalty_weight),
        "start_hours": _typed(policy.start_hours),
        "tolerance": _typed(policy.tolerance * 100),
    }


def filled(round_: Round, zone: ZoneInfo) -> dict[str, Any]:
    """The form as a round stands."""
    return {
        "name": round_.name,
        "from": round_.from_on.isoformat(),
        "weeks": str(round_.season.weeks),
        "opens": _local(round_.opens_at, zone),
        "closes": _local(round_.closes_at, zone),
        "day_start": f"{round_.day_start:%H:%M}",
        "day_end": f"{round_.day_end:%H:%M}",
        "slot_minutes": str(round_.slot_minutes),
        **filled_policy(policy_of(round_.policy)),
        "priority_points": str(round_.priority_points),
        "names_shown": round_.names_shown.value,
        "most_skipped": str(round_.most_skipped),
        "counts_used": round_.counts_used,
        "weekdays": set(round_.weekdays),
        "spaces": {space.slug for space in round_.spaces},
    }


def usual(today: date, spaces: Sequence[Space]) -> dict[str, Any]:
    """The form of a new round: the quarter after next month, every room that has no parts."""
    first = _monday_after(today + timedelta(weeks=6))
    return {
        "name": "",
        "from": first.isoformat(),
        "weeks": str(USUAL_WEEKS),
        "opens": f"{today + timedelta(days=1)}T09:00",
        "closes": f"{today + timedelta(weeks=3)}T22:00",
        "day_start": "08:00",
        "day_end": "22:00",
        "slot_minutes": "30",
        **filled_policy(Policy()),
        "priority_points": "4",
        "names_shown": NamesShown.NOBODY.value,
        "most_skipped": "3",
        "counts_used": False,
        "weekdays": set(USUAL_WEEKDAYS),
        "spaces": {space.slug for space in spaces if not space.parts},
    }


def typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """The form as somebody left it."""
    return {
        **{name: form.get(name, "") for name in TEXTS},
        "counts_used": "counts_used" in form,
        "weekdays": {int(one) for one in form.getlist("weekday") if one in set("0123456")},
        "spaces": set(form.getlist("space")),
    }


def options(spaces: Sequence[Space]) -> dict[str, Any]:
    """What the form lets choose."""
    return {
        "weekdays": [{"number": day, "name": weekday_name(day)} for day in range(7)],
        "slot_minutes": [
            {"value": str(minutes), "word": lasting(timedelta(minutes=minutes))} for minutes in SLOT_MINUTES
        ],
        "spaces": [{"slug": space.slug, "name": space.name, "capacity": space.capacity} for space in spaces],
        "names_shown": [
            {"value": NamesShown.NOBODY.value, "word": _("when it is taken, and never by whom")},
            {"value": NamesShown.TENANTS.value, "word": _("when it is taken, and by which association")},
        ],
    }


def _monday_after(on: date) -> date:
    return on + timedelta(days=7 - on.weekday())


def _typed(value: float) -> str:
    return f"{value:.10g}".replace(".", ",")


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
