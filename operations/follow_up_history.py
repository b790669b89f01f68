"""What happened to a follow-up, as entries of a timeline (templates/components/timeline.html)."""

import datetime as dt
from collections import defaultdict

from accounts.london import duty_day
from operations.follow_ups import Audience, audience_of
from operations.models import FollowUp, FollowUpState, Reminder, ReminderCopy
from outbox import presenters
from venues.timeline import Entry

#: What to do where a message did not reach its reader.
AT_THE_VENUE = (
    "Check the address on the venue’s page, or telephone. The next reminder goes to whoever is on "
    "record then."
)
OF_STAFF = "Ask an administrator to check this person’s address."


def history(follow_up: FollowUp) -> list[Entry]:
    """What is on record of ``follow_up``, the newest first.

    Reads ``visit``, ``training_session.recorded_by``, ``confirmed_by`` and
    ``reminders.copies.message``: fetch them with it. Entries of the same day stand in the order in
    which a follow-up goes.
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
    kind = reminder.get_kind_display()
    if reminder.not_sent_because:
        return f"{kind}: not sent. {reminder.not_sent_because}."
    copies = sorted(reminder.copies.all(), key=lambda copy: copy.pk)
    return "\n".join(f"{kind}: {_begin_small(_told(copy))}" for copy in copies)


def not_sent(follow_up: FollowUp) -> list[str]:
    """Of an open follow-up: a sentence for each reader whom the last message did not reach.

    Reads ``reminders.copies.message``: fetch them with it.
    """
    if not follow_up.is_open:
        return []
    last: dict[str, ReminderCopy] = {}
    for reminder in sorted(follow_up.reminders.all(), key=lambda reminder: reminder.pk):
        for copy in reminder.copies.all():
            if not copy.left_out_because:
                last[copy.message.address.lower()] = copy
    return [_told(copy) for copy in last.values() if copy.message.is_failed]


def _told(copy: ReminderCopy) -> str:
    if copy.left_out_because:
        return f"Not sent to {copy.message.address}. {copy.left_out_because}."
    to_venue = audience_of(copy.reminder.kind) is Audience.VENUE
    return presenters.told(copy.message, to_do=AT_THE_VENUE if to_venue else OF_STAFF)


def _begin_small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
