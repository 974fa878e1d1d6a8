"""Every page, in light and dark, on a desk and in a hand: nothing against WCAG 2.2 A and AA."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from samen.adapters.db.models import Member, Round, RoundState, Solve, Tenant
from samen.domain.access import Role, Viewer
from samen.services import members, solves
from support.browsing import AN, CONTRAST, DESKTOP, MOUNIA, PHONE, Look, Visitors, violations

LOOKS = {"desktop": DESKTOP, "phone": PHONE}
PAGES = {
    "sign-in": ("/sign-in", None),
    "today": ("/", AN),
    "another day": ("/day/{monday}", AN),
    "book": ("/book?gap=iris/{monday}/13:00/14:00", AN),
    "week": ("/week/{monday}", AN),
    "free now": ("/find", AN),
    "found": ("/find?date={monday}&start=12:00&end=14:00&people=12", AN),
    "nothing found": ("/find?date={monday}&start=18:30&end=20:00&people=45", AN),
    "my bookings": ("/bookings", AN),
    "waitlist": ("/waitlist", AN),
    "feeds": ("/feeds", AN),
    "notices": ("/notices", MOUNIA),
    "hours": ("/tenant", MOUNIA),
    "fairness": ("/fairness", MOUNIA),
    "requests": ("/requests", MOUNIA),
    "spaces": ("/spaces", MOUNIA),
    "rules of a space": ("/spaces/iris", MOUNIA),
    "energy": ("/energy", MOUNIA),
    "findings": ("/energy/findings", MOUNIA),
    "meters": ("/energy/meters", MOUNIA),
    "a meter": ("/energy/meters/main", MOUNIA),
    "costs": ("/energy/sharing", MOUNIA),
    "keys": ("/energy/sharing/keys", MOUNIA),
    "who has what": ("/energy/sharing/tenants", MOUNIA),
    "bill and meter": ("/energy/sharing/reconcile", MOUNIA),
    "heating": ("/energy/heating", MOUNIA),
    "gas": ("/energy?meter=gas", MOUNIA),
    "a span": ("/energy/span?from={monday}T00:00&to={monday}T12:00", MOUNIA),
    "savings": ("/energy/savings", MOUNIA),
    "an intervention": ("/energy/interventions/new", MOUNIA),
    "a new season": ("/rounds/new", MOUNIA),
    "a season": ("/rounds/{season}", MOUNIA),
    "a draft": ("/rounds/{shared_out}/drafts/{draft}", MOUNIA),
    "sandbox": ("/rounds/{season}/sandbox", MOUNIA),
    "wishes": ("/rounds/{season}/mine", AN),
    "file a wish": ("/rounds/{season}/wishes/new?pick=3/19:00", AN),
    "what was granted": ("/rounds/{shared_out}/mine", AN),
    "why not": ("/rounds/{shared_out}/wishes/{refused}", MOUNIA),
    "shared out": ("/rounds/{shared_out}/final", MOUNIA),
    "devices": ("/devices", MOUNIA),
    "members": ("/members", MOUNIA),
    "invitation": ("/invitation/{newcomer}", None),
    "invitation for an account": ("/invitation/{known}", None),
    "invitation of somebody else": ("/invitation/{known}", MOUNIA),
    "used invitation": ("/invitation/used", None),
    "nothing here": ("/nowhere", AN),
    "forbidden": ("/energy", AN),
}
ANSWERS = {"used invitation": "410", "nothing here": "404", "forbidden": "403"}


@pytest.fixture(scope="module")
def places(house, monday) -> dict[str, str]:
    """What addresses are filled in with."""
    return {
        "monday": monday.isoformat(),
        "newcomer": an_invitation(house, "nadia@atelier-rue.example"),
        "known": an_invitation(house, "tom@jeugdhuis-nova.example"),
        **the_seasons(house),
    }


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_the_accessibility_rules(visitors, places, name, look):
    path, who = PAGES[name]
    visitors.expect(ANSWERS.get(name, "no such complaint"))

    page = visitors.call_again(path.format(**places), who, LOOKS[look])

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "opened",
    ["dialog", "refused", "in hand", "to confirm", "cancelling", "figures", "invited", "wrong password"],
)
def test_what_a_page_opens_keeps_them_too(visitors, places, opened, look):
    page = OPENED[opened](visitors, places["monday"], LOOKS[look])

    assert_accessible(page)


def the_dialog(visitors: Visitors, monday: str, look: Look) -> Page:
    page = visitors.visit(f"/day/{monday}", AN, look)
    page.locator(".chip:visible, [data-book]:visible").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def a_refusal(visitors: Visitors, monday: str, look: Look) -> Page:
    visitors.expect("409")
    page = the_dialog(visitors, monday, look)
    page.get_by_label("Room", exact=True).select_option("iris")
    page.get_by_label("Starts").select_option("09:00")
    page.get_by_label("Ends").select_option("10:00")
    page.get_by_label("Title").fill("Taken")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def a_booking_in_hand(visitors: Visitors, monday: str, look: Look) -> Page:
    page = visitors.visit(f"/day/{monday}", AN, look)
    if look.phone:
        page.locator(".room-card[data-room=iris] summary").click()
    else:
        page.get_by_role("link", name="Réunion d’équipe").press("Shift+ArrowDown")
    return page


def a_move_to_confirm(visitors: Visitors, monday: str, look: Look) -> Page:
    page = a_booking_in_hand(visitors, monday, look)
    link = page.get_by_role("link", name="Réunion d’équipe")
    link.click() if look.phone else link.press("Enter")
    expect(page.get_by_role("heading", name="Change a booking")).to_be_visible()
    return page


def a_cancelling(visitors: Visitors, _monday: str, look: Look) -> Page:
    page = visitors.visit("/bookings", AN, look)
    page.locator(".entry summary").first.click()
    return page


def the_figures(visitors: Visitors, _monday: str, look: Look) -> Page:
    page = visitors.visit("/energy", MOUNIA, look)
    for summary in page.locator("summary").all():
        summary.click()
    return page


def a_link(visitors: Visitors, _monday: str, look: Look) -> Page:
    page = visitors.visit("/members", MOUNIA, look)
    page.locator("#email").fill(f"guest-{look.width}@atelier-rue.example")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#link")).to_be_visible()
    return page


def a_wrong_password(visitors: Visitors, _monday: str, look: Look) -> Page:
    visitors.expect("422")
    page = visitors.visit("/sign-in", None, look)
    page.locator("#email").fill("nobody@example.org")
    page.locator("#password").fill("not the password")
    page.locator("button.button-primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


OPENED: dict[str, Callable[[Visitors, str, Look], Page]] = {
    "dialog": the_dialog,
    "refused": a_refusal,
    "in hand": a_booking_in_hand,
    "to confirm": a_move_to_confirm,
    "cancelling": a_cancelling,
    "figures": the_figures,
    "invited": a_link,
    "wrong password": a_wrong_password,
}


def assert_accessible(page: Page) -> None:
    """By day and by night."""
    assert not is_dark(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert is_dark(page)
    assert violations(page, CONTRAST) == []


def is_dark(page: Page) -> bool:
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in paper.removeprefix("rgb(").removesuffix(")").split(",")) < 3 * 128


def the_seasons(house) -> dict[str, str]:
    """The one that is open, and the one that is shared out."""
    with house.database.read() as session:
        run = session.scalars(select(Solve)).one()
        season = session.scalars(select(Round.id).where(Round.state == RoundState.OPEN)).one()
        plan = solves.plan_of(run)
        return {
            "season": str(season),
            "shared_out": str(run.round_id),
            "draft": str(run.id),
            "refused": plan.refusals[0].request,
        }


def an_invitation(house, email: str) -> str:
    with house.database.write() as session:
        manager = session.scalars(select(Member).where(Member.email == MOUNIA)).one()
        viewer = Viewer(manager.id, manager.memberships[0].tenant_id, Role.MANAGER)
        tenant = session.scalars(select(Tenant).where(Tenant.slug == "radio-pixel")).one()
        invited = members.invite(session, viewer, tenant.id, email, Role.MEMBER, datetime.now(UTC))
        assert isinstance(invited, members.Invited), invited
        return invited.token
