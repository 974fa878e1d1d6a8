"""Waiting one's turn where the engine would otherwise end waiters in an error."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

# The first key of the two-key advisory locks, one per kind of thing.
SPACE, AUDIT, IDEMPOTENCY, TENANT = 1, 2, 3, 4
WEATHER, SHARING, METER, INTERVENTIONS, HEATING = 11, 12, 13, 14, 15
CREDITS = 20


def take_turn(session: Session, kind: int, ids: Iterable[int]) -> None:
    """Hold an advisory lock per id until the transaction ends.

    With the exclusion constraint alone, 16 clients on one slot end some of them in a deadlock error
    (40P01); waiting here, none. SQLite's writers already wait in `Database.write`.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for key in sorted(set(ids)):
        session.execute(select(func.pg_advisory_xact_lock(cast(kind * 2**32 + key, BigInteger))))


def try_turn(session: Session, kind: int, ids: Iterable[int]) -> bool:
    """Take turns where nobody else has theirs: for who holds some already, and must not wait for more."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    keys = (cast(kind * 2**32 + key, BigInteger) for key in sorted(set(ids)))
    return all(session.scalar(select(func.pg_try_advisory_xact_lock(key))) for key in keys)
