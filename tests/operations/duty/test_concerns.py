"""A real concern: the test stops, everybody is told at once, and the visit leaves every rate."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.database import scope
from accounts.roles import Role
from operations.calls import actions as calls
from operations.calls import real_after_all
from operations.control_room import board
from operations.duty import actions as duty
from operations.duty.concerns import report_concern
from operations.models import Alarm, Call, NotCompletedReason, SafetyPolicy, Visit, VisitState
from operations.safety import actions as safety
from operations.safety.deadlines import Kind
from outbox import delivery
from outbox.models import Lane
from tests import factories
from tests.operations.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def visit(officer, unit):
    return factories.UnderWayVisitFactory(
        officer=officer, unit=unit, venue=factories.VenueFactory(name="Gannet Hotel", unit=unit)
    )


def report(visit, officer, *, number=None, ago=0.0, at=None):
    return report_concern(
        visit=visit,
        ago=dt.timedelta(seconds=ago),
        submission=number or uuid.uuid4(),
        by=officer,
        at=at or timezone.now(),
    )


def press(client, visit, **answers):
    answers = {"submission": uuid.uuid4(), "ago": "0"} | answers
    return client.post(url("concern_report", visit.pk), answers)


# The act ----------------------------------------------------------------------------------------


def test_the_test_stops_and_an_alarm_stands_at_once(visit, officer):
    now = timezone.now()
    report(visit, officer, at=now)
    visit.refresh_from_db()
    assert visit.state == VisitState.NOT_COMPLETED
    assert visit.not_completed_reason == NotCompletedReason.REAL_CONCERN
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.raised_at, alarm.escalated_at) == (Kind.CONCERN, now, now)
    assert (alarm.raised_by, alarm.is_open) == (officer, True)


def test_lead_and_duty_desk_are_told_without_waiting_and_of_no_venue(visit, officer):
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")
    report(visit, officer)
    delivery.deliver(Lane.ALARMS, at=timezone.now() + MINUTE)
    lead = visit.operation.lead
    assert sorted(m.to[0] for m in mail.outbox) == sorted([lead.email, "duty@police.example"])
    for message in mail.outbox:
        assert message.subject == "A Makesafe team has found a real concern"
        for covert in (visit.venue.name, visit.venue.postcode, str(officer), visit.operation.name):
            assert covert not in message.subject + message.body


def test_the_same_press_counts_once(visit, officer):
    number = uuid.uuid4()
    for _ in range(2):
        report(visit, officer, number=number)
    assert Alarm.objects.count() == 1


def test_without_signal_it_counts_from_the_press(visit, officer):
    now = timezone.now()
    report(visit, officer, ago=20, at=now)
    visit.refresh_from_db()
    alarm = Alarm.objects.get()
    assert (alarm.due_at, alarm.raised_at) == (now - dt.timedelta(seconds=20), now)
    assert visit.ended_at == max(alarm.due_at, visit.started_at)


def test_only_the_team_stops_its_test(visit):
    other = factories.UserFactory(role=Role.VISITING_OFFICER)
    with pytest.raises(PermissionDenied):
        report(visit, other)
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    "factory",
    [factories.VisitFactory, factories.CompletedVisitFactory, factories.NotCompletedVisitFactory],
)
def test_a_word_of_a_real_concern_hangs_on_no_state_of_a_test(factory, officer, unit):
    visit = factory(officer=officer, unit=unit)
    before = (visit.state, visit.not_completed_reason, visit.outcome_id)
    report(visit, officer, at=visit.ended_at)
    visit.refresh_from_db()
    assert (visit.state, visit.not_completed_reason, visit.outcome_id) == before
    assert Alarm.objects.get().kind == Kind.CONCERN


def test_a_visit_that_was_over_long_ago_has_no_live_concern(officer, unit):
    visit = factories.CompletedVisitFactory(officer=officer, unit=unit)
    with pytest.raises(Refused, match="over long ago"):
        report(visit, officer, at=visit.ended_at + dt.timedelta(hours=13))


def test_chosen_from_the_list_of_reasons_it_is_as_real(visit, officer):
    duty.log_not_completed(
        visit=visit,
        reason=NotCompletedReason.REAL_CONCERN,
        notes="",
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )
    assert Alarm.objects.get().kind == Kind.CONCERN
    assert not undo.Undo.objects.filter(by=officer).exists()


def test_the_page_after_a_real_concern_offers_no_undo(visit, officer):
    answers = {"kind": "time", "time": NotCompletedReason.REAL_CONCERN, "submission": uuid.uuid4()}
    page = signed_in(officer).post(url("visit_not_completed", visit.pk), answers, follow=True)
    assert "The visit is logged as not completed." in text(page)
    assert "Undo" not in text(page)


def test_a_correction_to_a_real_concern_alarms_as_its_button_does_once(visit, officer):
    duty.log_not_completed(
        visit=visit,
        reason=NotCompletedReason.OUT_OF_TIME,
        notes="",
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )
    client, number = signed_in(officer), uuid.uuid4()
    answers = {
        "kind": "time",
        "time": NotCompletedReason.REAL_CONCERN,
        "why": "The wrong one was tapped",
        "version": "1",
        "submission": number,
    }
    for _ in range(2):
        client.post(url("not_completed_correct", visit.pk), answers)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.raised_by, alarm.submission) == (Kind.CONCERN, officer, number)
    assert alarm.escalated_at is not None
    assert text(client.get(url("visit_detail", visit.pk))).count("999") > 0
    visit.refresh_from_db()
    assert not visit.outcomes.exists()


def test_the_database_lets_no_real_concern_become_a_test_again(visit, officer):
    report(visit, officer)
    with pytest.raises(InternalError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(
            state=VisitState.UNDER_WAY, not_completed_reason="", ended_at=None
        )


def test_a_slip_is_corrected_with_a_reason_and_the_alarm_stays(visit, officer):
    report(visit, officer)
    duty.correct_not_completed(
        visit=visit,
        reason=NotCompletedReason.OUT_OF_TIME,
        notes="",
        why="Pressed by mistake",
        revision=1,
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )
    visit.refresh_from_db()
    assert visit.not_completed_reason == NotCompletedReason.OUT_OF_TIME
    assert Alarm.objects.get().is_open


# Calls that had been taken for calls about the test -----------------------------------------------


def not_completed(visit, officer, reason):
    duty.log_not_completed(
        visit=visit,
        reason=reason,
        notes="",
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )


def corrected(visit, officer):
    """The team first said that the desk was unstaffed."""
    not_completed(visit, officer, NotCompletedReason.OUT_OF_TIME)
    duty.correct_not_completed(
        visit=visit,
        reason=NotCompletedReason.REAL_CONCERN,
        notes="",
        why="What we saw",
        revision=1,
        submission=uuid.uuid4(),
        by=officer,
        at=timezone.now(),
    )


@pytest.mark.parametrize(
    "says",
    [
        report,
        corrected,
        lambda visit, officer: not_completed(visit, officer, NotCompletedReason.REAL_CONCERN),
    ],
    ids=["button", "correction", "reason"],
)
def test_a_call_that_was_matched_before_is_a_real_concern_and_both_stay_on_record(
    visit, officer, unit, says
):
    lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    call = factories.CallFactory(venue=visit.venue, matched_to=visit)
    another = factories.CallFactory(matched_to=factories.UnderWayVisitFactory())
    with scope.acting(officer):
        says(visit, officer)
    call.refresh_from_db()
    another.refresh_from_db()
    assert (call.visit, call.matched_by, another.is_matched) == (None, None, True)
    concern = call.concern
    assert (concern.state, concern.opened_by) == ("open", officer)
    was, now = Call.pgh_event_model.objects.filter(pgh_obj=call.pk).order_by("pgh_id")[1:]
    assert (was.visit_id, now.visit_id) == (visit.pk, None)
    assert now.pgh_context["reason"] == real_after_all.WHY
    mail.outbox.clear()
    delivery.deliver(Lane.REMINDERS, at=timezone.now() + MINUTE)
    assert [letter.to for letter in mail.outbox] == [[lead.email]]
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    assert "Real concern: open" in text(signed_in(handler).get(call.get_absolute_url()))


def test_a_concern_that_had_been_closed_as_a_test_is_open_again_for_whoever_had_it(
    visit, officer, unit
):
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    concern = factories.ConcernFactory(call__venue=visit.venue, owner=planner)
    call = concern.call
    calls.match_call(call=call, visit=visit, version=call.version, by=planner, at=timezone.now())
    report(visit, officer)
    concern.refresh_from_db()
    assert (concern.state, concern.owner, concern.result) == ("in_hand", planner, "")


def test_the_database_matches_no_call_to_a_test_that_met_a_real_concern(visit, officer):
    call = factories.CallFactory(venue=visit.venue)
    report(visit, officer)
    with pytest.raises(InternalError, match="real concern"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(
            visit=visit, matched_by=call.logged_by, matched_at=timezone.now()
        )


def test_taking_a_match_back_is_not_undone_once_the_team_met_a_real_concern(visit, officer):
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    call = factories.CallFactory(venue=visit.venue, matched_to=visit)
    calls.unmatch_call(call=call, version=call.version, reason="Next door", by=handler)
    report(visit, officer)
    [offer] = undo.Undo.objects.filter(by=handler)
    with pytest.raises(undo.CannotUndoError):
        undo.take_back(number=offer.number, by=handler, at=timezone.now())
    call.refresh_from_db()
    assert not call.is_matched


def test_what_was_seen_is_added_afterwards(visit, officer):
    report(visit, officer)
    visit.refresh_from_db()
    client = signed_in(officer)
    answers = {
        "kind": "time",
        "time": NotCompletedReason.REAL_CONCERN,
        "notes": "A girl of about 14 with two men",
        "why": "What we saw",
        "version": "1",
        "submission": uuid.uuid4(),
    }
    client.post(url("not_completed_correct", visit.pk), answers)
    visit.refresh_from_db()
    assert visit.not_completed_notes == "A girl of about 14 with two men"
    assert Alarm.objects.count() == 1


def test_it_goes_on_until_somebody_takes_it_and_no_check_in_is_missed_after_it(visit, officer):
    report(visit, officer)
    later = timezone.now() + dt.timedelta(hours=1)
    assert safety.raise_alarms(at=later) == 0
    assert safety.escalate_alarms(at=later) == 1


# The board --------------------------------------------------------------------------------------


def on_the_board():
    now = timezone.now()
    shown = ("venue__group", "venue__local_authority")
    on_board = Visit.objects.on_board(at=now).select_related(*shown)
    return board.find(on_board, "Gannet Hotel", at=now, margin=30 * MINUTE)


def test_the_board_takes_no_call_from_there_for_a_test(visit, officer):
    assert on_the_board().tests == [visit]
    report(visit, officer)
    found = on_the_board()
    assert found.tests == []
    assert found.possible == []


@pytest.mark.parametrize("kind", [Kind.CONCERN, Kind.DURESS])
def test_while_anybody_there_needs_help_another_test_at_the_place_is_none_either(
    visit, officer, unit, kind
):
    ended = factories.CompletedVisitFactory(officer=officer, unit=unit, venue=visit.venue)
    safety.raise_at_once(kind, ended, submission=uuid.uuid4(), by=officer, at=timezone.now())
    assert on_the_board().tests == []
    assert on_the_board().alarmed == [visit]
    alarm = Alarm.objects.get()
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    said = {"spoke_to": "The lead", "found": "All are safe"}
    safety.close_alarm(alarm=alarm, by=handler, at=timezone.now(), **said)
    assert on_the_board().tests == [visit]


def test_a_place_of_a_real_concern_is_no_test_though_its_alarm_is_closed(officer, unit):
    now = timezone.now()
    venue = factories.VenueFactory(unit=unit, name="Gannet Hotel")
    planned = factories.VisitFactory(officer=officer, venue=venue, starts_at=now - 5 * MINUTE)
    assert on_the_board().tests == [planned]
    safety.raise_at_once(Kind.CONCERN, planned, submission=uuid.uuid4(), by=officer, at=now)
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    said = {"spoke_to": "The lead", "found": "Real, officers sent"}
    safety.close_alarm(alarm=Alarm.objects.get(), by=handler, at=timezone.now(), **said)
    assert on_the_board().tests == []
    assert on_the_board().alarmed == [planned]


def test_a_team_that_was_not_heard_of_is_no_certain_test_until_somebody_spoke_to_it(visit):
    assert on_the_board().is_certain
    alarm = factories.AlarmFactory(visit=visit)
    assert not on_the_board().is_certain
    assert on_the_board().alarmed == [visit]
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    said = {"spoke_to": "The lead", "found": "All are safe"}
    safety.close_alarm(alarm=alarm, by=handler, at=timezone.now(), **said)
    assert on_the_board().is_certain


# The pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["visit_detail", "outcome_add", "visit_not_completed"])
def test_two_taps_lead_from_each_page_of_the_visit_to_a_real_call(visit, officer, page):
    shown = signed_in(officer).get(url(page, visit.pk)).text
    assert "Real concern found" in shown
    assert 'href="tel:999"' in shown
    assert url("concern_report", visit.pk) in shown


def test_the_page_after_it_says_whom_to_call_and_what_to_say(visit, officer):
    SafetyPolicy.objects.update(number_to_call="+442079460958")
    client = signed_in(officer)
    response = press(client, visit)
    assert response["Location"] == url("visit_detail", visit.pk)
    shown = client.get(response["Location"])
    assert "Real concern: the test has stopped" in text(shown)
    assert "Call 020 7946 0958" in text(shown)
    assert "This is real, not a test" in text(shown)
    assert 'href="tel:+442079460958"' in shown.text


def test_the_page_without_scripts_asks_first(visit, officer):
    shown = signed_in(officer).get(url("concern_report", visit.pk))
    assert "Stop the test: this is real" in text(shown)
    assert not Alarm.objects.exists()


def test_others_read_no_number_to_call(visit, officer, unit):
    report(visit, officer)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    shown = text(signed_in(planner).get(url("visit_detail", visit.pk)))
    assert "Real concern found." in shown
    assert "the test has stopped" not in shown


def test_nonsense_is_answered_with_whom_to_call(visit, officer):
    response = press(signed_in(officer), visit, submission="x")
    assert response.status_code == 409
    assert "Press the button again" in text(response)
    assert 'href="tel:999"' in response.text


def test_the_alarm_tells_the_desk_that_it_is_no_test(visit, officer):
    report(visit, officer)
    desk = signed_in(factories.UserFactory(role=Role.CALL_HANDLER))
    assert "Real concern at" in text(desk.get(url("open_alarms")))
    shown = text(desk.get(Alarm.objects.get().get_absolute_url()))
    assert "Real concern found: not a test" in shown
    assert "Treat it as an emergency and send officers." in shown
