"""Fits baselines given on stdin, by Samen or by OpenDSM, each in its own process and environment.

`fit_years.py samen|opendsm`: a list of {"days", "energy_kwh", "deg_c", "baseline_days"} in, one object out:
the seconds of the import, of the first fit (with numba's compilation) and of each later one, what each
adjusted baseline sums to after its baseline, and the most memory ever used.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any


def samen() -> Callable[[dict[str, Any]], float]:
    """Our own module: shape, week's pattern, prediction."""
    from datetime import date

    import numpy as np

    from samen.domain.baseline import Rows, fit
    from samen.domain.terms import choices, columns

    def adjusted_kwh(year: dict[str, Any]) -> float:
        on = [date.fromisoformat(day) for day in year["days"]]
        energy, deg_c, end = np.array(year["energy_kwh"]), np.array(year["deg_c"]), year["baseline_days"]
        tried = {
            terms: Rows(deg_c[:end], *columns(terms, on[:end], None))
            for terms in choices(None, with_hours=False)
        }
        found = fit(energy[:end], *tried.values())
        terms = next(one for one, rows in tried.items() if rows is found.rows)
        after, _ = columns(terms, on[end:], None)
        return float(found.model.predict(deg_c[end:], after).sum())

    return adjusted_kwh


def opendsm() -> Callable[[dict[str, Any]], float]:
    """The CalTRACK daily model; gas or electricity is the same to it, but for days of nothing."""
    logging.disable(logging.WARNING)
    import pandas as pd
    from opendsm.eemeter import DailyBaselineData, DailyModel, DailyReportingData

    def adjusted_kwh(year: dict[str, Any]) -> float:
        days = pd.DatetimeIndex(year["days"]).tz_localize("Europe/Brussels")
        energy, end = pd.Series(year["energy_kwh"], days), year["baseline_days"]
        deg_f = pd.Series(year["deg_c"], days) * 9 / 5 + 32
        before = DailyBaselineData.from_series(energy[:end], deg_f[:end], is_electricity_data=False)
        model = DailyModel().fit(before, ignore_disqualification=True)
        after = DailyReportingData.from_series(None, deg_f[end:], is_electricity_data=False)
        return float(model.predict(after, ignore_disqualification=True)["predicted"].sum())

    return adjusted_kwh


def main() -> None:
    years = json.load(sys.stdin)
    begun = perf_counter()
    adjusted_kwh = {"samen": samen, "opendsm": opendsm}[sys.argv[1]]()
    imported = perf_counter() - begun
    took, adjusted = [], []
    for year in [years[0], *years]:
        begun = perf_counter()
        adjusted.append(adjusted_kwh(year))
        took.append(perf_counter() - begun)
    print(
        json.dumps(
            {
                "import_s": imported,
                "first_s": took[0],
                "fit_s": took[1:],
                "adjusted_kwh": adjusted[1:],
                "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
