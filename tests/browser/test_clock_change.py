"""The nights on which clocks change: a local day of 25 hours, and one of 23."""

from datetime import date, time

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from samen.adapters.db.models import Space
from support.browsing import MOUNIA

HOUR_PX = 56
# The last Sundays of October 2027 and March 2028.
LONG, SHORT = date(2027, 10, 31), date(2028, 3, 26)


@pytest.fixture(autouse=True, scope="module")
def _open_day_and_night(house) -> None:
    with house.database.write() as session:
        session.execute(update(Space).values(opening=time(0), closing=time(23, 59), horizon_days=900))


@pytest.mark.parametrize(
    ("on", "hours", "labels"),
    [(LONG, 25, ["01:00", "02:00", "02:00", "03:00"]), (SHORT, 23, ["01:00", "03:00", "04:00", "05:00"])],
    ids=["25 hours", "23 hours"],
)
def test_a_day_is_as_long_as_it_is(visitors, on, hours, labels):
    page = visitors.visit(f"/day/{on}", MOUNIA)

    shown = page.locator(".grid-hours li")
    expect(shown).to_have_count(hours + 1)
    assert shown.all_inner_texts()[1:5] == labels
    box = page.locator(".grid-hours").bounding_box()
    assert box
    assert abs(box["height"] - hours * HOUR_PX - 14) < 1


@pytest.mark.parametrize(("on", "offset"), [(LONG, 13), (SHORT, 11)], ids=["25 hours", "23 hours"])
def test_noon_is_booked_at_noon_and_drawn_there(visitors, on, offset):
    page = visitors.visit(f"/book?gap=canal/{on}/12:00/13:00", MOUNIA)
    page.get_by_label("Title").fill("Noon")
    page.get_by_role("button", name="Book", exact=True).click()

    noon = page.locator("section[data-column=canal] .booking", has_text="Noon")
    expect(noon).to_contain_text("12:00–13:00")
    top = noon.evaluate("element => element.offsetTop")
    assert abs(top - 15 - offset * HOUR_PX) < 1


def test_a_time_that_the_clocks_skip_is_refused(visitors):
    visitors.expect("422")
    page = visitors.visit(f"/book?gap=canal/{SHORT}/02:30/03:30", MOUNIA)
    page.get_by_label("Title").fill("Never")

    page.get_by_role("button", name="Book", exact=True).click()

    expect(page.locator("#start-error")).to_have_text("That night the clocks skip this time.")
