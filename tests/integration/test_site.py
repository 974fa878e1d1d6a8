"""A site file sets a building up, again and again, or says what is wrong with it."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from samen.adapters.db.models import Base, Space
from samen.adapters.site_file import SiteFileFault, read_site_file
from samen.cli.site import site
from support.building import DEMO_FILE, load_demo


def counts(database):
    with database.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def test_the_demo_building_has_what_bota_75_has(database):
    load_demo(database)

    found = counts(database)

    assert (found["tenants"], found["spaces"], found["zones"], found["devices"]) == (4, 8, 2, 6)
    assert (found["meters"], found["registers"]) == (4, 4)


def test_loading_again_changes_nothing(database):
    load_demo(database)
    before = counts(database)

    load_demo(database)

    assert counts(database) == before


def test_a_whole_has_its_parts(database):
    load_demo(database)

    with database.read() as session:
        zenne = session.scalars(select(Space).where(Space.slug == "zenne")).one()
        assert [atom.slug for atom in zenne.atoms()] == ["zenne-noord", "zenne-zuid"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('zone = "front"', 'zone = "attic"', "spaces.iris.zone: nothing here is called 'attic'"),
        ('slug = "marolles"', 'slug = "iris"', "spaces.iris: stands twice"),
        ("capacity = 12", 'capacity = "many"', "spaces.0.capacity: Not a valid integer."),
        ('timezone = "Europe/Brussels"', 'timezone = "Europe/Bxl"', "site.timezone: no such time zone"),
        ("[site]", "[site", "Expected"),
        ('part_of = "zenne"', 'part_of = "zenne-noord"', "it would be a part of itself"),
        ('main = "main"', 'main = "ventilation"', "it would be below itself"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, complaint):
    faulty = tmp_path / "site.toml"
    faulty.write_text(DEMO_FILE.read_text().replace(old, new, 1))

    with pytest.raises(SiteFileFault) as raised:
        read_site_file(faulty)

    assert complaint in str(raised.value)


def test_the_command_says_what_is_wrong_and_ends_with_2(tmp_path, monkeypatch, sqlite_database):
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)

    answer = CliRunner().invoke(site, ["load", str(tmp_path / "nothing.toml")])

    assert answer.exit_code == 2
    assert "nothing.toml: No such file or directory" in answer.output
