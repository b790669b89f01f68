"""Reminders: deciding that one is due, and sending it exactly once.

The decision is a row, unique on (follow-up, kind, date), written before anything is sent. Whatever
then stops a worker, the row is still there, unsent, and is taken up again. To send, a worker locks
the row, hands the message over and marks the row in one transaction. Only a worker that stops
between handing over and committing leaves a message handed over and its row unsent; the message
then goes again under the same Message-ID, which replaces the file in a folder, and by which a mail
server can recognise the second copy. No sender can do better over SMTP.
"""

import datetime as dt
from collections.abc import Iterable
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.london import duty_day
from operations import messages
from operations.follow_ups import (
    WEEK,
    Decided,
    FollowUpFacts,
    current_messages,
    due_reminders,
)
from operations.models import FollowUp, Reminder

CHUNK = 500  # follow-ups held in memory at a time
PERMANENT = 500  # SMTP's replies from here on mean: do not try again (RFC 5321, 4.2.1)


def facts_of(follow_up: FollowUp) -> FollowUpFacts:
    """What the rule needs to know; reads ``visit.operation``, ``visit.venue`` and
    ``reminders``: prefetch them.
    """
    return FollowUpFacts(
        is_open=follow_up.is_to_chase,
        due_on=follow_up.due_on,
        booked_for=follow_up.booked_for,
        lead_is_responsible=follow_up.visit.operation.lead_id == follow_up.responsible_id,
        decided=tuple(
            Decided(reminder.kind, reminder.date, duty_day(reminder.decided_at))
            for reminder in follow_up.reminders.all()
        ),
    )


@transaction.atomic
def decide_reminders(*, on: dt.date) -> list[int]:
    """Write a row for each reminder that is due by the day ``on`` and was not decided before.

    Two runs at once, or a hundred, write each row once.

    Returns:
        The keys of the new rows, for whoever sends them after the transaction.

    """
    rows = [
        Reminder(follow_up=follow_up, kind=message.kind, date=message.date)
        for follow_up in _near_their_date(on=on)
        for message in due_reminders(facts_of(follow_up), on=on)
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    written = Reminder.objects.filter(message_id__in=[row.message_id for row in rows])
    return list(written.order_by("pk").values_list("pk", flat=True))


def _near_their_date(*, on: dt.date) -> Iterable[FollowUp]:
    """The open follow-ups about which somebody may have to hear, locked against changes."""
    near: QuerySet[FollowUp] = (
        FollowUp.objects.to_chase()
        .filter(Q(due_on__lte=on + WEEK) | Q(booked_for__lte=on + WEEK))
        .select_for_update(of=("self",))
        .select_related("visit__operation", "visit__venue")
        .prefetch_related("reminders")
        .order_by("pk")
    )
    return near.iterator(chunk_size=CHUNK)


@transaction.atomic
def send_reminder(*, pk: int, on: dt.date) -> None:
    """Send the reminder ``pk`` if it still has to go, else say on its row why it did not.

    One that is sent, or that does not exist, is left alone. One that another worker has in hand is
    waited for: it is sent then, or that worker was killed and PostgreSQL lets its row go.
    """
    # Locked by itself first: what is joined to a row that had to be waited for would be old.
    if Reminder.objects.to_send().select_for_update().filter(pk=pk).first() is None:
        return
    reminder = Reminder.objects.select_related(
        "follow_up__visit__venue", "follow_up__visit__operation__lead", "follow_up__responsible"
    ).get(pk=pk)
    reminder.not_sent_because = _out_of_date(reminder, on=on)
    if not reminder.not_sent_because:
        recipients = messages.recipients(reminder)
        if recipients:
            reminder.not_sent_because = _hand_over(messages.compose(reminder, recipients))
        else:
            reminder.not_sent_because = messages.why_nobody(reminder)
    if not reminder.not_sent_because:
        reminder.sent_at = timezone.now()
    reminder.save(update_fields=["sent_at", "not_sent_because"])


def _hand_over(message: EmailMessage) -> str:
    """Send; why the mail server will never take it, or empty if it did.

    Any other trouble with the server is raised, so that the reminder is tried again.
    """
    message.connection = get_connection(settings.OUTBOX_CHANNEL)
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        if any(code < PERMANENT for code, _ in refused.recipients.values()):
            raise
        return "The mail server refused every address"
    return ""


def _out_of_date(reminder: Reminder, *, on: dt.date) -> str:
    """Why the reminder should not go out any more; empty if it should."""
    if not reminder.follow_up.is_open:
        return "The follow-up was closed before it went out"
    if not reminder.follow_up.is_to_chase:
        return "The venue closed before it went out"
    current = current_messages(facts_of(reminder.follow_up), on=on)
    if not any((m.kind, m.date) == (reminder.kind, reminder.date) for m in current):
        return "The date changed, or a later reminder took its place, before it went out"
    return ""
