"""Which meter and which periods a page of savings is about: all of it in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Meter
from samen.domain.evaluation import Period
from samen.services.savings_evidence import Asked
from samen.web.typed_fields import EARLIEST, LATEST

DAY = timedelta(days=1)
PERIODS = ("baseline", "reporting")
FIELDS = tuple(f"{period}_{end}" for period in PERIODS for end in ("from", "until"))


@dataclass(frozen=True)
class Wanted:
    """What the address asks for, and what of it cannot be understood, by field."""

    asked: Asked
    errors: dict[str, str]


def wanted(values: Mapping[str, str]) -> Wanted:
    """The periods from `baseline_from`, `baseline_until` and so on: dates, both of which count."""
    errors: dict[str, str] = {}
    baseline, reporting = (_period(values, name, errors) for name in PERIODS)
    return Wanted(Asked(baseline, reporting), errors)


def _period(values: Mapping[str, str], name: str, errors: dict[str, str]) -> Period | None:
    texts = [values.get(f"{name}_{end}", "").strip() for end in ("from", "until")]
    if not any(texts):
        return None
    try:
        first, last = (date.fromisoformat(text) for text in texts)
    except ValueError:
        errors[name] = _("Write both dates of the period.")
        return None
    if not EARLIEST <= first <= last <= LATEST:
        errors[name] = _("It must end after it starts.")
        return None
    return Period(first, last + DAY)


def shown(period: Period, name: str) -> dict[str, str]:
    """The period as its two fields have it."""
    last = period.end - DAY
    return {f"{name}_from": period.first.isoformat(), f"{name}_until": last.isoformat()}


def chosen(meters: Sequence[Meter], slug: str | None) -> Meter | None:
    """The meter with that slug, the first one without any. Raises NotFound for another."""
    if slug is None:
        return meters[0] if meters else None
    found = next((meter for meter in meters if meter.slug == slug), None)
    if found is None:
        raise NotFound
    return found
