"""A supplier's bill beside what the main meter and its sub-meters counted over the same days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from samen.adapters.db.models import Bill, MeterKind, Site
from samen.domain.belonging import belonging
from samen.domain.evaluation import Period
from samen.services.bills import current_bills
from samen.services.expected import Expected, expected
from samen.services.measured import mains_of, measured, node

# A fit takes a tenth of a second: only the newest bills are laid beside the model.
MODELLED = 4


@dataclass(frozen=True)
class Reconciled:
    """The bills of the same days, together. All in kWh (water: m³); None where it is not known.

    `known`: the share of the period of which the main meters know. `not_measured` is main − sub-meters, with
    its sign. `expected`: by weather and the year before, of the newest bills alone.
    """

    bills: tuple[Bill, ...]
    billed: float | None
    main: float | None
    known: float
    sub: float | None
    not_measured: float | None
    expected: Expected | None

    @property
    def bill(self) -> Bill:
        """The newest of them."""
        return self.bills[0]

    @property
    def difference(self) -> float | None:
        """Bill − meter as a fraction of the meter."""
        if self.billed is None or not self.main:
            return None
        return (self.billed - self.main) / self.main


def reconcile(session: Session, site: Site, kind: MeterKind) -> list[Reconciled]:
    """Every bill of that kind, newest period first."""
    together: dict[tuple[int | None, date, date], list[Bill]] = {}
    for bill in current_bills(session, site, kind):
        together.setdefault((bill.meter_id, bill.from_on, bill.until_on), []).append(bill)
    return [
        _reconciled(session, site, tuple(bills), modelled=place < MODELLED)
        for place, bills in enumerate(together.values())
    ]


def _reconciled(session: Session, site: Site, bills: tuple[Bill, ...], *, modelled: bool) -> Reconciled:
    bill, told = bills[0], [bill.used for bill in bills if bill.used is not None]
    period = Period(bill.from_on, bill.until_on)
    meters = measured(session, site, period, bill.kind)
    mains = mains_of(meters, bill.meter_id)
    amounts = [one.amount for one in mains if one.amount is not None]
    main = sum(amounts) if amounts and len(amounts) == len(mains) else None
    whose = belonging(main or 0.0, {one.meter.slug for one in mains}, [node(one) for one in meters])
    below = [one for one in meters if one.meter.slug in whose.below and one.amount is not None]
    sub = round(whose.shared + sum(whose.own.values()), 3) if below else None
    rest = whose.not_measured if main is not None and sub is not None else None
    model = expected(session, site, [one.meter for one in mains], period) if modelled else None
    known = min((one.known for one in mains), default=0.0)
    return Reconciled(bills, sum(told) if told else None, main, known, sub, rest, model)
