"""Reminders: deciding that one is due, and which message each reader finds it in.

The decision is a row, unique on (follow-up, stage, audience, date), written in one transaction
with the messages of the outbox that it goes out in, one to each reader. Whoever has several
follow-ups to hear of finds all in one message a day. The outbox sends each once
(``outbox/delivery.py``).
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models, transaction
from django.db.models import OuterRef, Q

from accounts.database.locks import hold, one_at_a_time
from accounts.dates.london import duty_day
from operations.follow_ups import messages, working_days
from operations.follow_ups.actions import find_who_answers
from operations.follow_ups.due import (
    WEEK,
    Audience,
    Decided,
    DueReminder,
    FollowUpFacts,
    Stage,
    due_reminders,
)
from operations.follow_ups.messages import Readers
from operations.follow_ups.models import FollowUp, FollowUpPolicy, Reminder, ReminderCopy
from outbox import actions as outbox
from outbox.models import Lane
from venues.models import VenueContact

CHUNK = 1000  # follow-ups held in memory at a time
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
def decide_reminders(*, at: dt.datetime) -> int:
    """Write a row for each reminder that is due at the moment ``at`` and was not decided before.

    Two runs at once, or a hundred, write each row once: one waits for the other. Nobody is written
    to who can't see to it any more: first those are found who can.

    Returns:
        How many new rows there are that somebody is written to about.

    """
    one_at_a_time("decide reminders")
    find_who_answers(FollowUp.objects.to_chase())
    on = duty_day(at)
    working_days_only = FollowUpPolicy.keeps_to_working_days(on=on)
    # A week ahead, and some days more where the day itself is no working day.
    near = Q(due_on__lte=on + 2 * WEEK) | Q(booked_for__lte=on + 2 * WEEK)
    keys = FollowUp.objects.to_chase().filter(near).order_by("pk").values_list("pk", flat=True)
    number = 0
    for chunk in _in_chunks(keys):
        number += _decide(chunk, at=at, working_days_only=working_days_only)
    if number:
        outbox.wake(Lane.REMINDERS)
    return number


def _decide(keys: Sequence[int], *, at: dt.datetime, working_days_only: bool) -> int:
    """Decide about the follow-ups with these ``keys``."""
    hold(FollowUp.objects.filter(pk__in=keys))
    on = duty_day(at)
    readers: dict[int, Readers] = {}
    rows = []
    for key, facts, theirs in _what_the_rule_asks(keys, working_days_only=working_days_only):
        for due in due_reminders(facts, on=on):
            readers[key] = theirs
            why = theirs.why_nobody(due.audience)
            rows.append((key, due.stage.value, due.audience.value, due.date, at, why))
    if not rows:
        return 0
    new = _insert(Reminder, REMINDER, rows, tell="id, follow_up_id, audience, not_sent_because")
    to_send = [row for *row, why in new if not why]
    return _put_into_messages(to_send, readers, at=at, working_days_only=working_days_only)


def _put_into_messages(
    new: Sequence[Sequence[Any]],
    readers: dict[int, Readers],
    *,
    at: dt.datetime,
    working_days_only: bool,
) -> int:
    """Give each of the ``new`` reminders (key, follow-up, audience) its place in the message of the
    day to each of its readers.
    """
    read_by: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for pk, key, audience in new:
        heard_by = Audience(audience)
        read_by[messages.LETTERS[heard_by]] += [
            (address, pk) for address in readers[key].addresses(heard_by)
        ]
    for letter, pairs in sorted(read_by.items()):
        message_to = outbox.once_a_day(
            letter=letter,
            to=dict.fromkeys(address for address, _ in pairs),
            lane=Lane.REMINDERS,
            at=at,
            next_day=working_days.next_one if working_days_only else working_days.tomorrow,
            later_at=SENT_AT,
        )
        copies = [(pk, message_to[address], "") for address, pk in pairs]
        _insert(ReminderCopy, COPY, copies)
    return len(new)


def _what_the_rule_asks(
    keys: Iterable[int], *, working_days_only: bool
) -> Iterator[tuple[int, FollowUpFacts, Readers]]:
    """The facts of each follow-up, and whom there is to write to, in two questions.

    As plain values: some thousand follow-ups with all records around them take seconds to make.
    """
    decided: dict[int, list[Decided]] = defaultdict(list)
    before = Reminder.objects.filter(follow_up__in=keys).order_by()
    columns = ("follow_up", "stage", "audience", "date", "decided_at")
    for key, stage, audience, date, decided_at in before.values_list(*columns):
        reminder = DueReminder(Stage(stage), Audience(audience), date)
        decided[key].append(Decided(reminder, on=duty_day(decided_at)))
    for row in _values(keys):
        facts = FollowUpFacts(
            is_open=True,
            due_on=row["due_on"],
            booked_for=row["booked_for"],
            lead_is_responsible=row["visit__operation__lead"] == row["responsible"],
            working_days_only=working_days_only,
            decided=tuple(decided[row["pk"]]),
        )
        readers = Readers(
            contacts=row["contacts"],
            officer=row["responsible__email"],
            is_answered=row["is_answered"],
            lead=row["visit__operation__lead__email"],
            is_led=row["is_led"],
            mailbox=row["command_unit__mailbox"],
        )
        yield row["pk"], facts, readers


def _values(keys: Iterable[int]) -> Iterable[Any]:
    contacts = VenueContact.objects.filter(venue=OuterRef("visit__venue"), gets_reminders=True)
    rows: Iterable[Any] = (
        FollowUp.objects.to_chase()
        .filter(pk__in=keys)
        .with_who_answers()
        .annotate(contacts=ArraySubquery(contacts.order_by("pk").values("email")))
        .order_by("pk")
        .values(
            *("pk", "due_on", "booked_for", "contacts", "is_answered", "is_led"),
            *("responsible", "responsible__email"),
            *("visit__operation__lead", "visit__operation__lead__email"),
            "command_unit__mailbox",
        )
    )
    return rows


#: Columns and their types.
REMINDER = {
    "follow_up_id": "bigint",
    "stage": "text",
    "audience": "text",
    "date": "date",
    "decided_at": "timestamptz",
    "not_sent_because": "text",
}
COPY = {"reminder_id": "bigint", "message_id": "bigint", "left_out_because": "text"}


def _insert(
    model: type[models.Model],
    columns: Mapping[str, str],
    rows: Sequence[tuple[Any, ...]],
    *,
    tell: str = "",
) -> list[tuple[Any, ...]]:
    """Add those of ``rows`` that are not there yet, in one value that PostgreSQL takes apart.

    Django would make an object of each first, and PostgreSQL a constant of each value.

    Returns:
        What stands in the columns ``tell`` of each row that is new.

    """
    names = ", ".join(columns)
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    sent = json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names})"  # noqa: S608
            f" SELECT {names} FROM json_to_recordset(%s) AS new ({kinds})"
            f" ON CONFLICT DO NOTHING{tell and f' RETURNING {tell}'}",
            [sent],
        )
        return cursor.fetchall() if tell else []


def _in_chunks(keys: Iterable[int]) -> Iterator[Sequence[int]]:
    found = iter(keys)
    while chunk := list(islice(found, CHUNK)):
        yield chunk
