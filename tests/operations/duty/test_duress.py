"""A button that is held down: the phone says that all is well, and the others hear otherwise."""

import datetime as dt
import re
import uuid

import pgtrigger
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.database import scope
from accounts.roles import Role
from operations.duty import actions as duty
from operations.duty import forms
from operations.models import Alarm, CheckIn, NotCompletedReason, SafetyPolicy
from operations.safety import actions as safety
from operations.safety.deadlines import Kind
from operations.safety.models import next_check_in
from outbox import delivery
from outbox.models import Lane, Message
from tests import factories
from tests.database import as_owner
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
#: What differs between any two answers: tokens against forgery, numbers made by chance, the time.
BY_CHANCE = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|submission" value="[0-9a-f-]{36}"'
    r'|submission_token" value="[^"]+"'
    r'|data-check-in-by="[^"]+"|[0-2][0-9]:[0-5][0-9]'
    r"|nonce-[\w+/=-]+|request-id\W+[\w-]+"
)


@pytest.fixture
def visit(officer, unit):
    return factories.UnderWayVisitFactory(officer=officer, unit=unit)


@pytest.fixture
def planner(unit):
    return factories.UserFactory(role=Role.PLANNER, units=[unit])


def check_in(client, visit, *, pressed, number=None, **more):
    answers = {"submission": number or uuid.uuid4(), "ago": "0", "pressed": pressed} | more
    return client.post(url("check_in", visit.pk), answers)


def silent():
    return Alarm.objects.filter(kind=Kind.DURESS)


def answer_of(response):
    headers = {k: v for k, v in response.headers.items() if k != "X-Request-ID"}
    return response.status_code, headers, BY_CHANCE.sub("", response.text)


def goes_along(person, visit):
    with as_owner(), pgtrigger.ignore():  # a team stands once its visit has started
        factories.TeamMemberFactory(visit=visit, officer=person, duty="support")


def end(visit, officer):
    duty.log_not_completed(
        visit=visit,
        reason=NotCompletedReason.FULLY_BOOKED,
        notes="",
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )


def close(alarm, *, by):
    answers = {"spoke_to": "The officers who went there", "found": "The team is safe"}
    safety.close_alarm(alarm=alarm, **answers, by=by, at=timezone.now())


# It is heard ------------------------------------------------------------------------------------


def test_held_for_three_seconds_it_alarms_the_desk_the_lead_and_the_duty_number(visit, officer):
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")
    check_in(signed_in(officer), visit, pressed="3.0")
    alarm = silent().get()
    assert (alarm.visit, alarm.raised_by) == (visit, officer)
    safety.escalate_alarms(at=alarm.raised_at)
    delivery.deliver(Lane.ALARMS, at=timezone.now() + MINUTE)
    told = sorted(message.to[0] for message in mail.outbox)
    assert told == sorted([visit.operation.lead.email, "duty@police.example"])
    assert officer.email not in told
    for message in mail.outbox:
        assert message.subject == "A Makesafe team needs help: do not call it"
        for covert in (visit.venue.name, visit.venue.postcode, str(officer), visit.operation.name):
            assert covert not in message.subject + message.body


@pytest.mark.parametrize("pressed", ["0", "", "2.99", "-5", "nan", "soon", "0x4"])
def test_a_tap_is_a_tap(visit, officer, pressed):
    check_in(signed_in(officer), visit, pressed=pressed)
    assert not silent().exists()
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("pressed", ["3", "4.2", "1e12", "inf"])
def test_longer_is_as_good(visit, officer, pressed):
    check_in(signed_in(officer), visit, pressed=pressed)
    assert silent().count() == 1


def test_sent_twice_it_counts_once(visit, officer):
    client, number = signed_in(officer), uuid.uuid4()
    for _ in range(2):
        check_in(client, visit, pressed="4", number=number)
    assert silent().count() == 1


def test_what_the_phone_kept_counts_from_the_press(visit, officer):
    check_in(signed_in(officer), visit, pressed="4", ago="90")
    alarm = silent().get()
    assert alarm.raised_at - alarm.due_at == dt.timedelta(seconds=90)


