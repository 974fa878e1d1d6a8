"""Language and colours, chosen on the page and kept."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from support.browsing import AN, DESKTOP, LEA, sign_in

THEIR_OWN = replace(DESKTOP, language=None)


def test_a_member_reads_their_own_language(visitors):
    page = visitors.visit("/bookings", AN, THEIR_OWN)

    expect(page.locator("html")).to_have_attribute("lang", "nl")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn reservaties")


def test_a_visitor_reads_their_browsers_language(visitors):
    page = visitors.visit("/sign-in", None, THEIR_OWN)

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Content de vous voir")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize(("code", "heading"), [("fr", "Mes réservations"), ("nl", "Mijn reservaties")])
def test_one_button_changes_the_language_and_comes_back(visitors, code, heading, scripts):
    page = visitors.visit("/bookings", AN, replace(DESKTOP, scripts=scripts))

    page.get_by_role("button", name=code.upper(), exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page).to_have_url(visitors.url + "/bookings")


def test_the_language_is_kept_with_the_account(visitors):
    page = visitors.visit("/", LEA, THEIR_OWN)
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    elsewhere = visitors.arrive(None, THEIR_OWN)
    sign_in(elsewhere, visitors.url, LEA)

    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_dark_is_chosen_and_kept(visitors, scripts):
    page = visitors.visit("/bookings", AN, replace(DESKTOP, scripts=scripts))

    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state()
    page.goto(visitors.url + "/")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
