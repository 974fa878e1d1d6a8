"""Filling days that nobody measured from a weather archive: what to ask, when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import WEATHER, take_turn
from samen.adapters.db.models import ArchiveAsk, EnergyRollup, Meter, OutdoorDay, Register, Site, Step
from samen.adapters.weather import MOST_DAYS, ArchiveFault, Question
from samen.domain.interval import local_day
from samen.domain.outdoor import HOUR, WeatherSource
from samen.services.weather import Hours, StoredHours, store_temperatures

# An archive is a reanalysis: it knows a day some five days later.
ARCHIVE_AFTER = timedelta(days=5)
# Enough for a page that sets a year beside the one before, and for a baseline of one.
LEAST_BACK = timedelta(days=2 * 366)
# No site is asked about twice in an hour; an archive that fails or knows nothing new has more and more rest.
ASK_AGAIN = timedelta(hours=1)
NOTHING_NEW = timedelta(hours=6)
LONGEST_REST = timedelta(hours=24)
# So that installations that failed together do not come back together.
JITTER = 0.25


@dataclass(frozen=True)
class Ask:
    """A question that is due about a site."""

    site_id: int
    question: Question


def due(session: Session, now: datetime) -> bool:
    """Whether there is a site to look at: one whose place is known and that does not rest."""
    return session.scalar(_due(now).limit(1)) is not None


def next_ask(session: Session, now: datetime) -> Ask | None:
    """What to ask of the first site with days to fill; every site that is looked at rests for an hour."""
    for site in session.scalars(_due(now)).all():
        take_turn(session, WEATHER, [site.id])
        state = session.get(ArchiveAsk, site.id, populate_existing=True)
        if state is None:
            state = ArchiveAsk(site_id=site.id, failures=0, again_at=now)
            session.add(state)
        if state.again_at <= now:
            state.asked_at, state.again_at = now, now + ASK_AGAIN
            question = _question(session, site, now)
            if question is not None:
                return Ask(site.id, question)
    return None


def _due(now: datetime) -> Select[Site]:
    resting = select(ArchiveAsk.site_id).where(ArchiveAsk.again_at > now)
    placed = Site.latitude.is_not(None) & Site.longitude.is_not(None)
    return select(Site).where(placed, Site.id.not_in(resting)).order_by(Site.id)


def _question(session: Session, site: Site, now: datetime) -> Question | None:
    """The days of UTC up to the newest that is missing, as many as one answer holds at the most."""
    missing = missing_days(session, site, now)
    if not missing or site.latitude is None or site.longitude is None:
        return None
    zone = ZoneInfo(site.timezone)
    last = (local_day(missing[-1], zone).end - HOUR).date()
    first = local_day(missing[0], zone).start.date()
    return Question(site.latitude, site.longitude, max(first, last - timedelta(days=MOST_DAYS - 1)), last)


def missing_days(session: Session, site: Site, now: datetime) -> list[date]:
    """The local days that are not wholly known, from where the site's figures begin to the archive's last."""
    zone = ZoneInfo(site.timezone)
    end = (now - ARCHIVE_AFTER).astimezone(zone).date()
    first = min(_first_energy(session, site, zone) or end, end - LEAST_BACK)
    known = OutdoorDay.sensor_hours + OutdoorDay.csv_hours + OutdoorDay.archive_hours
    is_whole = (
        OutdoorDay.site_id == site.id,
        OutdoorDay.on_date >= first,
        OutdoorDay.on_date < end,
        known == OutdoorDay.hours,
    )
    # Counted first: of ten years nothing is missing as a rule, and to read their days takes a page's time.
    if session.scalar(select(func.count()).select_from(OutdoorDay).where(*is_whole)) == (end - first).days:
        return []
    whole = set(session.scalars(select(OutdoorDay.on_date).where(*is_whole)))
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return [on for on in days if on not in whole]


def _first_energy(session: Session, site: Site, zone: ZoneInfo) -> date | None:
    # One look into the index for each register: in one go, every day of all of them would be read.
    of_one = (
        select(EnergyRollup.starts_at)
        .where(EnergyRollup.register_id == Register.id, EnergyRollup.step == Step.DAY)
        .order_by(EnergyRollup.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    of_site = select(of_one).select_from(Register).join(Meter).where(Meter.site_id == site.id)
    firsts: Iterable[datetime | None] = session.scalars(of_site)
    first = min((at for at in firsts if at is not None), default=None)
    return first.astimezone(zone).date() if first is not None else None


def answered(session: Session, ask: Ask, hours: Hours, now: datetime, jitter: float = 0.0) -> StoredHours:
    """Keep an answer's hours; `jitter` from 0 to 1 lengthens the rest after one that brought nothing new."""
    site, state = session.get_one(Site, ask.site_id), session.get_one(ArchiveAsk, ask.site_id)
    over = [(at, deg_c) for at, deg_c in hours if at + HOUR <= now]
    done = store_temperatures(session, site, WeatherSource.ARCHIVE, over, now)
    state.failures, state.problem, state.answered_at = 0, None, now
    rest = ASK_AGAIN if done.added else NOTHING_NEW
    state.again_at = now + rest * (1 + JITTER * jitter)
    return done


def failed(session: Session, ask: Ask, fault: ArchiveFault, now: datetime, jitter: float = 0.0) -> None:
    """Note what went wrong; each failure after another doubles the rest, up to a day."""
    state = session.get_one(ArchiveAsk, ask.site_id)
    state.failures, state.problem = state.failures + 1, str(fault)
    rest = min(LONGEST_REST, ASK_AGAIN * 2 ** min(state.failures - 1, 10))
    state.again_at = now + rest * (1 + JITTER * jitter)


def ask_state(session: Session, site: Site) -> ArchiveAsk | None:
    """How asking goes; None where it was never tried."""
    return session.get(ArchiveAsk, site.id)


def ailing(session: Session) -> Sequence[tuple[str, ArchiveAsk]]:
    """Sites of which the archive's last answer could not be used."""
    rows = session.execute(
        select(Site.slug, ArchiveAsk)
        .join(ArchiveAsk, ArchiveAsk.site_id == Site.id)
        .where(ArchiveAsk.problem.is_not(None))
        .order_by(Site.slug)
    )
    return [(slug, state) for slug, state in rows]
