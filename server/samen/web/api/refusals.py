"""A refused booking as a problem."""

from __future__ import annotations

from collections.abc import Sequence

from samen.domain.alternatives import Alternative
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services.booking import Refused
from samen.services.placing import DateRefused
from samen.web import current
from samen.web.problems import problem_body
from samen.web.wording import plain_facts, refusal_text

# What is not a conflict with the calendar or its rules: a name that means nothing, a thing that is not there.
STATUS = {
    "unknown_space": 422,
    "no_such_calendar": 422,
    "no_such_booking": 404,
    "no_such_request": 404,
    "no_such_wait": 404,
    "bad_rrule": 422,
    "ends_before_start": 422,
    "no_dates": 422,
    "rule_needs_reach": 422,
    "too_many_dates": 422,
}


def refused_body(refused: Refused) -> tuple[int, str]:
    """The status and the JSON text of the problem."""
    status = STATUS.get(refused.refusals[0].code, 409)
    told = [_refusal(refusal) for refusal in refused.refusals]
    detail = " ".join(str(one["text"]) for one in told)
    more = {
        "refusals": told,
        "conflicts": _spans(refused.conflicts),
        **_ways_out(refused.alternatives),
        "dates": [_date(one) for one in refused.dates],
    }
    return status, problem_body(status, "refused", detail, detail, more)


def refused_alone(refusal: Refusal) -> tuple[int, str]:
    """As `refused_body`, of a question that is no booking."""
    told = _refusal(refusal)
    return 409, problem_body(409, "refused", str(told["text"]), str(told["text"]), {"refusals": [told]})


def _date(one: DateRefused) -> dict[str, object]:
    return {
        "date": one.original_start.isoformat(),
        **_span(one.during),
        "refusals": [_refusal(refusal) for refusal in one.refusals],
        "conflicts": _spans(one.conflicts),
        **_ways_out(one.alternatives),
    }


def _ways_out(others: Sequence[Alternative]) -> dict[str, object]:
    """Alternatives as they can be sent back, and in the same order what speaks for each."""
    plain = [{"space": other.space, **_span(other.during)} for other in others]
    suggestions = [
        {**one, "why": other.why.value, "warm": other.energy.warm, "kwh": other.energy.kwh}
        for one, other in zip(plain, others, strict=True)
    ]
    return {"alternatives": plain, "suggestions": suggestions}


def _refusal(refusal: Refusal) -> dict[str, object]:
    text = refusal_text(refusal, current.settings().timezone)
    return {"code": refusal.code, "facts": plain_facts(refusal.facts), "text": text}


def _spans(spans: Sequence[Interval]) -> list[dict[str, str]]:
    return [_span(span) for span in spans]


def _span(span: Interval) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}
