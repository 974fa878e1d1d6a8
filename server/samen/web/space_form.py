"""The settings of a space as a form: shown, and read with each fault at its field."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, TypeVar

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Tenant
from samen.domain.access import Role
from samen.domain.release import ReleasePolicy
from samen.domain.rules import END_OF_DAY, Approval, Hours
from samen.domain.space_settings import LIMITS, SpaceSettings
from samen.web.space_words import choice_word, weekday_name

Choice = TypeVar("Choice", bound=enum.Enum)
NUMBERS = tuple(name for name in LIMITS if name != "weight")
USUAL, OTHER, CLOSED = "usual", "other", "closed"
MIDNIGHT = time(0)


@dataclass(frozen=True)
class Read:
    """What a form says; the settings are whole only without errors."""

    settings: SpaceSettings
    errors: dict[str, str]


class Reader:
    """Reads fields one by one, and keeps what is wrong with each."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        self.form = form
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def whole(self, name: str) -> int:
        text = self.text(name)
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        self.errors[name] = _("Write a whole number.")
        return 0

    def number(self, name: str) -> float:
        try:
            value = float(self.text(name).replace(",", "."))
        except ValueError:
            value = -1.0
        if 0 <= value < 1e6:
            return value
        self.errors[name] = _("Write a number.")
        return 0.0

    def clock(self, name: str, field: str | None = None) -> time:
        """A wall time; the error is kept under `field`."""
        try:
            return time.fromisoformat(self.text(name)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.errors[field or name] = _("Write a time, such as 08:30.")
            return MIDNIGHT

    def hours(self, opening: str, closing: str, field: str) -> Hours:
        """Two times, of which a closing at midnight is the end of the day."""
        start, end = self.clock(opening, field), self.clock(closing, field)
        return start, END_OF_DAY if end == MIDNIGHT else end

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        found = next((one for one in kind if one.value == self.form.get(name)), None)
        if found is None:
            self.errors[name] = _("Choose one of these.")
        return found or next(iter(kind))


def read(form: MultiDict[str, str], tenants: Sequence[Tenant]) -> Read:
    """The form as settings."""
    reader = Reader(form)
    opening, closing = reader.hours("opening", "closing", "closing")
    ids = {tenant.slug: tenant.id for tenant in tenants}
    settings = SpaceSettings(
        **{name: reader.whole(name) for name in NUMBERS},
        opening=opening,
        closing=closing,
        hours=dict(_other_hours(reader)),
        closed_on_holidays="closed_on_holidays" in form,
        approval=reader.choice("approval", Approval),
        pending_holds="pending_holds" in form,
        owner_id=ids.get(reader.text("owner")),
        permitted=frozenset(_permitted(form.getlist("permitted"), ids)),
        release=reader.choice("release", ReleasePolicy),
        weight=reader.number("weight"),
    )
    return Read(settings, reader.errors)


def _other_hours(reader: Reader) -> list[tuple[int, Hours | None]]:
    found: list[tuple[int, Hours | None]] = []
    for weekday in range(7):
        state = reader.text(f"day_{weekday}")
        if state == CLOSED:
            found.append((weekday, None))
        elif state == OTHER:
            hours = reader.hours(f"opening_{weekday}", f"closing_{weekday}", f"hours_{weekday}")
            found.append((weekday, hours))
    return found


def _permitted(values: Sequence[str], ids: Mapping[str, int]) -> list[tuple[int | None, Role | None]]:
    """Each value is a tenant's slug or nothing, a colon, a role or nothing."""
    found: list[tuple[int | None, Role | None]] = []
    for slug, _colon, word in (value.partition(":") for value in values):
        role = next((role for role in Role if role.value == word), None)
        if slug in ids or (not slug and role is not None):
            found.append((ids.get(slug), role))
    return found


def filled(settings: SpaceSettings, tenants: Sequence[Tenant]) -> dict[str, Any]:
    """The form as the space stands."""
    slugs = {tenant.id: tenant.slug for tenant in tenants}
    return {
        **{name: str(getattr(settings, name)) for name in NUMBERS},
        "opening": _clock(settings.opening),
        "closing": _clock(settings.closing),
        "days": [_day(settings, weekday) for weekday in range(7)],
        "closed_on_holidays": settings.closed_on_holidays,
        "approval": settings.approval.value,
        "pending_holds": settings.pending_holds,
        "owner": slugs.get(settings.owner_id or 0, ""),
        "permitted": {_permission(slugs, tenant_id, role) for tenant_id, role in settings.permitted},
        "release": settings.release.value,
        "weight": f"{settings.weight:g}",
    }


def typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """The form as somebody left it."""
    names = (*NUMBERS, "opening", "closing", "approval", "owner", "release", "weight")
    return {
        **{name: form.get(name, "") for name in names},
        "days": [_typed_day(form, weekday) for weekday in range(7)],
        "closed_on_holidays": "closed_on_holidays" in form,
        "pending_holds": "pending_holds" in form,
        "permitted": set(form.getlist("permitted")),
    }


def options(tenants: Sequence[Tenant]) -> dict[str, Any]:
    """What the form lets choose."""
    any_tenants = [
        {"value": f":{Role.TENANT_ADMIN.value}", "name": _("Administrators of any association")},
        {"value": f":{Role.MANAGER.value}", "name": _("The building’s managers")},
    ]
    own = [
        one
        for tenant in tenants
        for one in (
            {"value": f"{tenant.slug}:", "name": tenant.name},
            {
                "value": f"{tenant.slug}:{Role.TENANT_ADMIN.value}",
                "name": _("%(tenant)s, administrators only", tenant=tenant.name),
            },
        )
    ]
    return {
        "tenants": [{"slug": tenant.slug, "name": tenant.name} for tenant in tenants],
        "permitted": [*own, *any_tenants],
        "approval": [{"value": one.value, "word": choice_word(one)} for one in Approval],
        "release": [{"value": one.value, "word": choice_word(one)} for one in ReleasePolicy],
        "limits": LIMITS,
    }


def _day(settings: SpaceSettings, weekday: int) -> dict[str, Any]:
    usual = (settings.opening, settings.closing)
    hours = settings.hours.get(weekday, usual)
    state = USUAL if weekday not in settings.hours else CLOSED if hours is None else OTHER
    opening, closing = hours or usual
    return _day_shown(weekday, state, _clock(opening), _clock(closing))


def _typed_day(form: MultiDict[str, str], weekday: int) -> dict[str, Any]:
    texts = (form.get(f"{name}_{weekday}", "") for name in ("day", "opening", "closing"))
    return _day_shown(weekday, *texts)


def _day_shown(weekday: int, state: str, opening: str, closing: str) -> dict[str, Any]:
    name = weekday_name(weekday)
    return {"number": weekday, "name": name, "state": state, "opening": opening, "closing": closing}


def _clock(at: time) -> str:
    """As a time field has it, where midnight is the only way to say the end of the day."""
    return "00:00" if at == END_OF_DAY else at.strftime("%H:%M")


def _permission(slugs: Mapping[int, str], tenant_id: int | None, role: Role | None) -> str:
    # A tenant's members are all of it: administrators are members too.
    word = "" if role is None or role is Role.MEMBER else role.value
    return f"{slugs[tenant_id] if tenant_id else ''}:{word}"
