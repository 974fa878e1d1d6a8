"""An explanation in English sentences, as the command line prints it; pages have words of their own."""

from __future__ import annotations

from collections.abc import Iterator

from samen.domain.allocation.explanation import (
    Comparison,
    Explanation,
    Holder,
    OptionTold,
    PriceTold,
    Rule,
    Verdict,
    When,
    Who,
)
from samen.domain.allocation.instance import Grid
from samen.domain.allocation.plan import Nearest
from samen.domain.allocation.price_of_yes import Certainty
from samen.domain.allocation.redaction import Names, redacted

REASONS = {
    "granted": "it has a place",
    "left_free": "it was refused although a place it asked for is free",
    "no_space_fits": "no space fits: too small, without what it needs, or not named in the wish",
    "closed": "every space that fits is closed then",
    "held": "only awards that may not move are in its way",
    "conflict": "it may not meet others that have a place at the same time",
    "taken": "others have what it asked for",
}
VERDICTS = {
    Verdict.NO_SPACE_FITS: "no space fits",
    Verdict.CLOSED: "closed",
    Verdict.BLOCKED: "not free",
    Verdict.FREE: "free",
}
RULES = {
    Rule.HELD: "that award was fixed before, and may not move",
    Rule.OWN: "that is a wish of your own",
    Rule.LOWER_SATISFACTION: (
        "without it they would have {theirs:.0%} of what they are owed, you have {yours:.0%}: "
        "whoever has less comes first"
    ),
    Rule.HIGHER_PRIORITY: "their priority is {theirs:.0f}, yours {yours:.0f}: the more urgent comes first",
    Rule.MORE_CREDIT: "their credit is {theirs:g} h, yours {yours:g} h: more credit comes first",
    Rule.FEWER_PLACES: "they could go to {theirs:.0f} places, you to {yours:.0f}: fewer comes first",
    Rule.LONGER: "they asked for {theirs:g} h, you for {yours:g} h: the longer comes first",
    Rule.LOT: "you are alike by every rule: drawn by lot (seed {seed})",
    Rule.WHOLE: "taken by themselves you would come first, but no better plan was found that grants it",
}


def in_sentences(explanation: Explanation, names: Names) -> list[str]:
    """One line each, details indented; with the names that the round publishes."""
    told = redacted(explanation, names)
    grid = told.grid
    lines = [
        f"{told.request} of {told.tenant}: {REASONS[told.reason]}.",
        f"{told.tenant} has {told.satisfaction:.0%} of what it is owed.",
    ]
    if told.award:
        lines.append(f"It has {_when(told.award, grid)}.")
    for option in told.options:
        lines += _option(option, told)
    if told.nearest:
        lines.append(
            f"Free beside the plan: {'; '.join(_near(one, told.slots, grid) for one in told.nearest)}."
        )
    return [*lines, *_price(told.price, grid)] if told.price else lines


def _option(option: OptionTold, told: Explanation) -> Iterator[str]:
    welcome = f" (penalty {option.penalty:g})" if option.penalty else ""
    time = _time(option.day, option.start, told.slots, told.grid)
    closed = f"; closed: {', '.join(option.closed)}" if option.closed else ""
    yield f"{time}{welcome}: {VERDICTS[option.verdict]}{closed}."
    yield from (f"  {_holder(holder, told)}" for holder in option.holders)
    if option.unnamed:
        yield f"  and {option.unnamed} more"


def _holder(holder: Holder, told: Explanation) -> str:
    verb = "may not be met and has" if holder.meets else "has"
    return (
        f"{_who(holder.who)} {verb} {_when(holder.has, told.grid)}: {_rule(holder.stands_above, told.seed)}."
    )


def _rule(comparison: Comparison, seed: int) -> str:
    return RULES[comparison.rule].format(theirs=comparison.theirs, yours=comparison.yours, seed=seed)


def _price(price: PriceTold, grid: Grid) -> Iterator[str]:
    if price.place is None:
        yield "The price of a yes: no place can be had, whoever gave way."
        return
    least = "nothing less would do" if price.certainty is Certainty.PROVED else "the best that was found"
    yield f"The price of a yes at {_when(price.place, grid)} ({least}):"
    if not price.moved and not price.dropped:
        yield "  nobody would have to give way"
    for moved in price.moved:
        yield f"  {_who(moved.who)} would move from {_when(moved.before, grid)} to {_when(moved.after, grid)}"
    for lost in price.dropped:
        yield f"  {_who(lost.who)} would lose {_when(lost.had, grid)}"
    yield f"  {price.moved_hours:g} h would move, {price.dropped_hours:g} h would be lost"


def _who(who: Who) -> str:
    if who.tenant is None:
        return "somebody"
    return f"{who.tenant} ({who.request})" if who.request else who.tenant


def _near(near: Nearest, slots: int, grid: Grid) -> str:
    return f"{near.space}, {_time(near.day, near.start, slots, grid)}"


def _when(when: When, grid: Grid) -> str:
    weeks = "" if len(when.weeks) == grid.weeks else f" in {len(when.weeks)} of {grid.weeks} weeks"
    return f"{when.space}, {_time(when.day, when.start, when.slots, grid)}{weeks}"


def _time(day: int, start: int, slots: int, grid: Grid) -> str:
    """Days by number, as in the file: which weekdays they are it does not say."""
    return f"day {day}, {_clock(start, grid)} to {_clock(start + slots, grid)}"


def _clock(slot: int, grid: Grid) -> str:
    """The wall time at which a slot of the day begins."""
    hours, minutes = map(int, grid.day_start.split(":"))
    hours, minutes = divmod(hours * 60 + minutes + slot * grid.slot_minutes, 60)
    return f"{hours % 24:02d}:{minutes:02d}"
