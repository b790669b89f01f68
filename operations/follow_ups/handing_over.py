"""Handing over what a person has in hand: follow-ups, planned visits, operations they lead.

People leave, or are away. One follow-up or all of them, a planner's or coordinator's own act; or
everything at once when an account is closed (``accounts/acts/work.py``).
"""

import datetime as dt
from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts import work
from accounts.acts.refusals import Problem, Refused, on_record_whose_hours_it_tells, refuse
from accounts.acts.undo import Return, undoable
from accounts.database.locks import hold
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from operations import people
from operations.follow_ups import actions as follow_up_acts
from operations.follow_ups.actions import find_who_answers
from operations.follow_ups.models import FollowUp, FollowUpQuerySet
from operations.planning import actions as planning
from operations.planning import schedule
from operations.planning.models import Operation, OperationQuerySet
from operations.visits.models import Visit

# Follow-ups --------------------------------------------------------------------------------------


def open_follow_ups(person: User) -> FollowUpQuerySet:
    """The follow-ups that ``person`` has in hand."""
    return FollowUp.objects.open().filter(responsible=person)


def _follows_no_more(way: Return) -> str:
    """Why somebody does not get a follow-up back."""
    follow_ups = [record for record in way.again if isinstance(record, FollowUp)]
    return " ".join(
        filter(None, (_why_not_follow(each.responsible, [each]) for each in follow_ups))
    )


@undoable(
    lambda number: f"{_counted(number, 'follow-up')} with the person who had it before.",
    may=follow_up_acts.may_work_on,
    refuses=_follows_no_more,
)
@transaction.atomic
def hand_over_follow_ups(
    *, follow_ups: Collection[FollowUp], to: User, by: User, version: int | None = None
) -> int:
    """Make ``to`` responsible for these follow-ups. Those that are closed by now stay.

    ``version`` is that of a single one, as the person had it in front of them.

    Returns:
        How many were handed over.

    Raises:
        PermissionDenied: one of them is not for this person to work on.
        Refused: ``to`` left, or does not see one of them.
        EditConflictError: somebody saved the single one since ``version``.

    """
    if not follow_up_acts.may_work_on(by, list(follow_ups)):
        raise PermissionDenied
    hold(FollowUp.objects.filter(pk__in=[follow_up.pk for follow_up in follow_ups]))
    hold(User.objects.filter(pk=to.pk))  # from whoever closes the account just now
    if why := _why_not_follow(to, follow_ups):
        raise refuse("to", why)
    if version is not None:
        for follow_up in follow_ups:
            follow_up.claim(version)
    return _give_follow_ups(follow_ups, to)


def _why_not_follow(to: User, follow_ups: Collection[FollowUp]) -> str:
    if not people.possible_followers().filter(pk=to.pk).exists():
        return f"{to} can’t take this over: choose a training coordinator or a CSE lead."
    keys = {follow_up.pk for follow_up in follow_ups}
    if FollowUp.objects.visible_to(to).filter(pk__in=keys).count() < len(keys):
        return f"{to} works for another command unit and would not see it: choose somebody else."
    return ""


def _give_follow_ups(follow_ups: Collection[FollowUp], to: User) -> int:
    """Give those that are open; they are held."""
    keys = [follow_up.pk for follow_up in follow_ups]
    rows = FollowUp.objects.open().filter(pk__in=keys).exclude(responsible=to).order_by("pk")
    for follow_up in rows:
        follow_up.claim(follow_up.version)
        follow_up.responsible = to
        follow_up.save()
    return len(rows)


# Planned visits ----------------------------------------------------------------------------------


