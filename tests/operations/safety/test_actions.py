"""Checking in, and raising, sending on, taking and closing alarms: against PostgreSQL."""

import datetime as dt
import threading
import uuid

import pgtrigger
import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.database.locks import hold
from accounts.models import User
from accounts.roles import Role
from operations.duty import actions as duty
from operations.models import Alarm, AlarmNotice, CheckIn, NotCompletedReason, SafetyPolicy, Visit
from operations.safety import actions
from operations.safety.deadlines import Kind
from operations.safety.models import Reader, next_check_in
from outbox import delivery
from outbox.models import Lane, Message, State
from tests import factories
from tests.database import as_owner, as_product, as_system
from tests.operations.pages import signed_in, text

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
NO_TIME = dt.timedelta(0)


@pytest.fixture
def visit(officer, unit):
    """Under way for half a minute."""
    return factories.UnderWayVisitFactory(officer=officer, unit=unit)


def after(visit, minutes):
    return visit.started_at + minutes * MINUTE


def tap(visit, officer, *, at, ago=NO_TIME, number=None):
    number = number or uuid.uuid4()
    return actions.check_in(visit=visit, ago=ago, submission=number, by=officer, at=at)


def watch(at):
    """What a worker does each few seconds."""
    return actions.raise_alarms(at=at), actions.escalate_alarms(at=at)


# Checking in --------------------------------------------------------------------------------------


def test_a_check_in_puts_the_next_one_off(visit, officer):
    tap(visit, officer, at=after(visit, 10))
    assert next_check_in(visit, at=after(visit, 10)) == after(visit, 30)
    assert watch(after(visit, 32)) == (0, 0)


def test_the_same_message_counts_once(visit, officer):
    number = uuid.uuid4()
    first = tap(visit, officer, at=after(visit, 1), number=number)
    again = tap(visit, officer, at=after(visit, 9), number=number)
    assert again == first
    assert CheckIn.objects.get().at == after(visit, 1)


def test_the_same_number_is_taken_for_one_visit_alone(visit, officer):
    number = uuid.uuid4()
    tap(visit, officer, at=after(visit, 1), number=number)
    earlier = timezone.now() - 600 * MINUTE
    other = factories.UnderWayVisitFactory(officer=officer, starts_at=earlier)
    with pytest.raises(Refused, match="another visit"):
        tap(other, officer, at=after(other, 2), number=number)


def test_only_the_team_checks_in(visit, unit):
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    with pytest.raises(PermissionDenied):
        tap(visit, planner, at=after(visit, 1))
    stranger = factories.UserFactory(role=Role.VISITING_OFFICER)
    with pytest.raises(PermissionDenied):
        tap(visit, stranger, at=after(visit, 1))


def test_a_visit_that_has_not_started_takes_no_check_in(officer):
    visit = factories.VisitFactory(officer=officer)
    with pytest.raises(Refused, match="Start the visit first"):
        tap(visit, officer, at=timezone.now())


def test_what_the_phone_kept_counts_from_when_it_was_tapped(visit, officer):
    made = tap(visit, officer, at=after(visit, 12), ago=10 * MINUTE)
    assert (made.at, made.arrived_at) == (after(visit, 2), after(visit, 12))


def test_no_phone_checks_in_before_the_start(visit, officer):
    made = tap(visit, officer, at=after(visit, 12), ago=600 * MINUTE)
    assert made.at == visit.started_at


# Raising ------------------------------------------------------------------------------------------


def test_a_missed_check_in_is_alarmed_three_minutes_later_once(visit):
    assert watch(after(visit, 22.9)) == (0, 0)
    assert watch(after(visit, 23)) == (1, 0)
    assert watch(after(visit, 23)) == (0, 0)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.due_at) == (Kind.CHECK_IN, after(visit, 20))
    assert alarm.raised_at == after(visit, 23)


def test_a_team_with_a_cadet_is_looked_for_sooner(visit):
    factories.CadetMemberFactory(visit=visit)
    assert watch(after(visit, 18)) == (1, 0)


def test_the_numbers_are_the_forces_to_set(visit):
    SafetyPolicy.objects.update(check_in_minutes=30, alarm_after_minutes=0)
    assert watch(after(visit, 29)) == (0, 0)
    assert watch(after(visit, 30)) == (1, 0)


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_a_policy_that_changed_raises_no_second_alarm_for_the_same_silence(visit, officer, minutes):
    watch(after(visit, 23))
    SafetyPolicy.objects.update(check_in_minutes=minutes, check_in_with_cadet_minutes=5)
    assert watch(after(visit, 40))[0] == 0
    assert Alarm.objects.count() == 1
    tap(visit, officer, at=after(visit, 41))
    assert watch(after(visit, 41 + minutes + 3))[0] == 1


