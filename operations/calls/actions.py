"""Acts on Makesafe calls: logging and correcting them, and saying what they were about."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, refuse, refuse_if_any
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.database.locks import hold
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import LOG_CALLS, VIEW_BOARD, WORK_CONCERNS
from govuk.texts import one_line
from operations.calls import matching
from operations.calls.concerns import Concern, ConcernPolicy, ConcernResult
from operations.calls.matching import Likeness
from operations.calls.models import Call
from operations.calls.scripts import CallScript
from operations.visits.models import CALLS_FOR_HELP, Visit, VisitQuerySet, visit_rules
from operations.visits.policies import LONGEST_WINDOW
from operations.visits.states import (
    CALLS_SEEN_FOR,
    ON_BOARD_AFTER,
    ON_BOARD_BEFORE,
    NotCompletedReason,
    VisitState,
)
from venues.models import Venue
from venues.registry.actions import problems_of_reason


class CallFields(TypedDict):
    """What people say about a call."""

    called_at: dt.datetime
    answered_after: int | None
    number: str
    makesafe_quoted: bool | None
    recognised: bool | None
    venue: Venue | None
    place: str
    officers_sent: bool | None
    sent_at: dt.datetime | None
    arrived_at: dt.datetime | None
    done: str
    incident_reference: str


# Logging -----------------------------------------------------------------------------------------


@transaction.atomic
def log_call(*, by: User, at: dt.datetime, **fields: Unpack[CallFields]) -> Call:
    """Put a call on record, as far as it is known by now. It is real until a person says otherwise.

    Args:
        by: A call handler.
        at: Now.
        fields: What is said of it: when and where are all that is needed.

    Raises:
        PermissionDenied: ``by`` is no call handler.
        Refused: it has no place, came in later than now or long ago, or its times contradict
            each other.

    """
    require(by, LOG_CALLS)
    call = Call(logged_by=by, logged_at=at, script=CallScript.objects.newest())
    return _save(call, fields, [], at=at)


def _may_handle(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may change what these calls say."""
    return by.has_perm(LOG_CALLS) and _all_seen(by, records)


def _all_seen(by: User, records: Sequence[models.Model]) -> bool:
    keys = {r.pk for r in records if isinstance(r, Call)}
    keys |= {r.call_id for r in records if isinstance(r, Concern)}
    return Call.objects.visible_to(by).filter(pk__in=keys).count() == len(keys)


@undoable("The call says again what it said before.", may=_may_handle)
@transaction.atomic
def correct_call(
    *,
    call: Call,
    version: int,
    reason: str,
    by: User,
    at: dt.datetime,
    **fields: Unpack[CallFields],
) -> Call:
    """Change what is on record of a call, and say why. What it said before stays in its history.

    Raises:
        PermissionDenied: ``by`` is no call handler, or does not see the call.
        EditConflictError: somebody else saved it since ``version``.
        Refused: no reason, nothing differs, or as for logging it.

    """
    hold(Venue.objects.filter(pk__in=[call.venue_id, fields["venue"] and fields["venue"].pk]))
    held = _hold(call, by=by, may=_may_handle)
    held.claim(version)
    problems = problems_of_reason(reason)
    if not problems and all(getattr(held, name) == value for name, value in fields.items()):
        raise refuse("call", "Nothing differs from what is on record, so nothing was saved.")
    scope.set_reason(one_line(reason))
    return _save(held, fields, problems, at=at)


def _save(call: Call, fields: CallFields, found: list[Problem], *, at: dt.datetime) -> Call:
    for name, value in fields.items():
        setattr(call, name, value)
    first = call.logged_at - CALLS_SEEN_FOR
    found += problems_of(fields, first=first, at=min(at, call.logged_at), now=at)
    refuse_if_any([*found, *_fits_its_test_no_more(call, at=at)], call)
    call.save()
    return call


def _fits_its_test_no_more(call: Call, *, at: dt.datetime) -> list[Problem]:
    """Whether nothing says any more that a matched call was about its test: then it is real."""
    if call.visit_id is None or not (call.venue or call.place):
        return []
    with scope.all_units():  # whoever corrects it knows of the match, if not of the visit by now
        visit = Visit.objects.select_related("venue").get(pk=call.visit_id)
    if _likeness(call, visit, _margins(at=at)) != Likeness.NONE:
        return []
    return [
        Problem("call", "With this place or time it was not about the test. Take that back first.")
    ]


