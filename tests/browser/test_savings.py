"""A manager enters an intervention, reads its verdict, and takes a signed dossier home."""

import json
import zipfile
from datetime import datetime

import pytest
from playwright.sync_api import expect

from support.browsing import DESKTOP, MOUNIA, PHONE, Look, violations
from support.building import BRUSSELS
from support.measured_house import YEAR, fill
from support.pictures import png

LOOKS = {"desktop": DESKTOP, "phone": PHONE, "no scripts": Look(scripts=False)}


@pytest.fixture(scope="module")
def today():
    return datetime.now(BRUSSELS).date()


@pytest.fixture(scope="module", autouse=True)
def two_years(house, today):
    """Of gas, of which a fifth is saved in the second."""
    fill(house.database, today=today)


@pytest.fixture(scope="module")
def told(guests, two_years, today):
    """The page on which the manager lands, having entered what was done to the roof."""
    page = guests.visit("/energy/interventions", MOUNIA)
    page.get_by_role("link", name="Enter an intervention").click()
    page.get_by_label("Name").fill("Roof")
    page.get_by_label("Since").fill((today - YEAR).isoformat())
    page.get_by_label("All of: Gas").check()
    page.get_by_label("Cost in euros").fill("9500")
    page.get_by_label("Picture").set_input_files(
        {"name": "roof.png", "mimeType": "image/png", "buffer": png()}
    )
    page.get_by_role("button", name="Save").click()
    return page


def test_the_next_page_says_what_it_saved(told):
    card = told.get_by_role("article", name="Roof")

    expect(card).to_contain_text("Proved")
    expect(card).to_contain_text("Paid back in")
    card.get_by_role("img").scroll_into_view_if_needed()
    expect(card.get_by_role("img")).to_have_js_property("naturalWidth", 4)


def test_the_manager_takes_a_signed_dossier_home(told, visitors, tmp_path):
    page = visitors.visit("/energy/savings?meter=gas", MOUNIA)
    expect(page.get_by_role("heading", level=2).first).to_contain_text("less gas than the same weather")
    page.get_by_role("button", name="Sign a dossier").click()

    saved = {}
    for kind in ("PDF", "ZIP"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=kind, exact=True).click()
        saved[kind] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved[kind])

    assert saved["PDF"].read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile(saved["ZIP"]) as packed:
        assert json.loads(packed.read("dossier.json"))["signed"]["by"] == "Mounia"


@pytest.mark.parametrize("chart", ["weeks", "cumulative"])
def test_weeks_dragged_over_tell_what_they_used(told, visitors, chart):
    page = visitors.visit("/energy/savings?meter=gas", MOUNIA)
    weeks = page.locator(f"section[aria-labelledby={chart}] .cut-week")
    weeks.nth(20).scroll_into_view_if_needed()
    start, end = (weeks.nth(place).bounding_box() for place in (20, 22))
    page.mouse.move(start["x"] + 3, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(end["x"] + 3, end["y"] + 60, steps=5)
    page.mouse.up()

    panel = page.locator(f"section[aria-labelledby={chart}] .span-panel")
    expect(panel.get_by_text("Who had booked")).to_be_visible()
    expect(page.locator(".is-chosen")).to_have_count(3)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", ["/energy/savings?meter=gas", "/energy/interventions"])
def test_pages_fit_every_screen_and_keep_the_accessibility_rules(told, visitors, path, look):
    page = visitors.visit(path, MOUNIA, LOOKS[look])

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if LOOKS[look].scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look].width
        assert violations(page) == []


def test_the_form_says_at_the_field_what_is_wrong(visitors, told):
    visitors.expect("422")
    page = visitors.visit("/energy/interventions/new", MOUNIA)
    page.get_by_label("Name").fill("Roof")
    page.get_by_label("Since").fill("2020-01-01")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Choose a meter at least.")).to_be_visible()
    assert violations(page) == []
