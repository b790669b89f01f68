"""Reminders of calls that wait: deciding that somebody is told, and what the message says.

A call waits when its duty day has passed and nobody has said whether it was about a test, or nobody
has the concern that it is in hand; and when the day by which that is to be closed is here. A
concern whose owner can't see to it any more is nobody's, and is told of at once. The decision is a
row, unique on (call, day), written in one transaction with the message of the outbox. A message
tells how many wait and where to see them: no place, nobody's name, nothing of a call.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.database import scope
from accounts.database.locks import hold, one_at_a_time
from accounts.dates.london import duty_begins, duty_day
from accounts.models import User
from operations import people
from operations.calls.concerns import CallReminder, Concern, ConcernQuerySet
from operations.calls.models import Call, CallQuerySet
from operations.follow_ups import working_days
from operations.safety.policies import SafetyPolicy
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message
from venues.models import CommandUnitMember

#: The letter's name, as ``OperationsConfig.letters`` has it.
LETTER = "calls_that_wait"
#: The same message, when a concern has become nobody's. Of another name, since that of the day has
#: mostly gone out by then.
NOBODYS = "concern_with_nobody"
#: When a message for a later day goes out, in London: once the duty day before has ended.
SENT_AT = dt.time(6, 10)


def waiting(*, on: dt.date, opened_before: dt.datetime | None = None) -> CallQuerySet:
    """The calls that somebody has to see to on the duty day ``on``.

    Args:
        on: The day.
        opened_before: Concerns that nobody has wait from then on; before that day began, if None.

    """
    left = Q(concern=None, called_at__lt=duty_begins(on))
    due = Q(concern__closed_at=None, concern__due_on__lte=on)
    opened = Q(concern__opened_at__lt=opened_before or duty_begins(on))
    nobodys = Q(concern__in=Concern.objects.with_nobody()) & opened
    return Call.objects.real().filter(left | due | nobodys).order_by("pk")


@transaction.atomic
def decide_reminders(*, at: dt.datetime) -> int:
    """Decide that somebody is told of each call that waits at the moment ``at``, once a duty day.

    Two runs at once decide each once: one waits for the other, and the row is unique.

    Returns:
        How many calls are new among those of the day.

    """
    one_at_a_time("remind of calls")
    let_go(Concern.objects.all(), at=at)
    on = duty_day(at)
    calls = list(waiting(on=on).exclude(reminders__day=on).with_what_is_shown())
    CallReminder.objects.bulk_create(CallReminder(call=one, day=on, decided_at=at) for one in calls)
    _tell(calls, LETTER, at=at)
    return len(calls)


@transaction.atomic
def let_go(concerns: ConcernQuerySet, *, at: dt.datetime) -> int:
    """Say of those whose owner can't see to them any more that nobody has them, and tell of it.

    The system's work: after a change of somebody's roles or units on which nobody could be asked,
    and each hour for what came about otherwise.

    Returns:
        How many there were.

    """
    unanswered = concerns.unanswered()
    hold(unanswered)
    found = list(unanswered.order_by("pk"))
    for concern in found:
        concern.claim(concern.version)
        concern.owner = None
        concern.save()
    calls = Call.objects.filter(concern__in=[concern.pk for concern in found])
    tell_of_nobodys(calls.with_what_is_shown(), at=at)
    return len(found)


def tell_of_nobodys(calls: Iterable[Call], *, at: dt.datetime) -> None:
    """Decide that those are told who are to see to these concerns, which nobody has in hand."""
    _tell(calls, NOBODYS, at=at)


def _tell(calls: Iterable[Call], letter: str, *, at: dt.datetime) -> None:
    addresses = {address for told in readers_of(calls).values() for address in told}
    if not addresses:
        return
    outbox.once_a_day(
        letter=letter,
        to=sorted(addresses),
        lane=Lane.REMINDERS,
        at=at,
        next_day=working_days.tomorrow,
        later_at=SENT_AT,
    )
    outbox.wake(Lane.REMINDERS)


def readers_of(calls: Iterable[Call]) -> dict[int, list[str]]:
    """Who is told of each of these calls, by its key.

    Whoever has the concern in hand; where nobody has, the mailbox of the command unit; without one
    the CSE leads of the unit; where there is none, or no unit is known, those of the whole force;
    then planners in the same way, who may work on concerns too; and at last the duty mailbox.
    """
    calls = list(calls)
    mine = Concern.objects.filter(call__in=[call.pk for call in calls])
    lost = set(mine.unanswered().values_list("call", flat=True))
    found = [_addresses_of(people.cse_leads()), _addresses_of(people.possible_leads())]
    told = {}
    for call in calls:
        concern, unit = getattr(call, "concern", None), call.command_unit
        if concern and concern.owner and call.pk not in lost:
            told[call.pk] = [concern.owner.email]
        elif unit and unit.mailbox:
            told[call.pk] = [unit.mailbox]
        else:
            places = [unit.pk, None] if unit else [None]
            ways = [of_unit[place] for of_unit in found for place in places]
            told[call.pk] = next(filter(None, [*ways, _of_the_desk()]), [])
    return told


def _addresses_of(able: QuerySet[User]) -> dict[int | None, list[str]]:
    """The addresses of these people by command unit; by none, of those for the whole force."""
    of_unit: dict[int | None, list[str]] = defaultdict(list)
    of_unit[None] = list(able.filter(whole_force=True).values_list("email", flat=True))
    members = CommandUnitMember.objects.filter(user__in=able.order_by().values("pk"))
    for unit, email in members.order_by("user").values_list("commandunit", "user__email"):
        of_unit[unit].append(email)
    return of_unit


def _of_the_desk() -> list[str]:
    """The force's duty mailbox, if the policy names one."""
    mailbox = SafetyPolicy.on(duty_day(timezone.now())).duty_mailbox
    return [mailbox] if mailbox else []


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that the message may say."""

    unsettled: int
    """Calls of earlier duty days of which nobody has said what they were about."""

    due: int
    """Concerns whose day is here or past."""

    nobodys: int
    """Other concerns that nobody has in hand."""

    link: str

    @property
    def number(self) -> int:
        """All that wait."""
        return self.unsettled + self.due + self.nobodys


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about calls that wait, as things stand at the moment ``at``."""
    return _write_all(messages, waiting(on=duty_day(at)), at=at)


