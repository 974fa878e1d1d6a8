"""Refusals in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import force_locale, get_locale, gettext

from samen.domain.rules import Fact, Refusal


def N_(text: str) -> str:  # noqa: N802  (the name that message extraction knows)
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return text


SENTENCES = {
    "already_begun": N_("That time is over."),
    "already_cancelled": N_("This booking was cancelled before."),
    "already_over": N_("This booking is over: it ended on %(ended)s."),
    "has_account": N_("This address has an account: sign in to accept the invitation."),
    "invitation_for_another": N_("This invitation is for another address than yours."),
    "invitation_not_usable": N_("This invitation was used, or it is too old."),
    "may_not_invite": N_("You cannot invite somebody in that role there."),
    "no_such_booking": N_("There is no such booking among those you may change."),
    "not_an_email": N_("This is not an e-mail address."),
    "outside_opening_hours": N_("It is open from %(opening)s to %(closing)s."),
    "password_too_long": N_("A password has at most %(most)s characters."),
    "password_too_short": N_("A password has at least %(least)s characters."),
    "series_not_yet": N_("A series cannot be booked yet: leave the rule out."),
    "taken": N_("%(space)s is taken at that time."),
    "too_far_ahead": N_("It can be booked until %(limit)s."),
    "too_long": N_("A booking lasts %(hours)s hours at the most."),
    "too_many_people": N_("%(people)s people do not fit: there is room for %(capacity)s."),
    "unknown_space": N_("There is no space called %(space)s."),
}


def refusal_text(refusal: Refusal, zone: ZoneInfo, locale: str | None = None) -> str:
    """The refusal as a sentence in `locale`, or in the request's; instants are told in `zone`."""
    if locale is not None:
        with force_locale(locale):
            return refusal_text(refusal, zone)
    facts = {name: _said(fact, zone) for name, fact in refusal.facts.items()}
    sentence: str = gettext(SENTENCES[refusal.code])
    return sentence % facts


def plain_facts(facts: Mapping[str, Fact]) -> dict[str, str | int]:
    """Facts as JSON holds them: instants and times as ISO text."""
    return {
        name: fact.isoformat() if isinstance(fact, datetime | time) else fact for name, fact in facts.items()
    }


def _said(fact: Fact, zone: ZoneInfo) -> str:
    if isinstance(fact, datetime):
        return format_datetime(fact, "short", tzinfo=zone, locale=get_locale())
    if isinstance(fact, time):
        return fact.strftime("%H:%M")
    return str(fact)
