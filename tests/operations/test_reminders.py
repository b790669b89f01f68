"""Deciding and sending, against PostgreSQL."""

import datetime as dt
import smtplib
import threading

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from operations.actions import follow_ups as follow_up_actions
from operations.actions import reminders
from operations.models import FollowUpState, Reminder
from tests import factories
from tests.database import as_system
from tests.locks import wait_until_blocked

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def follow_up(today):
    """Due today, with one contact."""
    follow_up = factories.FollowUpFactory(due_on=today)
    factories.VenueContactFactory(venue=follow_up.visit.venue, email="m@hotel.example")
    return follow_up


def of_kind(follow_up, kind):
    return follow_up.reminders.get(kind=kind)


# Deciding ---------------------------------------------------------------------------------------


def test_what_is_due_is_written_and_only_the_new_rows_are_returned(follow_up, today):
    pks = reminders.decide_reminders(on=today)
    assert {Reminder.objects.get(pk=pk).kind for pk in pks} == {"due_to_venue", "due_to_officer"}
    assert reminders.decide_reminders(on=today) == []
    assert Reminder.objects.count() == 2


@pytest.mark.parametrize(
    "state", [FollowUpState.DELIVERED, FollowUpState.DECLINED, FollowUpState.WITHDRAWN]
)
def test_nothing_is_decided_for_a_closed_one(state, today):
    factories.FollowUpFactory(due_on=today, state=state)
    assert reminders.decide_reminders(on=today) == []


def test_a_row_written_by_another_run_meanwhile_is_not_returned(follow_up, today, monkeypatch):
    """Even where the rule did not know of it, PostgreSQL does."""
    monkeypatch.setattr(reminders, "facts_of", lambda it: it_knows_nothing(it))
    reminders.decide_reminders(on=today)
    assert reminders.decide_reminders(on=today) == []
    assert Reminder.objects.count() == 2


def it_knows_nothing(follow_up):
    return reminders.FollowUpFacts(
        is_open=True, due_on=follow_up.due_on, booked_for=None, lead_is_responsible=False
    )


def test_each_week_brings_one_more_and_the_lead_joins_after_two(follow_up, today):
    decided = [
        {Reminder.objects.get(pk=pk).kind for pk in reminders.decide_reminders(on=today + n * DAY)}
        for n in range(-8, 22)
    ]
    weekly = [kinds for kinds in decided if kinds]
    chase = {"chase_to_venue", "chase_to_officer"}
    assert weekly == [
        {"soon_to_venue", "soon_to_officer"},
        {"due_to_venue", "due_to_officer"},
        chase,
        chase | {"chase_to_lead"},
        chase | {"chase_to_lead"},
    ]


def test_deciding_takes_as_many_queries_for_many_as_for_one(
    follow_up, today, django_assert_num_queries
):
    with django_assert_num_queries(6):
        assert len(reminders.decide_reminders(on=today)) == 2
    for _ in range(5):
        factories.FollowUpFactory(due_on=today)
    with django_assert_num_queries(6):
        assert len(reminders.decide_reminders(on=today)) == 10


# Sending ----------------------------------------------------------------------------------------


def send_all(*, on):
    for pk in reminders.decide_reminders(on=on):
        reminders.send_reminder(pk=pk, on=on)


def test_a_reminder_goes_out_and_its_row_says_when(follow_up, today):
    send_all(on=today)
    assert [message.to for message in mail.outbox] == [
        ["m@hotel.example"],
        [follow_up.responsible.email],
    ]
    assert all(reminder.sent_at for reminder in Reminder.objects.all())


def test_sending_again_sends_nothing(follow_up, today):
    send_all(on=today)
    for reminder in Reminder.objects.all():
        reminders.send_reminder(pk=reminder.pk, on=today)
    assert len(mail.outbox) == 2


def test_a_reminder_that_does_not_exist_is_left_alone():
    reminders.send_reminder(pk=4711, on=dt.date(2026, 1, 1))
    assert mail.outbox == []


