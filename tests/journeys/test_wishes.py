"""A tenant files wishes, goes without one, reads who has it and what is free, and asks for that."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from samen.adapters.db import Database
from samen.adapters.db.models import Member, NamesShown
from samen.domain.allocation.instance import Award
from samen.services import awards, login, objections, wishes
from samen.services.demo import PASSWORD
from support.browsing import Look, Visitors, chromium
from support.rounds import CLOSED, MONDAY_EVENING, SEASON, House
from support.serving import serving
from support.web import Clock

AN = "an@x"
PHONE_WITHOUT_SCRIPTS = Look(width=390, height=844, phone=True, scripts=False, language="en")


@pytest.fixture(scope="module")
def house(migrated_file, tmp_path_factory):
    """Bota 75, where An can sign in, and a round that publishes names."""
    path = tmp_path_factory.mktemp("wishes") / "samen.db"
    path.write_bytes(migrated_file.read_bytes())
    house = House(Database(f"sqlite:///{path}"))
    with house.database.write() as session:
        an = session.scalars(select(Member).where(Member.email == AN)).one()
        an.password_hash = login.hash_password(PASSWORD)
    yield house
    house.database.dispose()


@pytest.mark.timeout(180)
def test_a_tenant_files_wishes_and_reads_why_one_was_refused_and_what_would_be_free(house):
    one = house.open(replace(SEASON, names_shown=NamesShown.TENANTS))
    soup = house.file(one, house.lea, title="Soupe secrète", features=frozenset({"kitchen"}))
    with serving(house.database, Clock()) as address, chromium() as browser:
        people = Visitors(browser, address)
        page = people.visit("/", AN)
        page.get_by_role("link", name="File wishes").click()
        wish_for_the_kitchen(page)
        assert options_of(house, one, "Couscous") == [(0, 20), (1, 20)]
        wish_without_scripts(people.visit(f"/rounds/{one.id}/wishes/new", AN, PHONE_WITHOUT_SCRIPTS))
        assert options_of(house, one, "Atelier") == [(2, 16), (3, 16)]

        take_tuesday_away(house, one)
        give_by_hand(house, one, soup)
        page.goto(f"{address}/rounds/{one.id}/mine")
        expect(page.get_by_role("heading", name="1 wish granted")).to_be_visible()
        page.get_by_role("link", name="Why, and what now? Couscous").click()
        expect(page.get_by_text("Collectif Senne has Keuken, Monday 18:00–20:00.")).to_be_visible()
        expect(page.get_by_text("The managers gave it that place by hand.")).to_be_visible()
        expect(page.get_by_text("Soupe secrète")).to_have_count(0)
        page.get_by_role("button", name="Ask for it").first.click()
        expect(page.get_by_role("status")).to_contain_text("The managers have your message")

        assert people.leave() == []
    assert [said.wish.title for said in house.do(heard, one, house.manager)] == ["Couscous"]


def wish_for_the_kitchen(page: Page) -> None:
    """Times by the keyboard alone: one tab stop, arrows, Enter."""
    page.get_by_role("link", name="File a wish").first.click()
    page.get_by_label("Title").fill("Couscous")
    page.get_by_label("People").fill("8")
    page.get_by_label("kitchen").check()
    page.get_by_role("button", name="Monday 17:00").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-choices] [data-choice]")).to_have_count(2)
    expect(page.get_by_role("button", name="Tuesday 18:00")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="File it").last.click()
    expect(page.get_by_role("status")).to_contain_text("Filed: Couscous.")


def wish_without_scripts(page: Page) -> None:
    """Each row by a button that posts."""
    page.get_by_label("Title").fill("Atelier")
    page.get_by_label("People").fill("6")
    for at, day in enumerate(("Wednesday", "Thursday")):
        page.locator("[name=day]").nth(at).select_option(label=day)
        page.locator("[name=start]").nth(at).select_option("16:00")
        if at == 0:
            page.get_by_role("button", name="Another time that would do").click()
    page.get_by_role("button", name="File it").last.click()
    expect(page.get_by_role("status")).to_contain_text("Filed: Atelier.")


def options_of(house, one, title) -> list[tuple[int, int]]:
    filed = house.do(wishes.wishes_of, one, house.an)
    wish = next(wish for wish in filed if wish.title == title)
    return [(option["day"], option["start"]) for option in wish.options]


def take_tuesday_away(house, one) -> None:
    """Nothing but Monday would do after all."""
    wish = next(wish for wish in house.do(wishes.wishes_of, one, house.an) if wish.title == "Couscous")
    asked = wishes.Asked(
        wish.title, wish.people, wish.slots, tuple(wish.weeks), (MONDAY_EVENING,), 1, frozenset({"kitchen"})
    )
    house.do(wishes.edit, wish.id, asked, house.an, wish.filed_at)


def give_by_hand(house, one, wish) -> None:
    """The round is closed, Monday evening is given to a wish, and the plan for the rest is shown."""
    closed, place = house.closed(one), MONDAY_EVENING
    award = Award(str(wish.id), "keuken", place.day, place.start)
    house.do(awards.lock, one.id, closed.version, award, house.manager, CLOSED)
    solve, until = house.solved(closed), CLOSED + timedelta(days=7)
    seen = house.now(one).version
    house.do(awards.publish_preview, one.id, seen, solve.id, until, house.manager, CLOSED)


def heard(session, one, viewer):
    """Objections with their wishes."""
    found = objections.objections_of(session, one, viewer)
    assert all(said.wish.title for said in found)
    return found
