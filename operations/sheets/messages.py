"""Words of the message that a sheet is there. It says nothing of the sheet itself."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.database import scope
from accounts.dates.london import duty_day
from operations.sheets.models import Sheet
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message

#: The letter's name, as ``OperationsConfig.letters`` has it.
LETTER = "control_room_sheet"


def tell_control_room(sheet: Sheet) -> None:
    """Decide that the control room's mailbox gets a message."""
    outbox.write(letter=LETTER, about=str(sheet.pk), to=sheet.sent_to, lane=Lane.REMINDERS)


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about sheets, as things stand at the moment ``at``."""
    with scope.for_task("sheets"):
        sheets = Sheet.objects.in_bulk([int(message.about) for message in messages])
    return {message.pk: _write(message, sheets[int(message.about)], at) for message in messages}


def _write(message: Message, sheet: Sheet, at: dt.datetime) -> Written:
    if sheet.evening < duty_day(at):
        return NotNeeded("The evening was over before it went out")
    link = settings.SITE_URL + sheet.get_absolute_url()
    subject, text = subject_and_text("operations/sheets/mail/sheet.txt", {"link": link})
    return EmailMessage(subject, text, to=[message.address])
