"""Rounds with some awards, by hand or drawn; and what is in the way, recounted slot by slot without bits."""

from dataclasses import replace

from hypothesis import strategies as st

from samen.domain.allocation.board import fits
from samen.domain.allocation.instance import Award, Grid, Instance, Option, Space, Tenant
from support.small_rounds import SPACES, a_wish, small_rounds

HOURLY = Grid(weeks=2, days=2, slots_per_day=6, slot_minutes=60, day_start="17:00")
# The fewer spaces, the more is refused.
HOUSES = (SPACES[:1], SPACES[1:], SPACES)


def a_space(name, capacity=10, features=(), zone="west"):
    return Space(name, capacity, frozenset(features), zone)


def a_wish_for(name, tenant, *times, **more):
    """`times`: (day, start) or (day, start, penalty)."""
    return a_wish(name, tenant, options=tuple(Option(*time) for time in times), **more)


def a_round(spaces, wishes, grid=HOURLY, tenants=None, **more):
    """Tenants are those who wish, of equal weight, unless they are given."""
    names = dict.fromkeys(wish.tenant for wish in wishes)
    known = tuple(Tenant(name) for name in names) if tenants is None else tuple(tenants)
    return Instance(grid, tuple(spaces), known, tuple(wishes), **more)


@st.composite
def crowded_rounds(draw, most=7):
    """Wishes for one evening in two spaces, that would all fit were it not for each other."""
    spaces = [a_space(name, zone=name) for name in ("hall", "attic")]
    wishes = [_crowding(draw, f"w{number}") for number in range(draw(st.integers(2, most)))]
    pairs = st.tuples(*[st.sampled_from([wish.id for wish in wishes])] * 2)
    conflicts = [one for one in draw(st.lists(pairs, max_size=2)) if one[0] != one[1]]
    tenants = [Tenant(name, draw(st.sampled_from((1.0, 2.5)))) for name in ("choir", "chess", "circus")]
    instance = a_round(spaces, wishes, tenants=tenants, conflicts=tuple(conflicts))
    return replace(instance, held=some_awards(draw, instance)[: draw(st.integers(0, 2))])


def _crowding(draw, name):
    starts = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True))
    return a_wish_for(
        name,
        draw(st.sampled_from(("choir", "chess", "circus"))),
        *((0, start, float(penalty)) for penalty, start in enumerate(starts)),
        slots=draw(st.integers(1, 3)),
        weeks=draw(st.sampled_from(((0, 1), (0,)))),
        priority=draw(st.integers(1, 3)),
        spaces=draw(st.sampled_from((None, frozenset({"hall"}), frozenset({"attic"})))),
    )


@st.composite
def filled(draw, rounds):
    """(instance, awards): awards that keep every rule, not all that could be given among them."""
    instance = draw(rounds)
    return instance, some_awards(draw, instance)


def filled_rounds():
    """Crowded ones, and ones where little fits."""
    return filled(st.one_of(crowded_rounds(), crowded_rounds(), st.sampled_from(HOUSES).flatmap(_small)))


def _small(spaces):
    return small_rounds(7, spaces)


def some_awards(draw, instance):
    """What is held, and most of the others that find a place, in any order."""
    awards, names = list(instance.held), [wish.id for wish in instance.requests]
    without = instance.held_of.keys() | draw(st.sets(st.sampled_from(names), max_size=1))
    for name in draw(st.permutations(names)):
        places = all_places(instance, instance.request_of[name])
        free = [place for place in places if not in_the_way(instance, awards, place)]
        if free and name not in without:
            awards.append(draw(st.sampled_from(free)))
    return tuple(awards)


def slots_of(instance, award):
    """(week, day, slot), each that an award takes."""
    wish = instance.request_of[award.request]
    return {(week, award.day, award.start + n) for week in wish.weeks for n in range(wish.slots)}


def closed_slots(instance, space):
    return {
        (week, one.day, one.start + n)
        for one in instance.closures
        if one.space == space
        for week in one.weeks
        for n in range(one.slots)
    }


def all_places(instance, wish, times=None):
    """Where a wish could go at its own times, or at some; a held one stays where it is."""
    held = [award for award in instance.held if award.request == wish.id]
    if held and times is None:
        return held
    asked = {(option.day, option.start) for option in wish.options} if times is None else times
    places = [
        Award(wish.id, space.id, day, start)
        for day, start in sorted(asked)
        if start + wish.slots <= instance.grid.slots_per_day
        for space in instance.spaces
        if fits(wish, space)
    ]
    return [place for place in places if not slots_of(instance, place) & closed_slots(instance, place.space)]


def in_the_way(instance, awards, place):
    """The requests whose awards keep another from a place."""
    pairs = {frozenset(pair) for pair in instance.conflicts}
    return {
        award.request
        for award in awards
        if award.request != place.request
        and slots_of(instance, award) & slots_of(instance, place)
        and (award.space == place.space or frozenset((award.request, place.request)) in pairs)
    }
