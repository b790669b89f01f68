"""Words and readers of alarms.

A message tells that a team has to be called, and by when it was to be heard of. It names no venue
and nobody: mail lies about on phones and servers. Who reads it opens the alarm's page.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.database import scope
from operations.safety.models import Alarm
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message

#: The letter's name, as ``OperationsConfig.letters`` has it.
LETTER = "alarm"


def tell_team(alarm: Alarm) -> None:
    """Decide that the lead officer of the team gets a message: the phone's page may be closed."""
    for member in alarm.visit.team.filter(duty="lead").select_related("officer"):
        if member.officer:
            _tell(alarm, "team", member.officer.email)


def tell_others(alarm: Alarm, *, duty_mailbox: str) -> None:
    """Decide that the operation's lead and the force's duty mailbox get one."""
    lead = alarm.visit.operation.lead
    if lead.is_active:
        _tell(alarm, "lead", lead.email)
    if duty_mailbox:
        _tell(alarm, "duty", duty_mailbox)


def _tell(alarm: Alarm, reader: str, address: str) -> None:
    outbox.write(letter=LETTER, about=f"{alarm.pk}:{reader}", to=address, lane=Lane.ALARMS)


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about alarms, as things stand at the moment ``at``."""
    keys = {message.pk: int(message.about.partition(":")[0]) for message in messages}
    with scope.for_task("alarms"):
        alarms = Alarm.objects.select_related("visit").in_bulk(keys.values())
    return {message.pk: _write(message, alarms[keys[message.pk]]) for message in messages}


def _write(message: Message, alarm: Alarm) -> Written:
    if not alarm.is_open:
        return NotNeeded("The alarm was closed before it went out")
    if alarm.visit.is_finished:
        return NotNeeded("The visit was ended before it went out")
    subject, text = subject_and_text(
        "operations/safety/mail/alarm.txt",
        {"alarm": alarm, "link": settings.SITE_URL + alarm.get_absolute_url()},
    )
    return EmailMessage(subject, text, to=[message.address])
