"""The roof is judged, a day is asked about, a bill is shared: on pages, in two languages."""

import json
import zipfile
from datetime import datetime, timedelta
from unittest import mock

import pytest
from playwright.sync_api import Page, expect

from samen.adapters.db import Database
from samen.cli.demo import prepare
from samen.cli.tick import catch_up
from samen.services import demo
from support.browsing import LEA, MOUNIA, Look, Visitors, chromium, violations
from support.building import BRUSSELS
from support.measured_house import YEAR, fill
from support.serving import serving, words
from support.web import Clock

OTHERS = ("Atelier Rue", "Radio Pixel", "Jeugdhuis Nova")
BUILDING = ("/energy", "/energy/savings", "/energy/sharing", "/energy/interventions", "/energy/meters")


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def clock():
    return Clock(datetime.now(BRUSSELS))


@pytest.fixture(scope="module")
def database(tmp_path_factory, clock):
    """Bota 75 with two years of gas, of which a fifth is saved in the second, and weeks of all the rest."""
    url = f"sqlite:///{tmp_path_factory.mktemp('energy')}/samen.db"
    with mock.patch.object(demo, "HISTORY", timedelta(days=40)):
        prepare(url, clock())
    database = Database(url)
    catch_up(database)
    fill(database, today=clock().date())
    yield database
    database.dispose()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", ["fr", "nl"])
def test_a_saving_is_proved_asked_about_and_shared(database, clock, browser, tmp_path, language):
    _, roof = words(language), f"Toit {language}"
    with serving(database, clock) as address:
        people = Visitors(browser, address)
        people.expect("403")
        manager = people.visit("/energy/interventions", MOUNIA, Look(language=language))
        enter_what_was_done(manager, _, roof, clock().date() - YEAR)
        expect(manager.get_by_role("article", name=roof)).to_contain_text(_("Proved"))
        assert violations(manager) == []

        manager.goto(f"{address}/energy/savings?meter=gas")
        assert signed_by(take_the_dossier_home(manager, _, tmp_path)) == "Mounia"

        manager.goto(f"{address}/energy")
        drag_over_three_days(manager)
        expect(manager.locator("section[aria-labelledby=days] .span-panel")).to_contain_text("kWh")

        manager.goto(f"{address}/energy/sharing")
        settle_a_bill(manager, _, f"Énergie {language}", clock().date())
        expect(manager.get_by_role("heading", name=_("Who pays what"))).to_be_visible()

        tenant = people.visit("/energy/mine", LEA, Look(language=language))
        read_the_own_statement(tenant, _)
        assert [name for name in OTHERS if name in tenant.locator("main").inner_text()] == []
        assert {path: tenant.goto(address + path).status for path in BUILDING} == dict.fromkeys(BUILDING, 403)
        assert people.leave() == []


def enter_what_was_done(page: Page, _, name: str, since) -> None:
    page.get_by_role("link", name=_("Enter an intervention")).click()
    page.get_by_label(_("Name")).fill(name)
    page.get_by_label(_("Since")).fill(since.isoformat())
    page.get_by_label(_("All of: %(carrier)s") % {"carrier": _("Gas")}).check()
    page.get_by_label(_("Cost in euros, VAT included")).fill("9500")
    page.get_by_role("button", name=_("Save")).click()


def take_the_dossier_home(page: Page, _, folder):
    page.get_by_role("button", name=_("Sign a dossier of this comparison")).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="ZIP", exact=True).first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def signed_by(path) -> str:
    with zipfile.ZipFile(path) as packed:
        return json.loads(packed.read("dossier.json"))["signed"]["by"]


def drag_over_three_days(page: Page) -> None:
    bars = page.locator("section[aria-labelledby=days] rect[data-from]")
    bars.nth(8).scroll_into_view_if_needed()
    start, end = (bars.nth(place).bounding_box() for place in (8, 10))
    page.mouse.move(start["x"] + 3, start["y"] + 3)
    page.mouse.down()
    page.mouse.move(end["x"] + 3, end["y"] + 3, steps=6)
    page.mouse.up()


def settle_a_bill(page: Page, _, supplier: str, today) -> None:
    page.get_by_label(_("Supplier"), exact=True).fill(supplier)
    page.get_by_label(_("First day"), exact=True).fill((today - timedelta(days=20)).isoformat())
    page.get_by_label(_("Last day"), exact=True).fill((today - timedelta(days=4)).isoformat())
    page.get_by_label(_("Amount in €, with VAT")).fill("1234,56")
    page.get_by_role("button", name=_("Enter"), exact=True).click()
    page.locator(".bill", has_text=supplier).get_by_role("button", name=_("Settle")).click()


def read_the_own_statement(page: Page, _) -> None:
    page.locator(".bill a").first.click()
    expect(page.get_by_role("row", name=_("Together"))).to_be_visible()