def test_without_a_contact_the_row_says_so(today):
    follow_up = factories.FollowUpFactory(due_on=today)
    send_all(on=today)
    row = of_kind(follow_up, "due_to_venue")
    assert (row.sent_at, row.not_sent_because) == (None, "No contact on record gets reminders")
    assert len(mail.outbox) == 1


def test_a_follow_up_closed_after_the_decision_sends_nothing(follow_up, today):
    pks = reminders.decide_reminders(on=today)
    follow_up_actions.decline_refresher(
        follow_up=follow_up, reason="No time", by=follow_up.responsible, version=1
    )
    for pk in pks:
        reminders.send_reminder(pk=pk, on=today)
    assert mail.outbox == []
    assert {r.not_sent_because for r in Reminder.objects.all()} == {
        "The follow-up was closed before it went out"
    }


def test_a_date_booked_after_the_decision_makes_the_message_out_of_date(follow_up, today):
    pks = reminders.decide_reminders(on=today)
    follow_up_actions.book_refresher(
        follow_up=follow_up, on=today + 20 * DAY, by=follow_up.responsible, version=1
    )
    for pk in pks:
        reminders.send_reminder(pk=pk, on=today)
    assert mail.outbox == []


def test_after_a_mail_outage_the_latest_message_goes_and_the_earlier_do_not(follow_up, today):
    days = [today - 7 * DAY, today, today + 7 * DAY]
    for day in days:
        reminders.decide_reminders(on=day)
    for reminder in Reminder.objects.order_by("pk"):
        reminders.send_reminder(pk=reminder.pk, on=days[-1])
    assert len(mail.outbox) == 2
    sent = Reminder.objects.exclude(sent_at=None)
    assert {reminder.kind for reminder in sent} == {"chase_to_venue", "chase_to_officer"}


class Refusing(EmailBackend):
    """A mail server that does not take the address."""

    code = 550

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"m@hotel.example": (self.code, b"no")})


class Busy(Refusing):
    code = 450


def test_an_address_that_the_mail_server_refuses_for_good_is_explained(follow_up, today, settings):
    settings.OUTBOX_CHANNEL = f"{__name__}.Refusing"
    send_all(on=today)
    row = of_kind(follow_up, "due_to_venue")
    assert (row.sent_at, row.not_sent_because) == (None, "The mail server refused every address")


def test_a_mail_server_that_is_busy_is_tried_again(follow_up, today, settings):
    settings.OUTBOX_CHANNEL = f"{__name__}.Busy"
    (pk, *_) = reminders.decide_reminders(on=today)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        reminders.send_reminder(pk=pk, on=today)
    assert Reminder.objects.to_send().filter(pk=pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_reminder_that_another_worker_has_in_hand_is_waited_for_and_not_sent_twice(
    follow_up, today
):
    pk, *_ = reminders.decide_reminders(on=today)

    @as_system()
    def other_worker():
        close_old_connections()
        try:
            reminders.send_reminder(pk=pk, on=today)
        finally:
            connection.close()

    thread = threading.Thread(target=other_worker)
    with transaction.atomic():
        reminder = Reminder.objects.select_for_update().get(pk=pk)
        thread.start()
        wait_until_blocked(1)
        reminder.sent_at = timezone.now()
        reminder.save()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert mail.outbox == []
    assert not Reminder.objects.to_send().filter(pk=pk).exists()


def close(venue, on):
    venue.closed_on, venue.closed_reason = on, "Sold"
    venue.save()


def test_nothing_is_decided_about_a_venue_that_closed(follow_up, today):
    close(follow_up.visit.venue, today)
    assert reminders.decide_reminders(on=today) == []


def test_what_was_decided_before_a_venue_closed_is_not_sent(follow_up, today):
    pks = reminders.decide_reminders(on=today)
    close(follow_up.visit.venue, today)
    for pk in pks:
        reminders.send_reminder(pk=pk, on=today)
    told = set(Reminder.objects.values_list("not_sent_because", flat=True))
    assert told == {"The venue closed before it went out"}
    assert mail.outbox == []
