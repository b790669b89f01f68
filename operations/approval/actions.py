"""Acts by which an operation goes from draft to published: submit, authorise, refuse, withdraw,
publish.

Each holds the operation first. What was asked for is frozen with the submission, and decided on by
somebody else than whoever wrote, submitted or leads it.
"""

import datetime as dt
from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, Refused, refuse, refuse_if_any
from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import AUTHORISE_OPERATIONS
from govuk.texts import lines, one_line
from operations import people
from operations.approval import telling
from operations.approval.coverage import differences, scope_of, standing
from operations.approval.models import Authorisation, Considered, Decision
from operations.approval.publications import Publication
from operations.planning import actions as planning
from operations.planning.models import Operation
from operations.planning.operation_states import OperationState


class Asked(TypedDict):
    """What is said when an operation is submitted, beside what stands in it."""

    venues_at_most: int
    cadet_visits_at_most: int
    risk_assessment: str
    risk_assessed_on: dt.date
    equality_check: str
    equality_checked_on: dt.date


def what_is_missing(operation: Operation, *, at: dt.datetime) -> list[Problem]:
    """What an operation lacks before somebody can be asked to authorise it, each linked by
    ``about`` to where it is mended.
    """
    problems = []
    if not people.possible_leads().filter(pk=operation.lead_id).exists():
        problems.append(Problem("lead", f"{operation.lead} can’t lead any more: choose a lead."))
    if operation.ends_on < duty_day(at):
        problems.append(Problem("ends_on", "Its last day is over: choose other dates."))
    if not operation.authorisation_reference:
        problems.append(
            Problem("authorisation_reference", "Enter the reference of the written authority.")
        )
    with scope.all_units():
        if not operation.chosen_venues.exists():
            problems.append(Problem("venues", "No venues are chosen: add its venues."))
    return problems


def require_its_planner(operation: Operation, *, by: User) -> None:
    """Refuse whoever does not plan this operation as a whole."""
    planning.require_plannable(operation, by=by)
    if not operation.has_planner(by):
        raise PermissionDenied


def may_decide(authorisation: Authorisation, *, by: User) -> bool:
    """Whether it waits for this person."""
    waiting = Authorisation.objects.for_decision_by(by)
    return waiting.filter(pk=authorisation.pk).exists()


@transaction.atomic
def submit_operation(
    *, operation: Operation, by: User, at: dt.datetime, **asked: Unpack[Asked]
) -> Authorisation:
    """Ask for authority for the operation as it stands. A published one stays published.

    Args:
        operation: A draft, or one whose authority does not cover all of it any more.
        by: Its planner.
        at: Now.
        asked: The limits that are asked for, and where the assessments are.

    Raises:
        PermissionDenied: ``by`` does not plan this operation as a whole.
        Refused: something is missing, all of which is named; or it waits for a decision already,
            or is closed.

    """
    require_its_planner(operation, by=by)
    operation = planning.lock_open(operation)
    if Authorisation.objects.waiting().filter(operation=operation).exists():
        raise refuse("operation", "This operation waits for a decision already.")
    now = scope_of(operation)
    problems = what_is_missing(operation, at=at)
    if asked["venues_at_most"] < now.venues:
        message = f"{now.venues} venues are chosen: enter at least as many."
        problems.append(Problem("venues_at_most", message))
    if asked["cadet_visits_at_most"] < now.cadet_visits:
        message = f"{now.cadet_visits} visits with a cadet are planned: enter at least as many."
        problems.append(Problem("cadet_visits_at_most", message))
    today = duty_day(at)
    problems += [
        Problem(name, "This date must be today or earlier.")
        for name in ("risk_assessed_on", "equality_checked_on")
        if asked[name] > today
    ]
    authorisation = Authorisation(
        operation=operation,
        lead=operation.lead,
        scenario=operation.scenario,
        authorisation_reference=operation.authorisation_reference,
        starts_on=operation.starts_on,
        ends_on=operation.ends_on,
        units=sorted(now.units or ()),
        submitted_by=by,
        submitted_at=at,
        **asked,
    )
    authorisation.fingerprint = authorisation.scope.fingerprint
    refuse_if_any(problems, authorisation)
    authorisation.save()
    if operation.is_draft:
        _move(operation, OperationState.SUBMITTED)
    return authorisation


@transaction.atomic
def authorise_operation(
    *,
    authorisation: Authorisation,
    fingerprint: str,
    considered: Considered,
    rationale: str,
    valid_from: dt.date,
    valid_until: dt.date,
    by: User,
    at: dt.datetime,
) -> Authorisation:
    """Say that an operation may go on.

    Args:
        authorisation: What was asked for.
        fingerprint: Of what the person had in front of them.
        considered: Which authority the law asks for.
        rationale: Why this is necessary and proportionate.
        valid_from: The first duty day on which visits may be made.
        valid_until: The last one.
        by: Somebody with the right to it, who neither wrote, submitted nor leads the operation.
        at: Now.

    Raises:
        PermissionDenied: it is not for ``by`` to decide.
        Refused: it was decided or withdrawn meanwhile, or the operation was changed since it was
            submitted; the dates don't lie within the operation; or no rationale is given.

    """
    operation, authorisation = _hold_for_decision(authorisation, by=by)
    problems = []
    if not lines(rationale):
        problems.append(Problem("rationale", "Enter why this is necessary and proportionate."))
    if valid_until < valid_from:
        problems.append(Problem("valid_until", "The last day must be on or after the first day."))
    elif valid_until < duty_day(at):
        problems.append(Problem("valid_until", "The last day must be today or later."))
    if not authorisation.starts_on <= valid_from <= authorisation.ends_on:
        problems.append(Problem("valid_from", "Choose a day on which the operation runs."))
    if not authorisation.starts_on <= valid_until <= authorisation.ends_on:
        problems.append(Problem("valid_until", "Choose a day on which the operation runs."))
    if fingerprint != authorisation.fingerprint or differences(operation, authorisation):
        problems.append(Problem("", CHANGED_MEANWHILE))
    refuse_if_any(problems)
    authorisation.considered = considered
    authorisation.valid_from, authorisation.valid_until = valid_from, valid_until
    _decide(authorisation, Decision.AUTHORISED, rationale, by, at)
    operation.authorised_from, operation.authorised_until = valid_from, valid_until
    moved = OperationState.AUTHORISED if operation.is_submitted else OperationState(operation.state)
    _move(operation, moved)
    return authorisation


