"""What every test may rely on."""

import gc
import ipaddress
import os
import socket

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from operations.control_room import drawing
from outbox import delivery, tasks
from tests import database, form_pages
from tests.browser import chromium


class NetworkReachedError(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Nothing in a test talks to another machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise NetworkReachedError(f"A test reached for {host}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The migrated database, with the tests standing as web and tasks do in production."""
    with django_db_blocker.unblock(), database.standing_as_in_production():
        yield


@pytest.fixture(autouse=True, scope="session")
def forms_carry_their_tokens():
    """What a test sends, a browser would send with the token of the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "post", form_pages.post_with_token)
        yield


@pytest.fixture
def db(transactional_db):
    """The database, with real commits."""


@pytest.fixture
def as_owner(db):
    """The whole test works as the owner of the tables, as the worker of the record does."""
    with database.as_owner():
        yield


def pytest_collection_modifyitems(items):
    """Let every test that asks the database commit."""
    for item in items:
        if item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)


@pytest.fixture(autouse=True, scope="session")
def mail_goes_through_the_outbox(django_test_environment):
    """Django's test runner puts another backend in place of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_BACKEND", "outbox.backend.Outbox")
        yield


def pytest_collection_finish():
    """Look for garbage less often, and not in all that was imported: a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True, scope="session")
def boards_are_drawn_each_time():
    """What one test drew of its world is not shown in the next, which begins in the same second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "SHARED_FOR", 0.0)
        yield


@pytest.fixture
def mail_at_once(monkeypatch):
    """A worker of the outbox that sends what was decided at once, after the commit."""
    monkeypatch.setattr(tasks, "wake", lambda lane: delivery.deliver(lane, at=timezone.now()))


@pytest.fixture(scope="session")
def browser(django_db_setup):
    """Chromium; without one the tests are skipped, but in CI that is a failure."""
    # Playwright runs its own event loop in this thread; Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    path = chromium.find()
    if path is None:
        if "CI" in os.environ:
            pytest.fail(chromium.NOT_FOUND)
        pytest.skip(chromium.NOT_FOUND)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()
