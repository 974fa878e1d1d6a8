"""Why a wish got what it got, in sentences that anybody understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import gettext as _

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
from samen.domain.allocation.plan import Nearest
from samen.domain.allocation.price_of_yes import Certainty
from samen.domain.allocation.season import Season
from samen.web import i18n
from samen.web.wish_form import welcome_of
from samen.web.wish_words import clock_of, priority_word, rhythm_words, span_words, welcome_word
from samen.web.wording import N_

REASONS = {
    "granted": N_("It has a place, at a time that you named."),
    "left_free": N_("A place that you named is free: the plan did not use it. Tell the managers."),
    "no_space_fits": N_(
        "No room of this round fits: too small, without what you need, or not open that long."
    ),
    "closed": N_("The rooms that fit are closed or booked already at those times."),
    "held": N_("The building’s managers gave that place to others by hand."),
    "conflict": N_("It would have met a wish that needs the same person or thing and has its place."),
    "taken": N_("At every time that you named, the rooms that fit went to others."),
}
# Why whoever has the place stands above the wish.
RULES = {
    Rule.HELD: N_("The managers gave it that place by hand."),
    Rule.OWN: N_("Your association does not compete with itself."),
    Rule.LOWER_SATISFACTION: N_(
        "Without it, it would have %(theirs)s of what it is owed, and you have %(yours)s: "
        "whoever has least comes first."
    ),
    Rule.HIGHER_PRIORITY: N_("It called its wish “%(theirs)s”, you called yours “%(yours)s”."),
    Rule.MORE_CREDIT: N_(
        "It has a credit of %(theirs)s h, you have %(yours)s h: whoever left more to others comes first."
    ),
    Rule.FEWER_PLACES: N_(
        "%(theirs)s places would do for it, %(yours)s for you: whoever has less choice comes first."
    ),
    Rule.LONGER: N_(
        "It asked for %(theirs)s h over the season, you for %(yours)s h: the longer comes first."
    ),
    Rule.LOT: N_("You were alike by every rule, so it was drawn by lot (number %(seed)s)."),
    Rule.WHOLE: N_(
        "Between the two of you, you would come first; but no plan was found that grants yours "
        "and is as good for everybody."
    ),
}


@dataclass(frozen=True)
class Names:
    """What things are called: spaces and tenants by slug, the reader's own wishes by id."""

    season: Season
    spaces: Mapping[str, str]
    tenants: Mapping[str, str]
    wishes: Mapping[str, str]

    def place(self, space: str, day: int, start: int, slots: int) -> str:
        """`Iris, mardi 18:30–20:30`."""
        return f"{self.spaces.get(space, space)}, {span_words(self.season, day, start, slots)}"

    def when(self, when: When) -> str:
        """As `place`, with the weeks where they are not all."""
        said = self.place(when.space, when.day, when.start, when.slots)
        if len(when.weeks) == self.season.weeks:
            return said
        return f"{said} ({rhythm_words(self.season, when.weeks)})"

    def who(self, who: Who) -> str:
        """By name as far as the round publishes it."""
        if who.own:
            return str(_("your own wish “%(title)s”", title=self.wishes.get(who.request or "", "")))
        return self.tenants.get(who.tenant or "", "") or str(_("another association"))


def reason_words(reason: str) -> str:
    """Why a wish got nothing."""
    said: str = gettext(REASONS[reason])
    return said


def explained(told: Explanation, names: Names) -> dict[str, Any]:
    """The context of partials/wish_why.html. `told` is redacted already."""
    return {
        "reason": reason_words(told.reason),
        "fits": told.reason != "no_space_fits",
        "satisfaction": _(
            "With this plan your association has %(share)s of what it is owed.",
            share=i18n.percent(told.satisfaction),
        ),
        "options": [_option(one, told, names) for one in told.options],
        "nearest": [near_shown(one, told.slots, names) for one in told.nearest],
        "price": _price(told.price, names) if told.price else None,
    }


def near_shown(near: Nearest, slots: int, names: Names) -> dict[str, Any]:
    """A place that is free beside the plan, and how welcome it was called."""
    named = near.penalty is not None
    return {
        "words": names.place(near.space, near.day, near.start, slots),
        "value": f"{near.day}/{clock_of(names.season, near.start)}/{near.space}",
        "welcome": welcome_word(welcome_of(near.penalty or 0.0)) if named else "",
    }


