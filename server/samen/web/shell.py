"""What surrounds every page: the building, who reads, where they may go, and their language and colours."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable

from samen.adapters.db.models import Site
from samen.domain.access import Role
from samen.services import notices, rollup
from samen.services.login import Account
from samen.services.rooms import room_states
from samen.web import current, i18n
from samen.web.policy import Access
from samen.web.preferences import THEME_COOKIE, THEMES, remember
from samen.web.report import shown_state
from samen.web.wish_banner import banners

AREAS = {
    "book": Access.BOOKING,
    "energy": Access.OVERSIGHT,
    "devices": Access.OVERSIGHT,
    "members": Access.TENANT_ADMIN,
    "spaces": Access.MANAGER,
}
SITE_COOKIE = "samen_site"
LIKE_A_SLUG = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
IN_USE = frozenset({"in_use", "occupied"})


class Shell:
    """Looked up only as far as a page shows it: a fragment needs none, an error page may have no database."""

    locales = tuple({"code": code, "name": name} for code, name in i18n.NAMES.items())

    def __init__(self, account: Account | None) -> None:
        self.member = account

    @cached_property
    def site_name(self) -> str:
        try:
            with current.database().read() as session:
                return building(session).name
        except (SQLAlchemyError, ServiceUnavailable):
            return "Samen"

    @cached_property
    def simulated(self) -> str:
        """Until when the building's figures are invented, as a sentence; "" for a real one."""
        with current.database().read() as session:
            site = building(session)
            return simulated_words(site.simulated_until, ZoneInfo(site.timezone))

    @cached_property
    def is_counting(self) -> bool:
        """Whether readings of the past still wait to be added up, so that figures are not whole yet."""
        with current.database().read() as session:
            return rollup.is_counting(session, current.utc_now())

    @cached_property
    def sites(self) -> list[dict[str, Any]]:
        """The sites to choose from, for who is signed in."""
        if self.member is None:
            return []
        with current.database().read() as session:
            shown = building(session).id
            rows = session.execute(select(Site.id, Site.slug, Site.name).order_by(Site.id))
            return [{"slug": slug, "name": name, "shown": id_ == shown} for id_, slug, name in rows]

    @property
    def locale(self) -> str:
        return i18n.language()

    @property
    def theme(self) -> str:
        chosen = request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def areas(self) -> frozenset[str]:
        """What the reader's role opens."""
        return areas_of(self.member.viewer.role) if self.member else frozenset()

    @cached_property
    def rooms(self) -> list[dict[str, str]]:
        """The windows of the little building; dark for a visitor."""
        if self.member is None:
            return []
        with current.database().read() as session:
            states = room_states(session, building(session).id, current.now())
        return [{"space": state.slug, "state": shown_state(state)} for state in states]

    @cached_property
    def unread(self) -> int:
        """How many notices wait for the reader."""
        if self.member is None:
            return 0
        with current.database().read() as session:
            return notices.count_unread(session, self.member.viewer.member_id)

    @cached_property
    def rounds(self) -> list[dict[str, Any]]:
        """What a round asks of the reader now."""
        if self.member is None or "book" not in self.areas:
            return []
        with current.database().read() as session:
            return banners(session, building(session), self.member.viewer, current.now())

    @property
    def in_use(self) -> int:
        return sum(room["state"] in IN_USE for room in self.rooms)


def simulated_words(until: datetime | None, zone: ZoneInfo) -> str:
    """Until when a demonstration's figures are invented; "" where none are."""
    if until is None:
        return ""
    day = i18n.day_long(until.astimezone(zone).date())
    said: str = _(
        "A demonstration: all figures up to %(day)s are simulated, no building used this energy.", day=day
    )
    return said


def areas_of(role: Role) -> frozenset[str]:
    """The parts of Samen that a role may open, beyond the rooms, which everyone signed in may see."""
    return frozenset(area for area, access in AREAS.items() if role in (access.value or ()))


def building(session: Session) -> Site:
    """The site that pages show: the one chosen, else the first. Raises ServiceUnavailable without any.

    A choice is made by `?site=slug` on any page, and kept by the browser.
    """
    chosen = request.args.get("site") or request.cookies.get(SITE_COOKIE, "")
    site = session.scalar(select(Site).order_by(Site.slug != chosen, Site.id))
    if site is None:
        raise ServiceUnavailable("no site is loaded: samen site load FILE.toml")
    return site


def init_shell(app: Flask) -> None:
    """Give every template its `shell`."""

    def surround() -> dict[str, Any]:
        return {"shell": Shell(current.account())}

    app.context_processor(surround)
    app.after_request(_keep_site)


def _keep_site(response: Response) -> Response:
    if (chosen := request.args.get("site")) and LIKE_A_SLUG.fullmatch(chosen):
        remember(response, SITE_COOKIE, chosen)
    return response
