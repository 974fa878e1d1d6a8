"""What `samen allocate` says of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from samen.domain.allocation.instance import Instance
from samen.domain.allocation.plan import Plan, Stage
from samen.domain.allocation.report import Report, TenantReport


def plan_facts(out: Path, plan: Plan) -> dict[str, Any]:
    """For a program: the plan's file has all of it."""
    metrics = plan.metrics
    return {
        "plan": str(out),
        "method": plan.method,
        "seed": plan.seed,
        "awards": len(plan.awards),
        "refusals": len(plan.refusals),
        "granted_hours": metrics.granted_hours,
        "min_satisfaction": metrics.min_satisfaction,
        "mean_satisfaction": metrics.mean_satisfaction,
        "zone_hours": metrics.zone_hours,
        "zone_starts": metrics.zone_starts,
        "first_choice_share": metrics.first_choice_share,
        "bounds": plan.bounds._asdict(),
        "stages": [stage._asdict() for stage in plan.stages],
    }


def plan_told(out: Path, instance: Instance, plan: Plan) -> str:
    """For a person."""
    metrics, wishes = plan.metrics, len(instance.requests)
    lines = [
        f"{out}: {len(plan.awards)} of {wishes} wishes granted, by {plan.method} with seed {plan.seed}.",
        f"Granted: {metrics.granted_hours:.1f} hours.",
        f"First choices: {metrics.first_choice_share:.0%} of all wishes.",
        f"Heated: {metrics.zone_hours:.1f} zone-hours, started {metrics.zone_starts} times.",
    ]
    if asking := [name for name, asks in instance.asked_by.items() if asks]:
        worst = min(asking, key=lambda name: metrics.tenants[name].satisfaction)
        lines.append(f"Worst off: {worst}, with {metrics.min_satisfaction:.0%} of what it is owed.")
    return "\n".join((*lines, *map(_of_stage, plan.stages)))


def report_told(told: Report) -> str:
    """For a person: who is served least comes first; in brackets first come, first served."""
    by_need = sorted(told.tenants, key=lambda one: (one.plan.satisfaction, one.tenant))
    plan, shadow = told.plan, told.shadow
    return "\n".join(
        (
            *(_of_tenant(one) for one in by_need),
            f"Served least: {plan.min_satisfaction:.0%} ({shadow.min_satisfaction:.0%}).",
            f"Granted: {plan.granted_hours:.1f} hours ({shadow.granted_hours:.1f}).",
            f"Zone-hours an hour granted: {plan.zone_hours_an_hour:.2f} ({shadow.zone_hours_an_hour:.2f}).",
            f"First choices: {plan.first_choice_share:.0%} ({shadow.first_choice_share:.0%}) of all wishes.",
            f"Rooms in use: {plan.room_use:.0%} ({shadow.room_use:.0%}) of the time.",
            f"Unevenness (Gini): {plan.gini:.2f} ({shadow.gini:.2f}).",
            "In brackets: first come, first served.",
        )
    )


def _of_tenant(one: TenantReport) -> str:
    return (
        f"{one.tenant}: {one.plan.granted_hours:.1f} of {one.asked_hours:.1f} hours,"
        f" satisfaction {one.plan.satisfaction:.0%} ({one.shadow.satisfaction:.0%})."
    )


def _of_stage(stage: Stage) -> str:
    if stage.proved:
        how = "proved"
    elif stage.bound is None:
        how = "not proved"
    else:
        how = f"at best {stage.bound:.4g}"
    return f"Stage {stage.name}: {stage.value:.4g}, {how}, {stage.seconds:.1f} s."
