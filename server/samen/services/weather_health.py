"""What is wrong with the weather that sites get, in sentences that say how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import OutdoorDay, Site
from samen.domain.outdoor import STUCK_FOR, OutdoorDoubt
from samen.services import outdoor, weather_archive

# Readings of an hour wait until it is over, and then for `samen tick`.
GATHERED_WITHIN = timedelta(hours=2)
# The sun on a wall for an hour or two a day costs little.
MOST_SUN_HOURS = 4


def is_kept(session: Session) -> bool:
    """Whether any outdoor temperature was ever stored."""
    return session.scalar(select(func.count()).select_from(select(OutdoorDay).limit(1).subquery())) == 1


def faults(session: Session, configured: bool, now: datetime) -> list[str]:
    """What to mend; `configured`: there is a weather archive to ask."""
    sites = session.scalars(select(Site).order_by(Site.slug)).all()
    return [
        *(_unplaced(sites) if configured else ()),
        *(_archive(session) if configured else ()),
        *(sentence for site in sites for sentence in _sensor(session, site, now)),
        *_waiting(session, now),
    ]


def _unplaced(sites: Sequence[Site]) -> Iterator[str]:
    missing = [site.slug for site in sites if site.latitude is None]
    if missing:
        yield (
            f"The weather archive cannot be asked about {', '.join(missing)}: "
            "say latitude and longitude in the site file."
        )


def _archive(session: Session) -> Iterator[str]:
    for slug, state in weather_archive.ailing(session):
        yield (
            f"The weather archive could not be used for {slug}, {state.failures} times in a row "
            f"({state.problem}): check SAMEN_WEATHER_URL. "
            f"It is asked again at {state.again_at:%Y-%m-%d %H:%M} UTC."
        )


def _sensor(session: Session, site: Site, now: datetime) -> Iterator[str]:
    doubted = outdoor.doubted_hours(session, site, now - STUCK_FOR)
    if OutdoorDoubt.STUCK in doubted:
        yield f"{site.slug}'s outdoor sensor has shown the same for two days: look at it."
    if doubted.get(OutdoorDoubt.SUN, 0) > MOST_SUN_HOURS:
        yield f"{site.slug}'s outdoor sensor is heated by the sun: hang it in the shade, on the north side."


def _waiting(session: Session, now: datetime) -> Iterator[str]:
    waiting = outdoor.waiting_since(session)
    if waiting is not None and now - waiting > GATHERED_WITHIN:
        yield "Outdoor readings wait to be gathered into hours: is samen tick running?"
