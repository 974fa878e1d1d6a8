"""When a zone is warm and aired: a plan of setpoints from what is booked in it.

A plan is half-open steps, in order and without gaps. Temperatures in °C.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from samen.domain.evaluation import Doubt
from samen.domain.holidays import holiday_on
from samen.domain.interval import Interval, at_wall
from samen.domain.warm_up import LEAST_RUNS, Behaviour
from samen.domain.zone_settings import Vent, ZoneSettings

AHEAD = timedelta(hours=48)
HOUR = timedelta(hours=1)
# Warming begins at full five minutes, so that a plan does not change with every hundredth of a degree.
GRAIN = timedelta(minutes=5)
# What a start costs: pipes and boiler warm up, and the setpoint is overshot. A pause that spares less than
# one degree for one hour is not worth it. An assumption, said in docs/steering.md.
START_K_H = 1.0


class Why(enum.Enum):
    """What a step is for."""

    SETBACK = "setback"
    WARM_UP = "warm_up"
    BOOKED = "booked"
    KEPT_WARM = "kept_warm"
    COASTING = "coasting"


@dataclass(frozen=True)
class Step:
    """A setpoint for a while."""

    during: Interval
    deg_c: float
    vent: Vent
    why: Why


@dataclass(frozen=True)
class Seen:
    """What is known at an instant: the zone's temperature and the one outside, where they are measured.

    `begun`: the warm-up that runs, as (since when, for which start). It is not called off because the zone
    got warmer: that is what it is for.
    """

    now: datetime
    deg_c: float | None = None
    outdoor_deg_c: float | None = None
    begun: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class Block:
    """Bookings that the zone is kept warm through, and when warming for them begins.

    `cut`: how much later that is than it should be.
    """

    booked: tuple[Interval, ...]
    warm_at: datetime
    cut: timedelta = timedelta(0)

    @property
    def start(self) -> datetime:
        return self.booked[0].start

    @property
    def end(self) -> datetime:
        return self.booked[-1].end


@dataclass(frozen=True)
class Plan:
    """Steps over the whole horizon, and what to know beside them."""

    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...]

    def at(self, instant: datetime) -> Step:
        """The step that holds then; the nearest where the plan does not reach."""
        held = next((step for step in self.steps if instant < step.during.end), None)
        return held or self.steps[-1]

    def begun(self, now: datetime) -> tuple[datetime, datetime] | None:
        """The warm-up that runs now, for `Seen`."""
        runs = (block for block in self.blocks if block.warm_at <= now < block.start)
        return next(((block.warm_at, block.start) for block in runs), None)


def plan(
    booked: Sequence[Interval],
    settings: ZoneSettings,
    behaviour: Behaviour,
    seen: Seen,
    during: Interval,
    zone: ZoneInfo,
) -> Plan:
    """Warm whenever something is booked, ahead of it by as long as warming up takes, and cool otherwise.

    `booked`: all that touches `during`, in any order, overlapping or not.
    """
    people = merged(booked)
    heated = [span for span in people if settings.heats_on_holidays or not _on_holiday(span, zone)]
    groups = _kept_together(heated, settings, behaviour, seen.outdoor_deg_c)
    blocks = _warmed_in_time(groups, settings, behaviour, seen, zone)
    heat = [mark for block in blocks for mark in _marks(block, settings, behaviour, seen.outdoor_deg_c)]
    steps = _steps(heat, _aired(people, settings), settings, during)
    return Plan(tuple(steps), tuple(blocks), tuple(_doubts(blocks, behaviour, seen, during)))


def merged(spans: Sequence[Interval]) -> list[Interval]:
    """The same time without overlaps; spans that touch are one."""
    found: list[Interval] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def expected_deg_c(
    at: datetime,
    known: tuple[datetime, float] | None,
    settings: ZoneSettings,
    behaviour: Behaviour,
    outdoor_deg_c: float | None,
) -> float:
    """What a zone without heating has cooled down to, from a `known` temperature; the setback without one.

    It ends at the setback, where its own heating holds it, or at what it is outside in summer.
    """
    floor = max(settings.setback_deg_c, min(outdoor_deg_c or 0.0, settings.comfort_deg_c))
    if known is None:
        return floor
    since, deg_c = known
    pace = behaviour.cooling
    lost = (pace.k_h(outdoor_deg_c) + pace.spread) * max(0.0, (at - since) / HOUR)
    return min(deg_c, max(floor, deg_c - lost))


def _on_holiday(span: Interval, zone: ZoneInfo) -> bool:
    return holiday_on(span.start.astimezone(zone).date()) is not None


def _kept_together(
    spans: Sequence[Interval], settings: ZoneSettings, behaviour: Behaviour, outdoor_deg_c: float | None
) -> list[list[Interval]]:
    groups: list[list[Interval]] = []
    for span in spans:
        gap = span.start - groups[-1][-1].end if groups else None
        if gap is None or pause_pays(gap, settings, behaviour, outdoor_deg_c):
            groups.append([span])
        else:
            groups[-1].append(span)
    return groups


def pause_pays(
    gap: timedelta, settings: ZoneSettings, behaviour: Behaviour, outdoor_deg_c: float | None
) -> bool:
    """Whether letting the zone cool between two bookings spares more than starting again costs.

    It cools for a part of the gap and warms up for the rest; what is spared goes with the degrees below
    comfort times the hours, the area under that dip.
    """
    hours = gap / HOUR
    down, up = behaviour.cooling.k_h(outdoor_deg_c), behaviour.warming.cautious_k_h(outdoor_deg_c)
    deepest = settings.comfort_deg_c - settings.setback_deg_c
    dip = min(deepest, hours * down * up / (down + up))
    if dip <= settings.hysteresis_k:
        return False
    slopes = dip / down + dip / up
    return dip * slopes / 2 + dip * max(0.0, hours - slopes) >= START_K_H


def _warmed_in_time(
    groups: Sequence[Sequence[Interval]],
    settings: ZoneSettings,
    behaviour: Behaviour,
    seen: Seen,
    zone: ZoneInfo,
) -> list[Block]:
    blocks: list[Block] = []
    known = (seen.now, seen.deg_c) if seen.deg_c is not None else None
    for group in groups:
        start = group[0].start
        before = blocks[-1].end if blocks else None
        if before is not None and before > seen.now:
            known = (before, settings.comfort_deg_c)
        cold = expected_deg_c(start, known, settings, behaviour, seen.outdoor_deg_c)
        block = Block(tuple(group), start)
        if seen.begun is not None and seen.begun[1] == start:
            block = Block(tuple(group), min(seen.begun[0], start))
        elif cold < settings.warm_deg_c:
            lead = behaviour.time_to_warm(cold, settings.comfort_deg_c, seen.outdoor_deg_c)
            block = _begun_by(group, lead, settings, max(before or seen.now, seen.now), zone)
        blocks.append(block)
    return blocks


def _begun_by(
    group: Sequence[Interval], lead: timedelta, settings: ZoneSettings, not_before: datetime, zone: ZoneInfo
) -> Block:
    start = group[0].start
    wanted = start - GRAIN * ceil(lead / GRAIN)
    morning = at_wall(start.astimezone(zone).date(), settings.earliest, zone)
    warm_at = min(start, max(wanted, morning, not_before))
    return Block(tuple(group), warm_at, warm_at - wanted)


Mark = tuple[Interval, float, Why]


def _marks(
    block: Block, settings: ZoneSettings, behaviour: Behaviour, outdoor_deg_c: float | None
) -> list[Mark]:
    """A block's setpoints: warming up, booked, kept warm in between, and the end without heating."""
    comfort = settings.comfort_deg_c
    coast_at = block.end - _coasting(block, settings, behaviour, outdoor_deg_c)
    edges = [(block.warm_at, Why.WARM_UP)]
    for span in block.booked:
        edges += [(span.start, Why.BOOKED), (span.end, Why.KEPT_WARM)]
    edges = [edge for edge in edges[:-1] if edge[0] < coast_at or edge[1] is Why.WARM_UP]
    ends = [edge[0] for edge in edges[1:]] + [coast_at]
    spans = [(at, end, why) for (at, why), end in zip(edges, ends, strict=True) if at < end]
    marks = [(Interval(at, end), comfort, why) for at, end, why in spans]
    if coast_at < block.end:
        marks.append((Interval(coast_at, block.end), settings.warm_deg_c, Why.COASTING))
    return marks


