"""A site file names its region and states the prices of its contracts."""

from datetime import date

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Site
from samen.adapters.site_file import SiteFileFault, read_site_file
from samen.services import site as sites
from samen.services.prices import price_book
from support.building import NOW

HALL = '[site]\nslug = "hall"\nname = "Hall"\nregion = "{region}"\n'
CONTRACT = '[[prices]]\nkind = "electricity"\nfrom = 2025-07-01\neur_per_kwh = 0.29\n'


def a_file(tmp_path, text):
    path = tmp_path / "site.toml"
    path.write_text(text)
    return path


def test_a_contract_in_the_site_file_counts_from_its_day_on(database, tmp_path):
    plan = read_site_file(a_file(tmp_path, HALL.format(region="flanders") + CONTRACT))
    with database.write() as session:
        sites.load(session, plan, NOW)
        sites.load(session, plan, NOW)

    with database.read() as session:
        book = price_book(session, session.scalars(select(Site)).one())

    assert book.region.name == "Vlaanderen"
    assert book.eur("electricity", 100, date(2026, 1, 1)) == pytest.approx(29.0)
    assert book.is_estimate("electricity", date(2025, 6, 30))


def test_a_region_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(SiteFileFault, match="no such region"):
        read_site_file(a_file(tmp_path, HALL.format(region="ardennes")))
