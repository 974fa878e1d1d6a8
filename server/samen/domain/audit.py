"""The audit chain: each entry's digest covers its own content and the digest before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# What the first entry builds on.
GENESIS = "0" * 64


@dataclass(frozen=True)
class Deed:
    """Who did what to what, when. `facts` holds JSON values only."""

    at: datetime
    actor: str
    action: str
    subject: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """A deed as it was stored: what it builds on, and its digest."""

    id: int
    deed: Deed
    previous: str
    digest: str


def digest(previous: str, deed: Deed) -> str:
    """SHA-256, in hexadecimal, over the previous digest and the deed in one canonical JSON form."""
    content = [previous, _instant(deed.at), deed.actor, deed.action, deed.subject, dict(deed.facts)]
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_broken(links: Iterable[Link]) -> Link | None:
    """The first entry that was changed, or whose predecessor was changed, moved or removed."""
    previous = GENESIS
    for link in links:
        if link.previous != previous or link.digest != digest(previous, link.deed):
            return link
        previous = link.digest
    return None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