def _coasting(
    block: Block, settings: ZoneSettings, behaviour: Behaviour, outdoor_deg_c: float | None
) -> timedelta:
    """How long before the end heating stops: as long as it stays warm enough, if that was measured.

    The setpoint then is the least that counts as warm, so that a zone that cools faster is heated after all.
    """
    pace = behaviour.cooling
    if not pace.measured or not settings.coast_min:
        return timedelta(0)
    keeps = settings.hysteresis_k / (pace.k_h(outdoor_deg_c) + pace.spread)
    longest = block.booked[-1].length / 2
    return min(timedelta(minutes=settings.coast_min), GRAIN * int(keeps * HOUR / GRAIN), longest)


def _aired(people: Sequence[Interval], settings: ZoneSettings) -> list[Interval]:
    before = timedelta(minutes=settings.vent_before_min)
    after = timedelta(minutes=settings.vent_after_min)
    return merged([Interval(span.start - before, span.end + after) for span in people])


def _steps(
    heat: Sequence[Mark], aired: Sequence[Interval], settings: ZoneSettings, during: Interval
) -> list[Step]:
    ends = {end for span in [*(mark[0] for mark in heat), *aired] for end in (span.start, span.end)}
    edges = sorted({during.start, during.end} | {end for end in ends if during.contains(end)})
    found: list[Step] = []
    for start, end in pairwise(edges):
        deg_c, why = next(
            ((deg_c, why) for span, deg_c, why in heat if span.contains(start)),
            (settings.setback_deg_c, Why.SETBACK),
        )
        vent = Vent.ON if any(span.contains(start) for span in aired) else settings.idle_vent
        step = Step(Interval(start, end), max(deg_c, settings.frost_deg_c), vent, why)
        if found and (found[-1].deg_c, found[-1].vent, found[-1].why) == (step.deg_c, vent, why):
            step = Step(Interval(found.pop().during.start, end), step.deg_c, vent, why)
        found.append(step)
    return found


def _doubts(blocks: Sequence[Block], behaviour: Behaviour, seen: Seen, during: Interval) -> list[Doubt]:
    found = []
    if seen.deg_c is None:
        found.append(Doubt("no_temperature"))
    if not behaviour.warming.measured:
        found.append(Doubt("few_warm_ups", {"count": behaviour.warming.count, "least": LEAST_RUNS}))
    elif seen.outdoor_deg_c is None and behaviour.warming.slope:
        found.append(Doubt("no_outdoor_temperature"))
    for block in blocks:
        if block.cut > timedelta(0) and during.contains(block.start) and block.start > seen.now:
            minutes = round(block.cut / timedelta(minutes=1))
            found.append(Doubt("warm_too_late", {"at": block.start.isoformat(), "minutes": minutes}))
    return found
