"""What a finding says: a verb for whoever walks there, its evidence in a sentence, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.adapters.db.models import Finding
from samen.domain.base_load import Course
from samen.domain.effect import Outcome, Track
from samen.domain.rules import Refusal
from samen.domain.waste import Kind, State
from samen.web import i18n
from samen.web.wording import refusal_text

Facts = Mapping[str, Any]


def verb(kind: Kind, facts: Facts, zone: ZoneInfo) -> str:
    """What to do, as an order. `facts`: `services.findings.verb_facts`."""
    names = {name: facts.get(name) or "" for name in ("meter", "place", "part")}
    if kind is Kind.OUT_OF_HOURS:
        return _closing_verb(facts, names)
    if kind is Kind.PEAK:
        return _peak_verb(facts, names, zone)
    words: dict[Kind, str] = {
        Kind.NEVER_SLEEPS: _("Unplug what never sleeps on %(meter)s", **names),
        Kind.BASE_LOAD: _("Find what was added to %(meter)s and never stops", **names),
        Kind.WHILE_EMPTY: _("Switch off what runs in %(place)s while nobody is there", **names),
        Kind.LEFT_ON: _("Switch off lights and ventilation when you leave %(place)s", **names),
    }
    return words[kind]


def _closing_verb(facts: Facts, names: Mapping[str, str]) -> str:
    closing = facts.get("closing")
    if closing is None:
        return str(_("Switch %(meter)s off when nobody is there", **names))
    at = f"{closing:02}:00"
    if facts.get("main"):
        return str(_("Walk round after %(at)s and switch off what still runs", at=at))
    return str(_("Switch %(meter)s off at %(at)s", at=at, **names))


def _peak_verb(facts: Facts, names: Mapping[str, str], zone: ZoneInfo) -> str:
    at = i18n.clock(datetime.fromisoformat(facts["at"]), zone) if facts.get("at") else ""
    if names["part"]:
        return str(_("Start %(part)s at another time than %(at)s", at=at, **names))
    return str(_("Start what runs on %(meter)s at %(at)s one after the other", at=at, **names))


def evidence(one: Finding, zone: ZoneInfo) -> str:
    """The figures in a sentence or two."""
    said: Callable[[Facts, ZoneInfo], str] = {
        Kind.NEVER_SLEEPS: _sleepless,
        Kind.BASE_LOAD: _risen,
        Kind.OUT_OF_HOURS: _closed,
        Kind.WHILE_EMPTY: _empty,
        Kind.LEFT_ON: _left_on,
        Kind.PEAK: _peak,
    }[one.kind]
    return said(one.evidence, zone)


def _sleepless(facts: Facts, _zone: ZoneInfo) -> str:
    watts = i18n.number(facts["kw"] * 1000, 0)
    return str(_("It draws %(watts)s W day and night, whether anybody is there or not.", watts=watts))


def _risen(facts: Facts, _zone: ZoneInfo) -> str:
    said = _(
        "What never stops rose from %(first)s to %(last)s W: %(percent)s a month, give or take %(half)s %%.",
        first=i18n.number(facts["first_kw"] * 1000, 0),
        last=i18n.number(facts["kw"] * 1000, 0),
        percent=i18n.signed_percent(facts["fraction"]),
        half=i18n.number(facts["half_fraction"] * 100, 1),
    )
    if facts["whole_year"]:
        return str(said)
    doubt = _("It was watched for less than a year: it may be the season.")
    return f"{said} {doubt}"


def _closed(facts: Facts, _zone: ZoneInfo) -> str:
    said = _(
        "%(percent)s %% of its energy is used while the building is closed, at %(kw)s kW on average.",
        percent=i18n.number(facts["share"] * 100, 0),
        kw=i18n.number(facts["kw"], 2),
    )
    if "change" not in facts:
        return str(said)
    percent = i18n.signed_percent(facts["change"])
    moved = _("That is %(percent)s against the four weeks before.", percent=percent)
    return f"{said} {moved}"


def _empty(facts: Facts, _zone: ZoneInfo) -> str:
    return str(
        _(
            "Above its base it used %(kwh)s kWh in %(hours)s hours when nobody was there or expected.",
            kwh=i18n.number(facts["kwh"]),
            hours=i18n.number(facts["hours"], 0),
        )
    )


def _left_on(facts: Facts, _zone: ZoneInfo) -> str:
    times = len(facts["occasions"])
    return str(
        ngettext(
            "Once something stayed on for hours after everybody had left: %(kwh)s kWh.",
            "%(num)d times something stayed on for hours after everybody had left: %(kwh)s kWh.",
            times,
            kwh=i18n.number(facts["kwh"]),
        )
    )


def _peak(facts: Facts, zone: ZoneInfo) -> str:
    return str(
        _(
            "On %(at)s it drew %(kw)s kW, where a usual day’s highest quarter-hour is %(usual)s kW.",
            at=i18n.moment(datetime.fromisoformat(facts["at"]), zone),
            kw=i18n.number(facts["kw"]),
            usual=i18n.number(facts["usual_kw"]),
        )
    )


def basis(facts: Facts) -> str:
    """On how much it rests."""
    days, percent = facts.get("days", 0), facts.get("known", 1.0)
    if percent >= 0.995:
        return str(ngettext("From %(num)d measured day", "From %(num)d measured days", days))
    return str(
        ngettext(
            "From %(num)d day, %(percent)s %% measured",
            "From %(num)d days, %(percent)s %% measured",
            days,
            percent=i18n.number(percent * 100, 0),
        )
    )


def result(one: Finding, zone: ZoneInfo) -> tuple[str, str] | None:
    """(tone, sentence) of what came of it; None for what is not done."""
    if one.state not in {State.DONE, State.RETIRED}:
        return None
    if one.done_on is None:
        return "info", _("It stopped by itself; nobody said that it was done.")
    found = one.result or {}
    if "outcome" in found:
        return _measured(found, Outcome(found["outcome"]))
    if "refused" in found:
        code, facts = found["refused"]
        return "warn", _("Not measured yet: %(why)s", why=refusal_text(Refusal(code, facts), zone))
    return "info", _("Done on %(day)s: the figures are in two weeks later.", day=i18n.day_short(one.done_on))


def _measured(found: Facts, outcome: Outcome) -> tuple[str, str]:
    kw, half = i18n.number(found["kw"], 2), i18n.number(found["half_kw"], 2)
    if outcome is Outcome.CANNOT_TELL:
        said = _(
            "Too early to tell: %(kw)s kW less, give or take %(half)s. It is looked at again.",
            kw=kw,
            half=half,
        )
        return "info", said
    if outcome is Outcome.NO_EFFECT and found["kw"] < 0:
        said = _(
            "No effect seen: it rose by %(kw)s kW, give or take %(half)s. The figures retire this advice.",
            kw=i18n.number(-found["kw"], 2),
            half=half,
        )
        return "warn", said
    if outcome is Outcome.NO_EFFECT:
        said = _(
            "No effect seen: %(kw)s kW less, give or take %(half)s. The figures retire this advice.",
            kw=kw,
            half=half,
        )
        return "warn", said
    percent = i18n.number(found["half_kw"] / found["kw"] * 100, 0)
    if not found["kwh_year"]:
        return "good", _("Saved %(kw)s kW ± %(percent)s %%.", kw=kw, percent=percent)
    kwh = i18n.number(found["kwh_year"], 0)
    return "good", _("Saved %(kw)s kW, %(kwh)s kWh a year ± %(percent)s %%.", kw=kw, kwh=kwh, percent=percent)


def track(known: Track | None) -> str | None:
    """How such advice fared here before."""
    if known is None or not known.tried:
        return None
    said = ngettext(
        "Such advice was measured once here, and worked %(worked)s of 1 time.",
        "Such advice worked here %(worked)s of %(num)d times.",
        known.tried,
        worked=known.worked,
    )
    if not known.median_kwh_year:
        return str(said)
    kwh = i18n.number(known.median_kwh_year, 0)
    saved = _("It then saved %(kwh)s kWh a year, in the median.", kwh=kwh)
    return f"{said} {saved}"


def state_word(state: State) -> str:
    """The state as people call it."""
    words: dict[State, str] = {
        State.OPEN: _("open"),
        State.TAKEN: _("taken on"),
        State.DONE: _("done"),
        State.DISMISSED: _("dismissed"),
        State.RETIRED: _("retired by the figures"),
    }
    return words[state]


def kind_word(kind: Kind) -> str:
    """What kind of waste it is."""
    words: dict[Kind, str] = {
        Kind.BASE_LOAD: _("Base load"),
        Kind.NEVER_SLEEPS: _("Never sleeps"),
        Kind.OUT_OF_HOURS: _("Night and weekend"),
        Kind.WHILE_EMPTY: _("Used while empty"),
        Kind.LEFT_ON: _("Left on"),
        Kind.PEAK: _("Peak"),
    }
    return words[kind]


def course(trend: Facts | None) -> str:
    """Where the base load is going."""
    if trend is None:
        return "–"
    words: dict[Course, str] = {
        Course.RISES: _("rises"),
        Course.FALLS: _("falls"),
        Course.STEADY: _("steady"),
        Course.UNCLEAR: _("no clear trend"),
    }
    course = Course(trend["course"])
    if course in {Course.STEADY, Course.UNCLEAR}:
        return words[course]
    percent = i18n.signed_percent(trend["fraction"])
    said = _("%(course)s, %(percent)s a month", course=words[course], percent=percent)
    doubt = _("may be the season")
    return str(said) if trend["whole_year"] else f"{said} ({doubt})"
