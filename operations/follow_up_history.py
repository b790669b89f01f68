"""What happened to a follow-up, as entries of a timeline (templates/components/timeline.html)."""

import datetime as dt
from collections import defaultdict

from accounts.london import duty_day
from operations.models import FollowUp, FollowUpState, Reminder
from venues.timeline import Entry


def history(follow_up: FollowUp) -> list[Entry]:
    """What is on record of ``follow_up``, the newest first.

    Reads ``visit``, ``training_session.recorded_by``, ``confirmed_by`` and ``reminders``: fetch
    them with it. Entries of the same day stand in the order in which a follow-up goes.
    """
    entries = _reminders(follow_up)
    if follow_up.visit.ended_at:
        # Not opened_at: an outcome may be logged, or corrected, long after staff were told.
        entries.insert(0, Entry(title="Refresher offered", when=follow_up.visit.ended_at))
    session = follow_up.training_session
    if session:
        entries.append(
            Entry(
                title="Refresher delivered",
                when=session.held_on,
                by=session.delivered_by,
                body=f"{session.attended} of {session.front_desk_staff} front-desk staff attended. "
                f"{session.get_mode_display()}.",
                url=follow_up.visit.venue.get_absolute_url(),
            )
        )
    if follow_up.confirmed_by and follow_up.confirmed_by.ended_at:
        entries.append(
            Entry(
                title="Confirmed: the venue responded well at a later visit",
                when=follow_up.confirmed_by.ended_at,
                url=follow_up.confirmed_by.get_absolute_url(),
                tag=FollowUpState.CONFIRMED.label,
                tone="good",
            )
        )
    return sorted(entries, key=_day)[::-1]


def _day(entry: Entry) -> dt.date:
    return duty_day(entry.when) if isinstance(entry.when, dt.datetime) else entry.when


def _reminders(follow_up: FollowUp) -> list[Entry]:
    """One entry for each day on which reminders were decided."""
    by_day: dict[dt.date, list[Reminder]] = defaultdict(list)
    for reminder in sorted(follow_up.reminders.all(), key=lambda reminder: reminder.pk):
        by_day[duty_day(reminder.decided_at)].append(reminder)
    return [
        Entry(
            title="Reminder" if len(reminders) == 1 else "Reminders",
            when=reminders[0].decided_at,
            body="\n".join(map(_what_became_of, reminders)),
        )
        for reminders in by_day.values()
    ]


def _what_became_of(reminder: Reminder) -> str:
    if reminder.sent_at:
        return f"{reminder.get_kind_display()}: sent"
    if reminder.not_sent_because:
        return f"{reminder.get_kind_display()}: not sent. {reminder.not_sent_because}."
    return f"{reminder.get_kind_display()}: waiting to be sent"
