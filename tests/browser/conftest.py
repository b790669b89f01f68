"""A real browser, people who sign in, and axe on every page they come to."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.factories import PASSWORD
from tests.operations.workers import Place

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
VIOLATION = "Stopped by the content security policy"
TELL_VIOLATIONS = f"""
addEventListener("securitypolicyviolation", (event) => console.error(
  "{VIOLATION}", event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber,
  event.sample,
));
"""
#: Of WCAG 2.2 AA too, and off unless it is asked for: targets of 24 pixels.
RULES = {"target-size": {"enabled": True}}
HEIGHTS = {320: 568, 390: 844, 1280: 800}


class Visitor:
    """One person at one screen. ``page`` is Playwright's; each page they come to is checked."""

    def __init__(self, browser, address: str, width: int):
        self.width = width
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, locale="en-GB"
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        # What the content security policy stops is an error of ours, wherever it happens.
        self.context.add_init_script(TELL_VIOLATIONS)
        self.page.on(
            "console",
            lambda said: self.errors.append(said.text) if VIOLATION in said.text else None,
        )

    def sign_in(self, username: str) -> None:
        """Sign in by the form, whoever was signed in before."""
        self.context.clear_cookies()
        self.open("/sign-in/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    def open(self, path: str) -> None:
        """Go to an address of the product."""
        self.page.goto(self.address + path)
        self.check()

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press a button, or a link that looks like one, and look at where it leads."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=exact).first.click()
        self.check()

    def follow(self, name: str) -> None:
        """Follow a link in the page."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=name).first.click()
        self.check()

    def go_to(self, name: str) -> None:
        """Follow a link of the navigation at the top."""
        with self.page.expect_navigation():
            self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        self.check()

    def choose(self, question: str, answer: str) -> None:
        """Answer a question that has radios."""
        group = self.page.get_by_role("group", name=question)
        group.get_by_label(answer, exact=True).locator("visible=true").first.check()

    def date(self, question: str, day) -> None:
        """Fill the three boxes of a date."""
        group = self.page.get_by_role("group", name=question)
        for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(label, exact=True).fill(str(value))

    def sees(self, text: str) -> None:
        """The text stands on the page."""
        self.page.locator("main").get_by_text(text).first.wait_for()

    def check(self) -> None:
        """No violation that axe knows of, nothing that scrolls sideways, no script error."""
        self.page.wait_for_load_state()
        self.page.evaluate(AXE.read_text())  # a script tag is what the policy stops
        # Without preloading: it copies styles into a style tag, which is what the policy stops too.
        found = self.page.evaluate(
            "async (rules) => (await axe.run(document, {preload: false, rules})).violations", RULES
        )
        told = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
        assert not told, f"axe on {self.page.url} at {self.width} px: {told}"
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{self.page.url} is {wide} px wide at {self.width} px"
        assert not self.errors, self.errors


@pytest.fixture
def visit_site(browser, live_server):
    """Make a visitor: ``visit_site(390)``."""
    visitors = []

    def make(width: int) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, width))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture
def place(transactional_db, tmp_path, settings):
    """Where a real worker does the reminders, into the folder that the demonstration shows."""
    place = Place(tmp_path)
    settings.MAIL_DIR = place.mail
    settings.OUTBOX_CHANNEL = "outbox.folder.MailFolder"
    yield place
    place.close()
