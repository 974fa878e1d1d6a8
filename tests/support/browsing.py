"""People at a browser: real Chromium, one context each, every complaint of the console written down."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from samen.services.demo import PASSWORD

# The first opens no window for each page: half the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# No sandbox: tests run as root in containers. No GPU: nobody looks.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
AXE = Path(__file__).parents[2] / "dashboards" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async runOnly => {
    const { violations } = await axe.run(document, { runOnly });
    return violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" "))]);
}"""
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# All that another colour scheme changes.
CONTRAST = {"type": "rule", "values": ["color-contrast"]}

# A busy machine is no fault of a page's.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

AN = "an@atelier-rue.example"
LEA = "lea@collectif-senne.example"
MOUNIA = "manager@bota75.example"


class ChromiumMissing(Exception):
    """The browser is not on this machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, for as long as the block lasts."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise ChromiumMissing("No Chromium here: `make test` installs one (apt: chromium-headless-shell)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Look:
    """The device in somebody's hands, and their preferences."""

    width: int = 1280
    height: int = 900
    phone: bool = False
    scripts: bool = True
    language: str | None = "en"


DESKTOP = Look()
PHONE = Look(width=390, height=844, phone=True)


@dataclass
class Visitors:
    """Opens pages of one running Samen; `complaints` holds what consoles said that nobody expected."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)
    _cookies: dict[str, list] = field(default_factory=dict)
    _open: list[BrowserContext] = field(default_factory=list)
    _regulars: dict[tuple[str | None, Look], Page] = field(default_factory=dict)

    def call_again(self, path: str, who: str | None = AN, look: Look = DESKTOP) -> Page:
        """As `visit`, in the browser that somebody used for the page before: for those that only look."""
        if (who, look) not in self._regulars:
            self._regulars[who, look] = self.arrive(who, look)
            self._open.pop()  # stays open until the browser ends
        page = self._regulars[who, look]
        page.emulate_media(color_scheme="light")
        page.goto(self.url + path)
        return page

    def visit(self, path: str = "/", who: str | None = AN, look: Look = DESKTOP) -> Page:
        """A page of a browser of its own, in which `who` is signed in."""
        page = self.arrive(who, look)
        page.goto(self.url + path)
        return page

    def arrive(self, who: str | None = AN, look: Look = DESKTOP) -> Page:
        """As `visit`, before any page is asked for."""
        context = self.browser.new_context(
            viewport={"width": look.width, "height": look.height},
            is_mobile=look.phone,
            has_touch=look.phone,
            color_scheme="light",
            java_script_enabled=look.scripts,
            reduced_motion="reduce",
            locale="fr-BE",
            timezone_id="Europe/Brussels",
        )
        self._open.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if who is not None:
            context.add_cookies(self._signed_in(who))
        if look.language is not None:
            context.add_cookies([{"name": "samen_language", "value": look.language, "url": self.url}])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def expect(self, complaint: str) -> None:
        """Chromium itself reports every answer of 400 and above: say which one the test provokes."""
        self._expected.append(complaint)

    def leave(self) -> list[str]:
        """Close every page; what consoles said that nobody expected."""
        for context in self._open:
            context.close()
        self._open.clear()
        unexpected = [one for one in self.complaints if not any(part in one for part in self._expected)]
        self.complaints.clear()
        self._expected.clear()
        return unexpected

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _signed_in(self, who: str) -> list:
        if who not in self._cookies:
            with self.browser.new_context() as context:
                page = context.new_page()
                sign_in(page, self.url, who)
                self._cookies[who] = [one for one in context.cookies() if one["name"] == "samen"]
        return self._cookies[who]


def sign_in(page: Page, url: str, who: str, password: str = PASSWORD) -> None:
    """By the form, as anybody does."""
    page.goto(f"{url}/sign-in")
    page.locator("#email").fill(who)
    page.locator("#password").fill(password)
    page.locator("button.button-primary").click()
    page.wait_for_url(f"{url}/")


def violations(page: Page, only: dict = RULES) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, each with the elements concerned."""
    # Evaluated over the debugging protocol: the pages' own policy lets no foreign script in.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN_AXE, only)
    return [f"{rule}: {', '.join(targets)}" for rule, targets in found]
