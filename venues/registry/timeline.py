"""The timeline of a venue, told by every app that knows something.

This app knows training and what became of the entry. Visits and follow-ups are of an app that must
not be imported here: it names its source as ``timelines`` (``config/additions.py``).
"""

from collections.abc import Callable, Iterable

from django.urls import reverse

from accounts.models import User
from accounts.record.history import Entry, Step, steps_of
from accounts.roles import RECORD_TRAINING, VIEW_VENUES
from config.additions import added
from venues.models import Venue

#: What of the changes of an entry is told by name.
WORDED = ("merged_into",)

#: Gives the entries of a venue that a person may see, in any order: at least the latest so many, or
#: all.
Source = Callable[[Venue, User, int | None], Iterable[Entry]]


def entries(
    venue: Venue, user: User, *, may_change: bool = False, latest: int | None = None
) -> list[Entry]:
    """What this person may know of what happened at ``venue``, the latest first.

    Args:
        venue: The place.
        user: Who reads.
        may_change: Whether this person may change the venue, as its page has asked.
        latest: How many; all unless given.

    """
    told = [*_training(venue, user, may_change=may_change), *_entry_itself(venue)]
    for source in added("timelines"):
        told += source(venue, user, latest)
    return sorted(told, key=lambda entry: entry.moment, reverse=True)[:latest]


def _training(venue: Venue, user: User, *, may_change: bool) -> Iterable[Entry]:
    may_correct = may_change and user.has_perm(RECORD_TRAINING)
    for session in venue.training_sessions.all() if user.has_perm(VIEW_VENUES) else ():
        attended = (
            f"{session.attended} of {session.front_desk_staff} front-desk staff attended "
            f"({session.coverage:.0%})."
        )
        yield Entry(
            title=f"{session.get_kind_display()} training",
            when=session.held_on,
            entered_at=session.recorded_at,
            by=session.delivered_by,
            body="\n".join(
                filter(None, [f"{session.get_mode_display()}. {attended}", session.notes])
            ),
            act=("Correct", reverse("venues:training_edit", args=[session.pk]))
            if may_correct
            else None,
        )


def _entry_itself(venue: Venue) -> Iterable[Entry]:
    yield Entry(title="Added to the registry", when=venue.created_at)
    merged = Venue.pgh_event_model.objects.filter(merged_into=venue.pk)  # type: ignore[attr-defined]
    others = Venue.objects.filter(pk__in=merged.values("pgh_obj"))
    steps = steps_of(venue, worded=WORDED)
    yield from _merges(venue, steps, seen_from=venue)
    for entry in others.order_by("pk"):
        yield from _merges(entry, steps_of(entry, worded=WORDED), seen_from=venue)
    for step in steps:
        if step.before is None or not step.changed("closed_on"):
            continue
        if step.after.closed_on is None:
            yield Entry(title="Open again", when=step.at, by=step.by, body=step.why)
        else:
            yield Entry(
                title="Closed",
                when=step.after.closed_on,
                entered_at=step.at,
                by=step.by,
                body=step.after.closed_reason,
            )


def _merges(entry: Venue, steps: Iterable[Step], *, seen_from: Venue) -> Iterable[Entry]:
    """When ``entry`` became part of another one, and stood apart again, as one of the two sees it.

    Told by the record, since a merge that was undone leaves nothing else.
    """
    for step in steps:
        if step.before is None or not step.changed("merged_into"):
            continue
        ended = step.after.merged_into_id is None
        kept = step.before.merged_into_id if ended else step.after.merged_into_id
        if seen_from.pk not in (entry.pk, kept):
            continue
        other = kept if seen_from.pk == entry.pk else entry.pk
        name = step.word("merged_into", before=ended) if seen_from.pk == entry.pk else str(entry)
        yield Entry(
            title="Stands apart again" if ended else "Became one with another entry",
            when=step.at,
            by=step.by,
            body=f"{name} ({other})",
            url=reverse("venues:venue_detail", args=[other]),
        )