def test_a_visit_that_is_over_is_not_watched(unit):
    visit = factories.CompletedVisitFactory(unit=unit)
    assert watch(after(visit, 600)) == (0, 0)


def test_a_visit_that_nobody_ended_is_alarmed_though_its_team_checks_in(visit, officer):
    tap(visit, officer, at=visit.ends_at)
    assert watch(visit.ends_at + 3 * MINUTE) == (1, 0)
    assert Alarm.objects.get().kind == Kind.END


def test_an_alarm_of_a_visit_that_was_ended_meanwhile_goes_no_further(visit, officer):
    watch(after(visit, 23))
    duty.log_not_completed(
        visit=visit,
        reason=NotCompletedReason.FULLY_BOOKED,
        notes="",
        submission=uuid.uuid4(),
        by=officer,
        at=after(visit, 24),
    )
    assert watch(after(visit, 60)) == (0, 0)
    send(after(visit, 60))
    assert not mail.outbox
    assert Alarm.objects.get().is_open


def test_no_team_deals_with_or_closes_its_own_alarm(visit, officer):
    watch(after(visit, 23))
    alarm = Alarm.objects.get()
    Group.objects.get(name=Role.CALL_HANDLER).user_set.add(officer)
    team = User.objects.get(pk=officer.pk)
    with pytest.raises(PermissionDenied):
        actions.take_alarm(alarm=alarm, by=team, at=after(visit, 24))
    with pytest.raises(PermissionDenied):
        close(alarm, by=team, at=after(visit, 24))


def raised_meanwhile(at):
    """How many alarms another worker raises while this transaction goes on, without waiting."""
    raised = []

    def other_worker():
        with as_system():
            raised.append(actions.raise_alarms(at=at))
        connection.close()

    thread = threading.Thread(target=other_worker)
    thread.start()
    thread.join(timeout=20)
    return raised


def test_two_workers_at_once_raise_it_once(visit):
    at = after(visit, 25)
    with transaction.atomic():
        assert actions.raise_alarms(at=at) == 1
        assert raised_meanwhile(at) == [0]
    assert actions.raise_alarms(at=at) == 0
    assert Alarm.objects.count() == 1


def test_a_visit_that_somebody_holds_keeps_no_other_alarm_waiting(visit):
    other = factories.UnderWayVisitFactory(started_at=visit.started_at)
    at = after(visit, 25)
    with transaction.atomic():
        hold(Visit.objects.filter(pk=visit.pk))
        assert raised_meanwhile(at) == [1]
        assert Alarm.objects.get().visit == other
    assert actions.raise_alarms(at=at) == 1


def test_a_check_in_that_arrives_just_then_leaves_no_alarm(visit, officer):
    at = after(visit, 24)
    with transaction.atomic():
        tap(visit, officer, at=after(visit, 22))
        assert raised_meanwhile(at) == [0]
    assert actions.raise_alarms(at=at) == 0
    assert not Alarm.objects.exists()


def test_alarms_that_nobody_has_taken_stand_before_the_others(visit, handler):
    watch(after(visit, 23))
    taken = Alarm.objects.get()
    actions.take_alarm(alarm=taken, by=handler, at=after(visit, 24))
    later = factories.AlarmFactory()
    assert list(Alarm.objects.open()) == [later, taken]


def test_many_visits_are_watched_with_as_many_queries_as_one(visit, django_assert_num_queries):
    at = after(visit, 1)
    with django_assert_num_queries(4):
        actions.raise_alarms(at=at)
    for _ in range(3):
        factories.UnderWayVisitFactory()
    with django_assert_num_queries(4):
        actions.raise_alarms(at=at)


# Who hears of it ----------------------------------------------------------------------------------


def send(at):
    with as_product():
        delivery.deliver(Lane.ALARMS, at=at)


def test_the_teams_lead_hears_of_it_first_and_no_venue_is_named(visit, officer):
    watch(after(visit, 23))
    send(after(visit, 23))
    [message] = mail.outbox
    assert message.to == [officer.email]
    assert Alarm.objects.get().get_absolute_url() in message.body
    said = message.subject + message.body
    for word in (visit.venue.name, visit.venue.postcode, str(officer), visit.operation.name):
        assert word not in said