@pytest.mark.parametrize("page", ["outcome_add", "visit_not_completed"])
def test_the_buttons_that_end_a_visit_do_the_same_though_the_form_lacks_answers(
    visit, officer, page
):
    response = signed_in(officer).post(
        url(page, visit.pk), {"submission": uuid.uuid4(), "pressed": "3.5"}
    )
    assert response.status_code == 200
    assert silent().count() == 1


def test_it_is_heard_without_a_number_of_the_phone_and_after_the_visit(officer, unit):
    visit = factories.CompletedVisitFactory(officer=officer, unit=unit)
    check_in(signed_in(officer), visit, pressed="3", number="x")
    assert silent().count() == 1


ALL_WELL = {
    "check_in": {},
    "outcome_add": {"notes": "Nothing answered"},
    "visit_not_completed": {"kind": "time", "time": "fully_booked"},
}


@pytest.mark.parametrize("page", ALL_WELL)
def test_it_is_heard_though_the_page_behind_it_fails(visit, officer, page, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(safety, "check_in", fails)
    monkeypatch.setattr(forms.OutcomeForm, "is_valid", fails)
    monkeypatch.setattr(duty, "log_not_completed", fails)
    client = signed_in(officer)
    client.raise_request_exception = False
    sent = ALL_WELL[page] | {"submission": uuid.uuid4(), "pressed": "4"}
    assert client.post(url(page, visit.pk), sent).status_code == 500
    assert silent().count() == 1
    visit.refresh_from_db()
    assert visit.is_under_way
    assert client.post(url(page, visit.pk), sent | {"pressed": "0.2"}).status_code == 500
    assert silent().count() == 1


def test_it_is_told_by_the_next_look_and_not_before_the_answer(visit, officer):
    check_in(signed_in(officer), visit, pressed="4")
    assert not Message.objects.exists()
    assert safety.escalate_alarms(at=timezone.now()) == 1
    assert Message.objects.count() == 1


def test_a_form_that_comes_back_does_not_say_for_how_long_its_button_was_pressed(visit, officer):
    client = signed_in(officer)
    for page in ("outcome_add", "visit_not_completed"):
        sent = {"submission": uuid.uuid4(), "pressed": "3.5"}
        assert 'name="pressed" value="0"' in client.post(url(page, visit.pk), sent).text


@pytest.mark.parametrize("page", ALL_WELL)
def test_a_tap_asks_the_database_as_much_as_a_held_button(officer, unit, page):
    """So that it takes as long."""
    names = {"venue": factories.VenueFactory(unit=unit), "operation": factories.OperationFactory()}
    client, asked = signed_in(officer), []
    for pressed in ("0.1", "0.1", "3.4"):
        visit = factories.UnderWayVisitFactory(officer=officer, **names)
        sent = ALL_WELL[page] | {"submission": uuid.uuid4(), "pressed": pressed}
        with CaptureQueriesContext(connection) as queries:
            client.post(url(page, visit.pk), sent)
        asked.append(len(queries))
        visit.refresh_from_db()
        if visit.is_under_way:
            end(visit, officer)
    assert silent().count() == 1
    _, tap, held = asked
    assert held == tap


def test_nobody_else_can_press_the_teams_buttons(visit):
    other = factories.UserFactory(role=Role.VISITING_OFFICER)
    assert check_in(signed_in(other), visit, pressed="5").status_code == 404
    assert not silent().exists()


def test_the_alarm_says_not_to_call_the_team_and_counts_no_check_in(visit, officer, planner):
    check_in(signed_in(officer), visit, pressed="3")
    page = text(signed_in(planner).get(silent().get().get_absolute_url()))
    assert "Silent call for help" in page
    assert "Do not call the team" in page
    assert "None since the start" in page


def test_no_number_of_the_team_is_a_tap_away_on_a_silent_alarm(visit, officer, planner):
    officer.telephone = "+447700900123"
    officer.save()
    check_in(signed_in(officer), visit, pressed="3")
    page = signed_in(planner).get(silent().get().get_absolute_url()).text
    assert "tel:+447700900123" not in page


# It is not seen ---------------------------------------------------------------------------------


def test_the_answer_to_a_held_button_is_the_answer_to_a_tap(visit, officer):
    """The same status, headers and bytes; and so are the page after it and the alarms on it."""
    client = signed_in(officer)
    client.get(url("my_visits"))
    answers = []
    for pressed in ("0.1", "3.4"):
        first = check_in(client, visit, pressed=pressed)
        answers.append(
            [
                answer_of(page)
                for page in (
                    first,
                    client.get(first["Location"]),
                    client.get(url("visit_detail", visit.pk)),
                    client.get(url("open_alarms")),
                    client.get(url("alarm_list")),
                    client.get(url("my_visits")),
                )
            ]
        )
    assert silent().count() == 1
    tapped, held = answers
    for one, other in zip(tapped, held, strict=True):
        assert one[:2] == other[:2]
        assert one[2].splitlines() == other[2].splitlines()


@pytest.mark.parametrize("answers", [{}, {"kind": "time", "time": "fully_booked"}])
def test_ending_a_visit_looks_the_same_too(officer, unit, answers):
    client, told = signed_in(officer), []
    names = {"venue": factories.VenueFactory(unit=unit), "operation": factories.OperationFactory()}
    for pressed in ("0", "3.4"):
        visit = factories.UnderWayVisitFactory(officer=officer, **names)
        sent = answers | {"submission": uuid.uuid4(), "pressed": pressed}
        page = client.post(url("visit_not_completed", visit.pk), sent)
        status, headers, body = answer_of(page)
        told.append((status, sorted(headers), len(re.sub(r'pressed" value="[^"]*"', "", body))))
        visit.refresh_from_db()
        if visit.is_under_way:
            end(visit, officer)
    assert told[0] == told[1]


def test_the_phone_sees_the_same_next_deadline(visit, officer):
    check_in(signed_in(officer), visit, pressed="3")
    made = CheckIn.objects.get()
    assert next_check_in(visit, at=timezone.now()) == made.at + 20 * MINUTE


def test_nobody_of_the_team_sees_it_open_or_closed_on_any_page(visit, officer, planner):
    check_in(signed_in(officer), visit, pressed="3")
    alarm = silent().get()
    second = factories.UserFactory(role=Role.VISITING_OFFICER)
    # A planner who goes along is of the team, whatever else they may see.
    goes_along(second, visit)
    second.groups.add(planner.groups.get())
    for _ in range(2):
        for person in (officer, second):
            client = signed_in(person)
            assert "in silence" not in text(client.get(url("open_alarms")))
            assert client.get(alarm.get_absolute_url()).status_code == 404
            assert "ilent" not in text(client.get(url("alarm_list")))
            for page in (url("visit_detail", visit.pk), f"/history/visit/{visit.number}/"):
                shown = client.get(page)
                assert shown.status_code == 200
                assert "ilent" not in text(shown)
                assert "alarm" not in text(shown).lower().replace("are alarmed", "")
        if alarm.is_open:
            close(alarm, by=planner)
            alarm.refresh_from_db()


def test_closing_it_moves_no_deadline_on_the_phone(visit, officer, planner):
    before = next_check_in(visit, at=timezone.now())
    check_in(signed_in(officer), visit, pressed="3")
    due = next_check_in(visit, at=timezone.now())
    assert due > before
    close(silent().get(), by=planner)
    assert next_check_in(visit, at=timezone.now()) == due


def test_the_database_itself_shows_it_to_nobody_of_the_team(visit, officer, planner):
    check_in(signed_in(officer), visit, pressed="3")
    history = Alarm.pgh_event_model.objects.filter(kind=Kind.DURESS)
    for person, sees in ((officer, 0), (planner, 1)):
        with scope.acting(person):
            assert silent().count() == sees
            assert history.count() == sees


def test_a_lead_who_goes_along_is_told_nothing(officer, unit):
    visit = factories.UnderWayVisitFactory(officer=officer, unit=unit)
    lead = visit.operation.lead
    goes_along(lead, visit)
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")
    check_in(signed_in(officer), visit, pressed="3")
    safety.escalate_alarms(at=timezone.now())
    assert [message.address for message in Message.objects.all()] == ["duty@police.example"]
    assert not Alarm.objects.visible_to(lead).exists()


def test_the_help_page_says_how_in_words_that_tell_nothing(officer):
    page = text(signed_in(officer).get(url("help_on_duty")))
    assert "a long press of three seconds" in page
    for word in ("duress", "silent", "alarm", "help", "danger", "threat"):
        assert word not in page.lower()
