"""The control of the race: Samen without constraint and lock. Run as `samen` is.

What is left is check, then insert, as the booking systems of the field do it. The race must catch this
one booking twice, or it proves nothing about the real one.
"""

from contextlib import contextmanager

import samen.services.booking
import samen.services.placing
import samen.services.quota
from samen.adapters.db import engine


@contextmanager
def _no_turn(_database):
    yield


def _no_transaction(_connection):
    """SQLite commits each statement by itself, so nothing holds between the check and the insert."""


def main():
    engine.Database._turn = _no_turn
    engine._begin_sqlite = _no_transaction
    for module in (samen.services.booking, samen.services.placing, samen.services.quota):
        module.take_turn = lambda *_: None

    from samen.cli import main as samen_main

    samen_main()


def drop_constraint(database):
    """Take the overlap invariant off a database's claims."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for when in ("INSERT", "UPDATE"):
                connection.exec_driver_sql(f"DROP TRIGGER ex_claims_overlap_{when}")
        else:
            connection.exec_driver_sql("ALTER TABLE claims DROP CONSTRAINT ex_claims_overlap")


if __name__ == "__main__":
    main()
