"""The tables go up and down on both engines, with facts in them."""

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select

from samen.adapters.db import Database
from samen.adapters.db.models import Base, Site
from samen.adapters.db.schema import downgrade, is_current, upgrade
from support.server import SAMEN, environment


def test_the_migrated_tables_are_those_of_the_models(database):
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []


def test_every_step_goes_down_and_up_again_and_keeps_what_other_tables_hold(database_url):
    upgrade(database_url)
    database = Database(database_url)
    with database.write() as session:
        session.add(Site(slug="bota", name="Bota 75"))

    for revision in [f"{number:04}" for number in range(18, 0, -1)]:
        downgrade(database_url, revision)
    upgrade(database_url)

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 1
    assert is_current(database.engine)
    database.dispose()


def test_the_way_down_ends_with_nothing(database_url):
    upgrade(database_url)

    downgrade(database_url, "base")

    database = Database(database_url)
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.dispose()


def test_a_command_before_the_first_migration_says_so_in_a_line(sqlite_url):
    env = environment(sqlite_url, 1)
    done = subprocess.run([sys.executable, *SAMEN, "device", "list"], env=env, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no such table: device" in done.stderr
    assert "samen migrate" in done.stderr
