"""A weekly room over a clash, a date that moves, a room nobody came to: on pages, in three languages."""

import re
from datetime import timedelta
from unittest import mock

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from samen.adapters.db import Database
from samen.adapters.db.models import Member, Space
from samen.cli.demo import prepare
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.domain.release import ReleasePolicy
from samen.services import booking, demo, release
from support.browsing import AN, LEA, MOUNIA, Look, Visitors, chromium, violations
from support.building import at
from support.serving import serving, words
from support.web import Clock

TUESDAY, NEXT_TUESDAY = 1, 8  # of December
GAP = "canal/2026-12-01/10:00/11:00"


def in_december(clock: str, day: int):
    return at(clock, 30) + timedelta(days=day)


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def clock():
    return Clock(at("14:00", 23))


@pytest.fixture
def database(tmp_path, clock):
    """Bota 75 on a Monday in November; Léa has Canal on the second Tuesday of December."""
    url = f"sqlite:///{tmp_path}/samen.db"
    with mock.patch.object(demo, "HISTORY", timedelta(days=2)):
        prepare(url, clock())
    database = Database(url)
    with database.write() as session:
        space = session.scalars(select(Space).where(Space.slug == "canal")).one()
        space.release, space.grace_min, space.before_min, space.after_min = ReleasePolicy.CHECK_IN, 15, 0, 0
        lea = session.scalars(select(Member).where(Member.email == LEA)).one()
        viewer = Viewer(lea.id, lea.memberships[0].tenant_id, lea.memberships[0].role)
        span = Interval(in_december("10:00", NEXT_TUESDAY), in_december("11:00", NEXT_TUESDAY))
        ask = booking.Ask("canal", span, "Entretien", None, viewer)
        assert isinstance(booking.request(session, ask, clock()), booking.Booked)
    yield database
    database.dispose()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_weekly_room_is_booked_over_a_clash_moved_freed_and_given_on(database, clock, browser, language):
    _ = words(language)
    with serving(database, clock) as address:
        people = Visitors(browser, address)
        people.expect("409")
        look = Look(language=language)

        an = people.visit(f"/book?gap={GAP}", AN, look)
        book_weekly(an, _, times=4)
        take_the_alternative(an, _)
        expect(an.locator(".entry-date")).to_have_count(4)
        expect(an.locator(".entry-date", has_text=_("moved"))).not_to_contain_text("Canal")
        assert violations(an) == []

        move_the_third_date(an, _, "14:00", "15:00")
        expect(an.locator(".entry-date").nth(2)).to_contain_text("14:00–15:00")
        series = an.url

        lea = people.visit(f"/book?gap={GAP}", LEA, look)
        wait_for_it(lea, _)
        nobody_comes(database, clock)

        manager = people.visit("/day/2026-12-01", MOUNIA, look)
        given_on = manager.locator("section[data-column=canal] .booking")
        expect(given_on).to_have_count(1)
        expect(given_on).to_contain_text("Collectif Senne")
        manager.goto(series)
        expect(manager.locator(".entry-date", has_text=_("released"))).to_contain_text("Canal")

        lea.goto(f"{address}/waitlist")
        lea.get_by_role("button", name=re.compile("^" + re.escape(_("Take it")))).click()
        expect(lea.locator(".entry", has_text="Canal").first).to_be_visible()
        assert people.leave() == []


def book_weekly(page: Page, _, times: int) -> None:
    page.get_by_label(_("Title")).fill("Chœur")
    page.locator("summary", has_text=_("Repeat")).click()
    page.get_by_label(_("How"), exact=True).select_option("weekly")
    page.get_by_label(_("Or so many times")).fill(str(times))
    page.get_by_role("button", name=_("Book"), exact=True).click()


def take_the_alternative(page: Page, _) -> None:
    """One date clashes; another room is ready for it, and chosen unless the reader says otherwise."""
    clash = page.get_by_role("alert").locator("fieldset")
    expect(clash).to_have_count(1)
    ready = clash.get_by_role("radio").first
    expect(ready).to_be_checked()
    expect(ready).not_to_have_value("out")
    page.get_by_role("button", name=_("Book"), exact=True).click()
    page.wait_for_url("**/series/**")


def move_the_third_date(page: Page, _, start: str, end: str) -> None:
    page.locator(".entry-date").nth(2).get_by_text(_("Change"), exact=True).click()
    expect(page.get_by_label(_("This date"), exact=True)).to_be_checked()
    page.get_by_label(_("Starts")).select_option(start)
    page.get_by_label(_("Ends")).select_option(end)
    page.get_by_role("button", name=_("Save")).click()
    page.wait_for_url("**/series/**")


def wait_for_it(page: Page, _) -> None:
    page.get_by_label(_("Title")).fill("Comité")
    page.get_by_role("button", name=_("Book"), exact=True).click()
    page.get_by_role("button", name=_("Tell me when it is free")).click()
    expect(page.locator(".entry", has_text="Canal")).to_contain_text(_("You are the first."))


def nobody_comes(database, clock) -> None:
    """The morning comes, the sweep asks who booked, and frees the room once the grace is over."""
    for minute in ("10:00", "10:08", "10:16"):
        clock.now = in_december(minute, TUESDAY)
        release.sweep(database, clock())
