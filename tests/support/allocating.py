"""Small rounds to allocate, built by hand or drawn; and awards recounted slot by slot, without bits."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from samen.domain.allocation.board import fits
from samen.domain.allocation.instance import (
    Award,
    Closure,
    Grid,
    Instance,
    Option,
    Policy,
    Request,
    Space,
    Tenant,
)

OPENED_AT = datetime(2027, 1, 5, 10, tzinfo=UTC)
SMALL = Grid(weeks=2, days=2, slots_per_day=6, slot_minutes=60, day_start="17:00")


def a_space(name, capacity=10, features=(), zone="west"):
    return Space(name, capacity, frozenset(features), zone)


def a_wish(name, tenant, *times, **more):
    """`times`: (day, start) or (day, start, penalty)."""
    settings = {
        "people": 5,
        "features": (),
        "slots": 2,
        "weeks": (0, 1),
        "priority": 1,
        "minute": 0,
        "spaces": None,
    }
    settings.update(more)
    return Request(
        name,
        tenant,
        settings["people"],
        frozenset(settings["features"]),
        settings["slots"],
        tuple(settings["weeks"]),
        settings["priority"],
        OPENED_AT + timedelta(minutes=settings["minute"]),
        tuple(Option(*time) for time in times),
        None if settings["spaces"] is None else frozenset(settings["spaces"]),
    )


def a_round(spaces, wishes, grid=SMALL, tenants=None, **more):
    """Tenants are those who wish, of equal weight, unless they are given."""
    names = dict.fromkeys(wish.tenant for wish in wishes)
    known = tuple(Tenant(name) for name in names) if tenants is None else tuple(tenants)
    return Instance(grid, tuple(spaces), known, tuple(wishes), **more)


@st.composite
def rounds(draw, most_wishes=7):
    """Crowded little rounds: closures, conflicts, and held awards that keep the rules."""
    spaces = [
        Space(
            f"space-{n}", draw(st.integers(3, 9)), frozenset(draw(st.sets(st.just("piano")))), f"zone-{n % 2}"
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    names = [f"tenant-{n}" for n in range(draw(st.integers(1, 4)))]
    tenants = [Tenant(name, draw(st.sampled_from((0.5, 1.0, 3.0)))) for name in names]
    wishes = [_wish(draw, f"wish-{n}", names, spaces) for n in range(draw(st.integers(1, most_wishes)))]
    ids = [wish.id for wish in wishes]
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda pair: pair[0] < pair[1])
    conflicts = draw(st.lists(pairs, max_size=3)) if len(ids) > 1 else []
    closed = st.builds(
        Closure,
        st.sampled_from([one.id for one in spaces]),
        st.integers(0, 1),
        st.just(1),
        st.integers(1, 5),
        st.just((0,)),
    )
    policy = Policy(entitlements_bind=draw(st.booleans()))
    free = Instance(
        SMALL,
        tuple(spaces),
        tuple(tenants),
        tuple(wishes),
        tuple(draw(st.lists(closed, max_size=2))),
        conflicts=tuple(conflicts),
        policy=policy,
    )
    held = some_awards(draw, free, most=2)
    return Instance(
        SMALL, free.spaces, free.tenants, free.requests, free.closures, held, (), free.conflicts, policy
    )


def _wish(draw, name, tenants, spaces):
    times = draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.sampled_from((0.0, 1.0))), max_size=3)
    )
    only = draw(st.none() | st.sets(st.sampled_from([space.id for space in spaces]), min_size=1))
    return a_wish(
        name,
        draw(st.sampled_from(tenants)),
        *times,
        people=draw(st.integers(1, 9)),
        features=draw(st.sets(st.just("piano"))) if draw(st.booleans()) else (),
        slots=draw(st.integers(1, 3)),
        weeks=draw(st.sampled_from(((0,), (1,), (0, 1)))),
        priority=draw(st.integers(1, 3)),
        minute=draw(st.integers(0, 3)),
        spaces=only,
    )


def some_awards(draw, instance, most=99):
    """Awards that keep every rule, held ones first."""
    awards = list(instance.held)
    for wish in draw(st.permutations(instance.requests)):
        if len(awards) >= most or wish.id in {award.request for award in awards}:
            continue
        free = [place for place in all_places(instance, wish) if not in_the_way(instance, awards, place)]
        if free:
            awards.append(draw(st.sampled_from(free)))
    return tuple(awards)


@st.composite
def filled_rounds(draw, most_wishes=7):
    """(instance, awards): awards that keep every rule, not all that could be given among them."""
    instance = draw(rounds(most_wishes))
    return instance, some_awards(draw, instance, draw(st.integers(0, most_wishes)))


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
