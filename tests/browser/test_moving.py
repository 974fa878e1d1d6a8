"""Moving a booking of one's own, and making it longer or shorter; nothing moves before it is confirmed."""

from datetime import timedelta

from playwright.sync_api import expect

from support.browsing import LEA, MOUNIA

# Wide enough for the grid, and touched.
from support.day_page import (
    HOUR_PX,
    TABLET,
    book_meanwhile,
    booked,
    in_hand,
    middle,
    press_and_move,
    send,
    spot,
)


def test_a_booking_is_dragged_to_another_room_and_time_and_moves_once_confirmed(visitors, monday):
    page = visitors.visit(f"/book?gap=keuken/{monday}/16:00/17:00")
    send(page, "To be dragged", within=page)
    page.goto(f"{visitors.url}/day/{monday}")
    there, _ = spot(page, "atelier", "16:00")
    x, y = middle(booked(page, "keuken", "To be dragged"))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + there) / 2, y + 10)
    page.mouse.move(there, y + 2 * HOUR_PX)
    page.mouse.up()

    expect(page.get_by_label("Room", exact=True)).to_have_value("atelier")
    expect(page.get_by_label("Starts")).to_have_value("18:00")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{visitors.url}/day/{monday}")
    expect(booked(page, "atelier", "To be dragged")).to_contain_text("18:00–19:00")


def test_a_booking_is_moved_by_arrow_keys_and_escape_gives_up(visitors, monday):
    page = visitors.visit(f"/book?gap=keuken/{monday}/19:00/20:00")
    send(page, "By arrows", within=page)
    page.goto(f"{visitors.url}/day/{monday}")
    link = in_hand(page, "By arrows")

    link.focus()
    link.press("ArrowDown")
    expect(page.locator("[data-announce]")).to_have_text("Keuken 19:15 – 20:15")
    link.press("Escape")
    expect(page.locator(".choice")).to_have_count(0)
    link.press("ArrowUp")
    link.press("Enter")

    expect(page.get_by_label("Starts")).to_have_value("18:45")
    expect(page.get_by_label("Ends")).to_have_value("19:45")


def test_somebody_elses_booking_cannot_be_picked_up(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    x, y = middle(booked(page, "marolles", "Jeugdhuis Nova"))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 2 * HOUR_PX)
    page.mouse.up()

    expect(page.locator(".choice")).to_have_count(0)
    expect(page).to_have_url(f"{visitors.url}/day/{monday}")


def test_a_booking_is_made_longer_by_its_lower_edge(visitors, monday):
    page = visitors.visit(f"/book?gap=canal/{monday}/20:00/20:30")
    send(page, "By its edge", within=page)
    spot(page, "canal", "20:00")
    box = booked(page, "canal", "By its edge").bounding_box()
    x, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"]

    press_and_move(page, (x, bottom - 3), (x, bottom + HOUR_PX))

    expect(page.get_by_label("Starts")).to_have_value("20:00")
    expect(page.get_by_label("Ends")).to_have_value("21:30")
    expect(page.locator(".note")).to_contain_text("20:00–20:30. Nothing changes until you save.")


def test_the_keyboard_makes_a_booking_shorter(visitors, monday):
    page = visitors.visit(f"/book?gap=marolles/{monday}/20:00/21:00")
    send(page, "Shorter", within=page)
    link = in_hand(page, "Shorter")

    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Enter"):
        link.press(key)
    page.get_by_role("button", name="Save").click()

    expect(booked(page, "marolles", "Shorter")).to_contain_text("20:00–20:30")


def test_escape_lets_go_of_what_is_dragged(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    x, y = middle(booked(page, "iris", "Permanence sociale"))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + HOUR_PX)
    expect(page.locator(".choice")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.up()

    expect(page.locator(".choice")).to_have_count(0)
    expect(page).to_have_url(f"{visitors.url}/day/{monday}")


def test_a_booking_is_not_dropped_where_another_is(visitors, monday):
    page = visitors.visit(f"/day/{monday}")
    (x, y), (there, _) = middle(booked(page, "iris", "Permanence sociale")), spot(page, "marolles", "10:00")
    (x, y) = middle(booked(page, "iris", "Permanence sociale"))

    press_and_move(page, (x, y), (there, y))

    expect(page.locator("[data-announce]")).to_have_text("That time is taken: nothing was moved.")
    expect(page).to_have_url(f"{visitors.url}/day/{monday}")


def test_a_whole_moved_within_a_parts_column_stays_the_whole(visitors, monday):
    page = visitors.visit(f"/book?gap=zenne/{monday + timedelta(days=1)}/14:00/15:00", MOUNIA)
    send(page, "Both halves", within=page)
    link = page.locator("section[data-column=zenne-noord]").get_by_role("link", name="Both halves")

    link.press("ArrowDown")
    link.press("Enter")

    expect(page.get_by_label("Room", exact=True)).to_have_value("zenne")
    expect(page.get_by_label("Starts")).to_have_value("14:15")


def test_a_date_of_a_series_asks_which_dates_move(visitors, monday):
    wednesday = monday + timedelta(days=2)
    page = visitors.visit(f"/book?gap=keuken/{wednesday}/08:00/09:00")
    page.get_by_text("Repeat", exact=True).click()
    page.get_by_label("How").select_option("weekly")
    page.get_by_label("Or so many times").fill("2")
    send(page, "Every week", within=page)
    page.goto(f"{visitors.url}/day/{wednesday}")
    link = in_hand(page, "Every week")

    link.press("ArrowDown")
    link.press("Enter")

    expect(page.get_by_label("This date", exact=True)).to_be_checked()
    page.get_by_label("All dates to come").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("08:15–09:15")).to_have_count(2)


def test_a_finger_does_not_drag_but_opens_the_form(visitors, monday):
    page = visitors.visit(f"/day/{monday}", look=TABLET)
    link = page.locator("section[data-column=iris]").get_by_role("link", name="Permanence sociale")

    link.dispatch_event("pointerdown", {"pointerType": "touch", "button": 0, "clientX": 100, "clientY": 300})
    link.dispatch_event("pointermove", {"pointerType": "touch", "clientX": 100, "clientY": 400})
    expect(page.locator(".choice")).to_have_count(0)
    link.tap()

    expect(page.get_by_label("Starts")).to_have_value("09:00")


def test_a_booking_in_hand_is_not_taken_away_by_news(visitors, house, monday):
    page = visitors.visit(f"/day/{monday + timedelta(days=3)}")
    link = in_hand(page, "Table d’hôtes")
    link.press("ArrowDown")

    book_meanwhile(house, LEA, "keuken", monday + timedelta(days=3), 18, 19)
    with page.expect_response(lambda answer: "/rooms/now" in answer.url):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".choice")).to_be_visible()
    link.press("Escape")
    with page.expect_response(lambda answer: "/rooms/now" in answer.url):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(booked(page, "keuken", "Collectif Senne")).to_contain_text("18:00–19:00")
    expect(link).to_be_focused()
