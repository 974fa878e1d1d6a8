"""The week: a table on a desk, cards in a hand, and each leads to its day."""

import pytest
from playwright.sync_api import expect

from support.browsing import AN, PHONE, Look


@pytest.mark.parametrize("look", [Look(), PHONE], ids=["desktop", "phone"])
def test_a_day_of_a_room_is_seen_and_opened(visitors, monday, look):
    page = visitors.visit(f"/week/{monday}", AN, look)
    cells = page.get_by_role("row").filter(has_text="Iris").get_by_role("link")

    expect(cells).to_have_count(7)
    box = cells.first.bounding_box()
    assert box["height"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth") == look.width
    cells.first.click()

    expect(page).to_have_url(f"{visitors.url}/day/{monday}#room-iris")