def _option(option: OptionTold, told: Explanation, names: Names) -> dict[str, Any]:
    holders = [_holder(one, told, names) for one in option.holders]
    return {
        "words": span_words(names.season, option.day, option.start, told.slots),
        "is_first": option.penalty == 0,
        "verdict": _verdict(option, names),
        "holders": holders,
        "more": ngettext("and %(num)d more", "and %(num)d more", option.unnamed) if option.unnamed else "",
    }


def _verdict(option: OptionTold, names: Names) -> str:
    closed = i18n.listed([names.spaces.get(slug, slug) for slug in option.closed])
    words = {
        Verdict.NO_SPACE_FITS: _("No room fits then."),
        Verdict.CLOSED: _("Closed or booked already: %(rooms)s.", rooms=closed),
        Verdict.BLOCKED: _("Closed or booked already: %(rooms)s.", rooms=closed) if closed else "",
        Verdict.FREE: _("That is free by now: tell the managers."),
    }
    return str(words[option.verdict])


def _holder(holder: Holder, told: Explanation, names: Names) -> dict[str, str]:
    facts = {"who": names.who(holder.who), "place": names.when(holder.has)}
    meets = _("%(who)s has %(place)s, and needs the same person or thing.", **facts)
    has = meets if holder.meets else _("%(who)s has %(place)s.", **facts)
    share = _("%(share)s of what it is owed", share=i18n.percent(holder.satisfaction))
    return {
        "has": begun(has),
        "rule": _rule(holder.stands_above, told.seed),
        "share": "" if holder.who.own else share,
    }


def _rule(compared: Comparison, seed: int) -> str:
    facts = {
        "theirs": _figure(compared.rule, compared.theirs),
        "yours": _figure(compared.rule, compared.yours),
    }
    said: str = gettext(RULES[compared.rule]) % (facts | {"seed": seed})
    return said


def _figure(rule: Rule, value: float | None) -> str:
    """What a rule compares, as people read it."""
    if value is None:
        return ""
    if rule is Rule.LOWER_SATISFACTION:
        return i18n.percent(value)
    return priority_word(round(value)) if rule is Rule.HIGHER_PRIORITY else i18n.short_number(value)


def _price(price: PriceTold, names: Names) -> dict[str, Any]:
    """What others would give up."""
    if price.place is None:
        never = _("Whoever gave way, no place could be had for it.")
        return {"says": never, "parts": [], "certainty": ""}
    proved = price.certainty is Certainty.PROVED
    return {
        "says": _cost(price, names.when(price.place)),
        "parts": [*_moves(price, names), *_losses(price, names)],
        "certainty": _("Nothing less would do: that is proved.")
        if proved
        else _("That is the best way that was found; there may be a cheaper one."),
    }


def _cost(price: PriceTold, place: str) -> str:
    """How much of others' hours it takes to have `place`."""
    words = {
        (False, False): N_("%(place)s: nobody would have to give way."),
        (True, False): N_("For %(place)s others would move %(moved)s h to other times that they named."),
        (False, True): N_("For %(place)s others would lose %(lost)s h."),
        (True, True): N_(
            "For %(place)s others would move %(moved)s h to other times that they named, and lose %(lost)s h."
        ),
    }
    said: str = gettext(words[bool(price.moved), bool(price.dropped)])
    moved, lost = (i18n.short_number(hours) for hours in (price.moved_hours, price.dropped_hours))
    return said % {"place": place, "moved": moved, "lost": lost}


def _moves(price: PriceTold, names: Names) -> list[str]:
    return [
        begun(
            _(
                "%(who)s would move from %(before)s to %(after)s.",
                who=names.who(one.who),
                before=names.when(one.before),
                after=names.when(one.after),
            )
        )
        for one in price.moved
    ]


def _losses(price: PriceTold, names: Names) -> list[str]:
    return [
        begun(_("%(who)s would lose %(place)s.", who=names.who(one.who), place=names.when(one.had)))
        for one in price.dropped
    ]


def begun(said: str) -> str:
    """As a sentence begins: with a capital, whoever it begins with."""
    return said[:1].upper() + said[1:]
