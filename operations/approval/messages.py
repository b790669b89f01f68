"""Words of the message that a plan was published or has changed.

It names no venue, no day and no operation: mail lies about on phones and servers. Its reader signs
in to see their visits.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.database import scope
from operations.approval.publications import PlanNotice
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message

#: The letter's name, as ``OperationsConfig.letters`` has it.
LETTER = "plan_notice"


def tell(notice: PlanNotice) -> None:
    """Decide that its reader gets a message."""
    outbox.write(letter=LETTER, about=str(notice.pk), to=notice.reader.email, lane=Lane.REMINDERS)


def write(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about plans, as things stand at the moment ``at``."""
    with scope.for_task("plans"):
        notices = PlanNotice.objects.select_related("reader").in_bulk(
            [int(message.about) for message in messages]
        )
    return {message.pk: _write(message, notices[int(message.about)]) for message in messages}


def _write(message: Message, notice: PlanNotice) -> Written:
    if not notice.reader.is_active:
        return NotNeeded("Its reader has left")
    template = "published.txt" if notice.publication_id else "changed.txt"
    subject, text = subject_and_text(
        f"operations/approval/mail/{template}",
        {"notice": notice, "link": settings.SITE_URL + reverse("operations:my_visits")},
    )
    return EmailMessage(subject, text, to=[message.address])
