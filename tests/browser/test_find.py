"""Finding a room and booking it, by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Look

MOST_TABS = 80


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_keyboard_alone_finds_a_room_and_books_it(visitors, monday, scripts):
    page = visitors.visit(f"/find?date={monday}&start=19:30&end=20:30", look=Look(scripts=scripts))

    tab_to(page, "#find-people")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    card = page.locator(".find-card").first
    expect(card).to_be_visible()
    name = card.get_by_role("heading").inner_text()
    tab_to(page, ".find-card .button")
    page.keyboard.press("Enter")
    expect(page.get_by_label("People")).to_have_value("7")
    tab_to(page, "#booking-title")
    page.keyboard.type("Found by keyboard")
    page.keyboard.press("Enter")

    expect(page.locator(".note-good")).to_contain_text(f"Booked: {name}")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} is not reached")
