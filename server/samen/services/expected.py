"""What a building was to use over some days, by its weather and by the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, Site
from samen.domain.baseline import fit
from samen.domain.sufficiency import LOOSE_CVRMSE_OF_DAYS, Period, insufficient, known_days
from samen.services.energy import kwh_by_day
from samen.services.weather import deg_c_by_day

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Expected:
    """In kWh. `cvrmse`: how far a day of the year before was from the model, as a fraction."""

    kwh: float
    cvrmse: float


def expected(session: Session, site: Site, meters: Sequence[Meter], period: Period) -> Expected | None:
    """By the year before the period; None where its days, its weather or the fit do not suffice.

    The same measures as for a baseline hold, and the model must not be loose.
    """
    before = Period(period.first - YEAR, period.first)
    energy_kwh = _together(session, site, meters, before)
    deg_c = deg_c_by_day(session, site, Period(before.first, period.end))
    missing = sum(on not in energy_kwh for on in before.days())
    if insufficient(before, missing, deg_c) or any(on not in deg_c for on in period.days()):
        return None
    days = known_days(before, energy_kwh, deg_c)
    found = fit(days.energy_kwh, days.rows())
    if found.cvrmse > LOOSE_CVRMSE_OF_DAYS:
        return None
    weather = np.array([deg_c[on] for on in period.days()])
    return Expected(float(found.model.predict(weather).sum()), found.cvrmse)


def _together(session: Session, site: Site, meters: Sequence[Meter], period: Period) -> dict[date, float]:
    """The days of which every meter knows."""
    each = [kwh_by_day(session, meter, period, ZoneInfo(site.timezone)) for meter in meters]
    if not each:
        return {}
    return {on: sum(one[on] for one in each) for on in each[0] if all(on in one for one in each)}
