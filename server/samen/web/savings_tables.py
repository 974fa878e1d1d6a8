"""The figures behind the savings page's charts, as CSV rows of plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from samen.domain.cumulative import running, stretches
from samen.services.savings import Judged
from samen.web.savings_charts import WEEK
from samen.web.table_file import Cell

Row = tuple[Cell, ...]


def _weeks(told: Judged) -> Iterator[Row]:
    yield "first", "last", "days", "energy_kwh", "adjusted_baseline_kwh", "half_band_kwh", "saved_kwh"
    for one in stretches(told.since, WEEK):
        yield (
            one.first, one.last, one.days, one.energy_kwh, one.adjusted_kwh, one.half_kwh, one.saved_kwh
        )  # fmt: skip


def _cumulative(told: Judged) -> Iterator[Row]:
    yield "until", "saved_kwh", "half_band_kwh"
    for one in running(told.since, WEEK):
        yield one.last, one.saved_kwh, one.half_kwh


def _days(told: Judged) -> Iterator[Row]:
    yield "date", "period", "deg_c", "energy_kwh", "model_kwh"
    found = told.found
    before = found.baseline.energy_kwh - found.fit.residuals * found.baseline.days
    for name, part, model in (
        ("baseline", found.baseline, before),
        ("reporting", found.reporting, found.adjusted_kwh),
    ):
        for on, deg_c, used, asked in zip(part.on, part.deg_c, part.energy_kwh, model, strict=True):
            yield on, name, float(deg_c), float(used), float(asked)


def _interventions(told: Judged) -> Iterator[Row]:
    yield "name", "date", "verdict", "fraction", "half_band", "kwh_a_year", "eur_a_year", "joint_with"
    for one in told.yearly:
        effect = one.effect
        yield (
            effect.name, effect.on, effect.verdict.value, effect.fraction, effect.half_fraction,
            one.kwh, "" if one.eur is None else one.eur, "; ".join(effect.joint_with),
        )  # fmt: skip


TABLES: Mapping[str, Callable[[Judged], Iterator[Row]]] = {
    "weeks": _weeks,
    "cumulative": _cumulative,
    "days": _days,
    "interventions": _interventions,
}
