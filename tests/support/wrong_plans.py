"""Plans that were right, each made wrong in one way; and the small crowded seasons they are for.

Where an award is changed, reasons and figures are made again from the changed awards: nothing gives it away
but the rule that it breaks.
"""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from samen.adapters.allocation_file import digest, write_instance, write_plan
from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Draft
from samen.domain.allocation.instance import Award, Closure, Instance, Policy, Tenant
from samen.domain.allocation.plan import Bounds, Plan, Stage
from samen.domain.allocation.propose import complete
from samen.domain.allocation.shadow import first_come
from support.allocating import a_round, a_space, a_wish_for, all_places, in_the_way

REASONS = ("no_space_fits", "closed", "held", "conflict", "taken")


def a_season(seed: int) -> Instance:
    """Sixteen wishes for three spaces on two days; one award is held."""
    dice = Random(f"season {seed}")
    spaces = [a_space("hall", 30, ["stage"]), a_space("room", 9), a_space("attic", 9, zone="east")]
    tenants = [Tenant("choir", 2.0), Tenant("chess"), Tenant("circus", 0.1)]
    wishes = [_a_wish(dice, f"w{number}") for number in range(16)]
    pairs = tuple(tuple(dice.sample([one.id for one in wishes], 2)) for _ in range(8))
    closures = (Closure("hall", 0, 0, 3, (0,)), Closure("attic", 1, 4, 2, (0, 1)))
    policy = Policy(entitlements_bind=dice.random() < 0.5)
    free = a_round(spaces, wishes, tenants=tenants, closures=closures, conflicts=pairs, policy=policy)
    return replace(free, held=first_come(Board(free)).awards[:1])


def _a_wish(dice, name):
    times = [
        (dice.randrange(2), dice.randrange(6), dice.choice((0.0, 1.0))) for _ in range(dice.randint(1, 3))
    ]
    return a_wish_for(
        name,
        dice.choice(("choir", "chess", "circus")),
        *times,
        people=dice.choice((5, 5, 5, 12, 25, 40)),
        features=frozenset({"stage"} if dice.random() < 0.1 else ()),
        slots=dice.randint(1, 3),
        weeks=dice.choice(((0,), (1,), (0, 1))),
        spaces=dice.choice((None, None, frozenset({"room", "attic"}))),
    )


@dataclass
class Case:
    """A season with a right plan for it."""

    instance: Instance
    plan: Plan

    @cached_property
    def text(self):
        return write_plan(self.plan)

    def raw(self):
        """To be changed."""
        return json.loads(self.text)

    def with_awards(self, awards):
        """What a solver that broke a rule would hand over."""
        draft = Draft(self.plan.method, tuple(awards))
        made = complete(Board(self.instance), self.plan.instance_sha256, self.plan.seed, draft)
        return json.loads(write_plan(made))

    def moved(self, award, to):
        return self.with_awards([to if one == award else one for one in self.plan.awards])


def the_case(seed: int) -> Case:
    instance = a_season(seed)
    board = Board(instance)
    plan = complete(board, digest(write_instance(instance)), 1, first_come(board))
    least = plan.metrics.min_satisfaction
    fair, warm = Stage("A worst-off", least, least, True, 0.1), Stage("C energy", 9.0, 8.0, False, 0.1)
    bounds = Bounds(1.5, plan.metrics.granted_hours + 1)
    return Case(instance, replace(plan, bounds=bounds, stages=(fair, warm)))


# --- awards ------------------------------------------------------------------------------------------


def _free_to_move(case):
    return [award for award in case.plan.awards if award not in case.instance.held]


def _somewhere(case, award, dice):
    """Every place on the grid, in any order."""
    grid, slots = case.instance.grid, case.instance.request_of[award.request].slots
    places = [
        Award(award.request, space.id, day, start)
        for space in case.instance.spaces
        for day in range(grid.days)
        for start in range(grid.slots_per_day - slots + 1)
    ]
    return dice.sample(places, len(places))


def _moved_where(case, dice, is_wrong):
    for award in dice.sample(_free_to_move(case), len(_free_to_move(case))):
        others = [one for one in case.plan.awards if one != award]
        for place in _somewhere(case, award, dice):
            if place != award and is_wrong(case.instance.request_of[award.request], others, place):
                return case.moved(award, place)
    return None


def to_where_nobody_asked(case, dice):
    return _moved_where(
        case, dice,
        lambda wish, _, place: (place.day, place.start) not in {one[:2] for one in wish.options},
    )  # fmt: skip


def to_a_space_that_does_not_do(case, dice):
    """Too small, without what is needed, or not among those that were named."""

    def unfit(wish, others, place):
        return place not in all_places(case.instance, wish, [place[2:]]) and not _closed(case, place)

    return _moved_where(case, dice, unfit)


def into_a_closure(case, dice):
    return _moved_where(case, dice, lambda _, __, place: _closed(case, place))


def _closed(case, place):
    anyone = replace(case.instance.request_of[place.request], people=0, features=frozenset(), spaces=None)
    return place not in all_places(case.instance, anyone, [place[2:]])


