"""Where the building's energy goes: carriers, meters, and whose they are, with what nobody measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from samen.adapters.db.models import Meter, MeterKind
from samen.services.energy import MeterTotal
from samen.services.measured import in_kwh
from samen.web import i18n
from samen.web.carrier_words import carrier_word
from samen.web.energy_charts import WIDE, Chart
from samen.web.energy_look import Look
from samen.web.sankey import Link, Node, sankey
from samen.web.tables import Column, Table

# More sub-meters than this under one meter are told together.
MOST = 12
CARRIERS = (MeterKind.ELECTRICITY, MeterKind.GAS, MeterKind.HEAT)


@dataclass(frozen=True)
class Flow:
    """kWh of a main meter that went through a sub-meter, and to whom; no sub-meter: not measured."""

    main: Meter
    name: str
    kwh: float
    owner: str | None
    tint: int | None = None
    residual: bool = False


def flows_chart(look: Look) -> Chart | None:
    """Over the last days, all carriers in kWh; None while nothing is known."""
    mains = _mains(look)
    flows = [flow for main, kwh in mains for flow in _flows(look, main, kwh)]
    if not flows:
        return None
    nodes, links = _drawn(mains, flows)
    whole = sum(kwh for _main, kwh in mains)
    columns = [
        Column("carrier", _("Carrier")),
        Column("meter", _("Meter")),
        Column("goes_to", _("Goes to")),
        Column("energy_kwh", "kWh", i18n.figure),
        Column("share_fraction", _("Share"), i18n.percent),
    ]
    rows: list[list[Any]] = [
        [carrier_word(flow.main.kind), flow.name, flow.owner or "", flow.kwh, flow.kwh / whole]
        for flow in flows
    ]
    return {
        **sankey(nodes, links, WIDE),
        "total": f"{i18n.figure(whole)} kWh",
        "table": Table("flows", _("Where it goes"), columns, rows),
    }


def _mains(look: Look) -> list[tuple[MeterTotal, float]]:
    """The meters at the top with what they counted in kWh; water holds none."""
    tops = [one for one in look.totals if one.meter.main_id is None and one.meter.kind in CARRIERS]
    found = [(one, _kwh(look, one)) for one in tops]
    return [(one, kwh) for one, kwh in found if kwh > 0]


def _kwh(look: Look, total: MeterTotal) -> float:
    return in_kwh(look.session, total, look.month, look.zone) or 0.0


def _flows(look: Look, main: MeterTotal, kwh: float) -> list[Flow]:
    below = [one for one in look.totals if one.meter.main_id == main.meter.id and one.amount]
    below.sort(key=lambda one: -(one.amount or 0.0))
    flows = [_flow(main.meter, one, _kwh(look, one)) for one in below[:MOST]]
    if rest := below[MOST:]:
        name: str = _("%(count)s others", count=len(rest))
        flows.append(Flow(main.meter, name, sum(_kwh(look, one) for one in rest), _("Shared")))
    left = kwh - sum(flow.kwh for flow in flows)
    if left > 0:
        flows.append(Flow(main.meter, _("Not measured further"), left, None, residual=True))
    return flows


def _flow(main: Meter, total: MeterTotal, kwh: float) -> Flow:
    meter = total.meter
    if meter.tenant is not None:
        return Flow(main, meter.name, kwh, meter.tenant.name, meter.tenant.tint)
    zone = meter.zone or (meter.space.zone if meter.space is not None else None)
    return Flow(main, meter.name, kwh, zone.name if zone is not None else _("Shared"))


def _drawn(mains: Sequence[tuple[MeterTotal, float]], flows: Sequence[Flow]) -> tuple[list[Node], list[Link]]:
    nodes = [
        Node(f"m{one.meter.id}", 0, carrier_word(one.meter.kind), kwh, _words(kwh)) for one, kwh in mains
    ]
    owners: dict[str, float] = defaultdict(float)
    tints: dict[str, int | None] = {}
    links = []
    for place, flow in enumerate(flows):
        key = f"f{place}"
        nodes.append(Node(key, 1, flow.name, flow.kwh, _words(flow.kwh), flow.tint, flow.residual))
        links.append(Link(f"m{flow.main.id}", key, flow.kwh))
        if flow.owner is not None:
            owners[flow.owner] += flow.kwh
            tints[flow.owner] = flow.tint
            links.append(Link(key, f"o{flow.owner}", flow.kwh))
    nodes += [Node(f"o{name}", 2, name, kwh, _words(kwh), tints[name]) for name, kwh in owners.items()]
    return nodes, links


def _words(kwh: float) -> str:
    return f"{i18n.figure(kwh)} kWh"
