"""The act of making a draft like an operation that there was, as for another year."""

import datetime as dt

from django.db import transaction

from accounts.acts.refusals import Problem, save_unless_taken
from accounts.dates.london import duty_day
from accounts.models import User
from operations import people
from operations.planning import actions as planning
from operations.planning.models import Operation
from operations.scenarios.models import Scenario
from operations.visits.selection import BY_CHANCE, Selection


@transaction.atomic
def clone_operation(
    *, operation: Operation, reference: str, starts_on: dt.date, by: User, at: dt.datetime
) -> Operation:
    """Make a draft like ``operation``: its name, length, lead, the newest version of its scenario,
    and the venues that somebody picked, as far as they are still there.

    Venues that chance has chosen are not taken over, since chance has to choose anew; the notes say
    what they were drawn from. Nor are teams, visits and the authority.

    Args:
        operation: What there was.
        reference: Of the new one.
        starts_on: The first day of the new one.
        by: Its planner.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        Refused: the reference is taken, or the dates won't do.

    """
    planning.require_plannable(operation, by=by)
    leads = people.possible_leads().filter(pk=operation.lead_id).exists()
    fields: planning.OperationFields = {
        "reference": reference,
        "name": operation.name,
        "starts_on": starts_on,
        "ends_on": starts_on + (operation.ends_on - operation.starts_on),
        "lead": operation.lead if leads else by,
        "scenario": Scenario.objects.filter(title=operation.scenario.title).latest(),
        "authorisation_reference": "",
        "notes": _notes(operation, by),
    }
    problems = planning.problems_of(fields)
    if starts_on < duty_day(at):
        problems.append(Problem("starts_on", "Choose a day that is still to come."))
    clone = Operation(created_by=by, **fields)
    save_unless_taken(clone, problems, about="reference")
    allowed = planning.choosable(clone, by=by)
    picked = operation.chosen_venues.exclude(selection__in=BY_CHANCE)
    for selection in (Selection.PRIORITY, Selection.INTELLIGENCE):
        venues = allowed.filter(pk__in=picked.filter(selection=selection).values("venue"))
        if found := list(venues):
            planning.add_venues(operation=clone, venues=found, selection=selection, by=by)
    return clone


def _notes(operation: Operation, by: User) -> str:
    """What the drawn venues of ``operation`` were drawn from, for whoever draws anew."""
    drawn = operation.draws.visible_to(by).order_by("pk")
    said = [f"Draw {draw.number} of {draw.frame}." for draw in drawn]
    return "\n".join([f"Made like {operation.reference}.", *said])[:2000]
