"""Acts on proposals: asking for one, stopping it, and taking it, so that its visits are planned."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.refusals import Problem, Refused, refuse
from accounts.acts.undo import undoable
from accounts.dates.london import duty_day
from accounts.models import User
from config.queue import queue
from operations.planning import actions as planning
from operations.planning import schedule
from operations.planning.models import Operation
from operations.planning.schedule import Duty, Place
from operations.proposals.models import Proposal, ProposalState
from operations.proposals.tasks import work_out
from operations.proposals.wanted import Wanted
from operations.proposals.world import venues_to_visit, where_it_is
from operations.teams.models import Cadet
from operations.visits.models import Visit
from venues.models import Venue

LONGEST = 31  # days


@transaction.atomic
def ask_for_proposal(
    *, operation: Operation, wanted: Wanted, by: User, at: dt.datetime
) -> Proposal:
    """Let the solver look for a schedule of the venues that have no visit yet.

    Args:
        operation: Whose venues.
        wanted: When, and who may go.
        by: A planner, who alone sees the proposal.
        at: Now.

    Returns:
        The proposal, which a worker fills; one that is being worked out already stays the one.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        Refused: the days or hours won't do, nobody can go, or no venue is left to visit.

    """
    planning.require_plannable(operation, by=by)
    planning.lock(operation)
    working = Proposal.objects.at_work().filter(operation=operation, asked_by=by).first()
    if working:
        return working
    if problems := problems_of(operation, wanted, by=by, on=duty_day(at)):
        raise Refused(problems)
    proposal = Proposal.objects.create(
        operation=operation, wanted=wanted.as_json(), asked_by=by, asked_at=at, heard_at=at
    )
    transaction.on_commit(lambda: queue(work_out, proposal.pk))
    return proposal


def problems_of(operation: Operation, wanted: Wanted, *, by: User, on: dt.date) -> list[Problem]:
    """Why the solver need not begin, on the day ``on``: each beside its question."""
    found = []
    if not wanted.days:
        found.append(Problem("days", "Select the evenings on which teams can go"))
    if any(not operation.starts_on <= day <= operation.ends_on or day < on for day in wanted.days):
        found.append(Problem("days", "Select evenings of the operation that are to come."))
    if len(wanted.days) > LONGEST:
        found.append(Problem("days", f"Select {LONGEST} evenings at most."))
    if wanted.begins == wanted.ends:
        found.append(Problem("ends", "Enter an end that is not the beginning."))
    if not set(wanted.welfare_officers) <= set(wanted.officers):
        message = "Select those who can go as officers too."
        found.append(Problem("welfare_officers", message))
    elif not wanted.welfare_officers:
        message = "Select at least one welfare officer: each team has one."
        found.append(Problem("welfare_officers", message))
    if len(set(wanted.officers)) < 2:
        found.append(Problem("officers", "Select at least two officers: a team is two."))
    venues = venues_to_visit(operation, by=by)
    if not any(map(where_it_is, venues)):
        message = (
            "It is not known where these venues are. Add their postcodes first."
            if venues
            else "Each venue of the operation has a visit. Add venues first."
        )
        found.append(Problem("days", message))
    return found


@transaction.atomic
def stop_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Stop looking for something better. The best so far stays, and can be taken.

    Raises:
        PermissionDenied: ``by`` did not ask for it.

    """
    held = _hold(proposal, by=by)
    if held.is_working:
        held.state = ProposalState.STOPPED
        held.save(update_fields=["state"])
    return held


def _may_take_back(by: User, records: Sequence[models.Model]) -> bool:
    """Whoever took it, as a whole; colleagues cancel visits one by one."""
    visits = [record for record in records if isinstance(record, Visit)]
    theirs = all(visit.created_by_id == by.pk for visit in visits)
    return theirs and schedule.may_take_back(by, records)


def _names(records: Sequence[models.Model]) -> str:
    return f"{sum(isinstance(record, Visit) for record in records)} visits"


@undoable(
    "The visits of the proposal are not planned any more.",
    may=_may_take_back,
    shown_on="proposal.operation",
    names=_names,
    instead="Cancel the visits one by one.",
)
@transaction.atomic
def take_proposal(*, proposal: Proposal, by: User, at: dt.datetime) -> list[Visit]:
    """Plan the visits that a proposal has: all of them, or none.

    Raises:
        PermissionDenied: ``by`` did not ask for it.
        Refused: it is taken already, or one of its visits breaks a rule by now; it says which.

    """
    held = _hold(proposal, by=by)
    if held.state == ProposalState.TAKEN:
        raise refuse("proposal", "These visits are planned already.")
    if not held.tours:
        raise refuse("proposal", "This proposal has no visits. Ask for another one.")
    officers = User.objects.in_bulk(
        {tour[duty] for tour in held.tours for duty in ("lead", "welfare")}
    )
    cadets = Cadet.objects.in_bulk({tour["cadet"] for tour in held.tours if tour["cadet"]})
    venues = Venue.objects.in_bulk({s["venue"] for tour in held.tours for s in tour["stops"]})
    made = []
    for tour in held.tours:
        team = [
            Place(officers[tour["lead"]], Duty.LEAD),
            Place(officers[tour["welfare"]], Duty.WELFARE),
        ]
        if tour["cadet"]:
            team.append(Place(cadets[tour["cadet"]], Duty.CADET))
        for stop in tour["stops"]:
            venue = venues[stop["venue"]]
            try:
                made.append(
                    schedule.plan_visit(
                        operation=held.operation,
                        venue=venue,
                        starts_at=dt.datetime.fromisoformat(stop["starts_at"]),
                        ends_at=dt.datetime.fromisoformat(stop["ends_at"]),
                        team=team,
                        by=by,
                        at=at,
                    )
                )
            except Refused as refused:
                why = " ".join(problem.message for problem in refused.problems)
                raise refuse(
                    "proposal",
                    f"Nothing was planned, since something changed: the visit to {venue} can’t be "
                    f"planned now. {why} Ask for another proposal.",
                ) from None
    held.state = ProposalState.TAKEN
    held.save(update_fields=["state"])
    return made


def _hold(proposal: Proposal, *, by: User) -> Proposal:
    """The proposal as it stands, kept from others until this transaction ends."""
    planning.require_plannable(proposal.operation, by=by)
    planning.lock(proposal.operation)
    held = Proposal.objects.visible_to(by).select_for_update(no_key=True)
    found = held.filter(pk=proposal.pk).first()
    if found is None:
        raise PermissionDenied
    return found
