"""What people are told, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from samen.domain.waste import Kind
from samen.web import i18n
from samen.web.contest_words import decision_said
from samen.web.finding_words import verb
from samen.web.security import local_path
from samen.web.wording import N_


@dataclass(frozen=True)
class Words:
    """A notice before it is translated: what happened, what that means, and what its link offers."""

    subject: str
    body: str
    action: str = N_("See the booking")


@dataclass(frozen=True)
class Told:
    """A notice as it is read. `details`: labels and values; `path`: of the page where to act."""

    subject: str
    body: str
    details: tuple[tuple[str, str], ...]
    action: str
    path: str


NOTICES = {
    "booking_cancelled": Words(
        N_("Cancelled: %(space)s, %(when)s"),
        N_("The booking was cancelled, and others may book that time."),
    ),
    "booking_changed": Words(N_("Changed: %(space)s, %(when)s"), N_("This is how your booking stands now.")),
    "booking_made": Words(N_("Booked: %(space)s, %(when)s"), N_("Your booking is confirmed.")),
    "contest_lost": Words(
        N_("Not yours: %(space)s, %(when)s"),
        N_("It has opened, and went to somebody else. You stay in line, in case it is given back."),
        N_("See the waitlist"),
    ),
    "contest_won": Words(
        N_("Yours: %(space)s, %(when)s"), N_("It has opened, and what you asked for is granted.")
    ),
    "credit_decided": Words(
        N_("Your dispute was decided"),
        N_("What was given back, if anything, is a further entry of your association’s credits."),
        N_("See the credits"),
    ),
    "credit_disputed": Words(
        N_("To decide: an entry of credits is disputed"),
        N_("An association says that it was charged wrongly, and it is yours to decide."),
        N_("See the dispute"),
    ),
    "finding_assigned": Words(
        N_("Waste found: %(space)s"),
        N_("It is yours to see to. Say when it is done, and the figures will tell what it saved."),
        N_("See the finding"),
    ),
    "finding_measured": Words(
        N_("Measured: %(space)s"),
        N_("The weeks before and after were compared: see what it saved, or that it saved nothing."),
        N_("See the finding"),
    ),
    "ghost_series": Words(
        N_("Do you still need %(space)s?"),
        N_(
            "Nobody came on several dates of your series. Shorten it, move it, or give back what is too much."
        ),
        N_("See the series"),
    ),
    "no_show_released": Words(
        N_("Given back: %(space)s, %(when)s"), N_("Nobody came, so others may book that time now.")
    ),
    "objection_answered": Words(
        N_("Answered: %(round)s"), N_("Your objection has an answer."), N_("See the round")
    ),
    "objection_made": Words(
        N_("Objection: %(round)s"),
        N_("An association objects to what the preview gives it."),
        N_("See the round"),
    ),
    "offer_lapsed": Words(
        N_("No longer kept for you: %(space)s, %(when)s"),
        N_("You did not take the time that was kept for you: it went to whoever waits next."),
        N_("See which rooms are free"),
    ),
    "quota_nearly": Words(
        N_("Your association’s hours are nearly used up"),
        N_("There is little left of the hours that your association may book."),
        N_("See the hours"),
    ),
    "release_warning": Words(
        N_("Is anybody in %(space)s?"),
        N_("It is booked for you, and nobody was seen there. Say that you keep it, or others may book it."),
        N_("Keep it"),
    ),
    "request_approved": Words(N_("Approved: %(space)s, %(when)s"), N_("Your request was approved.")),
    "request_declined": Words(N_("Declined: %(space)s, %(when)s"), N_("Your request was declined.")),
    "request_overtaken": Words(
        N_("Declined: %(space)s, %(when)s"), N_("Another request for that time was approved.")
    ),
    "request_waits": Words(
        N_("To decide: %(space)s, %(when)s"),
        N_("Somebody asks for it, and it is yours to say yes or no."),
        N_("See the request"),
    ),
    "round_closed": Words(
        N_("Ready to be shared out: %(round)s"),
        N_("All wishes are in. Compute a proposal, look at it and show it to all."),
        N_("See the round"),
    ),
    "round_final": Words(
        N_("Final: %(round)s"),
        N_("The spaces of the season are shared out, and what you got is booked."),
        N_("See the round"),
    ),
    "round_opened": Words(
        N_("Say what you wish for: %(round)s"),
        N_("The spaces of the coming season are shared out: file the weekly hours that you wish for."),
        N_("See the round"),
    ),
    "round_preview": Words(
        N_("See what you would get: %(round)s"),
        N_("This is a preview: object to it or swap with others before it is final."),
        N_("See the round"),
    ),
    "sensor_silent": Words(
        N_("The sensor in %(space)s is silent"),
        N_("It is not known whether anybody is there, so the booking stays. Look after the sensor."),
        N_("See the devices"),
    ),
    "slot_offered": Words(
        N_("Kept for you: %(space)s, %(when)s"),
        N_("The time that you wait for is free. Take it, or it goes to whoever waits next."),
        N_("Take it"),
    ),
    "swap_answered": Words(
        N_("Swap answered: %(round)s"),
        N_("The other association has answered your swap."),
        N_("See the round"),
    ),
    "swap_asked": Words(
        N_("Swap asked for: %(round)s"),
        N_("Another association would like to swap its place with yours."),
        N_("See the round"),
    ),
    "tail_released": Words(
        N_("Ended early: %(space)s, %(when)s"),
        N_("Everybody had left, so others may book the rest of the time."),
    ),
    "take_over_asked": Words(
        N_("Do you need %(space)s, %(when)s?"),
        N_("It is booked for you and stands empty, and somebody asks for it. Keep it, or it is theirs."),
        N_("Answer"),
    ),
    "take_over_granted": Words(
        N_("Yours now: %(space)s, %(when)s"),
        N_("The time that you asked for was given up, and is booked for you."),
    ),
    "take_over_refused": Words(
        N_("Not given up: %(space)s, %(when)s"),
        N_("Whoever booked it keeps it."),
        N_("See which rooms are free"),
    ),
}
LABELS = {
    "round": N_("Round"),
    "tenant": N_("Who"),
    "title": N_("What"),
    "space": N_("Where"),
    "when": N_("When"),
    "dates": N_("Dates"),
    "until": N_("Answer by"),
    "reason": N_("Reason"),
    "decision": N_("By which rule"),
    "left": N_("Hours left"),
    "limit": N_("Hours allowed"),
    "given_back": N_("Hours given back"),
}


def told(code: str, facts: Mapping[str, Any], zone: ZoneInfo) -> Told:
    """The notice in the language at hand, instants in `zone`. Raises KeyError for a code without words."""
    words, said = NOTICES[code], _said(facts, zone)
    brief = {"space": said["space"], "round": said["round"], "when": _span(facts, zone, _brief_day)}
    return Told(
        subject=gettext(words.subject) % brief,
        body=gettext(words.body),
        details=tuple((gettext(label), said[name]) for name, label in LABELS.items() if said.get(name)),
        action=gettext(words.action),
        path=local_path(facts.get("url")),
    )


def _said(facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """What the labels stand for, as far as it is known."""
    said = {name: on_one_line(str(facts.get(name) or "")) for name in ("round", "title", "space", "reason")}
    if found := facts.get("finding"):
        said["title"] = on_one_line(verb(Kind(found["kind"]), found, zone))
    if decision := facts.get("decision"):
        said["decision"] = decision_said(decision)
    said["when"] = _span(facts, zone, _whole_day)
    if facts.get("dates", 1) > 1:
        said["dates"] = i18n.number(facts["dates"], 0)
    if until := _instant(facts, "until"):
        said["until"] = i18n.moment(until, zone)
    for hours in ("left", "limit", "given_back"):
        if hours in facts:
            said[hours] = i18n.number(facts[hours])
    return said


def _span(facts: Mapping[str, Any], zone: ZoneInfo, day: Callable[[date], str]) -> str:
    """`lun 23 nov., 13:00–14:00`; empty where no time is told."""
    start, end = _instant(facts, "start"), _instant(facts, "end")
    if start is None or end is None:
        return ""
    return f"{day(start.astimezone(zone).date())}, {i18n.clock(start, zone)}–{i18n.clock(end, zone)}"


def _brief_day(on: date) -> str:
    return f"{i18n.weekday(on)} {i18n.day_short(on)}"


def _whole_day(on: date) -> str:
    return f"{i18n.day_title(on)} {on.year}"


def _instant(facts: Mapping[str, Any], name: str) -> datetime | None:
    text = facts.get(name)
    return datetime.fromisoformat(text) if text else None


def on_one_line(text: str) -> str:
    """Without line breaks and what else cannot be seen: a title may not write mail headers."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
