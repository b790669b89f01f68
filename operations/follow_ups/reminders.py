"""Reminders: deciding that one is due, and which message each reader finds it in.

The decision is a row, unique on (follow-up, stage, audience, date), written in one transaction
with the messages of the outbox that it goes out in, one to each reader. Whoever has several
follow-ups to hear of finds all in one message a day. The outbox sends each once
(``outbox/delivery.py``).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from accounts.dates.london import duty_day
from operations.follow_ups import messages, working_days
from operations.follow_ups.actions import find_who_answers
from operations.follow_ups.due import WEEK, Decided, FollowUpFacts, due_reminders
from operations.follow_ups.models import FollowUp, FollowUpPolicy, Reminder, ReminderCopy
from outbox import actions as outbox
from outbox.models import Lane

CHUNK = 500  # follow-ups held in memory at a time
#: The time of day in London at which reminders go out (``beat_schedule`` in config/celery.py).
SENT_AT = dt.time(8)


def facts_of(follow_up: FollowUp, *, working_days_only: bool) -> FollowUpFacts:
    """What the rule needs to know; reads ``visit.operation``, ``visit.venue`` and
    ``reminders``: prefetch them.

    Args:
        follow_up: The follow-up.
        working_days_only: What the policy of the day says (``FollowUpPolicy``).

    """
    return messages.facts_of(
        follow_up,
        working_days_only=working_days_only,
        decided=(
            Decided(reminder.due, on=duty_day(reminder.decided_at))
            for reminder in follow_up.reminders.all()
        ),
    )


@transaction.atomic
def decide_reminders(*, on: dt.date) -> list[Reminder]:
    """Write a row for each reminder that is due by the day ``on`` and was not decided before.

    Two runs at once, or a hundred, write each row once. Nobody is written to who can't see to it
    any more: first those are found who can.

    Returns:
        The new rows that somebody is written to about.

    """
    find_who_answers(FollowUp.objects.to_chase())
    working_days_only = FollowUpPolicy.keeps_to_working_days(on=on)
    rows = [
        Reminder(
            follow_up=follow_up,
            stage=due.stage,
            audience=due.audience,
            date=due.date,
            not_sent_because=messages.why_nobody(follow_up, due.audience),
        )
        for follow_up in _near_their_date(on=on)
        for due in due_reminders(facts_of(follow_up, working_days_only=working_days_only), on=on)
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    return _put_into_messages(on=on, working_days_only=working_days_only)


def _put_into_messages(*, on: dt.date, working_days_only: bool) -> list[Reminder]:
    """Give each new reminder its place in the message of the day to each of its readers."""
    reminders = list(
        Reminder.objects.without_message()
        .prefetch_related(Prefetch("follow_up", FollowUp.objects.to_write_about()))
        .order_by("pk")
    )
    read_by: dict[str, list[tuple[str, Reminder]]] = defaultdict(list)
    for reminder in reminders:
        audience = reminder.due.audience
        read_by[messages.LETTERS[audience]] += [
            (address, reminder) for address in messages.recipients(reminder.follow_up, audience)
        ]
    for letter, pairs in sorted(read_by.items()):
        found = outbox.once_a_day(
            letter=letter,
            to=[address for address, _ in pairs],
            lane=Lane.REMINDERS,
            on=on,
            next_day=working_days.next_one if working_days_only else working_days.tomorrow,
            later_at=SENT_AT,
        )
        ReminderCopy.objects.bulk_create(
            ReminderCopy(reminder=reminder, message=found[address]) for address, reminder in pairs
        )
    return reminders


def _near_their_date(*, on: dt.date) -> Iterable[FollowUp]:
    """The open follow-ups about which somebody may have to hear, locked against changes."""
    near: QuerySet[FollowUp] = (
        FollowUp.objects.to_chase()
        # A week ahead, and some days more where the day itself is no working day.
        .filter(Q(due_on__lte=on + 2 * WEEK) | Q(booked_for__lte=on + 2 * WEEK))
        .select_for_update(of=("self",), no_key=True)
        .to_write_about()
        .prefetch_related("reminders")
        .order_by("pk")
    )
    return near.iterator(chunk_size=CHUNK)
