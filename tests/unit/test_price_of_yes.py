"""What a yes would cost the others: never more than trying every way would find."""

from hypothesis import given

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award
from samen.domain.allocation.price_of_yes import LOST, Certainty, price_of_yes
from samen.domain.allocation.standing import Standing
from support.allocating import (
    a_round,
    a_space,
    a_wish_for,
    all_places,
    crowded_rounds,
    filled,
    filled_rounds,
    in_the_way,
)

WEST, EAST = a_space("west"), a_space("east")


def price(instance, name, *awards, **more):
    return price_of_yes(Standing(Board(instance), awards), instance.request_of[name], **more)


def test_whoever_is_in_the_way_moves_to_the_other_space():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), spaces=frozenset({"west"})),
        a_wish_for("dance", "senne", (0, 0)),
    ]
    dance = Award("dance", "west", 0, 0)

    found = price(a_round([WEST, EAST], wishes), "choir", dance)

    assert (found.certainty, found.place) == (Certainty.PROVED, Award("choir", "west", 0, 0))
    assert (found.moved, found.dropped) == (((dance, Award("dance", "east", 0, 0)),), ())


def test_a_chain_of_moves_is_found():
    wishes = [
        a_wish_for("choir", "nova", (0, 0)),
        a_wish_for("dance", "senne", (0, 0), (0, 2)),
        a_wish_for("yoga", "senne", (0, 2), (0, 4)),
    ]

    found = price(a_round([WEST], wishes), "choir", Award("dance", "west", 0, 0), Award("yoga", "west", 0, 2))

    assert [move.after for move in found.moved] == [Award("dance", "west", 0, 2), Award("yoga", "west", 0, 4)]
    assert (found.certainty, found.dropped) == (Certainty.PROVED, ())


def test_who_moves_may_have_what_another_who_moves_leaves():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), slots=1),
        a_wish_for("dance", "senne", (0, 0), (0, 2)),
        a_wish_for("yoga", "senne", (0, 2), (0, 1), slots=1),
    ]
    dance, yoga = Award("dance", "west", 0, 0), Award("yoga", "west", 0, 2)

    found = price(a_round([WEST], wishes), "choir", dance, yoga)

    assert [move.after for move in found.moved] == [Award("dance", "west", 0, 2), Award("yoga", "west", 0, 1)]
    assert (found.certainty, found.dropped) == (Certainty.PROVED, ())


def test_a_long_one_moves_too_where_that_costs_less_than_a_short_one_dropped():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), spaces=frozenset({"west"})),
        a_wish_for("dance", "senne", (0, 0), (1, 0), spaces=frozenset({"west"})),
        a_wish_for("fair", "senne", (1, 0), slots=5),
    ]
    dance, fair = Award("dance", "west", 0, 0), Award("fair", "west", 1, 0)

    found = price(a_round([WEST, EAST], wishes), "choir", dance, fair)

    assert [move.after for move in found.moved] == [Award("dance", "west", 1, 0), Award("fair", "east", 1, 0)]


def test_two_that_may_not_meet_do_not_move_to_one_time():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), slots=4, spaces=frozenset({"west"})),
        a_wish_for("dance", "senne", (0, 0), (0, 4)),
        a_wish_for("yoga", "senne", (0, 2), (0, 4)),
        a_wish_for("fair", "senne", (0, 0), slots=4, spaces=frozenset({"east"})),
    ]
    held = Award("fair", "east", 0, 0)
    dance, yoga = Award("dance", "west", 0, 0), Award("yoga", "west", 0, 2)

    free = price(a_round([WEST, EAST], wishes, held=(held,)), "choir", dance, yoga, held)
    kept_apart = a_round([WEST, EAST], wishes, held=(held,), conflicts=(("dance", "yoga"),))
    found = price(kept_apart, "choir", dance, yoga, held)

    assert (len(free.moved), len(free.dropped)) == (2, 0)
    assert (len(found.moved), len(found.dropped)) == (1, 1)


def test_where_nobody_can_move_the_shorter_of_two_is_dropped():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), (1, 0)),
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("yoga", "senne", (1, 0), slots=1),
    ]
    yoga = Award("yoga", "west", 1, 0)

    found = price(a_round([WEST], wishes), "choir", Award("dance", "west", 0, 0), yoga)

    assert (found.certainty, found.moved, found.dropped) == (Certainty.PROVED, (), (yoga,))


def test_what_is_held_gives_way_to_nobody():
    held = Award("dance", "west", 0, 0)
    wishes = [a_wish_for("choir", "nova", (0, 1)), a_wish_for("dance", "senne", (0, 0), (1, 0))]

    found = price(a_round([WEST], wishes, held=(held,)), "choir", held)

    assert (found.certainty, found.place) == (Certainty.IMPOSSIBLE, None)


def test_with_hardly_a_look_it_says_that_this_is_the_best_it_found():
    wishes = [a_wish_for("choir", "nova", (0, 0)), a_wish_for("dance", "senne", (0, 0), (1, 0))]
    dance = Award("dance", "west", 0, 0)

    found = price(a_round([WEST], wishes), "choir", dance, looks=0)

    assert (found.certainty, found.moved, found.dropped) == (Certainty.BEST_FOUND, (), (dance,))


@given(filled(crowded_rounds(6)))
def test_the_price_is_what_trying_every_way_finds(round_and_awards):
    instance, awards = round_and_awards

    for wish in refused(instance, awards):
        found = price(instance, wish.id, *awards)

        least = cheapest(instance, awards, wish)
        assert found.certainty is (Certainty.IMPOSSIBLE if least is None else Certainty.PROVED)
        assert cost(instance, found) == (least or 0)


@given(filled_rounds())
def test_after_a_yes_every_rule_is_kept_however_short_the_search(round_and_awards):
    instance, awards = round_and_awards

    for wish in refused(instance, awards):
        found = price(instance, wish.id, *awards, looks=3)

        if found.place:
            assert_keeps_rules(instance, awards, found)


def refused(instance, awards):
    given_to = {award.request for award in awards}
    return [wish for wish in instance.requests if wish.id not in given_to]


def assert_keeps_rules(instance, awards, found):
    gone = {*found.dropped, *(move.before for move in found.moved)}
    assert gone <= set(awards) - set(instance.held)
    after = [*(set(awards) - gone), *(move.after for move in found.moved), found.place]
    assert all(not in_the_way(instance, after, award) for award in after)
    for award in (found.place, *(move.after for move in found.moved)):
        assert award in all_places(instance, instance.request_of[award.request])


def cost(instance, found):
    def weigh(awards):
        return sum(instance.request_of[award.request].slot_weeks for award in awards)

    return weigh(move.before for move in found.moved) + LOST * weigh(found.dropped)


def cheapest(instance, awards, wish):
    """By trying for each award: to stay, to go to any place of its wish, to be dropped."""
    held = set(instance.held)
    prices = [
        least
        for place in all_places(instance, wish)
        if (least := settle(instance, [place], [one for one in awards if one not in held], sorted(held)))
        is not None
    ]
    return min(prices, default=None)


def settle(instance, settled, left, held):
    if any(in_the_way(instance, settled, one) for one in [*settled, *held]):
        return None
    if not left:
        return 0
    award, *others = left
    wish = instance.request_of[award.request]
    ways = [(0, [award]), (LOST * wish.slot_weeks, [])]
    ways += [(wish.slot_weeks, [one]) for one in all_places(instance, wish) if one != award]
    costs = [
        step + rest
        for step, chosen in ways
        if (rest := settle(instance, [*settled, *chosen], others, held)) is not None
    ]
    return min(costs, default=None)
