"""Acts on training: record, correct and remove sessions, and settle what waits for one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, Protocol, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.refusals import Problem, refuse, refuse_if_any
from accounts.acts.undo import Return, undoable
from accounts.acts.versions import EditConflictError
from accounts.database import scope
from accounts.models import User
from accounts.roles import RECORD_TRAINING
from config.additions import added
from govuk.dates import plain_time
from govuk.texts import one_line
from venues.models import TrainingSession, Venue
from venues.registry.actions import (
    lock,
    lock_to_change,
    may_take_back,
    problems_of_day,
    problems_of_reason,
)
from venues.registry.names import normal_name


class Settles(Protocol):
    """What another app does about a session, in the same transaction; says it in a sentence.

    Such an app names it as ``settles_training``: follow-ups must not be imported here.
    """

    def __call__(self, *, session: TrainingSession, by: User, removed: bool = False) -> str:
        """Bring what hangs on ``session`` into line with it; it may be about to be removed."""


class TrainingFields(TypedDict):
    """What people say about a training session."""

    kind: str
    held_on: dt.date
    mode: str
    delivered_by: str
    front_desk_staff: int
    attended: int
    notes: NotRequired[str]


def may_record_training(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may record training of the venues of these records."""
    return by.has_perm(RECORD_TRAINING) and may_take_back(by, records)


def _session(records: Sequence[models.Model]) -> str:
    """The one session that an act was about."""
    return next(
        f"{record.get_kind_display()} training on {plain_time(record.held_on)}"
        for record in records
        if isinstance(record, TrainingSession)
    )


@undoable(
    "The session is off the record, and what it settled stands as before.",
    may=may_record_training,
    shown_on="venue",
    names=_session,
    instead="Correct or remove the session on the venue’s page.",
)
@transaction.atomic
def record_training(
    *,
    venue: Venue,
    by: User,
    at: dt.datetime,
    another: bool = False,
    **fields: Unpack[TrainingFields],
) -> TrainingSession:
    """Record one delivery of Makesafe training to a venue, also a closed one.

    Args:
        venue: Where it was.
        by: Who records it.
        at: The moment of the act.
        another: Also where one of that day and trainer is on record: it was another session.
        fields: What is said of it.

    Raises:
        PermissionDenied: this person records no training, or the venue belongs to a command unit
            that is not theirs.
        Refused: what :func:`add_session` raises.

    """
    venue = lock_to_change(venue, by=by)
    if not may_record_training(by, [venue]):
        raise PermissionDenied
    return add_session(venue=venue, by=by, at=at, another=another, **fields)


@transaction.atomic
def add_session(
    *,
    venue: Venue,
    by: User,
    at: dt.datetime,
    another: bool = False,
    **fields: Unpack[TrainingFields],
) -> TrainingSession:
    """Add a training session for an act that has asked whether ``by`` may.

    This is the one way in: whatever waits for a refresher of the venue is settled by it.

    Raises:
        Refused: a day in the future, nobody attended, more attended than work there, or
            the venue was merged. About ``another`` where that has to be confirmed.

    """
    session = TrainingSession(venue=lock(venue), recorded_by=by)
    _save_training(session, fields, _problems_of_twice(session, fields, another), by=by, at=at)
    return session


@undoable(
    "The session says again what it said before.",
    may=may_record_training,
    shown_on="session.venue",
    names=_session,
)
@transaction.atomic
def correct_training(
    *,
    session: TrainingSession,
    version: int,
    reason: str,
    by: User,
    at: dt.datetime,
    another: bool = False,
    **fields: Unpack[TrainingFields],
) -> TrainingSession:
    """Change what is on record of a session, and say why; what follows from it is settled anew.

    What it said before stays in the venue's history, with the reason.

    Raises:
        PermissionDenied: this person records no training, or the venue belongs to a command unit
            that is not theirs.
        EditConflictError: somebody else saved it meanwhile.
        Refused: no reason, nothing differs, or as for recording it.

    """
    session = _lock_training(session, by=by)
    session.claim(version)
    problems = problems_of_reason(reason)
    if not problems and all(getattr(session, name) == value for name, value in fields.items()):
        raise refuse("session", "Nothing differs from what is on record, so nothing was saved.")
    scope.set_reason(one_line(reason))
    problems += _problems_of_twice(session, fields, another)
    _save_training(session, fields, problems, by=by, at=at)
    return session