def test_five_minutes_later_it_goes_on_to_the_lead_and_the_duty_mailbox(visit, officer):
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")
    watch(after(visit, 23))
    assert watch(after(visit, 27.9)) == (0, 0)
    assert watch(after(visit, 28)) == (0, 1)
    assert watch(after(visit, 28)) == (0, 0)
    send(after(visit, 28))
    told = sorted(message.to[0] for message in mail.outbox)
    assert told == sorted([officer.email, visit.operation.lead.email, "duty@police.example"])


def test_an_alarm_that_somebody_took_goes_no_further(visit, handler):
    watch(after(visit, 23))
    watch(after(visit, 28))
    actions.take_alarm(alarm=Alarm.objects.get(), by=handler, at=after(visit, 29))
    assert watch(after(visit, 60)) == (0, 0)


def told(round_):
    """Who was told in a round, as what."""
    notices = AlarmNotice.objects.filter(round=round_)
    return [(Reader(one.reader), one.user) for one in notices.select_related("user")]


def test_it_goes_on_each_five_minutes_until_somebody_takes_it(visit, handler):
    watch(after(visit, 23))
    assert [watch(after(visit, minutes)) for minutes in (28, 32.9, 33, 33, 38)] == [
        *((0, 1), (0, 0), (0, 1), (0, 0), (0, 1))
    ]
    alarm = Alarm.objects.get()
    assert (alarm.rounds, alarm.escalated_at) == (3, after(visit, 38))
    lead = visit.operation.lead
    assert [told(number) for number in (1, 2, 3)] == [[(Reader.LEAD, lead)]] * 3
    actions.take_alarm(alarm=alarm, by=handler, at=after(visit, 39))
    assert watch(after(visit, 90)) == (0, 0)


def test_each_round_sends_its_message_again(visit, officer):
    watch(after(visit, 23))
    for minutes in (28, 33):
        watch(after(visit, minutes))
        send(after(visit, minutes))
    to_lead = [one for one in mail.outbox if one.to == [visit.operation.lead.email]]
    assert len(to_lead) == 2


def test_while_mail_is_down_one_message_stands_for_all_rounds(visit):
    watch(after(visit, 23))
    for minutes in (28, 33, 38):
        watch(after(visit, minutes))
    send(after(visit, 39))
    assert len([one for one in mail.outbox if one.to == [visit.operation.lead.email]]) == 1


def test_each_round_reaches_one_rung_further(visit, unit):
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    cse_lead = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR)
    for role in (Role.PLANNER, Role.CSE_LEAD):
        factories.UserFactory(role=role, units=[factories.CommandUnitFactory()])
    watch(after(visit, 23))
    for minutes in (28, 33, 38, 43, 48):
        watch(after(visit, minutes))
    ladder = [
        (Reader.LEAD, visit.operation.lead),
        (Reader.PLANNERS, planner),
        (Reader.CSE_LEADS, cse_lead),
        (Reader.ADMINISTRATORS, administrator),
    ]
    assert told(1) == ladder[:1]
    assert told(2) == ladder[:2]
    assert told(3) == ladder[:3]
    assert told(4) == told(5) == ladder


@pytest.mark.parametrize("gone", ["left", "other work", "in the team"])
def test_where_the_lead_cannot_act_the_first_round_reaches_who_can(visit, unit, gone):
    lead = visit.operation.lead
    if gone == "left":
        User.objects.filter(pk=lead.pk).update(is_active=False)
    elif gone == "other work":
        lead.groups.clear()
    else:
        with as_owner(), pgtrigger.ignore():
            factories.TeamMemberFactory(visit=visit, officer=lead, duty="support")
    administrator = factories.UserFactory(role=Role.ADMINISTRATOR)
    watch(after(visit, 23))
    watch(after(visit, 28))
    assert told(1) == [(Reader.ADMINISTRATORS, administrator)]
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    watch(after(visit, 33))
    assert (Reader.PLANNERS, planner) in told(2)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.CSE_LEAD, Role.ADMINISTRATOR])
def test_whoever_is_told_can_sign_in_and_take_it_and_nobody_else_of_their_kind(visit, unit, role):
    User.objects.filter(pk=visit.operation.lead.pk).update(is_active=False)
    person = factories.UserFactory(role=role, units=[unit])
    watch(after(visit, 23))
    watch(after(visit, 28))
    other = factories.UserFactory(role=role, units=[factories.CommandUnitFactory()])
    alarm = Alarm.objects.get()
    page = alarm.get_absolute_url()
    assert signed_in(other).get(page).status_code == 404
    client = signed_in(person)
    assert visit.venue.name in client.get(page).text
    client.post(reverse("operations:alarm_take", args=[alarm.pk]))
    alarm.refresh_from_db()
    assert alarm.taken_by == person


