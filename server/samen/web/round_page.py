"""What the pages of a round share: finding it, its head, and what is shown when a deed came too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Round, RoundState
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.services import audit, rounds
from samen.web import current, i18n
from samen.web.round_words import filing_words, season_words, state_tone, state_word
from samen.web.wording import refusal_text

STEPS = (RoundState.DRAFT, RoundState.OPEN, RoundState.CLOSED, RoundState.PREVIEW, RoundState.FINAL)
# How long tenants may object, unless a manager says otherwise.
OBJECTIONS = timedelta(days=7)


def round_of(session: Session, round_id: UUID) -> Round:
    """Raises NotFound for one that the reader may not see."""
    found = rounds.find(session, round_id, current.viewer())
    if found is None:
        raise NotFound
    return found


def zone_of(round_: Round) -> ZoneInfo:
    return ZoneInfo(round_.site.timezone)


def version() -> int:
    """The version of the round that a form was made from."""
    return request.form.get("version", -1, type=int)


def objections_until(round_: Round, now: datetime) -> str:
    """A local day and time, as a form has it: a week from now, where none was said."""
    until = round_.objections_until_at or now + OBJECTIONS
    return until.astimezone(zone_of(round_)).strftime("%Y-%m-%dT%H:%M")


def head(round_: Round) -> dict[str, Any]:
    """What partials/round_head.html shows."""
    return {
        "id": round_.id,
        "name": round_.name,
        "version": round_.version,
        "state": round_.state.value,
        "word": state_word(round_.state),
        "tone": state_tone(round_.state),
        "season": season_words(round_.season),
        "filing": filing_words(round_, zone_of(round_)),
        "steps": _steps(round_.state),
        "may_change": current.viewer().role is Role.MANAGER,
        "oversees": current.viewer().oversees,
    }


def _steps(state: RoundState) -> list[dict[str, str]]:
    if state not in STEPS:
        return []
    words = (_("Prepare"), _("Wishes"), _("Drafts"), _("Preview"), _("Final"))
    reached = STEPS.index(state)
    return [
        {"word": word, "reached": "now" if place == reached else "done" if place < reached else ""}
        for place, word in enumerate(words)
    ]


def lost(session: Session, round_id: UUID, refusal: Refusal) -> tuple[str, int]:
    """The page after a deed that was refused: why, who was faster, and what stands. Raises NotFound."""
    session.expire_all()
    round_ = round_of(session, round_id)
    zone = zone_of(round_)
    page = render_template(
        "pages/round_lost.html",
        round=head(round_),
        text=refusal_text(refusal, zone),
        last=_last_deed(session, round_, zone),
    )
    return page, 409


def _last_deed(session: Session, round_: Round, zone: ZoneInfo) -> str:
    deeds = audit.deeds_on(session, f"round:{round_.id}")
    if not deeds:
        return ""
    who = audit.name_of(session, deeds[0].actor) or "Samen"
    return deed_words(deeds[0].action, who, i18n.moment(deeds[0].at, zone))


def deed_words(action: str, who: str, at: str) -> str:
    """What was done last to a round, by whom and when."""
    facts = {"who": who, "at": at}
    words = {
        "round.made": _("%(who)s prepared it on %(at)s.", **facts),
        "round.edited": _("%(who)s changed it on %(at)s.", **facts),
        "round.policy_set": _("%(who)s changed how it is shared out on %(at)s.", **facts),
        "round.closing_set": _("%(who)s changed until when wishes are filed on %(at)s.", **facts),
        "round.opened": _("%(who)s opened it on %(at)s.", **facts),
        "round.closed": _("%(who)s closed it on %(at)s.", **facts),
        "round.cancelled": _("%(who)s called it off on %(at)s.", **facts),
        "round.preview": _("%(who)s published the preview on %(at)s.", **facts),
        "round.preview_withdrawn": _("%(who)s took the preview back on %(at)s.", **facts),
        "round.final": _("%(who)s made it final on %(at)s.", **facts),
    }
    return str(words.get(action) or _("%(who)s worked on it on %(at)s.", **facts))
