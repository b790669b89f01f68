"""Words and readers of reminders.

Each reader gets one message a day, with all that concerns them: a contact of several venues, or an
officer with several follow-ups, reads one list. Nobody learns another's address.

Messages never hint at a planned visit, and a venue reads of one refresher however many visits led
to it. Their templates are given nothing but the words in :class:`Words`, none of which depends on
any visit, so there is nothing they could let slip.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Prefetch
from django.template.loader import render_to_string

from accounts.database import scope
from accounts.dates.london import duty_day
from operations.follow_ups.due import (
    Audience,
    Decided,
    FollowUpFacts,
    current_reminders,
)
from operations.follow_ups.models import FollowUp, FollowUpPolicy, Reminder, ReminderCopy
from outbox.letters import NotNeeded, Written, subject_and_text
from outbox.models import Message
from venues.registry.names import normal_name

#: The letter that each audience reads, as ``OperationsConfig.letters`` has it. Staff who answer for
#: one follow-up and lead another's operation read one message.
LETTERS = {
    Audience.VENUE: "reminders_to_venue",
    Audience.OFFICER: "reminders_to_staff",
    Audience.LEAD: "reminders_to_staff",
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that the templates of templates/operations/follow_ups/mail may say of one follow-up."""

    venue: str
    stage: str
    """Whether the date is near, here or past: ``soon``, ``due`` or ``chase``."""

    date: dt.date
    """The booked date, else the day by which the refresher is due."""

    booked: bool
    """Whether ``date`` is a booked one."""

    due_on: dt.date
    """The day by which the refresher is due, booked or not."""

    venue_hears: bool
    """Whether anybody at the venue gets reminders."""

    officer: str
    """The responsible officer's name; the sender's where they have left."""

    officer_left: bool
    """Whether the responsible officer has left."""

    stands_in: bool
    """Whether the reader of a message to staff gets it because somebody has left."""

    team: str
    """The sender's name, such as "Makesafe team"."""

    link: str
    """The follow-up's page. Only for staff: a venue's contacts have no account."""


# To whom ----------------------------------------------------------------------------------------


GONE = "has left or has other work now, and the command unit has no mailbox"


@dataclass(frozen=True, kw_only=True)
class Readers:
    """The addresses that there are about a follow-up, and who of them is to be written to."""

    contacts: Sequence[str]
    """Those of the venue's contacts who get reminders."""

    officer: str
    """The responsible officer's."""

    is_answered: bool
    """Whether the responsible officer can still see to it."""

    lead: str
    """The lead's of the operation."""

    is_led: bool
    """Whether the lead still can."""

    mailbox: str | None
    """The command unit's; empty or None where it has none."""

    def person(self, audience: Audience) -> str:
        """The address of whom a message to staff is for; empty where they have left."""
        if audience is Audience.LEAD:
            return self.lead if self.is_led else ""
        return self.officer if self.is_answered else ""

    def addresses(self, audience: Audience) -> list[str]:
        """The addresses of this audience; empty if there is nobody to write to."""
        if audience is Audience.VENUE:
            return list({email.lower(): email for email in self.contacts}.values())
        address = self.person(audience) or self.mailbox
        return [address] if address else []

    def why_nobody(self, audience: Audience) -> str:
        """Why :meth:`addresses` is empty, for the follow-up's page; empty if it is not."""
        if self.addresses(audience):
            return ""
        match audience:
            case Audience.VENUE:
                return "No contact on record gets reminders"
            case Audience.OFFICER:
                return f"The responsible officer {GONE}"
            case Audience.LEAD:
                return f"The operation’s lead {GONE}"

    @property
    def reply_address(self) -> str:
        """Where somebody reads what a venue replies; empty where nobody does.

        The responsible officer while they can see to it, else the mailbox of the unit, else the
        lead.
        """
        officer, lead = self.person(Audience.OFFICER), self.person(Audience.LEAD)
        return officer or self.mailbox or lead


def readers_of(follow_up: FollowUp) -> Readers:
    """Whom there is to write to. Reads what ``to_write_about`` fetches."""
    unit = follow_up.visit.venue.local_authority.command_unit
    return Readers(
        contacts=[c.email for c in follow_up.visit.venue.contacts.all() if c.gets_reminders],
        officer=follow_up.responsible.email,
        is_answered=follow_up.is_answered,
        lead=follow_up.visit.operation.lead.email,
        is_led=follow_up.is_led,
        mailbox=unit.mailbox if unit else None,
    )


# When it is sent --------------------------------------------------------------------------------


def write_reminders(rows: Sequence[Message], at: dt.datetime) -> dict[int, Written]:
    """Write messages of one day to one reader each, as things stand at the moment ``at``.

    What need not be said any more is left out, and its row says why.
    """
    with scope.for_task("reminders"):
        copies: dict[int, list[ReminderCopy]] = {row.pk: [] for row in rows}
        for copy in (
            ReminderCopy.objects.filter(message__in=copies)
            .select_related("reminder")
            .prefetch_related(Prefetch("reminder__follow_up", FollowUp.objects.to_write_about()))
            .order_by("pk")
        ):
            copies[copy.message_id].append(copy)
        on = duty_day(at)
        working = FollowUpPolicy.keeps_to_working_days(on=on)
        return {row.pk: _write(row, copies[row.pk], on=on, working=working) for row in rows}


