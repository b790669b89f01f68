"""A team that is not heard of, side by side: its phone, and a desk of the control room."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from operations.models import Alarm, CheckIn
from operations.safety import actions
from tests import factories
from tests.browser.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def visit():
    """Under way for 22 minutes."""
    officer = person("officer", Role.VISITING_OFFICER)
    started = timezone.now() - 22 * MINUTE
    return factories.UnderWayVisitFactory(officer=officer, starts_at=started)


def test_a_missed_check_in_alarms_the_desk_and_is_closed_there(visit_site, visit):
    phone, desk = visit_site(390), visit_site(1280)
    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    phone.sees("You are asked to check in now.")

    person("handler", Role.CALL_HANDLER)
    desk.sign_in("handler")
    desk.open(reverse("operations:board"))
    expect(desk.page.locator(".app-alarm")).to_have_count(0)
    actions.raise_alarms(at=timezone.now() + MINUTE)
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.sees("A team was to check in by")
    desk.check()
    desk.follow("Open the alarm")
    desk.press("I’m dealing with it")
    desk.sees("You are dealing with this alarm.")
    desk.press("Close the alarm")
    desk.page.get_by_label("Whom of the team did you speak to?").fill("The lead, by phone")
    desk.page.get_by_label("What did you find?").fill("All well, no signal in the lobby")
    desk.press("Close the alarm")
    desk.sees("The alarm is closed.")
    assert not Alarm.objects.open().exists()


def test_a_check_in_without_signal_waits_and_counts_from_the_tap(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    phone.page.get_by_label("No", exact=True).locator("visible=true").first.check()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="Check in: we are well").click()
    phone.page.get_by_text("This has not arrived, so nobody sees it yet.").wait_for()
    assert not CheckIn.objects.exists()
    phone.page.wait_for_timeout(1500)
    phone.context.set_offline(False)
    phone.sees("You have checked in.")
    made = CheckIn.objects.get()
    assert made.arrived_at - made.at >= dt.timedelta(seconds=1)
    # What was entered beside it is still there.
    assert phone.page.locator("input[type=radio]:checked").count() == 1


def test_each_tap_without_signal_is_sent_and_the_latest_counts(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    phone.context.set_offline(True)
    button = phone.page.get_by_role("button", name="Check in: we are well")
    button.click()
    phone.page.get_by_text("This has not arrived, so nobody sees it yet.").wait_for()
    for _ in range(2):
        phone.page.wait_for_timeout(1200)
        button.click()
    phone.context.set_offline(False)
    phone.sees("You have checked in.")
    made = sorted(CheckIn.objects.values_list("at", flat=True))
    assert len(made) == 3
    assert made[2] - made[0] >= dt.timedelta(seconds=2)
