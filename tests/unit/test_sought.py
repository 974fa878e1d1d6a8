"""How sought after a week's times are, from wishes filed so far."""

from samen.domain.allocation.sought import Level, Sought
from support.allocating import a_round, a_space
from support.allocating import a_wish_for as a_wish

MINE = a_wish("mine", "choir", (0, 0))
TWO_ROOMS = [a_space("iris"), a_space("lotus", zone="east")]


def levels_of(wishes, spaces=TWO_ROOMS, wish=MINE, **more):
    return Sought(a_round(spaces, [wish, *wishes], **more)).week(wish)


def test_a_time_is_quiet_while_fewer_others_want_it_than_there_are_rooms():
    week = levels_of([a_wish("one", "band", (0, 2))])

    assert {week.level(0, start, 2) for start in range(5)} == {Level.QUIET}


def test_a_time_that_as_many_want_as_there_are_rooms_is_sought_after_and_very_much_so_as_their_first_choice():
    alternative = [a_wish("one", "band", (0, 2)), a_wish("two", "club", (1, 0), (0, 2, 1.0))]
    first = [a_wish("one", "band", (0, 2)), a_wish("two", "club", (0, 2))]

    assert levels_of(alternative).level(0, 2, 2) is Level.SOUGHT
    assert levels_of(first).level(0, 2, 2) is Level.VERY


def test_a_span_is_as_sought_after_as_its_worst_slot():
    week = levels_of([a_wish("one", "band", (0, 3)), a_wish("two", "club", (0, 3))])

    assert [week.level(0, start, 2) for start in range(5)] == [
        Level.QUIET,
        Level.QUIET,
        Level.VERY,
        Level.VERY,
        Level.VERY,
    ]


def test_ones_own_wishes_and_those_that_could_not_meet_it_crowd_nobody_out():
    own = [a_wish("one", "choir", (0, 2)), a_wish("two", "choir", (0, 2))]
    elsewhere = [a_wish("three", "band", (0, 2), people=99), a_wish("four", "club", (0, 2), people=99)]
    other_weeks = a_wish("even", "choir", (0, 2), weeks=(1,))
    in_odd_ones = [a_wish("five", "band", (0, 2), weeks=(0,)), a_wish("six", "club", (0, 2), weeks=(0,))]

    assert levels_of(own + elsewhere).level(0, 2, 2) is Level.QUIET
    assert levels_of(in_odd_ones, wish=other_weeks).level(0, 2, 2) is Level.QUIET


def test_where_no_room_fits_nothing_is_open():
    crowd = a_wish("crowd", "choir", (0, 0), people=99)

    assert levels_of([], wish=crowd).level(0, 0, 2) is Level.CLOSED


def test_what_is_quiet_and_warm_already_is_named_the_nearest_first():
    rehearsals = [
        a_wish("one", "band", (0, 2), spaces=["iris"]),
        a_wish("two", "club", (1, 2), spaces=["iris"]),
    ]

    week = levels_of(rehearsals)

    assert week.hints(2, near=(1, 3), without=()) == [(1, 2), (0, 2)]
    assert week.hints(2, near=(1, 3), without=[(1, 2)]) == [(0, 2)]
