"""What a reminder says, and to whom.

One reminder is one message. A venue with several contacts gets it as one message to undisclosed
recipients, so that nobody learns another's address and none of them can be served twice.

Messages never hint at a planned visit. Their templates are given nothing but the words in
:class:`Words`, none of which depends on any visit, so there is nothing they could let slip.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string

from operations.follow_ups import Audience, audience_of
from operations.models import FollowUp, Reminder
from venues.models import VenueContact


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that the templates of templates/operations/mail may say."""

    venue: str
    date: dt.date
    """The booked date, else the day by which the refresher is due."""

    booked: bool
    """Whether ``date`` is a booked one."""

    due_on: dt.date
    """The day by which the refresher is due, booked or not."""

    venue_hears: bool
    """Whether anybody at the venue gets reminders."""

    officer: str
    """The responsible officer's name."""

    team: str
    """The sender's name, such as "Makesafe team"."""

    link: str
    """The follow-up's page. Only for staff: a venue's contacts have no account."""


def recipients(reminder: Reminder) -> list[str]:
    """The addresses that this reminder goes to; empty if there is nobody to write to."""
    follow_up = reminder.follow_up
    audience = audience_of(reminder.kind)
    if audience is Audience.VENUE:
        return list(dict.fromkeys(contact.email for contact in _contacts(follow_up)))
    person = (
        follow_up.responsible if audience is Audience.OFFICER else follow_up.visit.operation.lead
    )
    return [person.email] if person.is_active and person.email else []


def why_nobody(reminder: Reminder) -> str:
    """Why :func:`recipients` is empty, for the follow-up's page."""
    match audience_of(reminder.kind):
        case Audience.VENUE:
            return "No contact on record gets reminders"
        case Audience.OFFICER:
            return "The responsible officer has no account or no email address any more"
        case Audience.LEAD:
            return "The operation’s lead has no account or no email address any more"


def compose(reminder: Reminder, to: list[str]) -> EmailMultiAlternatives:
    """The message of ``reminder``, as plain text with an HTML alternative.

    Args:
        reminder: Its kind names the template, whose first line is the subject.
        to: What :func:`recipients` found.

    """
    words = words_for(reminder.follow_up)
    text = render_to_string(f"operations/mail/{reminder.kind}.txt", asdict(words))
    subject, _, body = text.strip().partition("\n")
    body = body.strip() + "\n"
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {
        "Message-ID": f"<{reminder.message_id}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    if len(to) > 1:
        headers["To"] = "undisclosed-recipients:;"
    message = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        bcc=to,
        reply_to=[reminder.follow_up.responsible.email],
        headers=headers,
    )
    if len(to) == 1:
        message.to, message.bcc = to, []
    html = render_to_string("operations/mail/message.html", {"subject": subject, "text": body})
    message.attach_alternative(html, "text/html")
    return message


def words_for(follow_up: FollowUp) -> Words:
    """What a message about ``follow_up`` may say, whoever reads it."""
    team, _ = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Words(
        venue=" ".join(follow_up.visit.venue.name.split()),
        date=follow_up.booked_for or follow_up.due_on,
        booked=follow_up.booked_for is not None,
        due_on=follow_up.due_on,
        venue_hears=_contacts(follow_up).exists(),
        officer=str(follow_up.responsible),
        team=team or "Makesafe team",
        link=settings.SITE_URL + follow_up.get_absolute_url(),
    )


def _contacts(follow_up: FollowUp) -> QuerySet[VenueContact]:
    return follow_up.visit.venue.contacts.filter(gets_reminders=True)
