"""Why a wish lost: who has what it wanted, by which rule, and nobody's name that is not published."""

import json

import pytest
from hypothesis import given

from samen.domain.allocation.board import Board
from samen.domain.allocation.explain import explain
from samen.domain.allocation.explain_words import in_sentences
from samen.domain.allocation.explanation import Rule, Verdict
from samen.domain.allocation.instance import Award, Closure, Tenant
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.plain import plain
from samen.domain.allocation.plan import Plan
from samen.domain.allocation.reasons import refusals
from samen.domain.allocation.redaction import Names, redacted
from support.allocating import a_round, a_space, a_wish_for, filled_rounds, in_the_way

WEST = a_space("west")
DANCE = Award("dance", "west", 0, 0)


def a_plan(instance, *awards):
    board = Board(instance)
    return Plan("digest", 7, "greedy", awards, refusals(board, awards), metrics(board, awards))


def explained(instance, *awards, name="choir"):
    return explain(instance, a_plan(instance, *awards), name)


def rule(dance=(), choir=(), others=(), awards=(DANCE,), **more):
    """By which rule the dance stands above the choir; each with settings of its own."""
    wishes = [
        a_wish_for("dance", "senne", (0, 0), **dict(dance)),
        a_wish_for("choir", "nova", (0, 0), **dict(choir)),
        *others,
    ]
    told = explained(a_round([WEST], wishes, **more), *awards)
    return told.options[0].holders[0].stands_above


def test_whoever_would_have_less_without_its_award_stands_above():
    yoga = a_wish_for("yoga", "nova", (1, 0))

    found = rule(others=[yoga], awards=(DANCE, Award("yoga", "west", 1, 0)))

    assert found == (Rule.LOWER_SATISFACTION, 0.0, 0.5)


def test_among_equals_the_more_urgent_stands_above():
    assert rule(dance={"priority": 3}) == (Rule.HIGHER_PRIORITY, 3, 1)


def test_among_equals_more_credit_stands_above():
    tenants = [Tenant("senne", credit=4.0), Tenant("nova", credit=-4.0)]

    assert rule(tenants=tenants) == (Rule.MORE_CREDIT, 4.0, -4.0)


def test_among_equals_the_longer_stands_above():
    assert rule(choir={"slots": 1}) == (Rule.LONGER, 4.0, 2.0)


def test_those_alike_in_everything_were_drawn_by_lot():
    assert rule() == (Rule.LOT, None, None)


def test_a_wish_that_comes_first_by_itself_is_told_that_the_plan_as_a_whole_decided():
    assert rule(choir={"priority": 3}) == (Rule.WHOLE, 1, 3)


def test_a_held_award_stands_above_all():
    assert rule(choir={"priority": 3}, held=(DANCE,)).rule is Rule.HELD


def test_a_tenant_stands_in_its_own_way():
    wishes = [a_wish_for("dance", "nova", (0, 0)), a_wish_for("choir", "nova", (0, 0))]

    told = explained(a_round([WEST], wishes), DANCE)

    assert told.options[0].holders[0].stands_above.rule is Rule.OWN


def test_each_option_says_what_became_of_it():
    wishes = [
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("choir", "nova", (0, 0), (0, 5, 1.0), (1, 0, 2.0), (1, 2, 3.0)),
    ]
    instance = a_round([WEST], wishes, closures=(Closure("west", 1, 0, 1, (1,)),))

    told = explained(instance, DANCE)

    assert [one.verdict for one in told.options] == [
        Verdict.BLOCKED,
        Verdict.NO_SPACE_FITS,
        Verdict.CLOSED,
        Verdict.FREE,
    ]
    assert (told.reason, told.nearest[0]) == ("left_free", ("west", 1, 2, 3.0))


def test_a_wish_that_got_its_second_choice_is_told_who_has_the_first():
    wishes = [a_wish_for("dance", "senne", (0, 0)), a_wish_for("choir", "nova", (0, 0), (1, 0, 1.0))]

    told = explained(a_round([WEST], wishes), DANCE, Award("choir", "west", 1, 0))

    assert (told.reason, told.award[:3], told.price) == ("granted", ("west", 1, 0), None)
    assert [holder.who.request for option in told.options for holder in option.holders] == ["dance"]


def test_it_is_told_in_sentences():
    wishes = [a_wish_for("dance", "senne", (0, 0), (0, 3)), a_wish_for("choir", "nova", (0, 0), people=8)]

    lines = in_sentences(explained(a_round([WEST], wishes), DANCE), Names.TENANTS)

    assert lines[:3] == [
        "choir of nova: others have what it asked for.",
        "nova has 0% of what it is owed.",
        "day 0, 17:00 to 19:00: not free.",
    ]
    assert lines[3].startswith("  senne has west, day 0, 17:00 to 19:00: taken by themselves you would ")
    assert lines[4].startswith(
        "Free beside the plan: west, day 0, 19:00 to 21:00; west, day 1, 17:00 to 19:00"
    )
    assert lines[5:] == [
        "The price of a yes at west, day 0, 17:00 to 19:00 (nothing less would do):",
        "  senne would move from west, day 0, 17:00 to 19:00 to west, day 0, 20:00 to 22:00",
        "  4 h would move, 0 h would be lost",
    ]


@pytest.mark.parametrize(("names", "shown"), [(Names.NONE, set()), (Names.TENANTS, {"tenant"})])
@given(filled=filled_rounds())
def test_no_name_of_another_is_told_that_the_round_does_not_publish(names, shown, filled):
    instance, awards = filled

    for request in instance.requests:
        told = explain(instance, a_plan(instance, *awards), request.id, looks=50)
        text = json.dumps(plain(redacted(told, names)))
        lines = "\n".join(in_sentences(told, names))

        for other in instance.requests:
            if other.tenant != request.tenant:
                assert not named(other.id, text, lines)
                assert "tenant" in shown or not named(other.tenant, text, lines)


def named(name, text, lines):
    """Names of the drawn rounds do not begin like one another."""
    return name in text or name in lines


@given(filled_rounds())
def test_with_all_names_whoever_is_in_the_way_is_told(filled):
    instance, awards = filled

    for request in instance.requests:
        told = explain(instance, a_plan(instance, *awards), request.id, looks=50)

        for option in told.options:
            places = [
                place
                for place in Board(instance).places[request.id]
                if (place.award.day, place.award.start) == (option.day, option.start)
            ]
            blocking = [in_the_way(instance, awards, place.award) for place in places]
            everybody = set().union(*blocking) if all(blocking) else set()
            assert {holder.who.request for holder in option.holders} == everybody
            assert (option.verdict is Verdict.FREE) == (not all(blocking))
