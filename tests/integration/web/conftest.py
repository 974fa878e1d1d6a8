"""The application over the demo building, in this process."""

import pytest

from samen.adapters.db.models import Member
from samen.services import login
from samen.web.app import create_app
from support.web import PASSWORD, a_house


@pytest.fixture
def house(sqlite_database):
    """Two tenants, every role, nobody signed in."""
    return a_house(sqlite_database, create_app)


@pytest.fixture(scope="session")
def password_hash():
    """One hash for all: argon2 is slow on purpose."""
    return login.hash_password(PASSWORD)


@pytest.fixture
def with_password(house, password_hash):
    """Everybody in the house can sign in with PASSWORD."""
    with house.database.write() as session:
        for viewer in house.people.values():
            session.get_one(Member, viewer.member_id).password_hash = password_hash
    return house
