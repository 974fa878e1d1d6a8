"""A refused booking as a problem."""

from __future__ import annotations

from collections.abc import Sequence

from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services.booking import Refused
from samen.web import current
from samen.web.problems import problem_body
from samen.web.wording import plain_facts, refusal_text

# What is not a conflict with the calendar or its rules: a name that means nothing, a thing that is not there.
STATUS = {"unknown_space": 422, "no_such_booking": 404}


def refused_body(refused: Refused) -> tuple[int, str]:
    """The status and the JSON text of the problem."""
    status = STATUS.get(refused.refusals[0].code, 409)
    told = [_refusal(refusal) for refusal in refused.refusals]
    detail = " ".join(str(one["text"]) for one in told)
    more = {
        "refusals": told,
        "conflicts": _spans(refused.conflicts),
        "alternatives": [{"space": other.space, **_span(other.during)} for other in refused.alternatives],
    }
    return status, problem_body(status, "refused", detail, detail, more)


def _refusal(refusal: Refusal) -> dict[str, object]:
    text = refusal_text(refusal, current.settings().timezone)
    return {"code": refusal.code, "facts": plain_facts(refusal.facts), "text": text}


def _spans(spans: Sequence[Interval]) -> list[dict[str, str]]:
    return [_span(span) for span in spans]


def _span(span: Interval) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}