def onto_another(case, dice):
    def taken(wish, others, place):
        same = [one for one in others if one.space == place.space]
        return place in all_places(case.instance, wish) and in_the_way(case.instance, same, place)

    return _moved_where(case, dice, taken)


def to_meet_a_rival(case, dice):
    """In a space that is free then."""

    def meets(wish, others, place):
        same = [one for one in others if one.space == place.space]
        blocked = in_the_way(case.instance, others, place) and not in_the_way(case.instance, same, place)
        return place in all_places(case.instance, wish) and blocked

    return _moved_where(case, dice, meets)


def a_refused_one_granted_over_others(case, dice):
    for refused in dice.sample(case.plan.refusals, len(case.plan.refusals)):
        places = all_places(case.instance, case.instance.request_of[refused.request])
        blocked = [one for one in places if in_the_way(case.instance, case.plan.awards, one)]
        if blocked:
            return case.with_awards([*case.plan.awards, dice.choice(blocked)])
    return None


def a_held_one_moved(case, dice):
    award = case.instance.held[0]
    return case.moved(award, next(one for one in _somewhere(case, award, dice) if one != award))


def a_held_one_refused(case, dice):
    return case.with_awards([one for one in case.plan.awards if one not in case.instance.held])


def two_swapped(case, dice):
    """Both would be where they did not ask to be."""
    free = _free_to_move(case)
    for one, other in [dice.sample(free, 2) for _ in range(10)] if len(free) > 1 else []:
        asked = {option[:2] for option in case.instance.request_of[one.request].options}
        if other[2:] not in asked:
            places = {one: one._replace(space=other.space, day=other.day, start=other.start)}
            places[other] = other._replace(space=one.space, day=one.day, start=one.start)
            return case.raw() | {"awards": [places.get(each, each)._asdict() for each in case.plan.awards]}
    return None


def off_the_grid(case, dice):
    raw = case.raw()
    award = dice.choice(raw["awards"])
    award[dice.choice(("day", "start"))] = dice.choice((-1, 99))
    return raw


# --- who is answered ---------------------------------------------------------------------------------


def one_dropped(case, dice):
    raw = case.raw()
    answers = raw[dice.choice([key for key in ("awards", "refusals") if raw[key]])]
    answers.pop(dice.randrange(len(answers)))
    return raw


def one_doubled(case, dice):
    raw = case.raw()
    answers = raw[dice.choice([key for key in ("awards", "refusals") if raw[key]])]
    answers.append(dice.choice(answers))
    return raw


def one_elsewhere_too(case, dice):
    raw = case.raw()
    award = dice.choice(case.plan.awards)
    raw["awards"].append(_somewhere(case, award, dice)[0]._asdict())
    return raw


def an_award_refused_too(case, dice):
    raw = case.raw()
    raw["refusals"].append({"request": dice.choice(raw["awards"])["request"], "reason": "taken"})
    return raw


def an_award_taken_away(case, dice):
    """And refused; the figures are left."""
    raw = case.raw()
    gone = raw["awards"].pop(dice.randrange(len(raw["awards"])))
    raw["refusals"].append({"request": gone["request"], "reason": "taken"})
    return raw


def a_name_changed(case, dice):
    raw = case.raw()
    one = dice.choice(raw["awards"] + raw["refusals"])
    one[dice.choice([key for key in ("request", "space") if key in one])] += "x"
    return raw


def anothers_name(case, dice):
    raw = case.raw()
    one, other = dice.sample(raw["awards"] + raw["refusals"], 2)
    one["request"] = other["request"]
    return raw


# --- figures -----------------------------------------------------------------------------------------


def a_figure_changed(case, dice):
    raw = case.raw()
    figures = dice.choice([raw["metrics"], *raw["metrics"]["tenants"].values()])
    name = dice.choice([key for key in figures if key != "tenants"])
    figures[name] += dice.choice((1, -1)) if name == "zone_starts" else dice.choice((0.5, -0.01, 1e-4))
    return raw


def a_figure_that_is_none(case, dice):
    raw = case.raw()
    figures = dice.choice(list(raw["metrics"]["tenants"].values()))
    figures[dice.choice(list(figures))] = dice.choice((None, "1", True, [], float("nan"), float("inf")))
    return raw


def a_tenant_without_figures(case, dice):
    raw = case.raw()
    del raw["metrics"]["tenants"][dice.choice(list(raw["metrics"]["tenants"]))]
    return raw


def a_tenant_nobody_knows(case, dice):
    raw = case.raw()
    raw["metrics"]["tenants"]["nobody"] = dict(raw["metrics"]["tenants"]["choir"])
    return raw


def a_bound_below_what_is_reached(case, dice):
    raw = case.raw()
    name = dice.choice(("min_satisfaction", "granted_hours"))
    hours = case.plan.metrics.granted_hours
    raw["bounds"][name] = (hours if name == "granted_hours" else raw["metrics"][name]) - dice.choice(
        (1, 0.01)
    )
    return raw


def a_proof_that_proves_nothing(case, dice):
    raw = case.raw()
    raw["stages"][0]["bound"] = dice.choice((None, raw["stages"][0]["value"] + dice.choice((0.1, -0.1))))
    return raw


