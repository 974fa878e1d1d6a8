"""A span chosen by pointer, by finger and by keyboard, with scripts and without."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from support.browsing import DESKTOP, MOUNIA, PHONE


def bars(page: Page, chart: str):
    return page.locator(f"section[aria-labelledby={chart}] rect[data-from]")


def drag(page: Page, start, end) -> None:
    (x, y), (to_x, to_y) = (
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for box in (start.bounding_box(), end.bounding_box())
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x, to_y, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("chart", ["days", "hours", "calendar"])
def test_dragging_over_bars_and_cells_tells_of_the_span(visitors, chart):
    page = visitors.visit("/energy", MOUNIA)
    bars(page, chart).nth(8).scroll_into_view_if_needed()

    drag(page, bars(page, chart).nth(8), bars(page, chart).nth(10))

    panel = page.locator(f"section[aria-labelledby={chart}] .span-panel")
    expect(panel.get_by_text("Who had booked")).to_be_visible()
    expect(page.locator(".is-chosen")).to_have_count(3)


def test_dragging_over_a_curve_tells_of_the_span(visitors):
    page = visitors.visit("/energy", MOUNIA)
    curve = page.locator("[data-plot=power] .u-over")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=5)
    page.mouse.up()

    panel = page.locator("section[aria-labelledby=power] .span-panel")
    expect(panel.get_by_text("Used")).to_be_visible()
    expect(panel.get_by_text("kWh").first).to_be_visible()


def test_a_finger_taps_the_first_day_and_the_last(visitors):
    page = visitors.visit("/energy", MOUNIA, PHONE)

    bars(page, "days").nth(2).tap()
    expect(page.locator(".is-chosen")).to_have_count(1)
    bars(page, "days").nth(4).tap()

    expect(page.locator(".is-chosen")).to_have_count(3)
    expect(page.locator("section[aria-labelledby=days] .span-panel")).to_be_visible()


@pytest.mark.parametrize("look", [DESKTOP, replace(DESKTOP, scripts=False)], ids=["scripts", "no scripts"])
def test_a_span_can_be_typed(visitors, look):
    page = visitors.visit("/energy", MOUNIA, look)

    page.get_by_label("From", exact=True).press("Tab")
    page.get_by_role("button", name="Look", exact=True).press("Enter")

    expect(page.get_by_role("heading", name="A span of time")).to_be_visible()
    expect(page.get_by_text("What the sensors saw").first).to_be_visible()


def test_the_figures_of_a_chart_are_a_file(visitors):
    page = visitors.visit("/energy", MOUNIA)
    section = page.locator("section[aria-labelledby=load]")
    section.get_by_text("Show the figures").click()

    with page.expect_download() as waiting:
        section.get_by_role("link", name="As a CSV file").click()

    assert waiting.value.suggested_filename == "bota75-main-load.csv"
