"""The control room's board never passes what is old for what is so."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("board"),
]

NOT_CONNECTED = "Not connected. Treat every call as real"


@pytest.fixture
def desk(visit_site):
    handler = factories.UserFactory(username="handler", role=Role.CALL_HANDLER)
    handler.set_password(factories.PASSWORD)
    handler.save()
    venue = factories.VenueFactory(name="Gannet Hotel", address="4 Herring Row")
    factories.UnderWayVisitFactory(venue=venue, starts_at=timezone.now())
    desk = visit_site(1280)
    desk.sign_in("handler")
    desk.open(reverse("operations:board"))
    yield desk
    desk.page.unroute_all(behavior="ignoreErrors")
    desk.page.goto("about:blank")  # no more questions, so that the server has done with the last
    desk.page.wait_for_timeout(300)


def is_covered(desk):
    """The board says that it is not connected, and shows no row and no count."""
    desk.page.get_by_role("alert").get_by_text(NOT_CONNECTED).wait_for()
    return not (
        desk.page.locator("#live-tests").is_visible()
        or desk.page.locator("#live-tests-count").is_visible()
    )


def shows_the_row(desk):
    desk.page.locator("#live-tests").get_by_text("4 Herring Row").first.wait_for()
    return desk.page.get_by_text(NOT_CONNECTED).count() == 0


def never_answer(desk):
    """A server that takes each question and is then silent; returns how to mend it."""
    pattern = f"**{reverse('operations:board')}?*"
    desk.page.route(pattern, lambda route: None)
    return lambda: desk.page.unroute(pattern)


def type_in(desk, text):
    desk.page.get_by_label("Find by name").fill(text)


def test_a_board_that_is_offline_covers_its_rows_within_two_seconds(desk):
    assert shows_the_row(desk)
    began = time.monotonic()
    desk.context.set_offline(True)
    assert is_covered(desk)
    assert time.monotonic() - began < 2
    desk.context.set_offline(False)
    assert shows_the_row(desk)


def test_a_board_that_is_offline_asks_nobody_until_it_is_back(desk):
    desk.page.clock.install()
    desk.open(reverse("operations:board"))
    failed = []
    desk.page.on("requestfailed", lambda request: failed.append(request.url))
    desk.context.set_offline(True)
    assert is_covered(desk)
    desk.page.clock.fast_forward("01:00")
    type_in(desk, "Gannet Hotel")
    desk.page.clock.fast_forward("00:30")
    assert is_covered(desk)
    assert failed == []
    desk.context.set_offline(False)
    assert shows_the_row(desk)


def test_a_search_that_a_hanging_server_does_not_answer_covers_the_rows_within_two_seconds(desk):
    mend = never_answer(desk)
    began = time.monotonic()
    type_in(desk, "Kestrel")
    assert is_covered(desk)
    assert 1 < time.monotonic() - began < 2.9  # and a moment for the browser
    mend()
    type_in(desk, "Gannet")
    assert shows_the_row(desk)


def test_typing_on_does_not_put_off_that_nobody_answers(desk):
    never_answer(desk)
    began = time.monotonic()
    desk.page.get_by_label("Find by name").press_sequentially("Kestrel Lodge", delay=250)
    assert is_covered(desk)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_error_is_no_answer(status, desk):
    desk.page.route("**/live/?*", lambda route: route.fulfill(status=status, body="No."))
    type_in(desk, "Kestrel")
    assert is_covered(desk)


def test_a_page_of_another_server_is_no_answer(desk):
    desk.page.route("**/live/?*", lambda route: route.fulfill(status=200, body="Maintenance"))
    type_in(desk, "Kestrel")
    assert is_covered(desk)


def test_rows_of_an_earlier_search_are_faded_until_the_answer_comes(desk):
    mend = never_answer(desk)
    type_in(desk, "Kestrel")
    desk.page.locator("#live-tests.app-faded").wait_for()
    mend()
    type_in(desk, "Gannet Hotel")
    desk.page.get_by_text("1 live test is “Gannet Hotel”").wait_for()
    desk.page.locator("#live-tests:not(.app-faded)").wait_for()


def test_a_tab_that_slept_covers_its_rows_until_it_has_asked(desk):
    desk.page.clock.install()
    desk.open(reverse("operations:board"))
    mend = never_answer(desk)
    desk.page.clock.fast_forward("05:00")
    assert is_covered(desk)
    mend()
    desk.page.clock.fast_forward("00:11")
    assert shows_the_row(desk)


def test_a_page_that_the_browser_kept_covers_its_rows_until_it_has_asked(desk):
    mend = never_answer(desk)
    desk.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert is_covered(desk)
    mend()
    type_in(desk, "Gannet Hotel")
    assert shows_the_row(desk)


def test_the_sentence_follows_what_is_typed_where_the_list_stays(desk):
    for typed in ("Premier Inn", "Travelodge"):
        type_in(desk, typed)
        desk.page.get_by_text(f"No live test is like “{typed}”").wait_for()
