"""The devices page in the hands of a manager who sets nodes up."""

import re

from playwright.sync_api import expect

from support.browsing import MOUNIA, PHONE, violations

CODE = re.compile("([0-9A-Z]{4}-){3}[0-9A-Z]{4}")


def test_a_set_up_code_is_shown_on_a_phone_with_the_way_to_the_board(visitors):
    page = visitors.visit("/devices", MOUNIA, PHONE)

    card = page.get_by_role("listitem").filter(has_text="node-iris")
    card.get_by_role("button", name="Set-up code for").click()

    expect(page.get_by_label("Set-up code, for one board")).to_have_value(CODE)
    expect(page.get_by_role("link", name="the board's page, filled in")).to_have_attribute(
        "href", re.compile("^http://192.168.4.1/\\?server=http.*&code=")
    )
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width


def test_a_node_is_added_by_the_keyboard(visitors):
    page = visitors.visit("/devices", MOUNIA)

    page.get_by_label("Name").fill("node-hall")
    page.keyboard.press("Tab")
    page.keyboard.type("outdoors")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Add it and make a set-up code").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Set up node-hall")).to_be_visible()
    expect(page.get_by_label("Set-up code, for one board")).to_be_focused()