@on_record_whose_hours_it_tells
@undoable(
    lambda number: f"{_counted(number, 'visit')} planned with the officer who had it before.",
    may=schedule.may_take_back,
    refuses=schedule.what_forbids_it,
    holds=schedule.hold_plans,
)
@transaction.atomic
def hand_over_visits(
    *, visits: Collection[Visit], person: User, to: User, by: User, at: dt.datetime
) -> int:
    """Put ``to`` in the place of ``person`` in the teams of these planned visits: all or none.

    They keep the window that they have by then. Those that somebody else has by then stay.

    Returns:
        How many were handed over.

    Raises:
        PermissionDenied: one of them is not for this person to plan.
        Refused: a visit is no longer planned, or its team would break a rule with ``to``.

    """
    keys = {visit.pk for visit in visits}
    plannable = Visit.objects.plannable_by(by).filter(pk__in=keys)
    found = list(plannable)
    if len(found) < len(keys):
        raise PermissionDenied
    schedule.hold_visits(found, [to.pk])
    problems = []
    theirs = Visit.objects.with_in_team(person).filter(pk__in=keys)
    found = list(theirs.select_related("operation", "venue").order_by("operation", "pk"))
    for visit in found:
        members = visit.team.select_related("officer", "cadet").order_by("pk")
        team = [
            schedule.Place(
                to if member.officer_id == person.pk else who, schedule.Duty(member.duty)
            )
            for member in members
            if (who := member.officer or member.cadet)
        ]
        try:
            schedule.reschedule_visit(
                visit=visit,
                version=visit.version,
                starts_at=visit.starts_at,
                ends_at=visit.ends_at,
                team=team,
                by=by,
                at=at,
            )
        except Refused as error:
            problems += [
                Problem("to", f"{visit.venue}: {problem.message}", tells_of=problem.tells_of)
                for problem in error.problems
            ]
    if problems:
        raise Refused(problems)
    return len(found)


# Operations --------------------------------------------------------------------------------------


def operations_led(person: User, on: dt.date) -> OperationQuerySet:
    """The operations that ``person`` leads and that are not over on the day ``on``."""
    return Operation.objects.filter(lead=person, ends_on__gte=on)


def may_give_leads(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may give these operations another lead."""
    operations = [record for record in records if isinstance(record, Operation)]
    return by.has_perm(PLAN_OPERATIONS) and all(
        "lead" not in planning.not_for(by, operation) for operation in operations
    )


def _leads_no_more(way: Return) -> str:
    """Why somebody does not lead an operation again."""
    leads = [record.lead_id for record in way.again if isinstance(record, Operation)]
    unable = User.objects.filter(pk__in=leads).exclude(pk__in=people.possible_leads().values("pk"))
    return " ".join(f"{lead} can’t lead any more." for lead in unable.order_by(*people.BY_NAME))


@undoable(
    lambda number: f"{_counted(number, 'operation')} led by the person who led it before.",
    may=may_give_leads,
    refuses=_leads_no_more,
)
@transaction.atomic
def hand_over_operations(*, operations: Collection[Operation], to: User, by: User) -> int:
    """Make ``to`` the lead of these operations.

    Returns:
        How many were handed over.

    Raises:
        PermissionDenied: the lead of one of them is not for this person to choose.
        Refused: ``to`` can't lead.

    """
    if not may_give_leads(by, list(operations)):
        raise PermissionDenied
    hold(Operation.objects.filter(pk__in=[operation.pk for operation in operations]))
    hold(User.objects.filter(pk=to.pk))  # from whoever closes the account just now
    if not _may_lead(to):
        raise refuse("to", f"{to} can’t lead: choose a CSE lead or a planner.")
    return _give_leads(operations, to)


def _may_lead(to: User) -> bool:
    return people.possible_leads().filter(pk=to.pk).exists()


def _give_leads(operations: Collection[Operation], to: User) -> int:
    """Give them another lead; they are held."""
    keys = [operation.pk for operation in operations]
    for operation in Operation.objects.filter(pk__in=keys).order_by("pk"):
        operation.claim(operation.version)
        operation.lead = to
        operation.save()
    return len(keys)


def _counted(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number} {what}s are"


# When somebody leaves or gets other work ---------------------------------------------------------


def _left_to_follow(person: User, on: dt.date) -> FollowUpQuerySet:
    return open_follow_ups(person).unanswered()


def _left_to_lead(person: User, on: dt.date) -> OperationQuerySet:
    return operations_led(person, on).unled()


#: What has to be taken over. Planned visits stay: an administrator must not see them.
WORK = (
    work.Work(
        what="operations to lead",
        held_by=operations_led,
        left_by=_left_to_lead,
        may_take=lambda operations, to: _may_lead(to),
        hand_over=_give_leads,
    ),
    work.Work(
        what="open follow-ups",
        held_by=lambda person, on: open_follow_ups(person),
        left_by=_left_to_follow,
        may_take=lambda follow_ups, to: not _why_not_follow(to, follow_ups),
        hand_over=_give_follow_ups,
        find_others=lambda person: find_who_answers(open_follow_ups(person)),
    ),
)
