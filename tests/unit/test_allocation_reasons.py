"""Why a wish got nothing, and what would be free: as somebody with the season on paper would count."""

from itertools import product

from hypothesis import given

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award, Closure
from samen.domain.allocation.nearest import MOST
from samen.domain.allocation.reasons import MOST_NAMED, refusals
from support.allocating import a_round, a_space, a_wish_for, all_places, filled_rounds, in_the_way

WEST = a_space("west")


def refused(instance, *awards):
    return {one.request: one for one in refusals(Board(instance), awards)}


def test_a_wish_for_more_people_than_any_space_holds_fits_nowhere():
    instance = a_round([WEST], [a_wish_for("choir", "nova", (0, 0), people=40)])

    choir = refused(instance)["choir"]

    assert (choir.reason, choir.blocked_by, choir.nearest) == ("no_space_fits", (), ())


def test_a_wish_that_would_end_after_the_day_fits_nowhere_but_is_told_what_is_free_before():
    instance = a_round([WEST], [a_wish_for("choir", "nova", (0, 5))])

    choir = refused(instance)["choir"]

    assert choir.reason == "no_space_fits"
    assert choir.nearest[0] == ("west", 0, 4, None)


def test_a_wish_that_names_no_time_is_like_none():
    instance = a_round([WEST], [a_wish_for("choir", "nova")])

    choir = refused(instance)["choir"]

    assert (choir.reason, choir.nearest) == ("no_space_fits", ())


def test_where_only_closures_stand_in_the_way_it_says_closed():
    closure = Closure("west", 0, 0, 2, (1,))
    instance = a_round([WEST], [a_wish_for("choir", "nova", (0, 1))], closures=(closure,))

    choir = refused(instance)["choir"]

    assert choir.reason == "closed"
    assert choir.nearest[0] == ("west", 0, 2, None)


def test_where_only_held_awards_stand_in_the_way_it_says_held():
    held = Award("dance", "west", 0, 0)
    wishes = [a_wish_for("dance", "senne", (0, 0)), a_wish_for("choir", "nova", (0, 1))]
    instance = a_round([WEST], wishes, held=(held,))

    choir = refused(instance, held)["choir"]

    assert (choir.reason, choir.blocked_by) == ("held", ("dance",))


def test_where_only_the_teacher_is_elsewhere_it_says_conflict():
    wishes = [a_wish_for("dance", "senne", (0, 0)), a_wish_for("choir", "nova", (0, 1))]
    instance = a_round([WEST, a_space("east")], wishes, conflicts=(("choir", "dance"),))

    choir = refused(instance, Award("dance", "east", 0, 0))["choir"]

    assert (choir.reason, choir.blocked_by) == ("conflict", ("dance",))
    assert choir.nearest[0] == ("east", 0, 2, None)


def test_whoever_has_the_first_choice_is_named_before_whoever_has_the_second():
    wishes = [
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("yoga", "senne", (1, 0)),
        a_wish_for("choir", "nova", (1, 0, 0.0), (0, 0, 1.0)),
    ]

    choir = refused(a_round([WEST], wishes), Award("dance", "west", 0, 0), Award("yoga", "west", 1, 0))[
        "choir"
    ]

    assert (choir.reason, choir.blocked_by) == ("taken", ("yoga", "dance"))


def test_the_same_time_a_day_later_is_nearer_than_three_hours_later():
    wishes = [a_wish_for("dance", "senne", (0, 0), slots=3), a_wish_for("choir", "nova", (0, 0))]

    choir = refused(a_round([WEST], wishes), Award("dance", "west", 0, 0))["choir"]

    assert [(one.day, one.start) for one in choir.nearest] == [(1, 0), (0, 3), (1, 1), (0, 4), (1, 2)]


def test_of_two_free_spaces_the_one_that_is_heated_anyway_is_offered():
    spaces = [WEST, a_space("cold", 6, zone="north"), a_space("warm", 8, zone="west")]
    wishes = [
        a_wish_for("dance", "senne", (0, 0), slots=4),
        a_wish_for("choir", "nova", (0, 0), spaces=frozenset({"west"})),
    ]
    wishes.append(a_wish_for("yoga", "nova", (0, 1)))

    yoga = refused(a_round(spaces, wishes), Award("dance", "west", 0, 0))["yoga"]

    assert yoga.nearest[0] == ("warm", 0, 1, 0.0)


@given(filled_rounds())
def test_reasons_are_those_of_a_recount_slot_by_slot(filled):
    instance, awards = filled

    found = refused(instance, *awards)

    assert found.keys() == instance.request_of.keys() - {award.request for award in awards}
    for name, one in found.items():
        places = all_places(instance, instance.request_of[name])
        blocking = set().union(*(in_the_way(instance, awards, place) for place in places))
        assert one.reason == expected_reason(instance, name, places, blocking)
        assert set(one.blocked_by) <= blocking
        assert len(one.blocked_by) == min(len(blocking), MOST_NAMED)


def expected_reason(instance, name, places, blocking):
    if not places:
        without = a_round(instance.spaces, instance.requests, held=instance.held)
        return "closed" if all_places(without, instance.request_of[name]) else "no_space_fits"
    if blocking and blocking <= {award.request for award in instance.held}:
        return "held"
    rivals = {other for pair in instance.conflicts if name in pair for other in pair} - {name}
    return "conflict" if blocking and blocking <= rivals else "taken"


@given(filled_rounds())
def test_what_is_offered_is_free_and_none_that_is_nearer_is_left_out(filled):
    instance, awards = filled

    for name, one in refused(instance, *awards).items():
        wish = instance.request_of[name]
        free = free_times(instance, awards, wish)
        offered = [(near.day, near.start) for near in one.nearest]
        assert len(set(offered)) == len(offered) == min(MOST, len(free))
        assert all((near.space, near.day, near.start) in spaces_of(free) for near in one.nearest)
        far = [unlike(instance, wish, at) for at in offered]
        assert far == sorted(unlike(instance, wish, at) for at in free)[: len(offered)]


def free_times(instance, awards, wish):
    """By (day, start), the spaces that are free."""
    times = set(product(range(instance.grid.days), range(instance.grid.slots_per_day)))
    free = {}
    for place in all_places(instance, wish, times):
        if not in_the_way(instance, awards, place):
            free.setdefault((place.day, place.start), set()).add(place.space)
    return free


def spaces_of(free):
    return {(space, *at) for at, spaces in free.items() for space in spaces}


def unlike(instance, wish, at):
    """Slots from the nearest option; a day is two hours."""
    a_day = 120 // instance.grid.slot_minutes
    return min(a_day * abs(at[0] - option.day) + abs(at[1] - option.start) for option in wish.options)