def _write(row: Message, copies: Sequence[ReminderCopy], *, on: dt.date, working: bool) -> Written:
    for copy in copies:
        because = _why_not(copy.reminder, to=row.address, on=on, working=working)
        if because != copy.left_out_because:
            copy.left_out_because = because
            copy.save(update_fields=["left_out_because"])
    said = [copy.reminder for copy in copies if not copy.left_out_because]
    if not said:
        return NotNeeded("; ".join(dict.fromkeys(copy.left_out_because for copy in copies)))
    return compose(said, to=row.address)


def _why_not(reminder: Reminder, *, to: str, on: dt.date, working: bool) -> str:
    """Why the reminder should not go out to this reader any more; empty if it should."""
    follow_up = reminder.follow_up
    if not follow_up.is_open:
        return "The follow-up was closed before it went out"
    if not follow_up.is_to_chase:
        return "The venue closed before it went out"
    if reminder.due not in current_reminders(facts_of(follow_up, working_days_only=working), on=on):
        return "The date changed, or a later reminder took its place, before it went out"
    addresses = readers_of(follow_up).addresses(reminder.due.audience)
    if to.lower() not in {address.lower() for address in addresses}:
        return "Who gets reminders changed before it went out"
    return ""


def facts_of(
    follow_up: FollowUp, *, working_days_only: bool, decided: Iterable[Decided] = ()
) -> FollowUpFacts:
    """What the rule needs to know; reads ``visit.operation`` and ``visit.venue``: fetch them."""
    return FollowUpFacts(
        is_open=follow_up.is_to_chase,
        due_on=follow_up.due_on,
        booked_for=follow_up.booked_for,
        lead_is_responsible=follow_up.visit.operation.lead_id == follow_up.responsible_id,
        working_days_only=working_days_only,
        decided=tuple(decided),
    )


# The words --------------------------------------------------------------------------------------


def compose(reminders: Sequence[Reminder], *, to: str) -> EmailMultiAlternatives:
    """One message with all the ``reminders``, as plain text with an HTML alternative.

    Args:
        reminders: All to a venue's contact, or all to staff. One alone has a text of its own.
        to: The reader's address.

    """
    audience = reminders[0].due.audience
    told = _one_a_venue(reminders) if audience is Audience.VENUE else list(reminders)
    if len(told) == 1:
        [reminder] = told
        template = f"{reminder.stage}_to_{reminder.audience}"
        words = asdict(words_for(reminder))
    else:
        lines = [asdict(words_for(reminder)) for reminder in told]
        officers = list(dict.fromkeys(line["officer"] for line in lines))
        stands_in = any(line["stands_in"] for line in lines)
        words = {"lines": lines, "officers": officers, "team": _team(), "stands_in": stands_in}
        template = "several_to_venue" if audience is Audience.VENUE else "several_to_staff"
    subject, body = subject_and_text(f"operations/follow_ups/mail/{template}.txt", words)
    message = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        reply_to=reply_to(reminders),
    )
    html = render_to_string(
        "operations/follow_ups/mail/message.html", {"subject": subject, "text": body}
    )
    message.attach_alternative(html, "text/html")
    return message


def reply_to(reminders: Iterable[Reminder]) -> list[str]:
    """Who reads the answers: the responsible officers, or whoever reads them in their place."""
    addresses = dict.fromkeys(readers_of(each.follow_up).reply_address for each in reminders)
    return [address for address in addresses if address]


def _one_a_venue(reminders: Iterable[Reminder]) -> list[Reminder]:
    """One reminder for each venue: a day that is booked before one that is not, then the earliest.

    One session settles all that is open there, so its people hear of one.
    """
    first: dict[int, Reminder] = {}
    for reminder in sorted(reminders, key=_booked_then_earliest):
        first.setdefault(reminder.follow_up.visit.venue_id, reminder)
    return sorted(first.values(), key=lambda one: normal_name(one.follow_up.visit.venue.name))


def _booked_then_earliest(reminder: Reminder) -> tuple[bool, dt.date, int]:
    follow_up = reminder.follow_up
    booked = follow_up.booked_for
    return booked is None, booked or follow_up.due_on, follow_up.pk


def words_for(reminder: Reminder) -> Words:
    """What a message may say of the reminder's follow-up, whoever reads it."""
    follow_up = reminder.follow_up
    readers = readers_of(follow_up)
    return Words(
        venue=" ".join(follow_up.visit.venue.name.split()),
        stage=reminder.stage,
        date=follow_up.booked_for or follow_up.due_on,
        booked=follow_up.booked_for is not None,
        due_on=follow_up.due_on,
        venue_hears=bool(readers.contacts),
        officer=str(follow_up.responsible) if follow_up.is_answered else _team(),
        officer_left=not follow_up.is_answered,
        stands_in=not readers.person(reminder.due.audience),
        team=_team(),
        link=settings.SITE_URL + follow_up.get_absolute_url(),
    )


def _team() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or "Makesafe team"