CHANGED_MEANWHILE = (
    "The operation was changed after it was submitted, so this is not what you would authorise. "
    "Refuse it, so that its planner submits it again."
)


@transaction.atomic
def refuse_operation(
    *, authorisation: Authorisation, rationale: str, by: User, at: dt.datetime
) -> Authorisation:
    """Say that an operation may not go on as it was submitted. It is a draft again.

    One that was authorised before goes on within what was authorised then.

    Raises:
        PermissionDenied: it is not for ``by`` to decide.
        Refused: it was decided or withdrawn meanwhile, or no reason is given.

    """
    operation, authorisation = _hold_for_decision(authorisation, by=by)
    if not lines(rationale):
        raise refuse("rationale", "Enter why it is refused, so that its planner can change it.")
    _decide(authorisation, Decision.REFUSED, rationale, by, at)
    if operation.is_submitted:
        _move(operation, OperationState.DRAFT)
    return authorisation


@transaction.atomic
def withdraw_operation(
    *, operation: Operation, reason: str, by: User, at: dt.datetime
) -> Operation:
    """Take a submission back, or an authority that is not used. The operation is a draft again.

    Where it was asked for a second time, only that question is taken back.

    Raises:
        PermissionDenied: ``by`` does not plan this operation as a whole.
        Refused: there is nothing to take back, a visit has started, or no reason is given.

    """
    require_its_planner(operation, by=by)
    operation = planning.lock_open(operation)
    if not one_line(reason):
        raise refuse("reason", "Enter why it is withdrawn.")
    waiting = Authorisation.objects.waiting().filter(operation=operation).first()
    again = waiting is not None and not operation.is_submitted
    if operation.is_draft:
        raise refuse("operation", "This operation is a draft: there is nothing to withdraw.")
    with scope.all_units():
        if not again and operation.visits.has_started().exists():
            raise refuse("operation", STARTED)
    scope.set_reason(one_line(reason))
    taken_back = [waiting] if waiting else []
    if not again:
        taken_back += Authorisation.objects.standing().filter(operation=operation)
    for authorisation in taken_back:
        authorisation.withdrawn_by, authorisation.withdrawn_at = by, at
        authorisation.withdrawn_reason = one_line(reason)
        authorisation.save()
    if not again:
        operation.authorised_from = operation.authorised_until = None
        _move(operation, OperationState.DRAFT)
    return operation


STARTED = (
    "A visit of this operation has started, so it is not withdrawn any more. Cancel the visits to "
    "come, then close it."
)


@transaction.atomic
def publish_operation(*, operation: Operation, by: User, at: dt.datetime) -> Operation:
    """Let the teams see their visits, and tell them.

    Raises:
        PermissionDenied: ``by`` does not plan this operation as a whole.
        Refused: nobody has authorised it, or not as it is now; or it is published already.

    """
    require_its_planner(operation, by=by)
    operation = planning.lock_open(operation)
    if operation.is_published:
        raise refuse("operation", "This operation is published already.")
    authority = standing(operation)
    if not operation.is_authorised or authority is None:
        raise refuse("operation", "Somebody has to authorise this operation first: submit it.")
    if changed := differences(operation, authority):
        said = [Problem("operation", f"Changed since it was authorised. {one}") for one in changed]
        raise Refused(said)
    assert operation.authorised_from is not None
    assert operation.authorised_until is not None
    with scope.all_units():
        planned = operation.visits.planned()
        if planned.not_within(operation.authorised_from, operation.authorised_until).exists():
            raise refuse("operation", OUTSIDE)
    _move(operation, OperationState.PUBLISHED)
    number = operation.publications.count() + 1
    publication = Publication.objects.create(operation=operation, number=number, by=by, at=at)
    telling.tell(operation, at=at, publication=publication)
    return operation


OUTSIDE = (
    "Visits are planned on days that are not authorised. They have to be moved or cancelled first."
)


def _hold_for_decision(
    authorisation: Authorisation, *, by: User
) -> tuple[Operation, Authorisation]:
    require(by, AUTHORISE_OPERATIONS)
    seen = Authorisation.objects.visible_to(by).filter(pk=authorisation.pk)
    if not seen.exists():
        raise PermissionDenied
    operation = planning.lock(authorisation.operation)
    held = Authorisation.objects.select_for_update(no_key=True).get(pk=authorisation.pk)
    if not held.is_waiting:
        raise refuse("", "This was decided or withdrawn meanwhile. Nothing was saved.")
    if not may_decide(held, by=by):
        raise PermissionDenied
    return operation, held


def _decide(
    authorisation: Authorisation, decision: Decision, rationale: str, by: User, at: dt.datetime
) -> None:
    authorisation.decision, authorisation.rationale = decision, rationale
    authorisation.decided_by, authorisation.decided_at = by, at
    authorisation.save()


def _move(operation: Operation, state: OperationState) -> None:
    """Save a held operation in another state, so that whoever has it open is told."""
    operation.state = state
    operation.claim(operation.version)
    operation.save()
