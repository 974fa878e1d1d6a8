"""A zone's heating settings as a form: shown, and read with each fault at its field."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from samen.domain.zone_settings import LIMITS, Steering, Vent, ZoneSettings
from samen.web import i18n
from samen.web.heating_words import steering_words, vent_words
from samen.web.space_form import Reader

WHOLE = ("vent_before_min", "vent_after_min", "coast_min")
DECIMAL = tuple(name for name in LIMITS if name not in WHOLE)


def read(form: MultiDict[str, str]) -> tuple[ZoneSettings, dict[str, str]]:
    """The form as settings, whole only without errors."""
    reader = Reader(form)
    numbers: dict[str, Any] = {name: reader.number(name) for name in DECIMAL}
    settings = ZoneSettings(
        **numbers,
        **{name: reader.whole(name) for name in WHOLE},
        steering=reader.choice("steering", Steering),
        idle_vent=reader.choice("idle_vent", Vent),
        earliest=reader.clock("earliest"),
        heats_on_holidays="heats_on_holidays" in form,
    )
    return settings, reader.errors


def filled(settings: ZoneSettings) -> dict[str, Any]:
    """The form as the zone stands."""
    return {
        **{name: i18n.short_number(getattr(settings, name)) for name in LIMITS},
        "steering": settings.steering.value,
        "idle_vent": settings.idle_vent.value,
        "earliest": settings.earliest.strftime("%H:%M"),
        "heats_on_holidays": settings.heats_on_holidays,
    }


def typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """The form as somebody left it."""
    names = (*LIMITS, "steering", "idle_vent", "earliest")
    return {**{name: form.get(name, "") for name in names}, "heats_on_holidays": "heats_on_holidays" in form}


def options() -> dict[str, Any]:
    """What the form lets choose."""
    return {
        "steering": [{"value": one.value, "word": word} for one, word in steering_words().items()],
        "idle_vent": [{"value": one.value, "word": word} for one, word in vent_words().items()],
        "limits": {name: [i18n.short_number(end) for end in ends] for name, ends in LIMITS.items()},
    }
