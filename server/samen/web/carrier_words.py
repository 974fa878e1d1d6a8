"""What a meter counts, in a word."""

from __future__ import annotations

from flask_babel import gettext as _

from samen.adapters.db.models import MeterKind


def carrier_word(kind: MeterKind) -> str:
    """`Gas`."""
    words: dict[MeterKind, str] = {
        MeterKind.ELECTRICITY: _("Electricity"),
        MeterKind.GAS: _("Gas"),
        MeterKind.HEAT: _("Heat"),
        MeterKind.WATER: _("Water"),
    }
    return words[kind]