def problems_of(
    fields: "CallFields | dict[str, Any]", *, first: dt.datetime, at: dt.datetime, now: dt.datetime
) -> list[Problem]:
    """Why a call that says this can't be put on record; some of it may not be known yet.

    Args:
        fields: What is said of it.
        first: It came in after that.
        at: It came in by then.
        now: What was done was done by then.

    """
    found = []
    called_at = fields.get("called_at")
    if not fields.get("venue") and not one_line(fields.get("place") or ""):
        found.append(Problem("place", "Enter where the call came from, or choose the venue."))
    if called_at and called_at > at:
        found.append(Problem("called_at", "The call can’t have come in later than now."))
    if called_at and called_at < first:
        days = CALLS_SEEN_FOR.days
        found.append(Problem("called_at", f"Only calls of the last {days} days can be logged."))
    sent_at, arrived_at = fields.get("sent_at"), fields.get("arrived_at")
    if (sent_at or arrived_at) and not fields.get("officers_sent"):
        found.append(Problem("officers_sent", "Select yes if officers were sent."))
    if called_at and sent_at and sent_at < called_at:
        found.append(Problem("sent_at", "Officers are sent after the call."))
    if arrived_at and (before := sent_at or called_at) and arrived_at < before:
        found.append(Problem("arrived_at", "Officers arrive after they are sent."))
    if sent_at and sent_at > now:
        found.append(Problem("sent_at", "Officers can’t have been sent later than now."))
    if arrived_at and arrived_at > now:
        found.append(Problem("arrived_at", "Officers can’t have arrived later than now."))
    return found


# What it was about -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A visit that a call may be about."""

    visit: Visit
    likeness: Likeness

    @property
    def is_certain(self) -> bool:
        """Whether place and time leave no doubt. A person says so all the same."""
        return self.likeness == Likeness.CERTAIN


def proposals(call: Call, *, by: User, at: dt.datetime) -> list[Proposal]:
    """The visits that ``call`` may be about, as far as ``by`` may know of them, the surest first.

    Call handlers are told of those on the board, others of the visits that they may see.
    """
    visits = _near(call, by=by, at=at).select_related("venue")
    margins = _margins(at=at)
    likenesses = ((visit, _likeness(call, visit, margins)) for visit in visits)
    found = [Proposal(visit, like) for visit, like in likenesses if like != Likeness.NONE]
    return sorted(found, key=lambda one: (one.likeness, one.visit.starts_at, one.visit.pk))


def _margins(*, at: dt.datetime) -> matching.Margins:
    """How far from a visit a call may still be about it, by the policy of the moment ``at``."""
    return matching.Margins(
        before=ON_BOARD_BEFORE, after=ON_BOARD_AFTER, overdue=visit_rules(at=at).margin
    )


def _likeness(call: Call, visit: Visit, margins: matching.Margins) -> Likeness:
    """How sure it is that ``call`` is about ``visit``."""
    names = ("starts_at", "ends_at", "started_at", "ended_at")
    return matching.likeness(
        call=_place_of(call.venue, heard=call.place),
        called_at=call.called_at,
        visit=_place_of(visit.venue),
        times=matching.Times(**{name: getattr(visit, name) for name in names}),
        margins=margins,
    )


def _near(call: Call, *, by: User, at: dt.datetime) -> VisitQuerySet:
    """The visits around the time of the call that this person may know of.

    A visit whose team found a real concern or called for help is none: calls about it are real.
    """
    if by.has_perm(VIEW_BOARD):
        visits = Visit.objects.on_board(at=at)
    else:
        visits = Visit.objects.visible_to(by)
    return (
        visits.filter(
            starts_at__gt=call.called_at - LONGEST_WINDOW - ON_BOARD_AFTER,
            starts_at__lt=call.called_at + LONGEST_WINDOW,
        )
        .exclude(state=VisitState.CANCELLED)
        .exclude(not_completed_reason=NotCompletedReason.REAL_CONCERN)
        .exclude(alarms__kind__in=CALLS_FOR_HELP)
    )


def _place_of(venue: Venue | None, *, heard: str = "") -> matching.Place:
    if venue is None:
        return matching.Place(heard=heard)
    return matching.Place(
        venue=venue.pk,
        name=venue.name,
        address=venue.address,
        postcode=venue.postcode,
        heard=heard,
    )


