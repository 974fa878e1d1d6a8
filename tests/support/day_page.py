"""What people do on the day page and with its form."""

from datetime import date, datetime, timedelta

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from samen.adapters.db.models import Member
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.services import booking
from support.browsing import Look
from support.building import BRUSSELS

HOUR_PX = 56
TOP_PX = 14
OPENS_AT = 8
# Wide enough for the grid, and touched.
TABLET = Look(width=1180, height=820, phone=True)


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


def in_hand(page: Page, name: str) -> Locator:
    """A booking's link, once the page listens to its keys."""
    link = page.get_by_role("link", name=name).first
    expect(link).to_have_attribute("aria-describedby", "how-to-move")
    return link
