"""What happened at a venue, told by every app that knows something.

This app knows training and what became of the entry. Visits and follow-ups are of an app that must
not be imported here: it hands in a source when Django starts (``register`` in its ``ready``).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from venues.models import TrainingSession, Venue


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, as templates/components/timeline.html shows it."""

    title: str
    when: dt.date | dt.datetime
    by: str = ""
    body: str = ""
    url: str = ""
    tag: str = ""
    tone: str = ""
    about: Model | None = None
    """The record it tells of, where reading that is put on record."""

    @property
    def moment(self) -> dt.datetime:
        """When, for the order: a day without a time counts as its start."""
        if isinstance(self.when, dt.datetime):
            return self.when
        return timezone.make_aware(dt.datetime.combine(self.when, dt.time.min))


#: Gives the entries of a venue that a person may see, in any order.
Source = Callable[[Venue, User], Iterable[Entry]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Let ``source`` tell its part on the page of each venue. Once, when Django starts."""
    if source not in _sources:
        _sources.append(source)


def entries(venue: Venue, user: User) -> list[Entry]:
    """All that this person may know of what happened at ``venue``, the latest first."""
    told = [*_training(venue, user), *_entry_itself(venue)]
    for source in _sources:
        told += source(venue, user)
    return sorted(told, key=lambda entry: entry.moment, reverse=True)


def _training(venue: Venue, user: User) -> Iterable[Entry]:
    sessions = TrainingSession.objects.visible_to(user).filter(venue=venue)
    for session in sessions.order_by("-held_on", "-pk"):
        attended = (
            f"{session.attended} of {session.front_desk_staff} front-desk staff attended "
            f"({session.coverage:.0%})."
        )
        yield Entry(
            title=f"{session.get_kind_display()} training",
            when=session.held_on,
            by=session.delivered_by,
            body="\n".join(
                filter(None, [f"{session.get_mode_display()}. {attended}", session.notes])
            ),
        )


def _entry_itself(venue: Venue) -> Iterable[Entry]:
    yield Entry(title="Added to the registry", when=venue.created_at)
    for merged in venue.merged.order_by("-updated_at", "-pk"):
        yield Entry(
            title="Became one with another entry",
            when=merged.updated_at,
            body=f"{merged} ({merged.pk})",
            url=merged.get_absolute_url(),
        )
    if venue.closed_on:
        yield Entry(title="Closed", when=venue.closed_on, body=venue.closed_reason)