def _may_settle(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may say what these calls were about."""
    may = by.has_perm(LOG_CALLS) or by.has_perm(WORK_CONCERNS)
    return may and _all_seen(by, records)


@undoable("Nobody has said what the call was about: treat it as real.", may=_may_settle)
@transaction.atomic
def match_call(*, call: Call, visit: Visit, version: int, by: User, at: dt.datetime) -> Call:
    """Say that the call was about this test. A concern that it had been taken for is closed so.

    Raises:
        PermissionDenied: ``by`` neither answers calls nor works on concerns, or does not see the
            call.
        EditConflictError: somebody else saved the call since ``version``.
        Refused: it is matched already, the visit is none of :func:`proposals`, or it is
            a concern that was closed or that somebody else has in hand.

    """
    hold(Visit.objects.filter(pk=visit.pk))
    held = _hold(call, by=by, may=_may_settle)
    if held.visit_id == visit.pk:
        return held
    if held.is_matched:
        raise refuse("call", "This call is matched to another test. Take that back first.")
    held.claim(version)
    if visit.pk not in {one.visit.pk for one in proposals(held, by=by, at=at)}:
        raise refuse("call", "Nothing says that the call was about this test: treat it as real.")
    concern = Concern.objects.select_for_update(no_key=True).filter(call=held).first()
    if concern:
        if concern.closed_at is not None:
            raise refuse("call", "This concern was closed. Open it again first, with the reason.")
        if concern.owner_id not in (None, by.pk):
            raise refuse("call", f"{concern.owner} has this concern in hand. Ask them first.")
        _close_as_test(concern, by=by, at=at)
    held.visit, held.matched_by, held.matched_at = visit, by, at
    held.save()
    return held


def _close_as_test(concern: Concern, *, by: User, at: dt.datetime) -> None:
    concern.claim(concern.version)
    concern.closed_at = concern.closed_at or at
    concern.closed_by = concern.closed_by or by
    concern.result = ConcernResult.WAS_TEST
    concern.came_of_it = concern.came_of_it or "The call was matched to a test."
    concern.save()


@undoable("The call is matched to the test again.", may=_may_settle)
@transaction.atomic
def unmatch_call(*, call: Call, version: int, reason: str, by: User) -> Call:
    """Say that the call was not about the test to which somebody matched it, and why.

    Nobody has settled it then: treat it as real. A concern that was closed as a test is open again.

    Raises:
        PermissionDenied: as for matching it.
        EditConflictError: somebody else saved the call since ``version``.
        Refused: it is not matched, or no reason is given.

    """
    held = _hold(call, by=by, may=_may_settle)
    held.claim(version)
    if not held.is_matched:
        raise refuse("call", "This call is matched to no test.")
    refuse_if_any(problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    take_match_back(held)
    return held


def take_match_back(call: Call) -> Concern | None:
    """Part an held call from its test. A concern that was closed as a test is open again."""
    call.visit = call.matched_by = call.matched_at = None
    call.save()
    concern = Concern.objects.select_for_update(no_key=True).filter(call=call).first()
    if concern:
        concern.claim(concern.version)
        concern.closed_at = concern.closed_by = None
        concern.result = concern.came_of_it = ""
        concern.save()
    return concern


@undoable("Nobody has said what the call was about: treat it as real.", may=_may_settle)
@transaction.atomic
def open_concern(*, call: Call, version: int, by: User, at: dt.datetime) -> Concern:
    """Say that the call matches no test: a real concern, to be followed up.

    Raises:
        PermissionDenied: as for matching it.
        EditConflictError: somebody else saved the call since ``version``.
        Refused: it is matched to a test.

    """
    held = _hold(call, by=by, may=_may_settle)
    if held.is_matched:
        raise refuse("call", "This call is matched to a test. Take that back first.")
    if concern := Concern.objects.filter(call=held).first():
        return concern
    held.ask_for(version)
    due_on = ConcernPolicy.due_on(duty_day(at))
    return Concern.objects.create(call=held, opened_at=at, opened_by=by, due_on=due_on)


def _hold(call: Call, *, by: User, may: Any) -> Call:
    """The call as it stands, kept from others until this transaction ends.

    Raises:
        PermissionDenied: this person may not act on it.

    """
    held = Call.objects.select_for_update(no_key=True).filter(pk=call.pk).first()
    if held is None or not may(by, [held]):
        raise PermissionDenied
    return held
