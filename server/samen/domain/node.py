"""What a node says of itself: which connection speaks, and what time it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

# Beyond this a node's clock and the server's do not mean the same moment.
SKEW = timedelta(minutes=5)


class Sync(NamedTuple):
    """A boot's first sight of the time: `up` seconds after booting it was `utc`."""

    up: int
    utc: datetime


def instant(seconds: int) -> datetime:
    """Unix seconds as an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def dated(ts: int | None, up: int, sync: Sync | None, received: datetime) -> tuple[datetime, str]:
    """When a reading was taken, and how that is known: "ntp", "dated" or "received".

    A node whose clock was not set is dated by its boot's first synchronisation. What would lie in the
    future is dated by its arrival: a wrong clock must not hide every later reading behind it.
    """
    if ts is not None:
        at, how = instant(ts), "ntp"
    elif sync is not None:
        at, how = sync.utc + timedelta(seconds=up - sync.up), "dated"
    else:
        return received, "received"
    return (at, how) if at <= received + SKEW else (received, "received")


def skew_s(ts: int | None, received: datetime) -> float | None:
    """Seconds by which a node's clock runs ahead of the server's (behind: negative), if that is too much.

    A reading that waited in a broker's queue looks late as well; the next one clears it.
    """
    if ts is None:
        return None
    ahead = instant(ts) - received
    return ahead.total_seconds() if abs(ahead) > SKEW else None


def supersedes(known_sid: str | None, known_state: str, sid: str, state: str) -> bool:
    """Whether a status is news: it speaks of the newest connection, or of a newer one.

    A sid is a boot and a random part ("17-a3f2"). A will arrives late, perhaps after its node is back: an
    `offline` of another connection is ignored unless its boot is newer than any we know. An `offline` ends
    its connection: what an old retained message says after it is ignored too.
    """
    if known_sid is None:
        return True
    if sid == known_sid:
        return known_state != "offline"
    known_boot, boot = _boot(known_sid), _boot(sid)
    if state == "offline":
        return boot > known_boot
    return boot >= known_boot


def _boot(sid: str) -> int:
    number = sid.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else 0
