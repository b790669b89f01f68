"""The control room's board never passes what is old for what is so."""

import datetime as dt
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import Alarm
from operations.safety import actions as safety
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
    """The board says that it is not connected, and shows no row and no answer."""
    desk.page.get_by_role("alert").get_by_text(NOT_CONNECTED).wait_for()
    return not (
        desk.page.locator("#live-tests").is_visible() or desk.page.locator("#answer").is_visible()
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
    desk.page.get_by_label("Where is the caller?").fill(text)


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
    # The stream that was open breaks off, once.
    desk.page.on("requestfailed", lambda it: "events" in it.url or failed.append(it.url))
    desk.context.set_offline(True)
    assert is_covered(desk)
    desk.page.clock.fast_forward("01:00")
    type_in(desk, "Gannet")
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
    desk.page.get_by_label("Where is the caller?").press_sequentially("Kestrel Lodge", delay=250)
    assert is_covered(desk)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_error_is_no_answer(status, desk):
    desk.page.route("**/control-room/?*", lambda route: route.fulfill(status=status, body="No."))
    type_in(desk, "Kestrel")
    assert is_covered(desk)


def test_a_page_of_another_server_is_no_answer(desk):
    desk.page.route(
        "**/control-room/?*", lambda route: route.fulfill(status=200, body="Maintenance")
    )
    type_in(desk, "Kestrel")
    assert is_covered(desk)


def test_rows_of_an_earlier_search_are_faded_until_the_answer_comes(desk):
    mend = never_answer(desk)
    type_in(desk, "Kestrel")
    desk.page.locator("#live-tests.app-faded").wait_for()
    mend()
    type_in(desk, "Gannet Hotel")
    desk.page.get_by_text("1 live test is “Gannet Hotel”").wait_for()
    desk.page.locator("#live-tests:not(.app-faded)").wait_for(state="attached")


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
    type_in(desk, "Gannet")
    assert shows_the_row(desk)


def test_the_sentence_follows_what_is_typed_where_the_list_stays(desk):
    for typed in ("Premier Inn", "Travelodge"):
        type_in(desk, typed)
        desk.page.get_by_text(f"No live test is like “{typed}”").wait_for()


# Test now, or treat as real -----------------------------------------------------------------------


def look_of(desk):
    """Of the one answer: its words, how large they are, its colour and its corners."""
    return desk.page.evaluate(
        """() => {
          const answer = document.querySelector(".app-answer");
          const words = answer.querySelector(".app-answer__words");
          const last = words.lastElementChild ?? words;
          const look = getComputedStyle(answer);
          return {
            words: words.innerText.replace(/\\s+/g, " ").trim(),
            size: parseFloat(getComputedStyle(last).fontSize),
            colour: look.backgroundColor,
            corners: parseFloat(look.borderRadius),
            sign: answer.querySelector("svg").innerHTML.includes("circle"),
          };
        }"""
    )


def test_the_two_answers_differ_in_words_colour_and_shape_and_are_read_from_two_metres(desk):
    type_in(desk, "Gannet Hotel")
    desk.page.get_by_text("TEST NOW").wait_for()
    test = look_of(desk)
    desk.check()
    type_in(desk, "Kestrel")
    desk.page.get_by_text("NO TEST HERE:").wait_for()
    real = look_of(desk)
    desk.check()
    assert (test["words"], real["words"]) == ("TEST NOW", "NO TEST HERE: TREAT AS REAL")
    # Some 18 mm on a desk's screen; two metres need 8 (an angle of 14 minutes and more).
    assert min(test["size"], real["size"]) >= 64
    assert test["colour"] != real["colour"]
    assert test["corners"] > 20 > real["corners"]
    assert (test["sign"], real["sign"]) == (True, False)


def test_an_answer_to_other_words_than_those_in_the_box_is_gone_at_once(desk):
    type_in(desk, "Gannet Hotel")
    desk.page.get_by_text("TEST NOW").wait_for()
    never_answer(desk)
    type_in(desk, "Gannet Hotel Annexe")
    assert not desk.page.get_by_text("TEST NOW").is_visible()


def test_a_place_is_found_and_confirmed_by_the_keyboard_alone(desk):
    desk.page.keyboard.type("herring row")
    desk.page.get_by_text("NOT CERTAIN:").wait_for()
    desk.page.get_by_role("button", name="Caller says it is here").focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.page.get_by_text("TEST NOW").wait_for()
    desk.page.get_by_text("The caller confirmed this place.").wait_for()
    desk.check()


# Sound --------------------------------------------------------------------------------------------

#: In place of the browser's: counts what sounds, and is silent until somebody does something.
NO_LOUDSPEAKER = """
  window.sounded = 0;
  window.AudioContext = class {
    constructor() { this.state = "suspended"; this.currentTime = 0; this.destination = {}; }
    async resume() { this.state = "running"; this.onstatechange?.(); }
    createOscillator() {
      return {frequency: {}, connect: (to) => to, start() { window.sounded++; }, stop() {}};
    }
    createGain() { return {gain: {setValueAtTime() {}}, connect: (to) => to}; }
  };
"""


@pytest.fixture
def listener(desk):
    """The board, with ears."""
    desk.context.add_init_script(NO_LOUDSPEAKER)
    desk.open(reverse("operations:board"))
    return desk


def sounded(desk, *, within=5.0):
    """Whether anything sounds from now on."""
    before = desk.page.evaluate("window.sounded")
    until = time.monotonic() + within
    while time.monotonic() < until:
        if desk.page.evaluate("window.sounded") > before:
            return True
        desk.page.wait_for_timeout(200)
    return False


def raise_alarm():
    safety.raise_alarms(at=timezone.now() + dt.timedelta(minutes=30))
    return Alarm.objects.get()


def test_an_open_alarm_sounds_until_somebody_deals_with_it(listener):
    listener.sees("Sound is off. You would not hear an alarm.")
    listener.page.get_by_role("button", name="Turn sound on").click()
    listener.sees("Sound is on.")
    assert not sounded(listener, within=3)
    alarm = raise_alarm()
    listener.page.get_by_text("Alarm: Gannet Hotel.").wait_for()
    assert sounded(listener)
    assert sounded(listener)  # again and again
    assert listener.page.evaluate("document.getAnimations().length") <= 1  # nothing flashes
    listener.check()
    by = factories.UserFactory(role=Role.CALL_HANDLER)
    safety.take_alarm(alarm=alarm, by=by, at=timezone.now())
    listener.page.get_by_text(f"{by} is dealing with it.").wait_for()
    assert not sounded(listener, within=4)


def test_sound_that_was_turned_off_stays_off(listener):
    listener.page.get_by_role("button", name="Turn sound on").click()
    listener.page.get_by_role("button", name="Turn sound off").click()
    listener.sees("Sound is off.")
    raise_alarm()
    listener.page.get_by_text("Alarm: Gannet Hotel.").wait_for()
    assert not sounded(listener, within=4)


def test_whoever_wants_sound_is_told_that_a_new_page_needs_a_key_first(listener):
    listener.page.get_by_role("button", name="Turn sound on").click()
    raise_alarm()
    listener.open(reverse("operations:board"))
    listener.sees("Sound is off until you click here or press a key.")
    assert not sounded(listener, within=3)
    listener.page.keyboard.press("Shift")
    listener.sees("Sound is on.")
    assert sounded(listener)
