"""A manager shares a season out on pages, from its rules to bookings; a second one comes too late."""

import threading

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from samen.adapters.db import Database
from samen.adapters.db.models import Member, Occurrence, Round
from samen.cli.round_worker import Worker
from samen.domain.access import Role
from samen.services import login
from samen.services.demo import PASSWORD
from support.browsing import Look, Visitors, chromium, violations
from support.building import a_member
from support.rounds import MONDAY_EVENING, TUESDAY_EVENING, House
from support.serving import serving, words
from support.web import Clock

FIRST, SECOND = "manager@x", "second@x"
# Opened at once, and closed by hand.
FIELDS = {"from": "2027-01-04", "weeks": "3", "opens": "2026-11-23T07:00", "closes": "2026-12-20T22:00"}
NOT_TAKING_PART = ("Iris", "Marolles", "Canal")


@pytest.fixture(scope="module")
def house(migrated_file, tmp_path_factory):
    """Bota 75 with two managers who can sign in."""
    path = tmp_path_factory.mktemp("season") / "samen.db"
    path.write_bytes(migrated_file.read_bytes())
    house = House(Database(f"sqlite:///{path}"))
    a_member(house.database, SECOND, "radio-pixel", Role.MANAGER)
    with house.database.write() as session:
        for member in session.scalars(select(Member).where(Member.email.in_([FIRST, SECOND]))):
            member.password_hash = login.hash_password(PASSWORD)
    yield house
    house.database.dispose()


@pytest.mark.timeout(180)
def test_a_manager_shares_a_season_out_and_a_second_one_loses_cleanly(house):
    language, _ = "nl", words("nl")
    with serving(house.database, Clock()) as address, chromium() as browser:
        people = Visitors(browser, address)
        people.expect("409")
        page = people.visit("/rounds", FIRST, Look(language=language))
        prepare(page, _)
        confirm(page, _("Open the season"), _("Yes, open it"))
        both_want_the_kitchen(house)
        page.reload()
        expect(page.get_by_text(_("Where wishes clash"))).to_be_visible()
        confirm(page, _("Close now"), _("Yes, close it"))

        page.get_by_role("link", name=_("Make a draft")).click()
        solve(page, _, house.database)
        page.get_by_role("link", name=_("Open the draft")).click()
        expect(page.get_by_text(_("proved"), exact=True).first).to_be_visible()
        page.get_by_role("button", name=_("Publish the preview")).click()

        late = people.visit(page.url.removeprefix(address), SECOND, Look(language=language))
        confirm(page, _("Make it final"), _("Yes, book it all"))
        expect(page.get_by_text(_("final"), exact=True)).to_be_visible()
        confirm(late, _("Make it final"), _("Yes, book it all"))
        expect(late.get_by_role("alert")).to_contain_text(_("Nothing was changed"))
        expect(late.get_by_role("alert")).to_contain_text("Manager")
        assert violations(late) == []

        page.goto(f"{address}/week/2027-01-04")
        expect(page.get_by_role("row", name="Keuken")).to_contain_text("1 ")
        assert people.leave() == []
    assert dates_booked(house) == 2 * 3


def prepare(page: Page, _) -> None:
    page.get_by_role("link", name=_("Prepare a season")).click()
    page.get_by_label(_("Name"), exact=True).fill("Voorjaar")
    for field, text in FIELDS.items():
        page.locator(f"#{field}").fill(text)
    for room in NOT_TAKING_PART:
        page.get_by_role("checkbox", name=room).uncheck()
    page.get_by_role("button", name=_("Save")).click()


def confirm(page: Page, question: str, yes: str) -> None:
    page.locator("summary", has_text=question).click()
    page.get_by_role("button", name=yes).click()


def both_want_the_kitchen(house: House) -> None:
    one = house.do(lambda session: session.scalars(select(Round)).one())
    for viewer, title in ((house.an, "Couscous"), (house.lea, "Soep")):
        kitchen = {"features": frozenset({"kitchen"}), "weeks": (0, 1, 2)}
        house.file(one, viewer, title=title, options=(MONDAY_EVENING, TUESDAY_EVENING), **kitchen)


def solve(page: Page, _, database: Database) -> None:
    """The page follows the worker by itself."""
    page.locator("#seconds").fill("20")
    page.get_by_role("button", name=_("Solve")).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert Worker(database, Clock()).work(threading.Event())
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text(_("solved"), exact=True)).to_be_visible()


def dates_booked(house: House) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(Occurrence)) or 0
