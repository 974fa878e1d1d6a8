"""A bill comes in, is settled with the keyboard alone, and each reads its own statement."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from support.browsing import DESKTOP, LEA, MOUNIA, PHONE, violations
from support.building import BRUSSELS

LAST = datetime.now(BRUSSELS).date() - timedelta(days=2)
FIRST = LAST - timedelta(days=13)


def typed(page, *parts):
    """From field to field, as with a keyboard."""
    for part in parts:
        page.keyboard.type(part)
        page.keyboard.press("Tab")


def a_date(page, label, on):
    page.get_by_label(label, exact=True).fill(on.isoformat())


def test_a_manager_settles_a_bill_and_a_tenant_downloads_its_own_statement(visitors):
    page = visitors.visit("/energy/sharing", MOUNIA, DESKTOP)
    page.get_by_label("Supplier", exact=True).focus()
    typed(page, "Energiecoöperatie")
    a_date(page, "First day", FIRST)
    a_date(page, "Last day", LAST)
    page.get_by_label("Amount in €, with VAT").focus()
    typed(page, "1.234,56", "34,56", "500")
    page.get_by_role("button", name="Enter", exact=True).press("Enter")
    settle = page.locator(".bill", has_text="Energiecoöperatie").get_by_role("button", name="Settle")
    settle.press("Enter")

    expect(page.get_by_role("heading", name="Who pays what")).to_be_visible()
    expect(page.get_by_role("row", name="Together")).to_contain_text("€1,234.56")
    expect(page.get_by_text("Computed again just now, to the same cent.")).to_be_visible()
    assert violations(page) == []

    page = visitors.visit("/", LEA, PHONE)
    page.get_by_role("link", name="Costs").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="as PDF").click()
    assert download.value.suggested_filename.endswith("-collectif-senne.pdf")
    page.locator(".bill a").first.click()
    expect(page.get_by_role("row", name="Together")).to_be_visible()
    assert violations(page) == []
    text = page.locator("main").inner_text()
    assert [name for name in ("Atelier Rue", "Radio Pixel", "Jeugdhuis Nova") if name in text] == []


def test_a_key_is_tried_before_it_is_decided(visitors):
    page = visitors.visit("/energy/sharing/keys", MOUNIA, PHONE)
    for label, percent in (("m²", "0"), ("Hours", "0"), ("Heads", "90")):
        page.get_by_label(label, exact=True).fill(percent)
    visitors.expect("422")

    page.get_by_role("button", name="Show who would pay what").click()
    expect(page.get_by_text("Together the three must be 100 %: they are 90 %.")).to_be_visible()
    page.get_by_label("Heads", exact=True).fill("100")
    page.get_by_role("button", name="Show who would pay what").click()

    expect(page.get_by_text("0 % by m², 0 % by hours, 100 % by heads", exact=False)).to_be_visible()
