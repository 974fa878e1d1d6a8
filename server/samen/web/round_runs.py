"""Runs of the solver on pages: the form that asks for one, how far it is, and several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.adapters.db.models import Solve, SolveState, Tenant
from samen.domain.allocation.instance import Policy
from samen.domain.allocation.propose import METHODS
from samen.services import solves
from samen.services.rounds import policy_of
from samen.services.solves import Run
from samen.web import i18n
from samen.web.round_form import RoundReader
from samen.web.round_words import hours, policy_words, state_tone, state_word

# What the form asks for at first.
USUAL = {"method": "auto", "seconds": "60", "seed": "1", "name": ""}
MOST_SEED = 2**31 - 1
LONGEST_NAME = 100
# So few are told with a tenth.
FEW_SECONDS = 10


def read_run(reader: RoundReader) -> Run:
    """Form fields: `method` (auto, greedy, cpsat), `seconds`, `seed`, `name`."""
    method = reader.text("method")
    if method not in METHODS:
        reader.errors["method"] = _("Choose one of these.")
    return Run(
        method,
        reader.within("seed", 0, MOST_SEED),
        reader.within("seconds", 1, int(solves.LONGEST_S)),
        reader.text("name")[:LONGEST_NAME],
    )


def methods() -> list[dict[str, str]]:
    """What the form lets choose."""
    return [
        {"value": "auto", "word": _("the best there is here")},
        {"value": "greedy", "word": _("quick: whoever was served least picks next, nothing is proved")},
        {"value": "cpsat", "word": _("thorough: with proof")},
    ]


def run_name(run: Solve, zone: ZoneInfo) -> str:
    """As it was named, else when it was asked for."""
    return run.name or str(_("Draft of %(at)s", at=i18n.moment(run.queued_at, zone)))


def shown_run(run: Solve, zone: ZoneInfo) -> dict[str, Any]:
    """How far a run is, and the figures of the best it has found."""
    under_way = run.state in solves.UNDER_WAY
    return {
        "id": run.id,
        "name": run_name(run, zone),
        "trial": run.trial,
        "is_preview": run.chosen_at is not None,
        "under_way": under_way,
        "stopping": under_way and run.cancel,
        "word": state_word(run.state),
        "tone": state_tone(run.state),
        "said": _said(run),
        "percent": _percent(run),
        "has_plan": run.plan_sha256 is not None,
        "figures": _figures(run.metrics) if run.metrics else [],
        "asked": _asked_words(run, zone),
    }


def _percent(run: Solve) -> int:
    return 100 if run.state not in solves.UNDER_WAY else min(99, round(100 * run.seconds / run.budget_s))


def _said(run: Solve) -> str:
    """How it goes, in a sentence."""
    facts = {
        "seconds": i18n.number(run.seconds, 1 if run.seconds < FEW_SECONDS else 0),
        "budget": i18n.number(run.budget_s, 0),
    }
    if run.state is SolveState.QUEUED:
        return str(_("Waits until a worker has time."))
    if run.state is SolveState.RUNNING:
        words = _("%(what)s: %(seconds)s of at most %(budget)s seconds.", what=stage_word(run.stage), **facts)
        return str(words)
    if run.state is SolveState.DONE:
        return str(_("Took %(seconds)s seconds.", **facts))
    if run.plan_sha256 is None:
        return str(_("It found nothing before it ended."))
    return str(_("Ended after %(seconds)s seconds: the best it had found until then is kept.", **facts))


def stage_word(stage: str | None) -> str:
    """What a run is at."""
    words = {
        "A": _("Raising whoever is served least"),
        "B": _("Granting as many hours as possible"),
        "C": _("Heating as little as possible"),
        "D": _("Keeping what was where it was"),
    }
    return str(words.get((stage or "")[:1], _("Looking for a first plan")))


def _asked_words(run: Solve, zone: ZoneInfo) -> str:
    return str(
        _(
            "%(who)s, %(at)s · %(method)s · seed %(seed)s",
            who=run.asked_by.name,
            at=i18n.moment(run.queued_at, zone),
            method={one["value"]: one["word"] for one in methods()}.get(run.method, run.method),
            seed=run.seed,
        )
    )


def _figures(metrics: Mapping[str, Any]) -> list[dict[str, str]]:
    granted = sum(one["granted_hours"] for one in _tenants(metrics).values())
    return [
        {"name": _("Served least"), "value": i18n.percent(metrics["min_satisfaction"])},
        {"name": _("Granted"), "value": hours(granted)},
        {"name": _("Zones heated"), "value": hours(metrics["zone_hours"])},
        {"name": _("Heating starts"), "value": i18n.number(metrics["zone_starts"], 0)},
        {"name": _("At the first choice"), "value": i18n.percent(metrics["first_choice_share"])},
    ]


def _tenants(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """As stored: each a mapping, or the triple that JSON makes of a named tuple."""
    names = ("asked_hours", "granted_hours", "satisfaction")
    return {
        slug: one if isinstance(one, dict) else dict(zip(names, one, strict=True))
        for slug, one in metrics["tenants"].items()
    }


def side_by_side(
    runs: Sequence[Solve], tenants: Mapping[str, Tenant], usual: Policy, zone: ZoneInfo
) -> dict[str, Any]:
    """Runs that have a plan as columns: `heads`, `figures` and `tenants`, each row {name, values}.

    A head says in what its rules differ from the round's, in sentences.
    """
    whole = [run for run in runs if run.metrics]
    figures = [_figures(run.metrics or {}) for run in whole]
    shares = [_tenants(run.metrics or {}) for run in whole]
    slugs = [slug for slug in tenants if any(one.get(slug, {}).get("asked_hours") for one in shares)]
    return {
        "heads": [
            {
                "id": run.id,
                "name": run_name(run, zone),
                "trial": run.trial,
                "differs": _differs(policy_of(run.policy), usual),
            }
            for run in whole
        ],
        "figures": [
            {"name": row[0]["name"], "values": [one["value"] for one in row]}
            for row in zip(*figures, strict=True)
        ],
        "tenants": [
            {
                "name": tenants[slug].name,
                "tint": tenants[slug].tint,
                "values": [_share(one.get(slug)) for one in shares],
            }
            for slug in slugs
        ],
    }


def _share(one: Mapping[str, float] | None) -> str:
    return f"{i18n.percent(one['satisfaction'])} · {hours(one['granted_hours'])}" if one else "–"


def _differs(policy: Policy, usual: Policy) -> list[str]:
    """The sentences of a policy that are not the round's."""
    same = set(policy_words(usual))
    return [sentence for sentence in policy_words(policy) if sentence not in same]