def test_a_round_that_finds_nobody_is_counted_and_the_next_one_looks_again(visit, unit):
    User.objects.filter(pk=visit.operation.lead.pk).update(is_active=False)
    watch(after(visit, 23))
    assert watch(after(visit, 28)) == (0, 1)
    assert told(1) == []
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    assert watch(after(visit, 33)) == (0, 1)
    assert told(2) == [(Reader.PLANNERS, planner)]


def test_a_force_that_waits_no_minute_is_not_told_at_each_look(visit):
    SafetyPolicy.objects.update(escalate_after_minutes=0)
    assert watch(after(visit, 23)) == (1, 1)
    assert watch(after(visit, 23.5)) == (0, 0)
    assert watch(after(visit, 24)) == (0, 1)


@pytest.mark.parametrize("kind", [Kind.DURESS, Kind.CONCERN])
def test_a_call_for_help_that_nobody_takes_goes_on_too_though_the_visit_is_over(
    officer, unit, kind
):
    visit = factories.CompletedVisitFactory(officer=officer, unit=unit)
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    at = timezone.now()
    actions.raise_at_once(kind, visit, submission=uuid.uuid4(), by=officer, at=at)
    assert watch(at + 4 * MINUTE) == (0, 0)
    assert watch(at + 5 * MINUTE) == (0, 1)
    assert told(1) == [(Reader.LEAD, visit.operation.lead)]
    assert told(2) == [(Reader.LEAD, visit.operation.lead), (Reader.PLANNERS, planner)]


def test_nobody_of_the_team_hears_of_its_silent_call_in_any_round(visit, officer, unit):
    for role in (Role.PLANNER, Role.ADMINISTRATOR):
        Group.objects.get(name=role).user_set.add(officer)
    at = timezone.now()
    actions.raise_at_once(Kind.DURESS, visit, submission=uuid.uuid4(), by=officer, at=at)
    for number in range(1, 5):
        watch(at + 5 * number * MINUTE)
    assert not AlarmNotice.objects.filter(user=officer).exists()
    assert AlarmNotice.objects.filter(user=visit.operation.lead).count() == 5


def test_a_message_of_an_alarm_that_was_closed_meanwhile_is_not_sent(visit, handler):
    watch(after(visit, 23))
    close(Alarm.objects.get(), by=handler, at=after(visit, 24))
    send(after(visit, 24))
    assert not mail.outbox
    assert Message.objects.get().state == State.NOT_NEEDED


def test_an_alarm_that_another_worker_sends_on_is_left_to_it(visit):
    watch(after(visit, 23))
    at, sent_on = after(visit, 28), []

    def other_worker():
        with as_system():
            sent_on.append(actions.escalate_alarms(at=at))
        connection.close()

    with transaction.atomic():
        assert actions.escalate_alarms(at=at) == 1
        thread = threading.Thread(target=other_worker)
        thread.start()
        thread.join(timeout=10)
        assert sent_on == [0]  # while the row is held: it was not waited for
    assert actions.escalate_alarms(at=at) == 0
    assert Message.objects.filter(about__contains=":lead:").count() == 1
    assert AlarmNotice.objects.filter(round=1).count() == 1


# What a late check-in explains --------------------------------------------------------------------


def test_a_check_in_made_in_time_that_arrives_late_closes_its_alarm(visit, officer):
    watch(after(visit, 23))
    made = tap(visit, officer, at=after(visit, 26), ago=8 * MINUTE)
    alarm = Alarm.objects.get()
    assert (alarm.closed_at, alarm.explained_by) == (after(visit, 26), made)
    assert alarm.closed_by is None


def test_a_check_in_made_after_the_alarm_closes_none(visit, officer):
    watch(after(visit, 23))
    tap(visit, officer, at=after(visit, 26))
    assert Alarm.objects.get().is_open


def test_a_check_in_made_too_early_to_matter_closes_none(visit, officer):
    tap(visit, officer, at=after(visit, 10))
    watch(after(visit, 33))
    tap(visit, officer, at=after(visit, 40), ago=32 * MINUTE)
    assert Alarm.objects.get().is_open


