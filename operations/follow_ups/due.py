"""The rules for when a refresher is due, and when a reminder about it is. Pure.

One date counts: the booked one once there is one, else the day by which the refresher is due. The
venue's contacts and the responsible officer hear 7 days before it, on the day, and each week after.
The operation's lead hears from 14 days after the day by which it is due, each week: a venue that
books again and again does not keep a late refresher from the lead.

Where the force's policy says so, messages go out on working days only: what falls on another day
before or on the date goes out the working day before, what falls on one after it the working day
after.

The rule heals by itself. It never asks *is it today?* but *what is the latest message that should
have gone out by today, and was it decided?*, so a day without a worker loses nothing. Only that
latest one is decided, so an outage of a month ends in one message and not in five.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from operations.follow_ups import working_days

WEEK = dt.timedelta(days=7)


def refresher_due_on(visited: dt.date, days: int, *, working_days_only: bool) -> dt.date:
    """The day by which a refresher is due: ``days`` after the visit.

    Where the force's policy keeps to working days, and that day is none, the next one.
    """
    day = visited + dt.timedelta(days=days)
    return working_days.on_or_after(day) if working_days_only else day


class Stage(enum.StrEnum):
    """What a reminder is about, in the order of time."""

    SOON = "soon"
    """The date is a week away or less."""

    DUE = "due"
    """The date is here."""

    CHASE = "chase"
    """The date has passed by a week or more."""

    @property
    def label(self) -> str:
        """The stage as people read it."""
        return {"soon": "Due in 7 days", "due": "Due today", "chase": "Past its date"}[self]

    @classmethod
    def of_week(cls, week: int) -> "Stage":
        """The stage of the week ``week``, counted from the date that counts."""
        return cls.SOON if week < 0 else cls.CHASE if week else cls.DUE


class Audience(enum.StrEnum):
    """Who is written to."""

    VENUE = "venue"
    """The contacts on the venue's record who get reminders."""

    OFFICER = "officer"
    """The responsible officer."""

    LEAD = "lead"
    """The operation's lead, once the date has passed by 14 days."""

    @property
    def label(self) -> str:
        """The audience as people read it."""
        return "responsible officer" if self is Audience.OFFICER else self.value

    @property
    def first_week(self) -> int:
        """From which week on this audience hears, counted from the date that counts."""
        return 2 if self is Audience.LEAD else -1

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages at which this audience hears: that of its first week, and those after it."""
        stages = list(Stage)
        return stages[stages.index(Stage.of_week(self.first_week)) :]


@dataclass(frozen=True)
class DueReminder:
    """A reminder that should go out: unique in its follow-up."""

    stage: Stage
    audience: Audience
    date: dt.date
    """The day for which it is meant; it may be decided some days later."""


@dataclass(frozen=True)
class Decided:
    """A reminder that was decided before."""

    reminder: DueReminder
    on: dt.date
    """The day of the decision."""


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

    working_days_only: bool = False
    """Whether messages go out on working days only."""

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


def due_reminders(facts: FollowUpFacts, *, on: dt.date) -> list[DueReminder]:
    """The reminders to decide on the day ``on``: at most one for each audience.

    An audience that had one decided on the same day (for another date, since changed) waits
    for the next.
    """
    if facts.working_days_only and not working_days.is_working_day(on):
        return []
    known = {decided.reminder for decided in facts.decided}
    heard_today = {decided.reminder.audience for decided in facts.decided if decided.on == on}
    return [
        reminder
        for reminder in current_reminders(facts, on=on)
        if reminder not in known and reminder.audience not in heard_today
    ]


def current_reminders(facts: FollowUpFacts, *, on: dt.date) -> list[DueReminder]:
    """The latest reminder scheduled up to ``on`` for each audience, decided or not.

    Whatever is not among them is out of date, and need not be sent any more.
    """
    reminders = []
    for audience in facts.audiences:
        week = _latest_week(facts, audience, on)
        if week >= audience.first_week:
            date = facts.date_for(audience) + week * WEEK
            reminders.append(DueReminder(Stage.of_week(week), audience, date))
    return reminders


def next_reminder_on(facts: FollowUpFacts, *, on: dt.date) -> dt.date | None:
    """The day of the next reminder if nothing changes: perhaps ``on`` itself; None if closed."""
    if not facts.is_open:
        return None
    if facts.working_days_only:
        on = working_days.on_or_after(on)
    if due_reminders(facts, on=on):
        return on
    return min(
        _goes_out_on(
            facts, audience, max(_latest_week(facts, audience, on) + 1, audience.first_week)
        )
        for audience in facts.audiences
    )


def _goes_out_on(facts: FollowUpFacts, audience: Audience, week: int) -> dt.date:
    """The day on which the message of the week ``week``, counted from the date, goes out."""
    day = facts.date_for(audience) + week * WEEK
    if not facts.working_days_only:
        return day
    return working_days.on_or_before(day) if week <= 0 else working_days.on_or_after(day)


def _latest_week(facts: FollowUpFacts, audience: Audience, on: dt.date) -> int:
    """The week of the latest message that should have gone out by ``on``, negative before."""
    # A message may go out a few days before its day, so begin with the next one.
    week = (on - facts.date_for(audience)).days // WEEK.days + 1
    while _goes_out_on(facts, audience, week) > on:
        week -= 1
    return week
