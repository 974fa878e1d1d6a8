"""The audit chain in the database, and the command that verifies it."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, update

from samen.adapters.db.models import AuditEntry
from samen.services import audit
from support.building import NOW


def _note(database, number):
    with database.write() as session:
        audit.note(session, "member:1", "booking.made", f"series:{number}", {"où": "Iris", "n": number}, NOW)


def _verdict(database):
    with database.read() as session:
        return audit.verify(session)


def test_writers_at_once_make_one_unbroken_chain(database):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: _note(database, number), range(64)))

    verdict = _verdict(database)
    assert (verdict.entries, verdict.broken) == (64, None)


def test_what_the_database_gives_back_has_the_same_digest(database):
    _note(database, 1)

    assert _verdict(database).broken is None


def test_a_deed_that_fails_leaves_no_entry(database):
    _note(database, 1)

    try:
        with database.write() as session:
            audit.note(session, "member:1", "booking.made", "series:2", {}, NOW)
            raise LookupError
    except LookupError:
        _note(database, 3)

    with database.read() as session:
        assert list(session.scalars(select(AuditEntry.subject))) == ["series:1", "series:3"]
    assert _verdict(database).broken is None


def test_a_change_behind_our_back_is_found(database):
    for number in range(3):
        _note(database, number)

    with database.write() as session:
        session.execute(update(AuditEntry).where(AuditEntry.subject == "series:1").values(actor="member:2"))

    assert _verdict(database).broken.deed.subject == "series:1"
