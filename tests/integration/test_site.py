"""A site file sets a building up, again and again, or says what is wrong with it."""

from datetime import time, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from samen.adapters.db.models import Base, Register, Space, ZoneHeating
from samen.adapters.site_file import SiteFileFault, read_site_file
from samen.cli.site import site
from samen.domain.interval import Interval
from samen.domain.rules import END_OF_DAY
from samen.domain.zone_settings import Steering
from samen.services import site as sites
from samen.services.rules import rules_of
from support.building import DEMO_FILE, NOW, at


def load_demo(database):
    with database.write() as session:
        sites.load(session, read_site_file(DEMO_FILE), NOW)


def counts(database):
    with database.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def test_the_demo_building_has_what_bota_75_has(database):
    load_demo(database)

    found = counts(database)

    assert (found["tenants"], found["spaces"], found["zones"], found["devices"]) == (4, 10, 2, 6)
    assert (found["meters"], found["registers"]) == (8, 8)
    assert (found["quotas"], found["peaks"], found["space_hours"]) == (5, 1, 8)


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


RULES = """
[[blackouts]]
from = 2026-12-24T12:00:00
until = 2027-01-04T08:00:00
reason = "Winter break"

[[spaces]]
slug = "hall"
name = "Hall"
capacity = 90
area_m2 = 120.0
closing = "24:00"
hours = { sun = ["10:00", "24:00"] }
permitted = [{ tenant = "radio-pixel" }, { role = "tenant_admin" }]
"""


def test_a_site_file_sets_rules_and_loading_it_again_keeps_what_it_leaves_out(sqlite_database, tmp_path):
    file = tmp_path / "site.toml"
    file.write_text(DEMO_FILE.read_text() + RULES)
    load(sqlite_database, file)
    with sqlite_database.write() as session:
        space(session, "hall").notice_min = 45

    load(sqlite_database, file)

    with sqlite_database.read() as session:
        hall = space(session, "hall")
        rules = rules_of(session, hall, Interval(at("09:00"), at("10:00", day=30) + timedelta(days=60)))
        assert (hall.notice_min, hall.closing, len(hall.permissions)) == (45, END_OF_DAY, 2)
        assert rules.hours == {6: (time(10), END_OF_DAY)}
        assert [closure.reason for closure in rules.blackouts] == ["Winter break"]


def test_a_meter_states_its_digits_once_and_a_register_its_own(sqlite_database, tmp_path):
    file = tmp_path / "site.toml"
    meter = """[[meters]]\nslug = "gaz"\nname = "Gaz"\nkind = "gas"\ndigits = 5
registers = [{ code = "a", unit = "L" }, { code = "b", unit = "L", digits = 6 }]\n"""
    file.write_text(DEMO_FILE.read_text() + "\n" + meter)
    load(sqlite_database, file)

    load(sqlite_database, DEMO_FILE)

    with sqlite_database.read() as session:
        found = select(Register.code, Register.digits).where(Register.digits.is_not(None))
        assert {code: digits for code, digits in session.execute(found)} == {"a": 5, "b": 6}  # noqa: C416
        gaz = session.scalars(select(Register).where(Register.code == "a")).one()
        assert gaz.rolls_over_at == 100_000_000


def load(database, file):
    with database.write() as session:
        sites.load(session, read_site_file(file), NOW)


def space(session, slug):
    return session.scalars(select(Space).where(Space.slug == slug)).one()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('zone = "front"', 'zone = "attic"', "spaces.iris.zone: nothing here is called 'attic'"),
        ('slug = "marolles"', 'slug = "iris"', "spaces.iris: stands twice"),
        ("capacity = 12", 'capacity = "many"', "spaces.0.capacity: Not a valid integer."),
        ('timezone = "Europe/Brussels"', 'timezone = "Europe/Bxl"', "site.timezone: no such time zone"),
        ("[site]", "[site", "Expected"),
        ("[site]", "[site]\nlatitude = 50.8", "site.latitude: stands with longitude, or neither does"),
        ("[site]", "[site]\nlatitude = 95", "site.latitude: Must be greater than or equal to -90"),
        (
            'slug = "node-iris"',
            'slug = "node-iris"\noutdoor = true',
            "devices.node-iris.space: what hangs outdoors is in no space",
        ),
        ('part_of = "zenne"', 'part_of = "zenne-noord"', "it would be a part of itself"),
        ('owner = "jeugdhuis-nova"', 'owner = "nova"', "spaces.zenne.owner: nothing here is called 'nova'"),
        ("longest_min = 240", "longest_min = 4", "spaces.marolles.longest_min: must not be less"),
        ('sun = "closed"', 'sun = ["18:00", "10:00"]', "spaces.atelier.closing: must be after opening"),
        ('sun = "closed"', 'sunday = "closed"', "spaces.6.hours.sunday.key: Must be one of: mon, tue"),
        ('period = "month"', 'period = "year"', "tenants.2.quotas.0.period: Must be one of: week, month"),
        ('approval = "others"', 'approval = "some"', "spaces.3.approval: Must be one of: none, others"),
        ("weight = 1.5", "weight = -1.0", "peaks.0.weight: Must be greater than or equal to 0."),
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


HEATED = """
[site]
slug = "bota75"
name = "Bota 75"

[[zones]]
slug = "front"
name = "Rue"
steering = "alternate"
comfort_deg_c = 20.5
"""


def test_a_zone_s_heating_is_set_by_what_the_file_states_and_no_more(database, tmp_path):
    load_demo(database)
    (tmp_path / "heated.toml").write_text(HEATED)
    plan = read_site_file(tmp_path / "heated.toml")

    for _ in range(2):
        with database.write() as session:
            sites.load(session, plan, NOW)
    load_demo(database)

    with database.read() as session:
        (row,) = session.scalars(select(ZoneHeating))
        assert (row.steering, row.comfort_deg_c, row.setback_deg_c) == (Steering.ALTERNATE, 20.5, 16.0)


def test_a_file_that_contradicts_what_was_set_is_refused_with_its_place(database, tmp_path):
    load_demo(database)
    (tmp_path / "heated.toml").write_text(HEATED.replace("comfort_deg_c = 20.5", "setback_deg_c = 21"))

    with (
        pytest.raises(sites.SettingsClash, match=r"zones\.front\.setback_deg_c"),
        database.write() as session,
    ):
        sites.load(session, read_site_file(tmp_path / "heated.toml"), NOW)


def test_a_zone_hotter_than_anybody_wants_is_refused(tmp_path):
    (tmp_path / "heated.toml").write_text(HEATED.replace("20.5", "45"))

    with pytest.raises(SiteFileFault, match="comfort_deg_c"):
        read_site_file(tmp_path / "heated.toml")
