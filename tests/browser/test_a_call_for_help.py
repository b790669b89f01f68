"""A team that needs officers, side by side: its phone, and a desk of the control room."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from operations.models import Alarm, CheckIn
from operations.safety.deadlines import Kind
from tests import factories
from tests.browser.people import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("desktop"),
]

HELD = 3_200  # milliseconds


@pytest.fixture
def visit():
    started = timezone.now() - dt.timedelta(minutes=5)
    return factories.UnderWayVisitFactory(
        officer=person("officer", Role.VISITING_OFFICER), starts_at=started
    )


@pytest.fixture
def phone(visit_site, visit):
    phone = visit_site(390)
    phone.sign_in("officer")
    phone.open(reverse("operations:outcome_add", args=[visit.pk]))
    return phone


@pytest.fixture
def desk(visit_site):
    person("handler", Role.CALL_HANDLER)
    desk = visit_site(1280)
    desk.sign_in("handler")
    desk.open(reverse("operations:alarm_list"))
    return desk


def look_again(desk):
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_two_taps_stop_a_test_and_the_desk_hears_that_it_is_real(phone, desk, visit):
    phone.page.get_by_text("Real concern found", exact=True).click()
    phone.sees("Call 999")
    phone.check()
    phone.press("Stop the test: this is real")
    phone.sees("Real concern: the test has stopped")
    phone.check()
    expect(phone.page.get_by_role("link", name="999").first).to_have_attribute("href", "tel:999")
    visit.refresh_from_db()
    assert visit.is_finished

    look_again(desk)
    desk.sees("Real concern at")
    desk.follow("Open the alarm")
    desk.sees("Real concern found: not a test")
    desk.check()


def test_without_signal_the_phone_says_to_call_and_tells_the_desk_later(phone, visit):
    phone.page.get_by_text("Real concern found", exact=True).click()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="Stop the test: this is real").click()
    phone.sees("Call the number below now.")
    phone.sees("Call 999")
    assert not Alarm.objects.exists()
    phone.page.wait_for_timeout(1200)
    phone.context.set_offline(False)
    phone.sees("Real concern: the test has stopped")
    alarm = Alarm.objects.get(kind=Kind.CONCERN)
    assert alarm.raised_at - alarm.due_at >= dt.timedelta(seconds=1)


def hold_by_finger(phone, button):
    box = button.bounding_box()
    phone.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.page.mouse.down()
    phone.page.wait_for_timeout(HELD)
    phone.page.mouse.up()


def hold_by(key):
    def hold(phone, button):
        button.focus()
        phone.page.keyboard.down(key)
        phone.page.wait_for_timeout(HELD)
        phone.page.keyboard.up(key)

    return hold


@pytest.mark.parametrize(
    "hold", [hold_by_finger, hold_by("Space"), hold_by("Enter")], ids=["finger", "space", "enter"]
)
def test_a_held_button_looks_like_a_tap_and_the_desk_hears_it(phone, desk, visit, hold):
    button = phone.page.get_by_role("button", name="Check in: we are well")
    button.scroll_into_view_if_needed()
    hold(phone, button)
    phone.sees("You have checked in. The next time is by")
    assert CheckIn.objects.count() == 1
    assert Alarm.objects.get().kind == Kind.DURESS
    look_again(phone)
    phone.page.wait_for_timeout(500)
    expect(phone.page.locator(".app-alarm")).to_have_count(0)

    look_again(desk)
    desk.sees("Silent call at")
    desk.follow("Open the alarm")
    desk.sees("Do not call the team")
    desk.check()


def test_a_tap_calls_nobody(phone, visit):
    phone.press("Check in: we are well")
    phone.sees("You have checked in.")
    assert not Alarm.objects.exists()


def test_a_held_button_without_signal_is_kept_as_one(phone, visit):
    phone.context.set_offline(True)
    hold_by_finger(phone, phone.page.get_by_role("button", name="Check in: we are well"))
    phone.sees("This has not arrived")
    phone.page.get_by_role("button", name="Check in: we are well").click()  # takes nothing back
    phone.context.set_offline(False)
    phone.sees("You have checked in.")
    assert Alarm.objects.get().kind == Kind.DURESS
