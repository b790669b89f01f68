"""Reminders of calls that wait: once a day, to whoever can see to it, and with no word of them."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accounts.access import rights
from accounts.database.locks import one_at_a_time
from accounts.roles import Role
from accounts.sign_in.groups import Access
from operations import tasks
from operations.calls import reminders
from operations.models import Call, CallReminder, Concern, SafetyPolicy
from outbox import delivery
from outbox.models import Lane, Message, State
from tests import factories
from tests.database import as_system
from tests.locks import wait_until_blocked
from tests.operations.calls.conftest import MINUTE

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def left(venue):
    """A call of the evening before last that nobody has settled."""
    return factories.CallFactory(venue=venue, called_at=timezone.now() - 2 * DAY)


def decide(at=None):
    return reminders.decide_reminders(at=at or timezone.now())


def decide_elsewhere():
    """As a worker of its own."""
    with as_system():
        decide()
    connection.close()


def read():
    delivery.deliver(Lane.REMINDERS, at=timezone.now() + MINUTE)
    return {message.to[0]: f"{message.subject}\n{message.body}" for message in mail.outbox}


def test_a_call_left_unsettled_after_its_duty_day_is_told_once_a_day(left, lead):
    assert (decide(), decide()) == (1, 0)
    assert decide(timezone.now() + DAY) == 1
    assert CallReminder.objects.count() == 2


def test_a_call_of_this_duty_day_is_not_yet_told(call, lead):
    assert decide(at=call.called_at + 2 * MINUTE) == 0


def test_two_runs_at_once_decide_once(left, lead):
    runs = [threading.Thread(target=decide_elsewhere) for _ in range(2)]
    with transaction.atomic():
        one_at_a_time("remind of calls")
        for run in runs:
            run.start()
        wait_until_blocked(2)
    for run in runs:
        run.join(timeout=60)
    assert CallReminder.objects.count() == Message.objects.count() == 1


def test_a_call_that_was_settled_is_not_told(left, lead, venue):
    factories.ConcernFactory(call=left)
    visit = factories.CompletedVisitFactory(venue=venue)
    earlier = timezone.now() - 2 * DAY
    factories.CallFactory(venue=venue, called_at=earlier, matched_to=visit)
    assert decide() == 0


@pytest.mark.parametrize(("days", "told"), [(1, 0), (0, 1), (-3, 1)])
def test_a_concern_is_told_from_the_day_on_by_which_it_is_to_be_closed(lead, unit, days, told):
    factories.ConcernFactory(unit=unit, due_on=timezone.localdate() + days * DAY)
    assert decide(at=timezone.now().replace(hour=12)) == told


def test_the_message_names_no_place_and_nobody(left, lead, venue):
    decide()
    [(to, text)] = read().items()
    assert to == lead.email
    assert "1 Makesafe call of earlier shifts is not settled yet" in text
    assert "/control-room/concerns/" in text
    for word in ("Gannet", "Quay", "Ostermeer", "ZZ1", str(lead), str(left.logged_by), "test"):
        assert word not in text


def test_the_owner_is_told_then_the_mailbox_then_the_leads(left, lead, unit):
    other = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    nowhere = factories.CallFactory(venue=None, place="Ostermeer", called_at=left.called_at)
    owned = factories.ConcernFactory(unit=unit, owner=lead).call
    calls = Call.objects.with_what_is_shown()
    assert reminders.readers_of(calls) == {
        left.pk: [lead.email],
        nowhere.pk: [other.email],
        owned.pk: [lead.email],
    }
    unit.mailbox = "unit@police.example"
    unit.save()
    told = reminders.readers_of(Call.objects.with_what_is_shown())
    assert (told[left.pk], told[owned.pk]) == ([unit.mailbox], [lead.email])


def test_where_a_unit_has_no_lead_its_planners_are_told_and_at_last_the_duty_mailbox(left, unit):
    def told():
        return reminders.readers_of(Call.objects.with_what_is_shown())[left.pk]

    assert told() == []
    SafetyPolicy.objects.update(duty_mailbox="duty@police.example")
    assert told() == ["duty@police.example"]
    planner = factories.UserFactory(role=Role.PLANNER, units=[unit])
    factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    assert told() == [planner.email]


def test_a_concern_that_nobody_has_is_told_from_the_next_day_on(lead, unit):
    later = timezone.localdate() + 9 * DAY
    concern = factories.ConcernFactory(unit=unit, due_on=later)
    noon = timezone.now().replace(hour=12)
    assert decide(noon) == 0
    assert decide(noon + DAY) == 1
    Concern.objects.filter(pk=concern.pk).update(owner=lead)
    assert decide(noon + 2 * DAY) == 0


# Whoever had it can't see to it any more ----------------------------------------------------------


def loses(person, *, roles=(Role.CSE_LEAD,), units=()):
    access = Access(frozenset(roles), frozenset(units), whole_force=False)
    rights.set_by_system(person=person, access=access, by="the force", on=timezone.localdate())


@pytest.mark.parametrize("keeps", [{"roles": ()}, {"units": ("ELSEWHERE",)}])
def test_a_concern_of_somebody_whom_the_provider_took_a_role_or_unit_from_is_nobodys(
    lead, unit, keeps
):
    factories.CommandUnitFactory(code="ELSEWHERE")
    colleague = factories.UserFactory(role=Role.CSE_LEAD, units=[unit])
    later = timezone.localdate() + 9 * DAY
    concern = factories.ConcernFactory(unit=unit, owner=lead, due_on=later)
    closed = factories.ClosedConcernFactory(unit=unit, owner=lead)
    loses(lead, **{"units": (unit.code,)} | keeps)
    concern.refresh_from_db()
    closed.refresh_from_db()
    assert (concern.owner, concern.version) == (None, 2)
    assert closed.owner == lead
    [(to, words)] = read().items()
    assert to == colleague.email
    assert "1 concern has nobody who follows it up" in words
    assert str(lead) not in words


def test_a_concern_that_its_owner_can_still_see_to_stays_with_them(lead, unit):
    concerns = [
        factories.ConcernFactory(unit=unit, owner=lead),
        factories.ConcernFactory(call__venue=None, call__place="The quay", owner=lead),
    ]
    loses(lead, roles=(Role.PLANNER,), units=(unit.code,))
    assert {one.owner for one in Concern.objects.filter(pk__in=[c.pk for c in concerns])} == {lead}
    assert read() == {}


def test_what_came_to_lie_in_another_unit_is_let_go_by_the_next_run(lead, venue):
    colleague = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    concern = factories.ConcernFactory(call__venue=venue, owner=lead)
    elsewhere = factories.VenueFactory(unit=factories.CommandUnitFactory())
    Call.objects.filter(pk=concern.call_id).update(venue=elsewhere)
    assert reminders.readers_of(Call.objects.with_what_is_shown()) == {
        concern.call_id: [colleague.email]
    }
    decide()
    assert Concern.objects.get().owner is None
    assert set(read()) == {colleague.email}


def test_one_message_tells_of_all_that_wait(left, lead, venue):
    factories.CallFactory(venue=venue, called_at=left.called_at)
    factories.ConcernFactory(call__venue=venue, due_on=timezone.localdate() - DAY)
    decide()
    [text] = read().values()
    assert "2 Makesafe calls of earlier shifts are not settled yet" in text
    assert "1 concern is to be closed today or earlier" in text


def test_what_was_settled_meanwhile_is_not_sent(left, lead):
    decide()
    factories.ConcernFactory(call=left)
    assert read() == {}
    assert Message.objects.get().state == State.NOT_NEEDED


def test_beat_decides_them(left, lead):
    tasks.remind_of_calls()
    assert CallReminder.objects.count() == 1
