"""What a draft gives: in sentences with what is proved, and tenant by tenant beside something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.domain.allocation.board import Board
from samen.domain.allocation.certificate import Standard, certificates
from samen.domain.allocation.plan import Metrics, Plan, Refused, Stage
from samen.domain.allocation.report import changes
from samen.web import i18n
from samen.web.round_draft import Draft
from samen.web.round_words import SAME_HOURS, hours, more_hours, slot_words

MOST_IN_THE_WAY = 4
SOME_SECONDS = 0.1
# The stage that raises everybody but whoever is served least.
NEXT = "A next"
# The stage that keeps what there was: without meaning where there was nothing.
LAST = "D"


def told(draft: Draft) -> list[dict[str, Any]]:
    """The stages in sentences, each {text, proved, seconds}; of a solver without stages, what it reached."""
    plan = draft.plan
    if not plan.stages:
        return [_said(_least_words(plan, None, False), False, None), *_certified(draft)]
    stages = [one for one in plan.stages if one.name[:1] != LAST or draft.instance.previous]
    return [*(_stage(draft, one) for one in stages), *_certified(draft)]


def _certified(draft: Draft) -> Iterator[dict[str, Any]]:
    """Of how many associations anyone can check that they have no justified complaint."""
    asking = {slug for slug, asks in draft.instance.asked_by.items() if asks}
    found = [one for one in certificates(Board(draft.instance), draft.plan.awards) if one.tenant in asking]
    certified = sum(one.standard is not Standard.NOT_CERTIFIED for one in found)
    if certified == len(found):
        words = _("No association has a justified complaint: each got all it could, or its share.")
        yield _said(str(words), True, None)
    elif certified:
        words = _(
            "Of %(some)s of %(all)s associations it is shown that they have no justified complaint.",
            some=certified,
            all=len(found),
        )
        yield _said(str(words), True, None)


def _stage(draft: Draft, stage: Stage) -> dict[str, Any]:
    """Stages are named by their letter and what they are about, see docs/allocation.md."""
    words = {"A": _fairness, "B": _volume, "C": _heating, "D": _nearness}
    letter = stage.name[:1]
    text = words[letter](draft, stage) if letter in words else stage.name
    return _said(text, stage.proved, stage.seconds)


def _said(text: str, proved: bool, seconds: float | None) -> dict[str, Any]:
    return {
        "text": text,
        "proved": proved,
        "seconds": i18n.number(seconds, 1) if seconds and seconds >= SOME_SECONDS else "",
    }


def _fairness(draft: Draft, stage: Stage) -> str:
    if stage.name != NEXT:
        return _least_words(draft.plan, stage.bound, stage.proved)
    facts = {"share": i18n.percent(stage.value, 1)}
    if stage.proved:
        return str(
            _(
                "The next one gets %(share)s, and so on upward: no plan can do better without serving "
                "somebody below it worse.",
                **facts,
            )
        )
    return str(_("The next one gets %(share)s, and so on upward.", **facts))


def _least_words(plan: Plan, bound: float | None, proved: bool) -> str:
    least = plan.metrics.min_satisfaction
    facts = {"share": i18n.percent(least, 1)}
    if proved:
        return str(
            _(
                "Whoever is served least gets %(share)s of what it may expect: no plan can do better.",
                **facts,
            )
        )
    if bound is not None:
        return str(
            _(
                "Whoever is served least gets %(share)s of what it may expect; more than %(bound)s is "
                "impossible, what lies between is not known.",
                bound=i18n.percent(bound, 1),
                **facts,
            )
        )
    return str(_("Whoever is served least gets %(share)s of what it may expect.", **facts))


def _volume(draft: Draft, stage: Stage) -> str:
    granted = hours(draft.plan.metrics.granted_hours)
    if stage.proved:
        return str(
            _("%(hours)s are granted: with that fairness, no plan grants what weighs more.", hours=granted)
        )
    if stage.bound:
        share = i18n.percent(max(0.0, stage.bound - stage.value) / abs(stage.bound), 1)
        return str(
            _(
                "%(hours)s are granted: at the most %(share)s would be missing to the best.",
                hours=granted,
                share=share,
            )
        )
    return str(_("%(hours)s are granted.", hours=granted))


def _heating(draft: Draft, stage: Stage) -> str:
    figures = draft.plan.metrics
    facts = {"hours": hours(figures.zone_hours), "starts": figures.zone_starts}
    if stage.proved:
        return str(
            _(
                "Zones are heated for %(hours)s and started %(starts)s times: with those hours, "
                "no plan heats less.",
                **facts,
            )
        )
    return str(
        _(
            "Zones are heated for %(hours)s and started %(starts)s times: the best that was "
            "found, less may be possible.",
            **facts,
        )
    )


def _nearness(draft: Draft, _stage: Stage) -> str:
    kept, moved, dropped = changes(draft.instance.previous, draft.plan.awards)
    return str(
        _(
            "Of the %(all)s places of before, %(kept)s stay as they were, %(moved)s move and %(dropped)s "
            "end.",
            all=kept + moved + dropped,
            kept=kept,
            moved=moved,
            dropped=dropped,
        )
    )


def tenant_rows(draft: Draft, beside: Metrics) -> list[dict[str, Any]]:
    """Each tenant's asked, granted and satisfaction here and in `beside`; who is served least comes first."""
    rows = []
    for slug, one in sorted(
        draft.plan.metrics.tenants.items(), key=lambda item: (item[1].satisfaction, item[0])
    ):
        if not one.asked_hours:
            continue
        other = beside.tenants.get(slug)
        difference = one.granted_hours - other.granted_hours if other else 0.0
        rows.append(
            {
                **draft.tenant_shown(slug),
                "asked": hours(one.asked_hours),
                "granted": hours(one.granted_hours),
                "satisfaction": i18n.percent(one.satisfaction),
                "width": _width(one.satisfaction),
                "beside": i18n.percent(other.satisfaction) if other else "–",
                "beside_width": _width(other.satisfaction) if other else 0,
                "difference": more_hours(difference),
                "tone": _tone(difference),
                "verdict": _verdict(difference),
            }
        )
    return rows


