"""Words and readers of alarms.

A message tells what is to be done, and by when a team was to be heard of. It names no venue
and nobody: mail and texts lie about on phones and servers. Who reads one opens the alarm's page.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.database import scope
from accounts.models import User
from accounts.roles import VIEW_OPERATIONS
from govuk.telephones import takes_texts
from operations import people
from operations.safety.models import Alarm, AlarmNotice, Reader
from operations.safety.policies import SafetyPolicy
from outbox import actions as outbox
from outbox.letters import NotNeeded, Text, Written, subject_and_text
from outbox.models import Lane, Message

#: The names of the letters, as ``OperationsConfig.letters`` has them.
LETTER, TEXT = "alarm", "alarm_by_text"


def tell_team(alarm: Alarm, *, at: dt.datetime) -> None:
    """Decide that the lead officer of the team gets a message: the phone's page may be closed."""
    for member in alarm.visit.team.filter(duty="lead").select_related("officer"):
        if member.officer:
            _tell_people(alarm, Reader.TEAM, [member.officer], at=at)


def tell_others(alarm: Alarm, policy: SafetyPolicy, *, at: dt.datetime) -> None:
    """Decide who gets one in this round of the alarm, each as often as there are rounds.

    The force's duty mailbox and number, and of those who can deal with it the operation's lead at
    first, then with each round one more rung of the ladder. A rung on which nobody stands counts
    for none, so that the first round reaches somebody where the lead has gone.
    """
    told: set[int] = set()
    rungs = (rung for rung in _ladder(alarm) if rung[1])
    for reader, readers in itertools.islice(rungs, alarm.rounds):
        _tell_people(alarm, reader, [one for one in readers if one.pk not in told], at=at)
        told |= {one.pk for one in readers}
    if policy.duty_mailbox:
        _tell(alarm, Reader.MAILBOX, address=policy.duty_mailbox, at=at)
    if _takes_texts(policy.duty_number):
        _tell(alarm, Reader.NUMBER, number=policy.duty_number, at=at)


def _ladder(alarm: Alarm) -> Iterator[tuple[Reader, list[User]]]:
    """Who can sign in and deal with the alarm, the nearest first. Nobody does of their own team."""
    visit = alarm.visit
    team = set(visit.team.filter(officer__isnull=False).values_list("officer", flat=True))
    lead = visit.operation.lead
    yield Reader.LEAD, [lead] if lead.has_perm(VIEW_OPERATIONS) and lead.pk not in team else []
    for reader, able in (
        (Reader.PLANNERS, people.of_unit(people.planners(), visit.command_unit_id)),
        (Reader.CSE_LEADS, people.of_unit(people.cse_leads(), visit.command_unit_id)),
        (Reader.ADMINISTRATORS, people.administrators()),
    ):
        yield reader, list(able.exclude(pk__in=team))


def _tell_people(alarm: Alarm, reader: Reader, readers: Sequence[User], *, at: dt.datetime) -> None:
    for one in readers:
        _tell(alarm, reader, one, address=one.email, number=one.telephone, at=at)


def _tell(
    alarm: Alarm,
    reader: Reader,
    user: User | None = None,
    *,
    address: str = "",
    number: str = "",
    at: dt.datetime,
) -> None:
    """Note that the reader is told in this round, and decide the messages.

    One that still waits, since mail is down, stands for those of later rounds.
    """
    AlarmNotice.objects.create(alarm=alarm, round=alarm.rounds, reader=reader, user=user, at=at)
    about = f"{alarm.pk}:{reader.value}" + (f":{user.pk}" if user else "")
    if address:
        outbox.write(letter=LETTER, about=about, to=address, lane=Lane.ALARMS)
    if _takes_texts(number):
        outbox.write(letter=TEXT, about=about, to=number, lane=Lane.TEXTS)


def _takes_texts(number: str) -> bool:
    return bool(number and takes_texts(number) and settings.NOTIFY_API_KEY)


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about alarms, as things stand at the moment ``at``."""
    return _write_each(messages, _mail)


def write_texts(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write the same as texts, in fewer words."""
    return _write_each(messages, _text)


def _write_each(
    messages: Sequence[Message], write_one: Callable[[Message, Alarm], Written]
) -> dict[int, Written]:
    keys = {message.pk: int(message.about.partition(":")[0]) for message in messages}
    with scope.for_task("alarms"):
        alarms = Alarm.objects.select_related("visit").in_bulk(keys.values())
    return {
        message.pk: _not_needed(alarms[keys[message.pk]])
        or write_one(message, alarms[keys[message.pk]])
        for message in messages
    }


def _not_needed(alarm: Alarm) -> NotNeeded | None:
    if not alarm.is_open:
        return NotNeeded("The alarm was closed before it went out")
    if alarm.visit.is_finished and not alarm.at_once:
        return NotNeeded("The visit was ended before it went out")
    return None


def _mail(message: Message, alarm: Alarm) -> EmailMessage:
    subject, text = subject_and_text("operations/safety/mail/alarm.txt", _words(alarm))
    return EmailMessage(subject, text, to=[message.address])


def _text(message: Message, alarm: Alarm) -> Text:
    words = render_to_string("operations/safety/mail/alarm_by_text.txt", _words(alarm))
    return Text(words.strip(), to=message.address)


def _words(alarm: Alarm) -> dict[str, object]:
    return {"alarm": alarm, "link": settings.SITE_URL + alarm.get_absolute_url()}
