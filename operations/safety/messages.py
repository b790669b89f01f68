"""Words and readers of alarms.

A message tells what is to be done, and by when a team was to be heard of. It names no venue
and nobody: mail and texts lie about on phones and servers. Who reads one opens the alarm's page.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.database import scope
from accounts.models import User
from govuk.telephones import takes_texts
from operations.safety.models import Alarm, SafetyPolicy
from outbox import actions as outbox
from outbox.letters import NotNeeded, Text, Written, subject_and_text
from outbox.models import Lane, Message

#: The names of the letters, as ``OperationsConfig.letters`` has them.
LETTER, TEXT = "alarm", "alarm_by_text"


def tell_team(alarm: Alarm) -> None:
    """Decide that the lead officer of the team gets a message: the phone's page may be closed."""
    for member in alarm.visit.team.filter(duty="lead").select_related("officer"):
        if member.officer:
            _tell_person(alarm, "team", member.officer)


def tell_others(alarm: Alarm, policy: SafetyPolicy) -> None:
    """Decide that the operation's lead gets one, and the force's duty mailbox and number."""
    lead = alarm.visit.operation.lead
    if lead.is_active and not (alarm.is_silent and _is_in_team(lead, alarm)):
        _tell_person(alarm, "lead", lead)
    _tell(alarm, "duty", address=policy.duty_mailbox, number=policy.duty_number)


def _is_in_team(person: User, alarm: Alarm) -> bool:
    return alarm.visit.team.filter(officer=person).exists()


def _tell_person(alarm: Alarm, reader: str, person: User) -> None:
    _tell(alarm, reader, address=person.email, number=person.telephone)


def _tell(alarm: Alarm, reader: str, *, address: str, number: str) -> None:
    about = f"{alarm.pk}:{reader}"
    if address:
        outbox.write(letter=LETTER, about=about, to=address, lane=Lane.ALARMS)
    if number and takes_texts(number) and settings.NOTIFY_API_KEY:
        outbox.write(letter=TEXT, about=about, to=number, lane=Lane.TEXTS)


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
