"""What became of a calendar file, as JSON: the command and the API tell it alike."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from samen.services.calendar_import import EventReport, ImportReport, Outcome
from samen.web.wording import plain_facts, refusal_text


def report_shown(report: ImportReport, space: str, zone: ZoneInfo) -> dict[str, Any]:
    """How many events came to what, and each by itself; instants in `zone`."""
    return {
        "space": space,
        "stored": report.stored,
        **{outcome.value: count(report, outcome) for outcome in Outcome},
        "events": [_event(event, zone) for event in report.events],
    }


def count(report: ImportReport, outcome: Outcome) -> int:
    """How many events came to that."""
    return sum(event.outcome is outcome for event in report.events)


def _event(event: EventReport, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "uid": event.uid,
        "title": event.title,
        "outcome": event.outcome.value,
        "dates": event.dates,
        "over": event.over,
        "missing": [at.isoformat() for at in event.missing],
        "goes_on": event.cut,
        "booked_singly": event.single,
        "refusals": [
            {"code": one.code, "facts": plain_facts(one.facts), "text": refusal_text(one, zone)}
            for one in event.refusals
        ],
        "refused_at": [at.astimezone(zone).isoformat() for at in event.refused_at],
    }
