"""Takes the pictures of the README from a running demonstration.

``python -m tests.browser.pictures http://localhost:8000``, best after ``make clean`` and
``make demo``. It starts one visit and imports a few invented hotels.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from accounts.demo import PASSWORD
from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "tests" / "venues" / "samples" / "official_2020.xml"
PHONE = {"width": 390, "height": 780}
DESKTOP = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 1500}


def answer(page: Page) -> None:
    """Start the first visit of tonight and give the first answers."""
    for said in page.locator(".app-card").first.get_by_role("checkbox").all():
        said.check()
    page.get_by_role("button", name=re.compile("Start|Log outcome")).first.click()
    for name in ("challenged", "asked_for_identification", "signs_recognised", "room_refused"):
        page.locator(f"[name={name}][value=yes]").check()
    page.locator("[name=refusal_ground][value=warning_signs]").check()
    page.get_by_role("group", name="Did staff recognise").first.scroll_into_view_if_needed()


def last_visit(page: Page) -> None:
    """Open the visit at the end of the list: one that is over."""
    page.locator(".app-card a >> visible=true").last.click()
    page.wait_for_load_state()


def first(name: str) -> Callable[[Page], None]:
    """Follow the first link in the page that fits the CSS selector ``name``."""

    def follow(page: Page) -> None:
        page.locator(name).first.click()
        page.wait_for_load_state()

    return follow


def venue_of_a_follow_up(page: Page) -> None:
    """From the first follow-up of the list to the page of its venue."""
    page.locator("main tbody a").first.click()
    page.locator("main dl a[href^='/venues/']").first.click()
    page.wait_for_load_state()


def import_sample(page: Page) -> None:
    """Import a small file of invented hotels."""
    page.get_by_label("File of food hygiene data").set_input_files(SAMPLE)
    page.get_by_role("button", name="Import").click()
    page.wait_for_load_state()


#: Picture, who, screen, address, and what to do there.
PICTURES: list[tuple[str, str, dict[str, int], str, Callable[[Page], None] | None]] = [
    ("my-visits", "officer", PHONE, "/visits/", None),
    ("outcome", "officer", PHONE, "/visits/", answer),
    ("verdict", "officer", PHONE, "/visits/", last_visit),
    ("dashboard", "lead", TALL, "/reports/?scenario=2", None),
    ("venues", "coordinator", DESKTOP, "/venues/", None),
    ("venue", "coordinator", DESKTOP, "/follow-ups/?state=delivered", venue_of_a_follow_up),
    ("operation", "planner", DESKTOP, "/operations/", first("main td a, main th a")),
    ("follow-ups", "coordinator", DESKTOP, "/follow-ups/", None),
    ("import", "planner", DESKTOP, "/venues/imports/add/", import_sample),
    ("live", "handler", DESKTOP, "/control-room/", None),
]


def take(browser: Browser, address: str) -> None:
    """Take every picture."""
    for name, username, viewport, path, act in PICTURES:
        page = browser.new_page(viewport=viewport, locale="en-GB")
        page.goto(f"{address}/sign-in/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(address + path)
        if act:
            act(page)
        page.screenshot(path=FOLDER / f"{name}.png")
        page.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        take(chrome, sys.argv[1].rstrip("/"))
        chrome.close()
