"""Acts on concerns: who follows one up, and what came of it."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.refusals import Problem, Refused, refuse, refuse_if_any
from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.database.locks import hold
from accounts.models import User
from accounts.roles import WORK_CONCERNS
from govuk.texts import lines, one_line
from operations import people
from operations.calls.concerns import CLOSES, Concern, ConcernQuerySet, ConcernResult
from operations.calls.models import Call
from venues.registry.actions import problems_of_reason


def may_work_on(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may work on all these concerns."""
    keys = {record.pk for record in records if isinstance(record, Concern)}
    seen = Concern.objects.visible_to(by).filter(pk__in=keys).count()
    return by.has_perm(WORK_CONCERNS) and seen == len(keys)


def in_hand_of(person: User) -> ConcernQuerySet:
    """The concerns that ``person`` has in hand."""
    return Concern.objects.still_open().filter(owner=person)


def why_not(to: User, concerns: Collection[Concern]) -> str:
    """Why this person can't have these concerns; empty if they can."""
    if not people.possible_leads().filter(pk=to.pk).exists():
        return f"{to} can’t take this over: choose a CSE lead or a planner."
    keys = {concern.pk for concern in concerns}
    with scope.all_units():
        calls = Call.objects.filter(concern__in=keys)
        theirs = calls.filter(to.in_my_units("command_unit") | models.Q(command_unit=None))
        if theirs.count() < len(keys):
            return f"{to} works for another command unit: choose somebody else."
    return ""


def _can_have_it_back(way: Return) -> str:
    owners = ((one, one.owner) for one in way.again if isinstance(one, Concern))
    return " ".join(why for one, owner in owners if owner and (why := why_not(owner, [one])))


def _concern(records: Sequence[Any]) -> str:
    return "the concern"


@undoable(
    "The concern is with whoever had it before.",
    may=may_work_on,
    refuses=_can_have_it_back,
    shown_on="concern.call",
    names=_concern,
)
@transaction.atomic
def give_concern(*, concern: Concern, to: User, version: int, by: User) -> Concern:
    """Put a concern into somebody's hands: one's own, or a colleague's.

    Raises:
        PermissionDenied: the concern is not for ``by`` to work on.
        EditConflictError: somebody else saved it since ``version``.
        Refused: it is closed, or ``to`` can't have it.

    """
    held = _hold(concern, by=by)
    held.claim(version)
    hold(User.objects.filter(pk=to.pk))  # from whoever closes the account just now
    if held.closed_at:
        raise refuse("to", "This concern is closed. Open it again first.")
    if why := why_not(to, [held]):
        raise refuse("to", why)
    held.owner = to
    held.save()
    return held


@undoable("The concern is open again.", may=may_work_on, shown_on="concern.call", names=_concern)
@transaction.atomic
def close_concern(
    *, concern: Concern, result: str, came_of_it: str, version: int, by: User, at: dt.datetime
) -> Concern:
    """Close a concern, with what came of it. Whoever closes one that nobody had, had it.

    Raises:
        PermissionDenied: the concern is not for ``by`` to work on.
        EditConflictError: somebody else saved it since ``version``.
        Refused: it is closed, or an answer is missing.

    """
    held = _hold(concern, by=by)
    held.claim(version)
    if held.closed_at:
        raise refuse("concern", "This concern is closed already.")
    came_of_it = lines(came_of_it)
    problems = []
    if result not in CLOSES:
        problems.append(Problem("result", "Select what came of it"))
    if not came_of_it:
        problems.append(Problem("came_of_it", "Enter what was done and found"))
    if problems:
        raise Refused(problems)
    held.closed_at, held.closed_by = at, by
    held.result, held.came_of_it = result, came_of_it
    held.owner = held.owner or by
    held.save()
    return held


@undoable("The concern is closed again.", may=may_work_on, shown_on="concern.call", names=_concern)
@transaction.atomic
def reopen_concern(*, concern: Concern, reason: str, version: int, by: User) -> Concern:
    """Open a closed concern again, with the reason.

    Raises:
        PermissionDenied: the concern is not for ``by`` to work on.
        EditConflictError: somebody else saved it since ``version``.
        Refused: it is open, or was about a test, or no reason is given.

    """
    held = _hold(concern, by=by)
    held.claim(version)
    if held.closed_at is None:
        raise refuse("concern", "This concern is open.")
    if held.result == ConcernResult.WAS_TEST:
        raise refuse("concern", "The call is matched to a test. Take that back first.")
    refuse_if_any(problems_of_reason(reason))
    scope.set_reason(one_line(reason))
    held.closed_at = held.closed_by = None
    held.result = held.came_of_it = ""
    held.save()
    return held


def _hold(concern: Concern, *, by: User) -> Concern:
    """The concern as it stands, kept from others until this transaction ends."""
    held = Concern.objects.select_for_update(no_key=True).filter(pk=concern.pk).first()
    if held is None or not may_work_on(by, [held]):
        raise PermissionDenied
    return held