def test_a_team_that_is_silent_again_is_alarmed_again(visit, officer):
    watch(after(visit, 23))
    tap(visit, officer, at=after(visit, 50), ago=32 * MINUTE)
    assert watch(after(visit, 50)) == (1, 0)
    assert Alarm.objects.open().get().due_at == after(visit, 38)


# Taking and closing -------------------------------------------------------------------------------


def close(alarm, *, by, at, spoke_to="The lead officer, by phone", found="All well"):
    return actions.close_alarm(alarm=alarm, spoke_to=spoke_to, found=found, by=by, at=at)


def test_closing_says_who_spoke_to_the_team_and_what_they_found(visit, handler):
    watch(after(visit, 23))
    close(Alarm.objects.get(), by=handler, at=after(visit, 25))
    alarm = Alarm.objects.get()
    assert (alarm.closed_by, alarm.spoke_to, alarm.found) == (
        handler,
        "The lead officer, by phone",
        "All well",
    )


def test_nobody_closes_an_alarm_without_a_word(visit, handler):
    watch(after(visit, 23))
    with pytest.raises(Refused) as refusal:
        close(Alarm.objects.get(), by=handler, at=after(visit, 25), spoke_to=" ", found="\n")
    assert [problem.about for problem in refusal.value.problems] == ["spoke_to", "found"]


def test_closing_a_silent_call_says_who_went_and_what_they_found(visit, officer, handler):
    at = timezone.now()
    actions.raise_at_once(Kind.DURESS, visit, submission=uuid.uuid4(), by=officer, at=at)
    alarm = Alarm.objects.get()
    with pytest.raises(Refused) as refusal:
        close(alarm, by=handler, at=at, spoke_to="", found="")
    said = [problem.message for problem in refusal.value.problems]
    assert said == ["Enter who went there", "Enter what they found"]
    desk, page = signed_in(handler), reverse("operations:alarm_close", args=[alarm.pk])
    for asked in (text(desk.get(page)), text(desk.post(page, {"spoke_to": "", "found": ""}))):
        assert "Who went there?" in asked
        assert "What did they find?" in asked
        assert "speak to" not in asked
        assert "spoken to" not in asked
    desk.post(page, {"spoke_to": "Two response officers", "found": "All safe"})
    assert "Who went there Two response officers" in text(desk.get(alarm.get_absolute_url()))


def test_the_next_check_in_counts_from_the_word_with_the_team(visit, handler):
    watch(after(visit, 23))
    close(Alarm.objects.get(), by=handler, at=after(visit, 25))
    assert next_check_in(visit, at=after(visit, 25)) == after(visit, 45)
    assert watch(after(visit, 47)) == (0, 0)
    assert watch(after(visit, 48)) == (1, 0)


def test_an_alarm_is_closed_once(visit, handler):
    watch(after(visit, 23))
    alarm = Alarm.objects.get()
    close(alarm, by=handler, at=after(visit, 25))
    with pytest.raises(Refused, match="closed this alarm"):
        close(alarm, by=handler, at=after(visit, 26))
    with pytest.raises(Refused, match="closed this alarm"):
        actions.take_alarm(alarm=alarm, by=handler, at=after(visit, 26))


def test_one_person_at_a_time_sees_to_an_alarm(visit, handler):
    watch(after(visit, 23))
    alarm = Alarm.objects.get()
    actions.take_alarm(alarm=alarm, by=handler, at=after(visit, 24))
    actions.take_alarm(alarm=alarm, by=handler, at=after(visit, 25))
    assert Alarm.objects.get().taken_at == after(visit, 24)
    with pytest.raises(Refused, match="has been dealing with this alarm"):
        actions.take_alarm(
            alarm=alarm,
            by=factories.UserFactory(role=Role.CALL_HANDLER),
            at=after(visit, 25),
        )


def test_a_closed_alarm_can_be_opened_again_for_a_while(handler):
    alarm = factories.AlarmFactory()
    close(alarm, by=handler, at=timezone.now())
    number = undo.Undo.objects.get(by=handler).number
    undo.take_back(number=number, by=handler, at=timezone.now(), reason="")
    alarm.refresh_from_db()
    assert alarm.is_open
    assert (alarm.spoke_to, alarm.found) == ("", "")


