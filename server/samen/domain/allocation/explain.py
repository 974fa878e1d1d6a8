"""Who has what a wish asked for, by which rule, what would be free, and what a yes would have cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import isclose

from samen.domain.allocation.board import Board, Place, times
from samen.domain.allocation.explanation import (
    Comparison,
    Explanation,
    Holder,
    Lost,
    Moved,
    OptionTold,
    PriceTold,
    Rule,
    Verdict,
    When,
    Who,
)
from samen.domain.allocation.instance import Award, Instance, Request
from samen.domain.allocation.measure import owed
from samen.domain.allocation.plan import Plan, Refused
from samen.domain.allocation.price_of_yes import LOOKS, price_of_yes
from samen.domain.allocation.reasons import MOST_NAMED, refusal
from samen.domain.allocation.standing import Standing

GRANTED = "granted"
LEFT_FREE = "left_free"


def explain(instance: Instance, plan: Plan, request_id: str, looks: int = LOOKS) -> Explanation:
    """For the tenant that made the request, with every name: `redacted` takes away what is not for its eyes.

    `looks` bounds the search for the price of a yes. Raises KeyError for a request that is not there.
    """
    standing = Standing(Board(instance), plan.awards)
    return _Explainer(standing, instance.request_of[request_id]).explanation(plan.seed, looks)


class _Explainer:
    """Knows how well everybody is served."""

    def __init__(self, standing: Standing, request: Request) -> None:
        self._standing, self._request = standing, request
        self._board, self._instance = standing.board, standing.board.instance
        self._owed = owed(self._instance)
        self._granted: defaultdict[str, int] = defaultdict(int)
        for name in standing.place_of:
            self._granted[self._asked(name).tenant] += self._asked(name).slot_weeks

    def explanation(self, seed: int, looks: int) -> Explanation:
        request = self._request
        got = self._standing.place_of.get(request.id)
        refused = None if got else refusal(self._standing, request)
        options = tuple(self._options(got))
        return Explanation(
            request=request.id,
            tenant=request.tenant,
            slots=request.slots,
            weeks=request.weeks,
            reason=_reason(refused, options),
            award=self._when(got.award) if got else None,
            satisfaction=self._satisfaction(request.tenant),
            options=options,
            nearest=refused.nearest if refused else (),
            price=None if got else self._price(looks),
            grid=self._instance.grid,
            seed=seed,
        )

    def _asked(self, name: str) -> Request:
        return self._instance.request_of[name]

    def _satisfaction(self, tenant: str, without: int = 0) -> float:
        full = self._owed[tenant]
        return (self._granted[tenant] - without) / full if full else 1.0

    def _when(self, award: Award) -> When:
        request = self._asked(award.request)
        return When(award.space, award.day, award.start, request.slots, request.weeks)

    def _who(self, name: str) -> Who:
        tenant = self._asked(name).tenant
        return Who(tenant, name, tenant == self._request.tenant)

    def _options(self, got: Place | None) -> Iterator[OptionTold]:
        """The most welcome first; of one that has an award, those it would rather have had."""
        if self._request.id in self._instance.held_of:
            return
        for (day, start), penalty in sorted(self._request.penalties.items(), key=lambda one: one[1]):
            if got is None or penalty < got.penalty:
                yield self._option(day, start, penalty)

    def _option(self, day: int, start: int, penalty: float) -> OptionTold:
        places = [one for one in self._places() if (one.award.day, one.award.start) == (day, start)]
        closed, blocking = self._closed(day, start), [self._standing.in_the_way(place) for place in places]
        if not all(blocking):
            return OptionTold(day, start, penalty, Verdict.FREE, closed)
        if not places:
            return OptionTold(
                day, start, penalty, Verdict.CLOSED if closed else Verdict.NO_SPACE_FITS, closed
            )
        names = set().union(*blocking)
        holders = sorted((self._holder(name, places) for name in names), key=_most_telling)
        told = tuple(holders[:MOST_NAMED])
        return OptionTold(day, start, penalty, Verdict.BLOCKED, closed, told, len(holders) - len(told))

    def _places(self) -> tuple[Place, ...]:
        return self._board.places[self._request.id]

    def _closed(self, day: int, start: int) -> tuple[str, ...]:
        request, grid = self._request, self._instance.grid
        if start + request.slots > grid.slots_per_day:
            return ()
        time = times(grid, day, start, request.slots, request.weeks)
        fitting = self._board.fitting(request)
        return tuple(space.id for space in fitting if time & self._board.closed[space.id])

    def _holder(self, name: str, places: list[Place]) -> Holder:
        there, asked = self._standing.place_of[name], self._asked(name)
        has_space = any(
            place.award.space == there.award.space and place.time & there.time for place in places
        )
        return Holder(
            who=self._who(name),
            has=self._when(there.award),
            meets=not has_space,
            satisfaction=self._satisfaction(asked.tenant),
            without=self._satisfaction(asked.tenant, asked.slot_weeks),
            stands_above=self._compared(asked),
        )

    def _compared(self, other: Request) -> Comparison:
        if other.id in self._instance.held_of:
            return Comparison(Rule.HELD)
        if other.tenant == self._request.tenant:
            return Comparison(Rule.OWN)
        return compared(self._facts(other), self._facts(self._request))

    def _facts(self, request: Request) -> dict[Rule, float]:
        """What the rules compare; of a tenant, had this request got nothing."""
        counted = request.slot_weeks if request.id in self._standing.place_of else 0
        credit = {tenant.id: tenant.credit for tenant in self._instance.tenants}
        return {
            Rule.LOWER_SATISFACTION: self._satisfaction(request.tenant, counted),
            Rule.HIGHER_PRIORITY: request.priority,
            Rule.MORE_CREDIT: credit[request.tenant],
            Rule.FEWER_PLACES: len(self._board.places[request.id]),
            Rule.LONGER: self._instance.hours(request.slot_weeks),
        }

    def _price(self, looks: int) -> PriceTold:
        found = price_of_yes(self._standing, self._request, looks)
        moved = tuple(
            Moved(self._who(one.before.request), self._when(one.before), self._when(one.after))
            for one in found.moved
        )
        dropped = tuple(Lost(self._who(one.request), self._when(one)) for one in found.dropped)
        return PriceTold(
            found.certainty,
            self._when(found.place) if found.place else None,
            moved,
            dropped,
            self._hours([one.before for one in moved]),
            self._hours([one.had for one in dropped]),
        )

    def _hours(self, awarded: list[When]) -> float:
        return self._instance.hours(sum(one.slots * len(one.weeks) for one in awarded))


# Where the smaller figure comes first; the rules are tried in the order of Rule.
_LESS_FIRST = {Rule.LOWER_SATISFACTION, Rule.FEWER_PLACES}


def compared(theirs: dict[Rule, float], yours: dict[Rule, float]) -> Comparison:
    """The first rule that tells the two apart: theirs stands above by it, or the plan as a whole decided."""
    for rule, figure in theirs.items():
        if isclose(figure, yours[rule], abs_tol=1e-9):
            continue
        is_above = (figure < yours[rule]) == (rule in _LESS_FIRST)
        return Comparison(rule if is_above else Rule.WHOLE, figure, yours[rule])
    return Comparison(Rule.LOT)


def _reason(refused: Refused | None, options: tuple[OptionTold, ...]) -> str:
    if refused is None:
        return GRANTED
    return LEFT_FREE if any(one.verdict is Verdict.FREE for one in options) else refused.reason


def _most_telling(holder: Holder) -> tuple[bool, str, int, str]:
    """Those that have the space before those that may only not be met; by space and start."""
    return holder.meets, holder.has.space, holder.has.start, holder.who.request or ""