def _recorded_since(way: Return) -> str:
    """That somebody has recorded a removed session again."""
    back = [one for one in way.again if isinstance(one, TrainingSession)]
    again = any(_same_session(one, one.held_on, one.delivered_by) for one in back)
    return "The session has been recorded again since." if again else ""


@undoable(
    "The session is on record again.",
    may=may_record_training,
    refuses=_recorded_since,
    shown_on="session.venue",
    names=_session,
)
@transaction.atomic
def remove_training(*, session: TrainingSession, version: int, reason: str, by: User) -> str:
    """Take a session that was never held off the record, and say why.

    It stays in the venue's history. What it had settled is settled anew.

    Returns:
        What followed, in a sentence; empty if nothing did.

    Raises:
        PermissionDenied: as for correcting it.
        EditConflictError: somebody else saved it meanwhile.
        Refused: no reason, or the venue was merged.

    """
    session = _lock_training(session, by=by)
    session.claim(version)
    refuse_if_any(problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    _settle(session, by=by, removed=True)
    session.delete()
    return session.followed


def may_correct_training(by: User, session: TrainingSession) -> bool:
    """Whether this person may correct or remove a session."""
    return may_record_training(by, [session])


def _lock_training(session: TrainingSession, *, by: User) -> TrainingSession:
    """The session as it stands now, for somebody who may change it."""
    lock_to_change(session.venue, by=by)
    fresh = TrainingSession.objects.select_for_update(no_key=True).filter(pk=session.pk).first()
    if fresh is None:
        raise EditConflictError  # somebody removed it
    if not may_correct_training(by, fresh):
        raise PermissionDenied
    return fresh


def _save_training(
    session: TrainingSession,
    fields: TrainingFields,
    problems: list[Problem],
    *,
    by: User,
    at: dt.datetime,
) -> None:
    """Give the session ``fields`` and settle what follows, or refuse with all that is wrong."""
    for name, value in fields.items():
        setattr(session, name, value)
    problems = problems + problems_of_training(fields, at=at)
    refuse_if_any(problems, session)
    session.save()
    _settle(session, by=by)


RECORDED_BEFORE = (
    "A session of that day, delivered by the same, is on record for this venue. If this is that "
    "session, there is nothing to record. If it was another one, confirm it."
)


def _problems_of_twice(
    session: TrainingSession, fields: TrainingFields, another: bool
) -> list[Problem]:
    """Whether somebody has recorded the session before; the venue is locked."""
    twice = not another and _same_session(session, fields["held_on"], fields["delivered_by"])
    return [Problem("another", RECORDED_BEFORE)] if twice else []


def _same_session(session: TrainingSession, held_on: dt.date, delivered_by: str) -> bool:
    """Whether another session of the venue was on that day and by the same."""
    that_day = TrainingSession.objects.filter(venue=session.venue_id, held_on=held_on)
    trainers = that_day.exclude(pk=session.pk).values_list("delivered_by", flat=True)
    return normal_name(delivered_by) in map(normal_name, trainers)


def problems_of_training(fields: Mapping[str, Any], *, at: dt.datetime) -> list[Problem]:
    """What won't do of a session by itself; ``fields`` may lack some."""
    found = problems_of_day("held_on", fields.get("held_on"), at=at)
    attended, staff = fields.get("attended"), fields.get("front_desk_staff")
    if attended is not None and attended < 1:
        found.append(Problem("attended", "Enter how many attended: at least 1."))
    elif attended is not None and staff is not None and attended > staff:
        said = f"No more than the {staff} who work there can have attended."
        found.append(Problem("attended", said))
    return found


def settle_sessions_of(venue: Venue, *, by: User) -> None:
    """Settle anew what follows from the sessions of a venue that got some, or got visits."""
    for session in venue.training_sessions.order_by("held_on", "pk"):
        _settle(session, by=by)


def _settle(session: TrainingSession, *, by: User, removed: bool = False) -> None:
    settles: Sequence[Settles] = added("settles_training")
    told = [settle(session=session, by=by, removed=removed) for settle in settles]
    session.followed = " ".join(filter(None, told))