def who(role, visit, **kwargs):
    if role == "lead":
        return visit.operation.lead
    if role == "team":
        return visit.started_by
    return factories.UserFactory(role=role, **kwargs)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.CALL_HANDLER, True),
        ("lead", True),
        ("team", True),
        (Role.VISITING_OFFICER, False),
        (Role.CSE_LEAD, False),
        (Role.ADMINISTRATOR, False),
        (Role.TRAINING_COORDINATOR, False),
    ],
)
def test_an_alarm_is_seen_by_those_whom_it_concerns(visit, role, sees):
    alarm = factories.AlarmFactory(visit=visit)
    person = who(role, visit)
    assert Alarm.objects.visible_to(person).filter(pk=alarm.pk).exists() == sees


@pytest.mark.parametrize(("ours", "sees"), [(True, True), (False, False)])
def test_planners_see_the_alarms_of_their_command_unit(visit, unit, ours, sees):
    alarm = factories.AlarmFactory(visit=visit)
    of = unit if ours else factories.CommandUnitFactory()
    planner = factories.UserFactory(role=Role.PLANNER, units=[of])
    assert Alarm.objects.visible_to(planner).filter(pk=alarm.pk).exists() == sees


def test_call_handlers_do_not_see_what_was_closed_long_ago(visit, handler):
    alarm = factories.AlarmFactory(visit=visit)
    close(alarm, by=handler, at=timezone.now() - 121 * MINUTE)
    assert not Alarm.objects.visible_to(handler).exists()


# The database -------------------------------------------------------------------------------------


def test_the_database_keeps_one_alarm_for_a_silence():
    alarm = factories.AlarmFactory()
    with pytest.raises(IntegrityError, match="one_alarm_for_a_silence"), transaction.atomic():
        factories.AlarmFactory(visit=alarm.visit, silent_since=alarm.silent_since)


def test_the_database_tells_nobody_twice_in_a_round_and_changes_no_notice():
    person = factories.AlarmNoticeFactory()
    alarm, at = person.alarm, person.at
    mailbox = {"alarm": alarm, "reader": Reader.MAILBOX, "user": None, "at": at}
    factories.AlarmNoticeFactory(**mailbox)
    for again in (mailbox, {"alarm": alarm, "at": at}):
        with pytest.raises(IntegrityError, match="once_a_round"), transaction.atomic():
            factories.AlarmNoticeFactory(**again)
    factories.AlarmNoticeFactory(**mailbox, round=2)
    with pytest.raises(InternalError), transaction.atomic():
        AlarmNotice.objects.update(round=5)
    with pytest.raises(InternalError), transaction.atomic():
        AlarmNotice.objects.all().delete()


def test_the_database_closes_no_alarm_without_a_reason(handler):
    factories.AlarmFactory()
    with pytest.raises(IntegrityError, match="closed_alarm_says"), transaction.atomic():
        Alarm.objects.update(closed_at=timezone.now(), closed_by=handler)


def test_the_database_changes_no_closed_alarm(handler):
    alarm = factories.AlarmFactory()
    close(alarm, by=handler, at=timezone.now())
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        Alarm.objects.update(found="Something else")


def test_the_database_opens_no_alarm_again_after_its_while(handler):
    alarm = factories.AlarmFactory()
    close(alarm, by=handler, at=timezone.now() - 11 * MINUTE)
    nothing = {"closed_at": None, "closed_by": None, "spoke_to": "", "found": ""}
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        Alarm.objects.update(**nothing)


@pytest.mark.parametrize("change", ["due_at", "kind"])
def test_the_database_keeps_what_an_alarm_is_about(change):
    alarm = factories.AlarmFactory()
    other = {"due_at": alarm.due_at - MINUTE, "kind": Kind.END}[change]
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        Alarm.objects.update(**{change: other})


def test_the_database_changes_and_deletes_no_check_in():
    factories.CheckInFactory()
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        CheckIn.objects.update(at=timezone.now() - MINUTE)
    with pytest.raises(InternalError), transaction.atomic():
        CheckIn.objects.all().delete()
    with pytest.raises(InternalError), transaction.atomic():
        factories.AlarmFactory().delete()


def test_both_lie_in_the_command_unit_of_their_visit_wherever_it_goes(visit, unit):
    check_in, alarm = factories.CheckInFactory(visit=visit), factories.AlarmFactory(visit=visit)
    assert (check_in.command_unit_id, alarm.command_unit_id) == (None, None)  # PostgreSQL's to say
    for record in (check_in, alarm):
        record.refresh_from_db()
        assert record.command_unit == unit
    other = factories.CommandUnitFactory()
    authority = Visit.objects.get(pk=visit.pk).venue.local_authority
    authority.command_unit = other
    authority.save()
    for record in (check_in, alarm):
        record.refresh_from_db()
        assert record.command_unit == other
