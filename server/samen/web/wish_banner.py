"""What a round asks of an association now, in a sentence above the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundState, Site
from samen.domain.access import Viewer
from samen.services import rounds
from samen.web import i18n
from samen.web.wish_list import SOON, is_filing, is_objecting
from samen.web.wish_words import lasts


def banners(session: Session, site: Site, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Rounds that wait for wishes, or for what tenants say to a preview."""
    asking = [one for one in rounds.rounds_of(session, site, viewer) if one.state in ASKING]
    return [banner for one in asking if (banner := _banner(one, now)) is not None]


ASKING = (RoundState.OPEN, RoundState.PREVIEW)


def _banner(one: Round, now: datetime) -> dict[str, Any] | None:
    facts = {"round": one.name, "until": i18n.moment(one.closes_at, one.season.zone)}
    if is_filing(one, now):
        return _filing(one, facts, now)
    if is_objecting(one, now) and one.objections_until_at is not None:
        until = i18n.moment(one.objections_until_at, one.season.zone)
        said = _(
            "%(round)s: see what you would get, and object until %(until)s.", round=one.name, until=until
        )
        return {"id": one.id, "tone": "info", "says": said, "act": _("See it")}
    if one.state is RoundState.OPEN and now < one.opens_at:
        opens = i18n.moment(one.opens_at, one.season.zone)
        said = _("%(round)s: wishes can be filed from %(opens)s on.", round=one.name, opens=opens)
        return {"id": one.id, "tone": "info", "says": said, "act": _("See the round")}
    return None


def _filing(one: Round, facts: dict[str, str], now: datetime) -> dict[str, Any]:
    left = one.closes_at - now
    if left > SOON:
        said = _("%(round)s is open: file your weekly wishes until %(until)s.", **facts)
        return {"id": one.id, "tone": "info", "says": said, "act": _("File wishes")}
    said = _(
        "%(round)s closes in %(left)s: file your weekly wishes until %(until)s.", left=lasts(left), **facts
    )
    return {"id": one.id, "tone": "warn", "says": said, "act": _("File wishes")}
