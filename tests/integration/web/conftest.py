"""The application over the demo building, in this process."""

import shutil

import pytest

from samen.adapters.db import Database
from samen.adapters.db.models import Member
from samen.services import login
from samen.web.app import create_app
from support.web import PASSWORD, a_house


@pytest.fixture
def house(sqlite_database):
    """Two tenants, every role, nobody signed in."""
    return a_house(sqlite_database)


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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request, tmp_path_factory):
    """A house on each engine, that the tests of a module share: for those that look at answers alone."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "samen.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").new_database(request.getfixturevalue("migrated_template"))
    database = Database(url)
    yield a_house(database, create_app)
    database.dispose()
