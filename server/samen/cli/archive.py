"""The part of `samen tick` that fills missing weather from a public archive."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

import structlog

from samen.adapters.db import Database
from samen.adapters.weather import ArchiveFault, Question, fetch
from samen.services import weather_archive
from samen.services.weather import Hours
from samen.services.weather_archive import Ask

log = structlog.get_logger(__name__)


def archive_job(
    address: str | None,
    clock: Callable[[], datetime],
    asking: Callable[[str, Question], Hours] = fetch,
    chance: Callable[[], float] = random.random,
) -> Callable[[Database], int]:
    """Ask for one site at most, outside of any transaction; without an address there is nothing to do."""

    def fill(database: Database) -> int:
        if address is None:
            return 0
        with database.read() as session:
            if not weather_archive.due(session, clock()):
                return 0
        with database.write() as session:
            ask = weather_archive.next_ask(session, clock())
        return _fill(database, ask, address) if ask is not None else 0

    def _fill(database: Database, ask: Ask, address: str) -> int:
        try:
            hours = asking(address, ask.question)
        except ArchiveFault as fault:
            log.warning("weather_archive", code=fault.code, detail=fault.detail)
            with database.write() as session:
                weather_archive.failed(session, ask, fault, clock(), chance())
            return 0
        with database.write() as session:
            return weather_archive.answered(session, ask, hours, clock(), chance()).added

    return fill
