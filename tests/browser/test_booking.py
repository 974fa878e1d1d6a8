"""Booking a room by every way that a page offers, on a Monday whose bookings are known."""

import pytest
from playwright.sync_api import expect

from support.browsing import AN, LEA, PHONE, Look

# Wide enough for the grid, and touched.
from support.day_page import book_meanwhile, booked, click_at, dialog, drag, gap_in, press_until, said, send


def test_a_click_on_free_time_books_the_hour_under_it(visitors, monday):
    page = visitors.visit(f"/day/{monday}")

    click_at(page, "iris", "13:10")
    send(page, "By click")

    expect(said(page)).to_contain_text("Booked: Iris")
    expect(booked(page, "iris", "By click")).to_contain_text("13:00–14:00")


def test_a_drag_books_the_span_in_quarter_hours(visitors, monday):
    page = visitors.visit(f"/day/{monday}")

    drag(page, "canal", "09:05", "10:40")
    send(page, "By drag")

    expect(booked(page, "canal", "By drag")).to_contain_text("09:00–10:45")


def test_the_keyboard_alone_books(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    page.keyboard.press("Tab")
    press_until(page, "Tab", ".gap")

    page.keyboard.press("ArrowRight")  # on to Marolles, at eight
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowUp", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")

    expect(booked(page, "marolles", "By keyboard")).to_contain_text("08:30–09:00")


def test_escape_leaves_the_dialog_and_the_focus_on_the_grid(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    press_until(page, "Tab", ".gap")
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()

    page.keyboard.press("Escape")

    expect(dialog(page)).to_be_hidden()
    expect(page.locator(".gap:focus")).to_have_count(1)


def test_booking_works_without_javascript(visitors, monday):
    page = visitors.visit(f"/day/{monday}", look=Look(scripts=False))

    page.locator(gap_in("zenne-zuid")).first.click()
    page.get_by_label("Title").fill("Without scripts")
    page.get_by_label("Starts").select_option("09:00")
    page.get_by_label("Ends").select_option("10:00")
    page.get_by_role("button", name="Book", exact=True).click()

    expect(said(page)).to_contain_text("Booked: Zenne Zuid")
    expect(booked(page, "zenne-zuid", "Without scripts")).to_contain_text("09:00–10:00")


def test_a_phone_books_by_touch(visitors, monday):
    page = visitors.visit(f"/day/{monday}", look=PHONE)
    card = page.locator(".room-card[data-room=atelier]")

    card.locator(".chip").first.tap()
    page.get_by_label("Title").fill("By touch")
    page.get_by_role("button", name="Book", exact=True).tap()

    expect(said(page)).to_contain_text("Booked: Atelier 0")
    card.locator("summary").tap()
    expect(card).to_contain_text("08:00–09:00 By touch")


def test_a_conflict_says_why_and_one_tap_books_what_is_free(visitors, house, monday):
    page = visitors.visit(f"/day/{monday}")
    visitors.expect("409")
    click_at(page, "keuken", "09:00")
    book_meanwhile(house, LEA, "keuken", monday, 9, 10)

    send(page, "Too late")

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Keuken is taken at that time.")
    expect(alert.locator(".alternative")).to_have_count(3)
    first = alert.locator(".alternative").first
    expect(first).to_be_focused()
    name = first.locator("b").inner_text()
    first.click()
    expect(said(page)).to_contain_text(f"Booked: {name}")
    expect(page.locator(".grid .booking", has_text="Too late")).to_have_count(1)


def test_a_conflict_is_told_without_javascript_too(visitors, house, monday):
    visitors.expect("409")
    page = visitors.visit(f"/book?gap=canal/{monday}/15:00/16:00", look=Look(scripts=False))
    book_meanwhile(house, LEA, "canal", monday, 15, 16)

    page.get_by_label("Title").fill("Too late as well")
    page.get_by_role("button", name="Book", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Canal is taken at that time.")
    page.locator(".alternative").first.click()
    expect(said(page)).to_contain_text("Booked:")


def test_a_rule_that_refuses_is_named(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    visitors.expect("409")
    click_at(page, "canal", "18:00")
    page.get_by_label("People").fill("40")

    send(page, "A crowd")

    expect(page.get_by_role("alert")).to_contain_text("40 people do not fit: there is room for 6.")


def test_what_cannot_be_understood_is_said_beside_the_field(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    visitors.expect("422")
    click_at(page, "canal", "18:00")
    page.get_by_label("Starts").select_option("19:00")
    page.get_by_label("Ends").select_option("18:30")

    send(page, "Backwards")

    expect(page.locator("#end-error")).to_have_text("It must end after it starts.")


def test_cancelling_gives_the_room_back(visitors, monday):
    page = visitors.visit(f"/book?gap=iris/{monday}/19:00/20:00")
    send(page, "For nothing", within=page)
    page.goto(page.url.partition("/day")[0] + "/bookings")
    entry = page.locator(".entry", has_text="For nothing")

    entry.locator("summary").click()
    entry.get_by_role("button", name="Yes, cancel").click()

    expect(said(page)).to_contain_text("Cancelled: For nothing.")
    expect(entry).to_contain_text("cancelled")
    expect(entry.locator("summary")).to_have_count(0)


def test_somebody_elses_booking_appears_on_an_open_page(visitors, house, monday):
    page, other = visitors.visit(f"/day/{monday}", AN), visitors.visit(f"/day/{monday}", LEA)
    page.evaluate("window.untouched = true")

    click_at(other, "iris", "20:00")
    send(other, "In another tab")

    expect(booked(page, "iris", "Collectif Senne")).to_contain_text("20:00–21:00")
    assert page.evaluate("window.untouched"), "the page was not loaded again"


@pytest.mark.parametrize("look", [Look(), PHONE], ids=["desktop", "phone"])
def test_tenants_never_read_each_others_titles(visitors, monday, look):
    page = visitors.visit(f"/day/{monday}", AN, look)

    html = page.content()

    assert "Permanence sociale" in html
    assert "Taallessen" not in html
    assert "Comité" not in html


def test_a_manager_reads_every_title(visitors, monday):
    page = visitors.visit(f"/day/{monday}", "manager@bota75.example")

    expect(booked(page, "marolles", "Taallessen NL")).to_be_visible()
