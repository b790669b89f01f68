"""One installation in production settings, for all tests of this folder."""

import os
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.production.installation import Installation

PASSWORD = "quiet-otter-lamp-seven"
STEP = 30  # seconds for which an app shows a code


class Desk:
    """Somebody at a browser."""

    def __init__(self, browser, installation: Installation) -> None:
        self.address = installation.address
        self.context = browser.new_context(ignore_https_errors=True, locale="en-GB")
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.broken: list[str] = []
        self.page.on(
            "response",
            lambda answer: self.broken.append(answer.url) if answer.status >= 500 else None,
        )
        self.main = self.page.locator("main")

    def open(self, path: str) -> None:
        """Go to an address of the product."""
        self.page.goto(self.address + path)

    def press(self, name: str) -> None:
        """Press a button of the page."""
        with self.page.expect_navigation():
            self.main.get_by_role("button", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        """The text stands on the page."""
        self.main.get_by_text(text).locator("visible=true").first.wait_for()

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Give name and password."""
        self.open("/sign-in/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def set_up_an_app(self) -> list[str]:
        """The second step that production asks for; the recovery codes, each of which counts once.

        They serve for signing in again, since a code of the app counts once in half a minute.
        """
        self.sees("you need a second step")
        self.main.get_by_role("link", name="Set up an app").click()
        secret = self.page.locator(".app-secret").inner_text()
        code = format_hotp_value(hotp_value(secret, int(time.time()) // STEP))
        self.page.get_by_label("Code from the app").fill(code)
        self.press("Continue")
        codes = self.page.locator(".app-codes li").all_inner_texts()
        assert len(codes) == 10
        self.main.get_by_role("link", name="I have saved them: continue").click()
        return codes


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """The product, installed and running as docs/operators.md has it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    place = Installation(tmp_path_factory.mktemp("installation"), f"makesafe_installed_{worker}")
    place.install()
    place.manage(
        *"createsuperuser --noinput --username admin --email admin@wessendale.police.uk".split(),
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    with place.running():
        yield place


@pytest.fixture
def desk(browser, installation):
    """Make somebody at a browser of their own; none of their pages is a fault of ours."""
    desks = []

    def sit_down() -> Desk:
        desks.append(Desk(browser, installation))
        return desks[-1]

    yield sit_down
    for desk in desks:
        desk.context.close()
        assert desk.broken == []
    assert installation.errors() == []


@pytest.fixture(scope="session")
def recovery_codes(browser, installation):
    """The first administrator's second step, set up on the way in."""
    first = Desk(browser, installation)
    first.sign_in("admin")
    codes = first.set_up_an_app()
    assert first.broken == []
    first.context.close()
    return codes


@pytest.fixture
def administrator(desk, recovery_codes):
    """The first administrator, signed in with both steps."""
    someone = desk()
    someone.sign_in("admin")
    someone.page.get_by_label("Code").fill(recovery_codes.pop())
    someone.press("Continue")
    someone.page.get_by_role("navigation", name="Main").wait_for()
    return someone
