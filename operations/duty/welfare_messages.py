"""Words and readers of messages about cadets.

They name no venue, nobody and no cadet, and not what was said: mail lies about on phones and
servers. Who reads one opens the visit's page.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.database import scope
from accounts.roles import PLAN_OPERATIONS
from operations.teams.models import TeamMember
from operations.teams.welfare import WelfareAnswer
from operations.visits.models import Visit
from outbox import actions as outbox
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Lane, Message

#: The letters' names, as ``OperationsConfig.letters`` has them.
WITHDREW, TO_SPEAK_TO = "cadet_withdrew", "cadet_to_speak_to"


def tell_of_withdrawal(member: TeamMember) -> None:
    """Decide that the visit's planner hears that its team has changed."""
    _tell(WITHDREW, member.pk, member.visit)


def tell_of_answer(answer: WelfareAnswer) -> None:
    """Decide that the visit's planner hears that somebody has to speak to a cadet."""
    _tell(TO_SPEAK_TO, answer.pk, answer.visit)


def _tell(letter: str, about: int, visit: Visit) -> None:
    """To whoever planned it; once they plan no more, to the operation's lead."""
    planner, lead = visit.created_by, visit.operation.lead
    reader = planner if planner.is_active and planner.has_perm(PLAN_OPERATIONS) else lead
    if reader.is_active:
        outbox.write(letter=letter, about=str(about), to=reader.email, lane=Lane.REMINDERS)


def write_withdrawals(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about cadets who withdrew, as things stand at the moment ``at``."""
    with scope.for_task("welfare"):
        members = TeamMember.objects.withdrawn().select_related("visit__operation")
        found = members.in_bulk([int(message.about) for message in messages])
    return {
        message.pk: _write(message, "cadet_withdrew.txt", member.visit)
        if (member := found.get(int(message.about)))
        else NotNeeded("The cadet is in the team again, or was taken out of it")
        for message in messages
    }


def write_answers(messages: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages about cadets to speak to, as things stand at the moment ``at``."""
    with scope.for_task("welfare"):
        answers = WelfareAnswer.objects.to_see_to().select_related("visit__operation")
        found = answers.in_bulk([int(message.about) for message in messages])
    return {
        message.pk: _write(message, "cadet_to_speak_to.txt", answer.visit)
        if (answer := found.get(int(message.about)))
        else NotNeeded("Nobody has to be spoken to any more")
        for message in messages
    }


def _write(message: Message, template: str, visit: Visit) -> Written:
    subject, text = subject_and_text(
        f"operations/duty/mail/{template}",
        {"visit": visit, "link": settings.SITE_URL + visit.get_absolute_url()},
    )
    return EmailMessage(subject, text, to=[message.address])