def _width(share: float) -> int:
    return round(100 * min(1.0, max(0.0, share)))


def _tone(difference: float) -> str:
    return "" if abs(difference) < SAME_HOURS else "is-down" if difference > 0 else "is-up"


def _verdict(difference: float) -> str:
    if abs(difference) < SAME_HOURS:
        return str(_("the same"))
    return str(_("wins")) if difference > 0 else str(_("loses"))


def balance(rows: Sequence[Mapping[str, Any]]) -> str:
    """Who wins and who loses, in a sentence."""
    wins = sum(row["tone"] == "is-down" for row in rows)
    loses = sum(row["tone"] == "is-up" for row in rows)
    if not wins and not loses:
        return str(_("Every association gets as many hours."))
    if not loses:
        return str(
            ngettext(
                "%(num)d association gets more hours, none gets fewer.",
                "%(num)d associations get more hours, none gets fewer.",
                wins,
            )
        )
    if not wins:
        return str(
            ngettext(
                "%(num)d association gets fewer hours, none gets more.",
                "%(num)d associations get fewer hours, none gets more.",
                loses,
            )
        )
    won = ngettext("%(num)d association gets more hours", "%(num)d associations get more hours", wins)
    lost = ngettext("%(num)d gets fewer", "%(num)d get fewer", loses)
    return f"{won}, {lost}."


def refused_groups(draft: Draft) -> list[dict[str, Any]]:
    """Every wish that got nothing, tenant by tenant, with why, and what would be free."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in draft.plan.refusals:
        groups.setdefault(draft.instance.request_of[one.request].tenant, []).append(_refused(draft, one))
    return [{**draft.tenant_shown(slug), "wishes": wishes} for slug, wishes in sorted(groups.items())]


def _refused(draft: Draft, one: Refused) -> dict[str, Any]:
    wish, request = draft.names.wishes.get(one.request), draft.instance.request_of[one.request]
    first = min(request.options, key=lambda option: option.penalty, default=None)
    return {
        "id": one.request,
        "title": wish.title if wish else one.request,
        "wanted": slot_words(draft.season, first.day, first.start, request.slots) if first else "",
        "reason": reason_words(one.reason),
        "in_the_way": [draft.title(name) for name in one.blocked_by[:MOST_IN_THE_WAY]],
        "more": max(0, len(one.blocked_by) - MOST_IN_THE_WAY),
        "nearest": [
            f"{slot_words(draft.season, near.day, near.start, request.slots)}, {_space(draft, near.space)}"
            for near in one.nearest[:3]
        ],
    }


def _space(draft: Draft, slug: str) -> str:
    return draft.names.spaces[slug].name if slug in draft.names.spaces else slug


def reason_words(code: str) -> str:
    """Why a wish got nothing."""
    words = {
        "no_space_fits": _(
            "No room that takes part is large enough, has what it needs and is long enough open."
        ),
        "closed": _("The rooms that would do are closed or booked at those times."),
        "held": _("All it asks for was given by hand to others."),
        "conflict": _("It needs somebody or something that another wish of the same association needs then."),
        "taken": _("Others who were served less, or weighed more, have all that it asks for."),
    }
    return str(words.get(code, code))
