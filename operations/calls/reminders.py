"""Reminders of calls that wait: deciding that somebody is told, and what the message says.

A call waits when its duty day has passed and nobody has said whether it was about a test, or when
it is a concern and the day by which it is to be closed is here. The decision is a row, unique on
(call, day), written in one transaction with the message of the outbox. A message tells how many
wait and where to see them: no place, nobody's name, nothing of a call.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.database import scope
from accounts.database.locks import one_at_a_time
from accounts.dates.london import duty_begins, duty_day
from operations import people
from operations.calls.concerns import CallReminder
from operations.calls.models import Call, CallQuerySet
from operations.follow_ups import working_days
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message
from venues.models import CommandUnitMember

#: The letter's name, as ``OperationsConfig.letters`` has it.
LETTER = "calls_that_wait"
#: When a message for a later day goes out, in London: once the duty day before has ended.
SENT_AT = dt.time(6, 10)


def waiting(*, on: dt.date) -> CallQuerySet:
    """The calls that somebody has to see to on the duty day ``on``."""
    left = Q(concern=None, called_at__lt=duty_begins(on))
    due = Q(concern__closed_at=None, concern__due_on__lte=on)
    return Call.objects.real().filter(left | due).order_by("pk")


@transaction.atomic
def decide_reminders(*, at: dt.datetime) -> int:
    """Decide that somebody is told of each call that waits at the moment ``at``, once a duty day.

    Two runs at once decide each once: one waits for the other, and the row is unique.

    Returns:
        How many calls are new among those of the day.

    """
    one_at_a_time("remind of calls")
    on = duty_day(at)
    calls = list(waiting(on=on).exclude(reminders__day=on).with_what_is_shown())
    CallReminder.objects.bulk_create(CallReminder(call=one, day=on, decided_at=at) for one in calls)
    addresses = {address for told in readers_of(calls).values() for address in told}
    if addresses:
        outbox.once_a_day(
            letter=LETTER,
            to=sorted(addresses),
            lane=Lane.REMINDERS,
            at=at,
            next_day=working_days.tomorrow,
            later_at=SENT_AT,
        )
        outbox.wake(Lane.REMINDERS)
    return len(calls)


def readers_of(calls: Iterable[Call]) -> dict[int, list[str]]:
    """Who is told of each of these calls, by its key.

    Whoever has the concern in hand; where nobody has, the mailbox of the command unit; without one
    the CSE leads of the unit; and where there is none, or no unit is known, those of the whole
    force.
    """
    leads = people.cse_leads()
    whole = list(leads.filter(whole_force=True).values_list("email", flat=True))
    of_unit: dict[int, list[str]] = defaultdict(list)
    members = CommandUnitMember.objects.filter(user__in=leads.order_by().values("pk"))
    for unit, email in members.order_by("user").values_list("commandunit", "user__email"):
        of_unit[unit].append(email)
    told = {}
    for call in calls:
        concern, unit = getattr(call, "concern", None), call.command_unit
        if concern and concern.owner and concern.owner.is_active:
            told[call.pk] = [concern.owner.email]
        elif unit and unit.mailbox:
            told[call.pk] = [unit.mailbox]
        else:
            told[call.pk] = (of_unit[unit.pk] if unit else []) or whole
    return told


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that the message may say."""

    unsettled: int
    """Calls of earlier duty days of which nobody has said what they were about."""

    due: int
    """Concerns whose day is here or past."""

    link: str

    @property
    def number(self) -> int:
        """All that wait."""
        return self.unsettled + self.due


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about calls that wait, as things stand at the moment ``at``."""
    unsettled: Counter[str] = Counter()
    due: Counter[str] = Counter()
    with scope.for_task("calls that wait"):
        calls = list(waiting(on=duty_day(at)).with_what_is_shown())
        for call, told in zip(calls, readers_of(calls).values(), strict=True):
            counted = due if getattr(call, "concern", None) else unsettled
            counted.update({address.lower() for address in told})
    return {
        message.pk: _write(message.address, unsettled=unsettled, due=due) for message in messages
    }


def _write(address: str, *, unsettled: Counter[str], due: Counter[str]) -> Written:
    words = Words(
        unsettled=unsettled[address.lower()],
        due=due[address.lower()],
        link=settings.SITE_URL + reverse("operations:concern_list"),
    )
    if not words.number:
        return NotNeeded("Nothing waited any more when it was to go out")
    subject, text = subject_and_text("operations/calls/mail/waiting.txt", {"words": words})
    return EmailMessage(subject, text, to=[address])
