"""A follow-up's past as entries of a timeline (templates/components/timeline.html)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from accounts.dates.london import duty_day
from accounts.record.history import Entry, Step, steps_of
from govuk.tones import tone_of
from operations.follow_ups.due import Audience
from operations.follow_ups.models import FollowUp, FollowUpState, Reminder, ReminderCopy
from outbox import presenters

#: What to do where a message did not reach its reader.
AT_THE_VENUE = (
    "Check the address on the venue’s page, or telephone. The next reminder goes to whoever is on "
    "record then."
)
OF_STAFF = "Ask an administrator to check this person’s address."


def history(follow_up: FollowUp) -> list[Entry]:
    """What is on record of ``follow_up``, the newest first.

    Who did what and when is told by the record of changes alone. Reads ``visit``,
    ``training_session``, ``confirmed_by`` and ``reminders.copies.message``: fetch them with it.
    Entries of the same day stand in the order in which a follow-up goes.
    """
    entries = [entry for step in steps_of(follow_up) for entry in _done_in(step, follow_up)]
    if follow_up.visit.ended_at:
        # Not opened_at: an outcome may be logged, or corrected, long after staff were told.
        entries.insert(0, Entry(title="Refresher offered", when=follow_up.visit.ended_at))
    entries = [*_reminders(follow_up), *entries]
    return sorted(entries, key=_day)[::-1]


def _done_in(step: Step, follow_up: FollowUp) -> Iterable[Entry]:
    """What one change was, in the words of those who work on follow-ups."""
    if step.before is None:
        return
    if step.changed("state"):
        yield _moved(step, follow_up)
    elif step.changed("booked_for"):
        yield _done(step, f"Moved to {step.word('booked_for')}")
    elif step.changed("training_session"):
        yield _done(step, "Another session counts as the delivery")
    if step.changed("due_on"):
        was = step.word("due_on", before=True)
        yield _done(step, f"Due by {step.word('due_on')} instead of {was}")
    if step.changed("responsible"):
        was = step.word("responsible", before=True)
        yield _done(step, f"Handed over from {was} to {step.word('responsible')}")


def _moved(step: Step, follow_up: FollowUp) -> Entry:
    state, before = FollowUpState(step.after.state), FollowUpState(step.before.state)
    was_held = before in (FollowUpState.DELIVERED, FollowUpState.CONFIRMED)
    match state:
        case FollowUpState.DELIVERED if before == FollowUpState.CONFIRMED:
            return _done(step, "No longer confirmed by a later visit")
        case FollowUpState.DELIVERED:
            return _delivered(step, follow_up)
        case FollowUpState.CONFIRMED:
            return _confirmed(step, follow_up)
        case FollowUpState.DECLINED:
            return _done(step, "The venue declined", step.after.declined_reason)
        case FollowUpState.WITHDRAWN:
            return _done(step, "Withdrawn: the outcome was corrected")
        case _ if was_held:
            return _done(step, "Open again: the delivery was taken back", step.why)
        case _ if before == FollowUpState.DECLINED:
            return _done(step, "Opened again", step.why)
        case FollowUpState.BOOKED:
            return _done(step, f"Booked for {step.word('booked_for')}")
        case _ if before == FollowUpState.BOOKED:
            return _done(step, "The booking was taken back", step.why)
        case _:
            return _done(step, "Offered again: the outcome was corrected")


def _done(step: Step, title: str, body: str = "") -> Entry:
    return Entry(title=title, when=step.at, by=step.by, body=body)


def _delivered(step: Step, follow_up: FollowUp) -> Entry:
    session = follow_up.training_session
    if session is None or session.pk != step.after.training_session_id:
        return _done(step, "Refresher recorded as delivered")  # it was taken back since
    return Entry(
        title="Refresher delivered",
        when=session.held_on,
        by=session.delivered_by,
        body=f"{session.attended} of {session.front_desk_staff} front-desk staff attended. "
        f"{session.get_mode_display()}. Recorded by {step.by}.",
        url=follow_up.visit.venue.get_absolute_url(),
    )


def _confirmed(step: Step, follow_up: FollowUp) -> Entry:
    visit = follow_up.confirmed_by
    if visit is None or visit.ended_at is None or visit.pk != step.after.confirmed_by_id:
        return _done(step, "Confirmed by a later visit")  # it was taken back since
    return Entry(
        title="Confirmed: the venue responded well at a later visit",
        when=visit.ended_at,
        url=visit.get_absolute_url(),
        tag=FollowUpState.CONFIRMED.label,
        tone=tone_of("follow_up", FollowUpState.CONFIRMED),
    )


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
    if reminder.not_sent_because:
        return f"{reminder.words}: not sent. {reminder.not_sent_because}."
    copies = sorted(reminder.copies.all(), key=lambda copy: copy.pk)
    return "\n".join(f"{reminder.words}: {_begin_small(_told(copy))}" for copy in copies)


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
    to_venue = copy.reminder.audience == Audience.VENUE
    return presenters.told(copy.message, to_do=AT_THE_VENUE if to_venue else OF_STAFF)


def _begin_small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
