"""When a reminder about a follow-up is due: a pure rule.

One date counts: the booked one once there is one, else the day by which the refresher is due. The
venue's contacts and the responsible officer hear 7 days before it, on the day, and each week after.
The operation's lead hears from 14 days after the day by which it is due, each week: a venue that
books again and again does not keep a late refresher from the lead.

The rule heals by itself. It never asks *is it today?* but *what is the latest message that should
have gone out by today, and was it decided?*, so a day without a worker loses nothing. Only that
latest one is decided, so an outage of a month ends in one message and not in five.
"""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

WEEK = dt.timedelta(days=7)


class Audience(enum.StrEnum):
    """Who is written to."""

    VENUE = "venue"
    """The contacts on the venue's record who get reminders."""

    OFFICER = "officer"
    """The responsible officer."""

    LEAD = "lead"
    """The operation's lead, once the date has passed by 14 days."""

    @property
    def first_week(self) -> int:
        """From which week on this audience hears, counted from the date that counts."""
        return 2 if self is Audience.LEAD else -1


class Stage(enum.StrEnum):
    """What the message is about."""

    SOON = "soon"
    """The date is a week away or less."""

    DUE = "due"
    """The date is here."""

    CHASE = "chase"
    """The date has passed by a week or more."""


@dataclass(frozen=True)
class Message:
    """One message that should go out: unique in its follow-up."""

    audience: Audience
    stage: Stage
    date: dt.date
    """The day for which it is meant; it may be decided some days later."""

    @property
    def kind(self) -> str:
        """As ``Reminder.Kind`` has it, such as ``soon_to_venue``."""
        return f"{self.stage}_to_{self.audience}"


def audience_of(kind: str) -> Audience:
    """To whom a message of this kind goes."""
    return Audience(kind.rpartition("_to_")[2])


def stage_of(kind: str) -> Stage:
    """What a message of this kind is about."""
    return Stage(kind.partition("_to_")[0])


@dataclass(frozen=True)
class Decided:
    """A message that was decided before."""

    kind: str
    date: dt.date
    on: dt.date
    """The day of the decision."""

    @property
    def audience(self) -> Audience:
        """To whom it goes."""
        return audience_of(self.kind)


@dataclass(frozen=True, kw_only=True)
class FollowUpFacts:
    """What the rule needs to know of a follow-up."""

    is_open: bool
    """Offered or booked, at a venue in business: nobody is written to about any other."""

    due_on: dt.date
    """The day by which the refresher is due."""

    booked_for: dt.date | None
    """The day it is booked for; None where it is not booked."""

    lead_is_responsible: bool
    """The lead is the responsible officer too, and gets no second message as the lead."""

    decided: tuple[Decided, ...] = ()
    """What was decided before."""

    @property
    def date_that_counts(self) -> dt.date:
        """The booked date, else the day by which it is due."""
        return self.booked_for or self.due_on

    def date_for(self, audience: Audience) -> dt.date:
        """The date from which the weeks of this audience are counted."""
        return self.due_on if audience is Audience.LEAD else self.date_that_counts

    @property
    def audiences(self) -> Iterable[Audience]:
        """Who is to hear at all."""
        if not self.is_open:
            return ()
        return [a for a in Audience if not (a is Audience.LEAD and self.lead_is_responsible)]


def due_reminders(facts: FollowUpFacts, *, on: dt.date) -> list[Message]:
    """The messages to decide on the day ``on``: at most one for each audience.

    An audience that had a message decided on the same day (for another date, since changed) waits
    for the next.
    """
    known = {(decided.kind, decided.date) for decided in facts.decided}
    heard_today = {decided.audience for decided in facts.decided if decided.on == on}
    due = []
    for message in current_messages(facts, on=on):
        if (message.kind, message.date) not in known and message.audience not in heard_today:
            due.append(message)
    return due


def current_messages(facts: FollowUpFacts, *, on: dt.date) -> list[Message]:
    """The latest message scheduled up to ``on`` for each audience, decided or not.

    Whatever is not among them is out of date, and need not be sent any more.
    """
    messages = []
    for audience in facts.audiences:
        weeks = _weeks_past(facts.date_for(audience), on)
        if weeks >= audience.first_week:
            stage = Stage.SOON if weeks < 0 else Stage.CHASE if weeks else Stage.DUE
            messages.append(Message(audience, stage, facts.date_for(audience) + weeks * WEEK))
    return messages


def next_reminder_on(facts: FollowUpFacts, *, on: dt.date) -> dt.date | None:
    """The day of the next message if nothing changes: perhaps ``on`` itself; None if closed."""
    if not facts.is_open:
        return None
    if due_reminders(facts, on=on):
        return on
    return min(
        facts.date_for(audience)
        + max(_weeks_past(facts.date_for(audience), on) + 1, audience.first_week) * WEEK
        for audience in facts.audiences
    )


def _weeks_past(date: dt.date, on: dt.date) -> int:
    """Whole weeks from ``date`` to ``on``, negative before it."""
    return (on - date).days // WEEK.days
