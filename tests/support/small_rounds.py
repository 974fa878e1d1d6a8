"""Small rounds: a house of a few spaces, and tenants with a few wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from samen.domain.allocation.board import Board
from samen.domain.allocation.house import House
from samen.domain.allocation.instance import Closure, Grid, Instance, Option, Policy, Request, Space, Tenant

OPENING = datetime(2027, 1, 5, 10, tzinfo=UTC)
GRID = Grid(weeks=2, days=2, slots_per_day=6, slot_minutes=30, day_start="18:00")
SPACES = (
    Space("hall", 50, frozenset({"stage"}), "north"),
    Space("room", 10, frozenset({"piano"}), "north"),
    Space("attic", 12, frozenset(), "south"),
)


def a_wish(name: str, tenant: str = "choir", **more: Any) -> Request:
    """Two slots in both weeks, on the first evening, first thing."""
    plain = Request(name, tenant, 5, frozenset(), 2, (0, 1), 1, OPENING, (Option(0, 0),))
    return replace(plain, **more)


@st.composite
def small_rounds(draw: st.DrawFn, most: int = 9, spaces: tuple[Space, ...] = SPACES) -> Instance:
    """One to `most` wishes of three tenants, with closures, conflicts and awards that are held."""
    tenants = tuple(
        Tenant(name, draw(st.sampled_from((1.0, 2.5))), draw(st.sampled_from((-1.0, 0.0, 3.0))))
        for name in ("choir", "chess", "circus")
    )
    wishes = tuple(draw(_wishes(f"w{number}")) for number in range(draw(st.integers(1, most))))
    closures = tuple(draw(st.lists(_closures(spaces), max_size=2)))
    names = [one.id for one in wishes]
    any_two = st.tuples(st.sampled_from(names), st.sampled_from(names))
    conflicts = tuple(one for one in draw(st.lists(any_two, max_size=4)) if one[0] != one[1])
    policy = Policy(entitlements_bind=draw(st.booleans()))
    free = Instance(GRID, spaces, tenants, wishes, closures, conflicts=conflicts, policy=policy)
    return replace(free, held=_some_held(free, draw(st.integers(0, 2))))


@st.composite
def _wishes(draw: st.DrawFn, name: str) -> Request:
    options = st.builds(Option, st.integers(0, 1), st.integers(0, 5), st.sampled_from((0.0, 1.0, 3.0)))
    return a_wish(
        name,
        draw(st.sampled_from(("choir", "chess", "circus"))),
        people=draw(st.sampled_from((5, 11, 60))),
        features=draw(st.sampled_from((frozenset[str](), frozenset({"piano"})))),
        slots=draw(st.integers(1, 3)),
        weeks=draw(st.sampled_from(((0,), (1,), (0, 1)))),
        priority=draw(st.integers(1, 3)),
        filed_at=OPENING + timedelta(hours=draw(st.integers(0, 3))),
        options=tuple(draw(st.lists(options, min_size=1, max_size=3))),
        spaces=draw(st.sampled_from((None, frozenset({"attic", "room"})))),
    )


def _closures(spaces: tuple[Space, ...]) -> st.SearchStrategy[Closure]:
    names = st.sampled_from([space.id for space in spaces])
    return st.builds(Closure, names, st.integers(0, 1), st.integers(0, 4), st.just(2), st.just((0,)))


def _some_held(instance: Instance, most: int) -> tuple[Any, ...]:
    """Up to `most` awards that can stand together."""
    house = House(Board(instance))
    for places in list(house.board.places.values())[:most]:
        if place := next(filter(house.is_free, places), None):
            house.take(place)
    return house.awards()
