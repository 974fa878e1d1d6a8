"""What somebody types about a meter: an index, or what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import PER_SHOWN_UNIT, EventKind, Meter, Register
from samen.domain.rules import Refusal
from samen.services.energy import SHOWN_UNIT
from samen.services.meter_events import Told
from samen.web import i18n
from samen.web.wording import refusal_text

# Facts of refusals that are indexes: people read them in kWh or m³.
INDEXES = ("before", "after", "index")
LONGEST_NOTE = 200
EVENTS = {kind.value: kind for kind in EventKind}


def number_in(text: str) -> float | None:
    """A number as people write it: 12 345,6 or 12345.6, with or without spaces; None if it is none."""
    plain = "".join(text.split())
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None


def said_of(refusal: Refusal, register: Register | None, zone: ZoneInfo) -> str:
    """The refusal as a sentence, with indexes in the unit that people read."""
    facts = dict(refusal.facts)
    if register is not None:
        for name in INDEXES:
            value = facts.get(name)
            if isinstance(value, int | float):
                facts[name] = index_text(value, register)
    return refusal_text(Refusal(refusal.code, facts), zone)


def index_text(index: float, register: Register) -> str:
    """`12.345,6 kWh`."""
    shown = index / PER_SHOWN_UNIT
    digits = 0 if abs(shown - round(shown)) < 5e-4 else 3
    return f"{i18n.number(shown, digits)} {SHOWN_UNIT[register.unit]}"


def typed_text(index: float) -> str:
    """An index in kWh or m³ as one types it: `12345,6`."""
    plain = f"{index / PER_SHOWN_UNIT:.10g}"
    return plain if i18n.language() == "en" else plain.replace(".", ",")


class _Form:
    """Fields of a form, and what is wrong with them by their names."""

    def __init__(self, form: Mapping[str, str], meter: Meter, zone: ZoneInfo) -> None:
        self._form, self._zone = form, zone
        self.errors: dict[str, str] = {}
        code = form.get("register")
        found = [register for register in meter.registers if register.code == code]
        if not found:
            raise NotFound
        self.register = found[0]
        self.unit = SHOWN_UNIT[self.register.unit]

    def _instant(self, field: str) -> datetime:
        try:
            local = datetime.fromisoformat(self._form.get(field, ""))
            return local.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self.errors[field] = _("Write a day and a time.")
            return datetime.min.replace(tzinfo=UTC)

    def _index(self, field: str) -> float:
        value = number_in(self._form.get(field, ""))
        if value is None:
            self.errors[field] = _("Write a number.")
            return 0.0
        return value * PER_SHOWN_UNIT

    def _told(self, kind: EventKind) -> Told | None:
        """The event of the fields beside `kind`; None with errors."""
        at, note = self._instant("event_at"), self._form.get("note", "").strip()[:LONGEST_NOTE]
        final, first = self._index("final"), self._index("first")
        if kind is EventKind.ROLLED_OVER:
            final, first = _end_of_digits(self.register, final), 0.0
        return None if self.errors else Told(kind, at, final, first, note)


class EventForm(_Form):
    """What happened to a register."""

    def __init__(self, form: Mapping[str, str], meter: Meter, zone: ZoneInfo) -> None:
        super().__init__(form, meter, zone)
        self.sure = form.get("sure") == "1"
        kind = EVENTS.get(form.get("kind", ""))
        if kind is None:
            self.errors["event"] = _("Say what happened.")
        self.told = self._told(kind) if kind is not None else None


class ReadingForm(_Form):
    """An index read from a meter; and, after a question, what explains it."""

    def __init__(self, form: Mapping[str, str], meter: Meter, zone: ZoneInfo) -> None:
        super().__init__(form, meter, zone)
        self.text = form.get("index", "").strip()
        self.at, self.index = self._instant("at"), self._index("index")
        self.sure = form.get("what") == "sure"
        kind = EVENTS.get(form.get("what", ""))
        self.event = self._told(kind) if kind is not None else None
        self.doubt: Refusal | None = None

    def question(self) -> dict[str, Any] | None:
        """The doubt as a sentence, and whether it is asked what happened, or only whether it is so."""
        if self.doubt is None:
            return None
        return {
            "code": self.doubt.code,
            "text": said_of(self.doubt, self.register, self._zone),
            "may_be_sure": self.doubt.code in {"index_fell", "index_jumps", "index_too_high"},
            "asks_what": self.doubt.code == "index_fell" or "what" in self._form,
            "before": self._before(),
        }

    def _before(self) -> str:
        before = self.doubt.facts.get("before") if self.doubt is not None else None
        return typed_text(before) if isinstance(before, int | float) else ""


def _end_of_digits(register: Register, final: float) -> float:
    """Where a register rolls over: as its digits say, or at the next power of ten."""
    if register.rolls_over_at is not None:
        return register.rolls_over_at
    digits = len(str(int(final / PER_SHOWN_UNIT)))
    return 10.0**digits * PER_SHOWN_UNIT
