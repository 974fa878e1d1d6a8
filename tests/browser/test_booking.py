"""Booking a room by every way that a page offers, on a Monday whose bookings are known."""

from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from samen.adapters.db.models import Member
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.services import booking
from support.browsing import AN, LEA, MOUNIA, PHONE, Look
from support.building import BRUSSELS

HOUR_PX = 56
TOP_PX = 14
OPENS_AT = 8
# Wide enough for the grid, and touched.
TABLET = Look(width=1180, height=820, phone=True)


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


def click_at(page: Page, space: str, clock: str) -> None:
    x, y = spot(page, space, clock)
    page.mouse.click(x, y)


def drag(page: Page, space: str, start: str, end: str) -> None:
    (x, top), (_, bottom) = spot(page, space, start), spot(page, space, end)
    page.mouse.move(x, top)
    page.mouse.down()
    page.mouse.move(x, (top + bottom) / 2)
    page.mouse.move(x, bottom)
    page.mouse.up()


def spot(page: Page, space: str, clock: str) -> tuple[float, float]:
    """Where a room's time is on the screen, scrolled to if need be."""
    hours, minutes = map(int, clock.split(":"))
    offset = TOP_PX + (hours - OPENS_AT + minutes / 60) * HOUR_PX
    column = page.locator(f"section[data-column={space}]")
    page.locator("[data-grid]").evaluate(
        "(grid, top) => { grid.scrollTop = top; }", max(0, offset - 3 * HOUR_PX)
    )
    box = column.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + offset + 1


def press_until(page: Page, key: str, selector: str) -> None:
    for _ in range(40):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never reached {selector}")


def send(page: Page, title: str, within: Page | Locator | None = None) -> None:
    form = within or dialog(page)
    form.get_by_label("Title").fill(title)
    form.get_by_role("button", name="Book", exact=True).click()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def said(page: Page) -> Locator:
    return page.locator(".notices")


def gap_in(space: str) -> str:
    return f"section[data-column={space}] .gap"


def booked(page: Page, space: str, title: str) -> Locator:
    return page.locator(f"section[data-column={space}] .booking", has_text=title)


def book_meanwhile(house, who: str, space: str, on: date, start: int, end: int) -> None:
    """Somebody is faster."""
    begins = datetime(on.year, on.month, on.day, start, tzinfo=BRUSSELS)
    during = Interval(begins, begins + timedelta(hours=end - start))
    with house.database.write() as session:
        member = session.scalars(select(Member).where(Member.email == who)).one()
        acting = member.memberships[0]
        viewer = Viewer(member.id, acting.tenant_id, acting.role)
        ask = booking.Ask(space, during, "Faster", None, viewer)
        assert isinstance(booking.request(session, ask, datetime.now(BRUSSELS)), booking.Booked)


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
    link = page.get_by_role("link", name="By arrows").first

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
    link = page.get_by_role("link", name="Shorter").first

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
    link = page.get_by_role("link", name="Every week").first

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
    link = page.get_by_role("link", name="Table d’hôtes").first
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


def press_and_move(page: Page, here: tuple[float, float], there: tuple[float, float]) -> None:
    page.mouse.move(*here)
    page.mouse.down()
    page.mouse.move((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
    page.mouse.move(*there)
    page.mouse.up()


def middle(one) -> tuple[float, float]:
    one.scroll_into_view_if_needed()
    box = one.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
