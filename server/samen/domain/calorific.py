"""What a cubic metre of gas holds: a factor that changes with the gas that is delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

# kWh per m³ on a date.
Factor = Callable[[date], float]
# Where no region says better: between 9.53 and 12.79 over the places and months that grid operators publish.
USUAL_KWH_PER_M3 = 11.0
LEAST_KWH_PER_M3, MOST_KWH_PER_M3 = 5.0, 15.0
