"""No entry of the audit chain can be changed, moved or removed unseen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from samen.domain.audit import GENESIS, Deed, Link, digest, first_broken

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_chain(length=4):
    links, previous = [], GENESIS
    for number in range(1, length + 1):
        at = AT + timedelta(minutes=number)
        deed = Deed(at, "member:1", "booking.made", f"series:{number}", {"n": number})
        links.append(Link(number, deed, previous, digest(previous, deed)))
        previous = links[-1].digest
    return links


def test_an_untouched_chain_holds():
    assert first_broken(a_chain()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"at": AT},
        {"actor": "member:2"},
        {"action": "booking.cancelled"},
        {"subject": "series:9"},
        {"facts": {"n": 3}},
    ],
)
def test_a_changed_entry_is_found(change):
    links = a_chain()
    links[1] = replace(links[1], deed=replace(links[1].deed, **change))

    assert first_broken(links).id == 2


def test_a_changed_entry_with_its_digest_made_anew_is_found_at_the_next():
    links = a_chain()
    forged = replace(links[1].deed, actor="member:2")
    links[1] = replace(links[1], deed=forged, digest=digest(links[1].previous, forged))

    assert first_broken(links).id == 3


def test_a_removed_entry_is_found():
    links = a_chain()
    del links[1]

    assert first_broken(links).id == 3


def test_two_entries_that_changed_places_are_found():
    links = a_chain()
    links[1], links[2] = links[2], links[1]

    assert first_broken(links).id == 3


def test_a_digest_depends_on_the_instant_not_on_how_it_is_written():
    elsewhere = AT.astimezone(timezone(timedelta(hours=1)))

    assert digest(GENESIS, Deed(AT, "a", "b", "c", {})) == digest(GENESIS, Deed(elsewhere, "a", "b", "c", {}))
