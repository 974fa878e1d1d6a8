"""Season rounds in words: their seasons and slots, what was decided about them, and how far they are."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.adapters.db.models import NamesShown, Round, RoundState, SolveState
from samen.domain.allocation.instance import Policy
from samen.domain.allocation.season import Season
from samen.web import i18n
from samen.web.facts import lasting
from samen.web.space_words import weekday_name

# Of more weeks than these, their number is said.
MOST_WEEKS_NAMED = 6
HALVES = 2
SAME = 1e-9
# Less than this of an hour is noise of adding up.
SAME_HOURS = 0.05


def state_word(state: RoundState | SolveState) -> str:
    """Where a round, or a run, stands."""
    words: dict[enum.Enum, str] = {
        RoundState.DRAFT: _("being prepared"),
        RoundState.OPEN: _("wishes are filed"),
        RoundState.CLOSED: _("drafts are made"),
        RoundState.PREVIEW: _("preview: objections and swaps"),
        RoundState.FINAL: _("final"),
        RoundState.CANCELLED: _("called off"),
        SolveState.QUEUED: _("waits for its turn"),
        SolveState.RUNNING: _("is being solved"),
        SolveState.DONE: _("solved"),
        SolveState.FAILED: _("broken off"),
        SolveState.CANCELLED: _("stopped by hand"),
    }
    return words[state]


def state_tone(state: RoundState | SolveState) -> str:
    """The class of its tag."""
    good = {RoundState.FINAL, SolveState.DONE}
    busy = {RoundState.OPEN, RoundState.PREVIEW, SolveState.QUEUED, SolveState.RUNNING}
    if state in good:
        return "tag-good"
    if state in busy:
        return "tag-iris"
    return "tag-warn" if state in {RoundState.CLOSED, SolveState.CANCELLED, SolveState.FAILED} else ""


def season_words(season: Season) -> str:
    """`11 janvier 2027 – 11 avril 2027 · 13 semaines`."""
    last = season.until_on - timedelta(days=1)
    weeks = ngettext("%(num)d week", "%(num)d weeks", season.weeks)
    return f"{i18n.day_long(season.from_on)} – {i18n.day_long(last)} · {weeks}"


def grid_words(season: Season) -> str:
    """On which days, from when to when, in what steps."""
    days = [weekday_name(weekday) for weekday in season.weekdays]
    return str(
        _(
            "%(days)s, from %(opening)s to %(closing)s, in steps of %(step)s",
            days=i18n.listed(days),
            opening=clock(season, 0),
            closing=clock(season, season.slots_per_day),
            step=lasting(timedelta(minutes=season.slot_minutes)),
        )
    )


def clock(season: Season, slot: int) -> str:
    """When a slot begins, by the wall; the midnight that ends the day is 24:00."""
    at = season.clock(slot).strftime("%H:%M")
    return "24:00" if at == "00:00" and slot else at


def slot_words(season: Season, day: int, start: int, slots: int) -> str:
    """`mardi 18:00–20:00`."""
    return f"{weekday_name(season.weekdays[day])} {hours_words(season, start, slots)}"


def hours_words(season: Season, start: int, slots: int) -> str:
    """`18:00–20:00`."""
    return f"{clock(season, start)}–{clock(season, start + slots)}"


def weeks_words(weeks: Sequence[int], of: int) -> str:
    """In which of a season's weeks, counted from 0; people count from 1."""
    chosen = sorted(set(weeks))
    if len(chosen) == of:
        return str(_("every week"))
    for first, words in ((0, _("odd weeks")), (1, _("even weeks"))):
        if chosen == list(range(first, of, HALVES)) and len(chosen) > 1:
            return str(words)
    if len(chosen) <= MOST_WEEKS_NAMED:
        named = i18n.listed([str(week + 1) for week in chosen])
        return str(ngettext("week %(weeks)s", "weeks %(weeks)s", len(chosen), weeks=named))
    return str(_("%(num)s of %(of)s weeks", num=len(chosen), of=of))


def hours(amount: float) -> str:
    """`12,5 h`."""
    return f"{i18n.short_number(amount)}\N{NO-BREAK SPACE}h"


def more_hours(amount: float) -> str:
    """`+12,5 h`, `−3 h`, `0 h`."""
    return f"{signed(amount, 0 if abs(amount - round(amount)) < SAME_HOURS else 1)}\N{NO-BREAK SPACE}h"


def signed(amount: float, digits: int) -> str:
    """With a plus where it is more than nothing."""
    said = i18n.number(amount, digits)
    return f"+{said}" if amount > 0 and said.strip("0,.") else said


def weight_text(value: float) -> str:
    """`1`, `1,5`, `1,25`: with no more decimals than it has."""
    digits = next((digits for digits in range(2) if abs(value - round(value, digits)) < SAME), 2)
    return i18n.number(value, digits)


def policy_words(policy: Policy) -> list[str]:
    """What a solver goes by, in sentences that a board can vote on."""
    one, two, three = (weight_text(weight) for weight in policy.priority_weights)
    return [
        _("An association is fully served when it gets all it asked for, up to its share of the building.")
        if policy.entitlements_bind
        else _("An association is fully served when it gets all it asked for."),
        _("First, whoever is served least gets more, and so on upward: this goes before everything below."),
        _(
            "Then as many hours as possible: an hour of a normal wish counts as %(one)s, of an important one "
            "as %(two)s, of a most important one as %(three)s.",
            one=one,
            two=two,
            three=three,
        ),
        _(
            "An hour at a time that is less welcome counts %(less)s of an hour less.",
            less=weight_text(policy.penalty_weight),
        ),
        _(
            "Then little heating: to start a zone counts as much as to heat it for %(hours)s.",
            hours=hours(policy.start_hours),
        ),
        _("Last, as much as possible stays where it was in the season before."),
        _(
            "What was reached earlier may shrink by %(share)s for what comes later.",
            share=i18n.percent(policy.tolerance, 1 if policy.tolerance * 100 % 1 else 0),
        )
        if policy.tolerance
        else _("Nothing that was reached earlier is given up for what comes later."),
    ]


def round_words(round_: Round) -> list[str]:
    """What else was decided about a round."""
    return [
        ngettext(
            "Each association has %(num)d point for its priorities: an important wish takes 1, a most "
            "important one 2.",
            "Each association has %(num)d points for its priorities: an important wish takes 1, a most "
            "important one 2.",
            round_.priority_points,
        )
        if round_.priority_points
        else _("All wishes count the same: there are no points for priorities."),
        _("Reasons name the association that got a place.")
        if round_.names_shown is NamesShown.TENANTS
        else _("Reasons say when a place is taken, and never by whom."),
        _("Shares of the building follow what sensors saw used in the quarter before.")
        if round_.counts_used
        else _("What was used or not in the quarter before changes nothing."),
        ngettext(
            "A weekly time may be offered although %(num)d of its dates is taken or closed: it is left out.",
            "A weekly time may be offered although up to %(num)d of its dates are taken or closed: they are "
            "left out.",
            round_.most_skipped,
        )
        if round_.most_skipped
        else _("A weekly time is offered only where it is free on every date."),
    ]


def filing_words(round_: Round, zone: ZoneInfo) -> str:
    """From when to when wishes are filed."""
    return str(
        _(
            "Wishes from %(opens)s to %(closes)s",
            opens=i18n.moment_long(round_.opens_at, zone),
            closes=i18n.moment_long(round_.closes_at, zone),
        )
    )
