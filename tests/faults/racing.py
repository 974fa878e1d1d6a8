"""Steps taken at once, each in a session of its own; and Samen without what keeps them from each other."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import Barrier

from sqlalchemy import Select, make_url, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from faults.unguarded import _no_transaction, _no_turn, drop_constraint
from samen.adapters.db import Database, engine
from samen.adapters.db.models import Notice, Occurrence
from samen.services import standing

# How many clients race at once, and how often.
TRIALS = {2: 8, 8: 4, 16: 2}
# Without guards a step may end in an error of the engine, or in a span that ends before it begins.
BROKEN = (DBAPIError, ValueError)


class Start:
    """The line from which steps are taken. `forgives`: errors in which a step may end."""

    forgives = ()

    def __init__(self, database):
        self.database = database

    def at_once(self, *steps):
        """What each step answered; False for one that ended in an error which is forgiven."""
        barrier = Barrier(len(steps))

        def take(step):
            barrier.wait(30)
            try:
                with self.database.write() as session:
                    return step(session)
            except self.forgives:
                return False

        with ThreadPoolExecutor(len(steps)) as pool:
            return list(pool.map(take, steps))

    def told(self):
        """How many notices of each kind there are."""
        with self.database.read() as session:
            return Counter(session.scalars(select(Notice.code)))


@contextmanager
def unguarded(start, monkeypatch):
    """No constraint and no turns, and every step looks before it acts, as the systems of the field do."""
    drop_constraint(start.database)
    for name, module in list(sys.modules.items()):
        if name.startswith("samen.services.") and name != "samen.services.audit":
            monkeypatch.setattr(module, "take_turn", lambda *_: None, raising=False)
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_: self)
    monkeypatch.setattr(standing, "_change", look_then_change)
    monkeypatch.setattr(engine.Database, "_turn", _no_turn)
    monkeypatch.setattr(engine, "_begin_sqlite", _no_transaction)
    # On SQLite a savepoint would be a transaction too.
    monkeypatch.setattr(Session, "begin_nested", lambda _session: nullcontext())
    guarded, start.database, start.forgives = start.database, Database(_impatient(start.database.url)), BROKEN
    try:
        yield start
    finally:
        start.database.dispose()
        start.database = guarded


def _impatient(url):
    """PostgreSQL looks for deadlocks after a second, and without guards there are many."""
    if make_url(url).get_backend_name() == "sqlite":
        return url
    quick = {"options": "-c deadlock_timeout=20ms"}
    return make_url(url).update_query_dict(quick).render_as_string(hide_password=False)


def look_then_change(session, ids, stands, values):
    seen = list(session.scalars(select(Occurrence.id).where(Occurrence.id.in_(list(ids)), stands)))
    session.execute(update(Occurrence).where(Occurrence.id.in_(seen)).values(**values))
    return seen
