"""Deciding and sending, against PostgreSQL."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core import mail
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.database import scope
from accounts.roles import Role
from govuk.dates import LONDON
from operations.follow_ups import actions as follow_up_actions
from operations.follow_ups import reminders
from operations.follow_ups.due import Audience, Stage, due_reminders
from operations.models import FollowUp, FollowUpState, Reminder, ReminderCopy
from outbox import delivery
from outbox.models import Lane, Message, State
from tests import factories
from tests.database import as_product
from tests.operations.pages import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_day_counts")]

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


def what_and_whom(decided):
    return {(reminder.stage, reminder.audience) for reminder in decided}


def decided_on(day):
    return what_and_whom(Reminder.objects.filter(decided_at=at(8, day=day)))


def to_venue_and_officer(stage):
    return {(stage, Audience.VENUE), (stage, Audience.OFFICER)}


# Deciding ---------------------------------------------------------------------------------------


def test_what_is_due_is_written_and_only_the_new_rows_are_counted(follow_up, today):
    assert reminders.decide_reminders(at=at(8, day=today)) == 2
    assert decided_on(today) == to_venue_and_officer(Stage.DUE)
    assert not reminders.decide_reminders(at=at(8, day=today))
    assert Reminder.objects.count() == 2


@pytest.mark.parametrize(
    "state", [FollowUpState.DELIVERED, FollowUpState.DECLINED, FollowUpState.WITHDRAWN]
)
def test_nothing_is_decided_for_a_closed_one(state, today):
    factories.FollowUpFactory(due_on=today, state=state)
    assert not reminders.decide_reminders(at=at(8, day=today))


def test_a_row_written_by_another_run_meanwhile_is_not_counted(follow_up, today, monkeypatch):
    """Even where the rule did not know of it, PostgreSQL does."""

    def knowing_nothing(facts, *, on):
        return due_reminders(replace(facts, decided=()), on=on)

    monkeypatch.setattr(reminders, "due_reminders", knowing_nothing)
    reminders.decide_reminders(at=at(8, day=today))
    assert not reminders.decide_reminders(at=at(8, day=today))
    assert Reminder.objects.count() == 2


def test_each_week_brings_one_more_and_the_lead_joins_after_two(follow_up, today):
    days = [today + n * DAY for n in range(-8, 22)]
    weekly = [decided_on(day) for day in days if reminders.decide_reminders(at=at(8, day=day))]
    chase = to_venue_and_officer(Stage.CHASE)
    assert weekly == [
        to_venue_and_officer(Stage.SOON),
        to_venue_and_officer(Stage.DUE),
        chase,
        chase | {(Stage.CHASE, Audience.LEAD)},
        chase | {(Stage.CHASE, Audience.LEAD)},
    ]


def test_deciding_takes_as_many_queries_for_many_as_for_one(
    follow_up, today, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        assert reminders.decide_reminders(at=at(8, day=today)) == 2
    for _ in range(5):
        more = factories.FollowUpFactory(due_on=today)
        factories.VenueContactFactory(venue=more.visit.venue)
    with django_assert_num_queries(len(few)):
        assert reminders.decide_reminders(at=at(8, day=today)) == 10


def test_follow_ups_are_decided_about_in_chunks_and_a_reader_still_has_one_message(
    follow_up, today, monkeypatch
):
    monkeypatch.setattr(reminders, "CHUNK", 2)
    for _ in range(4):
        contact_of(factories.FollowUpFactory(due_on=today, responsible=follow_up.responsible))
    assert reminders.decide_reminders(at=at(8, day=today)) == 10
    assert Message.objects.count() == 2
    assert ReminderCopy.objects.count() == 10


def test_a_reminder_is_of_the_moment_at_which_it_was_decided(follow_up, today):
    moment = at(8, day=today + DAY)
    reminders.decide_reminders(at=moment)
    messages = Message.objects.all()
    assert {row.decided_at for row in Reminder.objects.all()} == {moment}
    assert {(one.day, one.decided_at, one.next_try_at) for one in messages} == {
        (today + DAY, moment, moment)
    }


# One message to a reader a day ------------------------------------------------------------------


def contact_of(follow_up, email="m@hotel.example"):
    return factories.VenueContactFactory(venue=follow_up.visit.venue, email=email)


def to_venues():
    return Message.objects.filter(letter="reminders_to_venue")


def test_two_follow_ups_at_one_venue_are_one_message_of_one_refresher(follow_up, today, send_all):
    visit = factories.RefresherNeededVisitFactory(venue=follow_up.visit.venue)
    other = FollowUp.objects.filter(visit=visit).first() or factories.FollowUpFactory(visit=visit)
    FollowUp.objects.filter(pk=other.pk).update(due_on=today - 7 * DAY)
    send_all(on=today)
    [message] = [sent for sent in mail.outbox if sent.to == ["m@hotel.example"]]
    assert message.body.count(follow_up.visit.venue.name) == 1
    assert all(
        copy.message.state == State.SENT
        for one in (follow_up, other)
        for copy in ReminderCopy.objects.filter(
            reminder__follow_up=one, reminder__audience=Audience.VENUE
        )
    )
    assert to_venues().get().reminder_copies.count() == 2


def test_a_contact_of_several_venues_gets_one_message_that_names_each(follow_up, today, send_all):
    other = factories.FollowUpFactory(due_on=today)
    contact_of(other, "M@hotel.example")
    send_all(on=today)
    [message] = [sent for sent in mail.outbox if sent.to[0].lower() == "m@hotel.example"]
    for one in (follow_up, other):
        assert one.visit.venue.name in message.body
        assert one.responsible.email in message.reply_to


def test_an_officer_with_several_follow_ups_gets_one_message_with_each_link(today, send_all):
    officer = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    follow_ups = [factories.FollowUpFactory(due_on=today, responsible=officer) for _ in range(3)]
    send_all(on=today)
    [message] = [sent for sent in mail.outbox if sent.to == [officer.email]]
    assert message.subject == "3 refreshers that wait for you"
    for follow_up in follow_ups:
        assert follow_up.get_absolute_url() in message.body


def test_a_venue_and_staff_never_read_one_message_though_they_have_one_address(today, send_all):
    follow_up = factories.FollowUpFactory(due_on=today)
    contact_of(follow_up, follow_up.responsible.email)
    send_all(on=today)
    assert len(mail.outbox) == 2
    [to_venue] = [sent for sent in mail.outbox if "http" not in sent.body]
    assert "responsible officer" not in to_venue.body


@pytest.mark.parametrize("address", ["desk@İzmir.example", "Desk@ΟΔΟΣ.example"])
def test_an_address_in_any_alphabet_gets_its_message_on_the_day(
    follow_up, today, address, monkeypatch
):
    contact = follow_up.visit.venue.contacts.get()
    contact.email = address
    contact.save()
    tomorrow = {today: today + DAY}  # and no day after it is asked for
    monkeypatch.setattr("operations.follow_ups.working_days.tomorrow", tomorrow.__getitem__)

    reminders.decide_reminders(at=at(8, day=today))

    assert Message.objects.filter(address=contact.email, day=today).count() == 1


def test_what_is_decided_later_the_same_day_goes_into_the_message_that_waits(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    contact_of(factories.FollowUpFactory(due_on=today))
    reminders.decide_reminders(at=at(8, day=today))
    assert to_venues().get().reminder_copies.count() == 2


def test_what_is_decided_after_the_days_message_went_waits_for_the_next_days(
    follow_up, today, send_all
):
    send_all(on=today)
    contact_of(factories.FollowUpFactory(due_on=today))
    send_all(on=today)
    assert len([sent for sent in mail.outbox if sent.to == ["m@hotel.example"]]) == 1
    waiting = to_venues().waiting().get()
    assert waiting.day == today + DAY
    assert timezone.localtime(waiting.next_try_at).time() == reminders.SENT_AT
    contact_of(factories.FollowUpFactory(due_on=today + DAY))
    reminders.decide_reminders(at=at(8, day=today + DAY))
    assert waiting.reminder_copies.count() == 2


def test_the_database_puts_nothing_into_a_message_that_went_out(follow_up, today, send_all):
    send_all(on=today)
    other = factories.ReminderFactory(follow_up=follow_up)
    with pytest.raises(InternalError, match="went out"), transaction.atomic():
        ReminderCopy.objects.create(reminder=other, message=to_venues().get())


def test_the_database_keeps_one_message_to_a_reader_a_day(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    again = {"letter": "reminders_to_venue", "lane": Lane.REMINDERS, "day": today}
    with pytest.raises(IntegrityError, match="one_letter_a_day"), transaction.atomic():
        Message.objects.create(address="M@HOTEL.example", **again)


def test_of_two_follow_ups_in_a_message_one_that_closed_meanwhile_is_left_out_and_says_so(
    follow_up, today
):
    other = factories.FollowUpFactory(due_on=today)
    contact_of(other)
    reminders.decide_reminders(at=at(8, day=today))
    decline(follow_up)
    deliver(on=today)
    [message] = [sent for sent in mail.outbox if sent.to == ["m@hotel.example"]]
    assert follow_up.visit.venue.name not in message.body
    assert other.visit.venue.name in message.body
    assert told_of(follow_up) == {"The follow-up was closed before it went out"}
    assert told_of(other) == {""}


# Sending ----------------------------------------------------------------------------------------


@as_product()
def deliver(*, on):
    delivery.deliver(Lane.REMINDERS, at=dt.datetime.combine(on, dt.time.max, LONDON))


@pytest.fixture
def send_all():
    """Decide and send the reminders of the day."""

    def decide_and_send(*, on):
        reminders.decide_reminders(at=at(8, day=on))
        deliver(on=on)

    return decide_and_send


def told_of(follow_up):
    copies = ReminderCopy.objects.filter(reminder__follow_up=follow_up)
    return set(copies.values_list("left_out_because", flat=True))


def decline(follow_up):
    follow_up_actions.decline_refresher(
        follow_up=follow_up, reason="No time", by=follow_up.responsible, version=1
    )


def states():
    return set(Message.objects.values_list("state", flat=True))


def test_a_reminder_goes_out_and_its_row_says_when(follow_up, today, send_all):
    send_all(on=today)
    assert [message.to for message in mail.outbox] == [
        [follow_up.responsible.email],
        ["m@hotel.example"],
    ]
    assert all(message.settled_at for message in Message.objects.all())


def test_sending_again_sends_nothing(follow_up, today, send_all):
    send_all(on=today)
    send_all(on=today)
    assert len(mail.outbox) == 2


def test_several_contacts_of_a_venue_get_a_message_each(follow_up, today, send_all):
    contact_of(follow_up, "n@hotel.example")
    send_all(on=today)
    assert {message.to[0] for message in mail.outbox} >= {"m@hotel.example", "n@hotel.example"}
    assert not [message for message in mail.outbox if len(message.recipients()) != 1]


def test_without_a_contact_the_row_says_so(today, send_all):
    follow_up = factories.FollowUpFactory(due_on=today)
    send_all(on=today)
    row = follow_up.reminders.get(audience=Audience.VENUE)
    assert row.not_sent_because == "No contact on record gets reminders"
    assert len(mail.outbox) == 1


def test_a_follow_up_closed_after_the_decision_sends_nothing(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    decline(follow_up)
    deliver(on=today)
    assert mail.outbox == []
    assert told_of(follow_up) == {"The follow-up was closed before it went out"}
    assert states() == {State.NOT_NEEDED}


def test_a_date_booked_after_the_decision_makes_the_message_out_of_date(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    follow_up_actions.book_refresher(
        follow_up=follow_up,
        on=today + 20 * DAY,
        by=follow_up.responsible,
        at=timezone.now(),
        version=1,
    )
    deliver(on=today)
    assert mail.outbox == []


def test_an_unsent_reminder_whose_date_moved_does_not_go_out_beside_the_new_one(today):
    follow_up = factories.FollowUpFactory(due_on=today + 7 * DAY)
    contact_of(follow_up)
    reminders.decide_reminders(at=at(8, day=today))
    follow_up_actions.book_refresher(
        follow_up=follow_up,
        on=today + 10 * DAY,
        by=follow_up.responsible,
        at=timezone.now(),
        version=1,
    )
    reminders.decide_reminders(at=at(8, day=today + 3 * DAY))
    deliver(on=today + 3 * DAY)
    assert what_and_whom(follow_up.reminders.all()) == to_venue_and_officer(Stage.SOON)
    sent = ReminderCopy.objects.filter(message__state=State.SENT)
    assert {copy.reminder.date for copy in sent} == {today + 3 * DAY}
    assert len(mail.outbox) == 2


def test_a_contact_who_wants_no_more_reminders_gets_none_that_was_decided_before(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    follow_up.visit.venue.contacts.update(gets_reminders=False)
    deliver(on=today)
    assert [message.to for message in mail.outbox] == [[follow_up.responsible.email]]


def test_after_a_mail_outage_the_latest_message_goes_and_the_earlier_do_not(follow_up, today):
    days = [today - 7 * DAY, today, today + 7 * DAY]
    for day in days:
        reminders.decide_reminders(at=at(8, day=day))
    deliver(on=days[-1])
    assert len(mail.outbox) == 2
    sent = ReminderCopy.objects.filter(message__state=State.SENT)
    assert what_and_whom(copy.reminder for copy in sent) == to_venue_and_officer(Stage.CHASE)


def test_one_contact_refused_is_shown_as_refused_and_the_other_as_sent(
    follow_up, today, smtp, send_all
):
    contact_of(follow_up, "unknown@hotel.example")
    send_all(on=today)
    copies = follow_up.reminders.get(audience=Audience.VENUE).copies.all()
    assert {(copy.message.address, copy.message.state) for copy in copies} == {
        ("m@hotel.example", State.SENT),
        ("unknown@hotel.example", State.REFUSED),
    }


def test_a_mail_server_that_is_busy_is_tried_again(follow_up, today, smtp, send_all):
    contact_of(follow_up, "busy@hotel.example")
    send_all(on=today)
    smtp.refusals.clear()
    deliver(on=today + DAY)
    assert smtp.addresses().count("busy@hotel.example") == 1
    assert smtp.addresses().count("m@hotel.example") == 1


def test_a_reminder_takes_four_queries_and_all_together_a_few(
    follow_up, today, django_assert_num_queries
):
    for _ in range(4):
        contact_of(factories.FollowUpFactory(due_on=today))
    reminders.decide_reminders(at=at(8, day=today))
    written = 2 * 7  # to venues and to staff
    with django_assert_num_queries(2 + written + 4 * Message.objects.count()):
        deliver(on=today)
    assert len(mail.outbox) == 6


def before_the_second_message(monkeypatch, act):
    """Let something happen while the first message of a run is handed over."""
    hand_over = delivery.MailLine.hand_over

    def act_and_hand_over(line, message):
        if not mail.outbox:
            with scope.for_task("meanwhile"):
                act()
        return hand_over(line, message)

    monkeypatch.setattr(delivery.MailLine, "hand_over", act_and_hand_over)


def test_what_is_added_to_a_message_that_is_written_goes_out_in_it(follow_up, today, monkeypatch):
    other = factories.FollowUpFactory(due_on=today + 60 * DAY)
    contact_of(other)
    reminders.decide_reminders(at=at(8, day=today))

    def add():
        follow_up_actions.book_refresher(
            follow_up=other, on=today, by=other.responsible, at=at(9, day=today), version=1
        )
        reminders.decide_reminders(at=at(9, day=today))

    before_the_second_message(monkeypatch, add)
    deliver(on=today)
    [message] = [sent for sent in mail.outbox if sent.to == ["m@hotel.example"]]
    assert other.visit.venue.name in message.body


def test_what_was_written_a_while_ago_is_written_again(follow_up, today, monkeypatch):
    reminders.decide_reminders(at=at(8, day=today))
    monkeypatch.setattr(delivery, "AHEAD_FOR", 0)
    before_the_second_message(monkeypatch, lambda: decline(follow_up))
    deliver(on=today)
    assert len(mail.outbox) == 1


def close(venue, on):
    venue.closed_on, venue.closed_reason = on, "Sold"
    venue.save()


def test_nothing_is_decided_about_a_venue_that_closed(follow_up, today):
    close(follow_up.visit.venue, today)
    assert not reminders.decide_reminders(at=at(8, day=today))


def test_what_was_decided_before_a_venue_closed_is_not_sent(follow_up, today):
    reminders.decide_reminders(at=at(8, day=today))
    close(follow_up.visit.venue, today)
    deliver(on=today)
    assert told_of(follow_up) == {"The venue closed before it went out"}
    assert mail.outbox == []
