"""A Makesafe call, side by side: a desk of the control room, without a mouse, and a phone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import Call, Outcome
from tests import factories
from tests.browser.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]

MINUTE = dt.timedelta(minutes=1)
#: Steps of the keyboard that nobody would take on the way to the next question.
LOST = 80


@pytest.fixture
def visit():
    """Under way for twelve minutes, at one of more venues than stand in a list."""
    factories.VenueFactory.create_batch(55)
    officer = person("officer", Role.VISITING_OFFICER)
    venue = factories.VenueFactory(name="Gannet Hotel")
    started = (timezone.now() - 12 * MINUTE).replace(second=0, microsecond=0)
    return factories.UnderWayVisitFactory(officer=officer, venue=venue, starts_at=started)


def focused(page):
    """What the keyboard is on, as a screen reader would say it."""
    return page.evaluate(
        """() => {
          const it = document.activeElement;
          if (it === document.body) return "";
          const label = it.labels?.[0]?.textContent ?? it.textContent ?? "";
          return `${it.name ?? ""} ${label}`.replace(/\\s+/g, " ").trim();
        }"""
    )


def tab_to(page, words):
    for _ in range(LOST):
        if words in focused(page):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{words} is not reached by the keyboard; it is on {focused(page)}")


def test_a_call_is_logged_and_matched_by_keyboard_and_the_team_only_checks_it(visit_site, visit):
    person("handler", Role.CALL_HANDLER)
    desk, phone = visit_site(1280), visit_site(390)
    desk.sign_in("handler")
    desk.open(reverse("operations:call_list"))
    page, keys = desk.page, desk.page.keyboard
    # Chromium takes no access key from a program, so the link is there and has one.
    assert page.locator("[accesskey=k]").inner_text() == "Log a call"
    tab_to(page, "Log a call")
    with page.expect_navigation():
        keys.press("Enter")
    desk.check()

    assert "venue_find" in focused(page)  # ready to type
    keys.type("gannet")
    page.get_by_text("1 fits “gannet”.").wait_for()
    tab_to(page, "Not in the list")
    keys.press("ArrowUp")
    assert "Gannet Hotel" in focused(page)
    tab_to(page, "number 999")
    keys.press("Space")
    tab_to(page, "makesafe_quoted Yes")
    keys.press("Space")
    tab_to(page, "incident_reference")
    keys.type("CAD 1")
    with page.expect_navigation():
        keys.press("Enter")
    desk.sees("The call is on record.")
    desk.check()
    desk.sees("Same venue, and its team was there or due then")

    tab_to(page, "It was this test")
    with page.expect_navigation():
        keys.press("Enter")
    desk.sees("The call is matched to the test.")
    desk.check()
    call = Call.objects.get()
    assert (call.visit, call.number, call.makesafe_quoted) == (visit, "999", True)

    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    phone.sees("The control room has recorded a call about this visit.")
    for name, value in (
        ("police_contacted", "yes"),
        ("contact_method", "999"),
        ("makesafe_quoted", "yes"),
    ):
        assert phone.page.locator(f"input[name={name}]:checked").get_attribute("value") == value
    phone.choose("Did staff challenge you?", "Yes")
    phone.choose("Did staff ask for identification?", "No")
    phone.choose("Did staff recognise the warning signs?", "Yes")
    phone.choose("Did staff refuse the room?", "No")
    phone.choose("Did they say “Makesafe”?", "No")
    phone.choose("Did the call handler see what it was about?", "Not known")
    phone.choose("Were officers sent?", "No")
    phone.choose("Did you debrief the staff?", "Yes")
    phone.choose("Did you leave Makesafe materials?", "Yes")
    phone.choose("Did they accept a refresher on the spot?", "Yes")
    phone.press("Log outcome")
    phone.sees("Where the two records differ")
    phone.check()
    assert Outcome.objects.get().makesafe_quoted is False
    assert Call.objects.get().makesafe_quoted is True
