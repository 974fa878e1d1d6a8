"""What falls due on the waitlist: dates that open, offers that nobody took, rooms asked for, what is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from samen.adapters.db import Database
from samen.adapters.db.models import Waiting
from samen.adapters.message import Publication
from samen.services import contest, takeover, waitlist
from samen.services.live import calendar_changed


@dataclass
class Swept:
    """How many waits were looked at, and what open pages should be told after the commit."""

    looked: int = 0
    changes: list[Publication] = field(default_factory=list)

    def add(self, one: Waiting) -> None:
        """Count a wait, and tell of its space and day. Call within its session."""
        site = one.space.site
        on = one.starts_at.astimezone(ZoneInfo(site.timezone)).date()
        self.looked += 1
        self.changes.append(calendar_changed(site.slug, one.space.slug, on))


def sweep(database: Database, now: datetime) -> Swept:
    """Do what is due, each in a short transaction of its own, and offer what stands free all the same."""
    with database.read() as session:
        due = [(waitlist.lapse, waiting_id) for waiting_id in waitlist.overdue(session, now)]
        due += [(takeover.settle, waiting_id) for waiting_id in takeover.overdue(session, now)]
        left_over = waitlist.free_again(session, now)
        opened = contest.due(session, now)
    swept = Swept()
    if opened:
        with database.write() as session:
            for one in contest.settle(session, now):
                swept.add(one)
    for step, waiting_id in due:
        with database.write() as session:
            swept.add(step(session, waiting_id, now))
    if left_over:
        with database.write() as session:
            for one in waitlist.catch_up(session, now):
                swept.add(one)
    return swept