def write_of_nobodys(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """The same with concerns of this day that nobody has: they were told of just now."""
    return _write_all(messages, waiting(on=duty_day(at), opened_before=at), at=at)


def _write_all(
    messages: Sequence[Message], waits: CallQuerySet, *, at: dt.datetime
) -> dict[int, Written]:
    unsettled: Counter[str] = Counter()
    due: Counter[str] = Counter()
    nobodys: Counter[str] = Counter()
    on = duty_day(at)
    with scope.for_task("calls that wait"):
        calls = list(waits.with_what_is_shown())
        for call, told in zip(calls, readers_of(calls).values(), strict=True):
            concern = getattr(call, "concern", None)
            counted = unsettled if concern is None else due if concern.due_on <= on else nobodys
            counted.update({address.lower() for address in told})
    return {
        message.pk: _write(
            Words(
                unsettled=unsettled[message.address.lower()],
                due=due[message.address.lower()],
                nobodys=nobodys[message.address.lower()],
                link=settings.SITE_URL + reverse("operations:concern_list"),
            ),
            to=message.address,
        )
        for message in messages
    }


def _write(words: Words, *, to: str) -> Written:
    if not words.number:
        return NotNeeded("Nothing waited any more when it was to go out")
    subject, text = subject_and_text("operations/calls/mail/waiting.txt", {"words": words})
    return EmailMessage(subject, text, to=[to])