def a_stage_beyond_its_bound(case, dice):
    raw = case.raw()
    stage, beyond = dice.choice(((raw["stages"][0], -0.1), (raw["stages"][1], 0.1)))
    stage |= {"bound": stage["value"] + beyond, "proved": False}
    return raw


def a_stage_told_twice(case, dice):
    raw = case.raw()
    raw["stages"] *= 2
    return raw


# --- refusals ----------------------------------------------------------------------------------------


def _one_refused(case, dice, is_fit=lambda _: True):
    raw = case.raw()
    fit = [one for one in raw["refusals"] if is_fit(one)]
    return raw, dice.choice(fit) if fit else None


def another_reason(case, dice):
    raw, refused = _one_refused(case, dice)
    if refused is None:
        return None
    others = ("whim", *(reason for reason in REASONS if reason != refused["reason"]))
    refused["reason"] = dice.choice(others)
    return raw


def blamed_who_is_not_in_the_way(case, dice):
    raw, refused = _one_refused(case, dice)
    if refused is None:
        return None
    wish = case.instance.request_of[refused["request"]]
    places = all_places(case.instance, wish)
    in_its_way = {name for place in places for name in in_the_way(case.instance, case.plan.awards, place)}
    others = [one.id for one in case.instance.requests if one.id not in in_its_way]
    refused["blocked_by"].append(dice.choice(others))
    return raw


def nobody_blamed(case, dice):
    raw, refused = _one_refused(case, dice, lambda one: one["blocked_by"])
    if refused:
        refused["blocked_by"] = []
    return refused and raw


def blamed_twice(case, dice):
    raw, refused = _one_refused(case, dice, lambda one: one["blocked_by"])
    if refused:
        refused["blocked_by"].append(refused["blocked_by"][0])
    return refused and raw


def free_where_it_is_not(case, dice):
    raw, refused = _one_refused(case, dice)
    if refused is None:
        return None
    wish = case.instance.request_of[refused["request"]]
    for place in _somewhere(case, Award(wish.id, "", 0, 0), dice):
        fit = all_places(case.instance, wish, [place[2:]])
        if place not in fit or in_the_way(case.instance, case.plan.awards, place):
            penalty = wish.penalties.get(place[2:])
            refused["nearest"].append({**place._asdict(), "penalty": penalty})
            return raw
    return None


def more_welcome_than_it_is(case, dice):
    raw, refused = _one_refused(case, dice, lambda one: one["nearest"])
    if refused:
        place = dice.choice(refused["nearest"])
        place["penalty"] = 7.0 if place["penalty"] is None else None
    return refused and raw


# --- files -------------------------------------------------------------------------------------------


def for_another_instance(case, dice):
    raw = case.raw()
    place = dice.randrange(64)
    other = dice.choice([one for one in "0123456789abcdef" if one != raw["instance_sha256"][place]])
    raw["instance_sha256"] = raw["instance_sha256"][:place] + other + raw["instance_sha256"][place + 1 :]
    return raw


def of_another_version(case, dice):
    return case.raw() | {"version": dice.choice((0, 2, "1", 1.5, None))}


def something_missing(case, dice):
    raw = case.raw()
    whole = dice.choice([raw, raw["metrics"], *raw["awards"]])
    del whole[dice.choice([key for key in whole if key not in {"bounds", "stages"}])]
    return raw


def of_another_kind(case, dice):
    raw = case.raw()
    dice.choice(raw["awards"])[dice.choice(("day", "start", "space", "request"))] = dice.choice(
        (None, True, 0.5, [], {}, "")
    )
    return raw


def a_name_given_twice(case, dice):
    text = json.dumps(case.raw())
    return text.replace('"seed": 1', '"seed": 1, "seed": 2').encode()


def cut_off(case, dice):
    return case.text[: dice.randrange(len(case.text) - 2)]


WAYS = (
    to_where_nobody_asked, to_a_space_that_does_not_do, into_a_closure, onto_another, to_meet_a_rival,
    a_refused_one_granted_over_others, a_held_one_moved, a_held_one_refused, two_swapped, off_the_grid,
    one_dropped, one_doubled, one_elsewhere_too, an_award_refused_too, an_award_taken_away, a_name_changed,
    anothers_name, a_figure_changed, a_figure_that_is_none, a_tenant_without_figures, a_tenant_nobody_knows,
    a_bound_below_what_is_reached, a_proof_that_proves_nothing, a_stage_beyond_its_bound, a_stage_told_twice,
    another_reason,
    blamed_who_is_not_in_the_way, nobody_blamed, blamed_twice, free_where_it_is_not, more_welcome_than_it_is,
    for_another_instance, of_another_version, something_missing, of_another_kind, a_name_given_twice, cut_off,
)  # fmt: skip


def written(raw) -> bytes:
    return raw if isinstance(raw, bytes) else json.dumps(raw).encode()


def wrong_plans(case: Case, dice: Random, ways=WAYS):
    """(how it was made wrong, the file), each way that there is something to do it to."""
    for way in ways:
        raw = way(case, dice)
        if raw is not None:
            yield way.__name__, written(raw)
