"""What heat a booking would take, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from samen.domain.finding import EnergyHint
from samen.web import i18n


def heat_words(energy: EnergyHint) -> str:
    """What heat a booking would take; empty where nobody knows."""
    said: str = ""
    if energy.warm:
        said = _("heated anyway")
    elif energy.kwh == 0:
        said = _("still warm")
    elif energy.kwh is not None:
        kwh = i18n.number(energy.kwh, 0 if energy.about else 1)
        said = (
            _("about %(kwh)s kWh to heat it", kwh=kwh)
            if energy.about
            else _("%(kwh)s kWh to heat it", kwh=kwh)
        )
    return said
