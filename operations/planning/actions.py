"""Acts on operations before anybody goes out: what they are, and which venues are in them.

Acts lock in one order, so that nobody waits for somebody else in a circle: the operation, then
venues, visits, follow-ups, officers and cadets, each by key.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, Refused, broken_rules, refuse, save_unless_taken
from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.database.locks import hold
from accounts.dates.london import duty_begins, duty_ends
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import plain_time
from govuk.texts import one_line
from operations import people
from operations.planning.models import Draw, Operation, OperationVenue
from operations.scenarios.models import Scenario
from operations.visits.models import Visit
from operations.visits.policies import VisitPolicy
from operations.visits.selection import BY_CHANCE, Selection
from venues.models import Venue, VenueQuerySet

#: What every command unit of an operation relies on: not for a planner of one of them to change.
COMMON = ("starts_on", "ends_on", "lead", "scenario")
DATES = ("starts_on", "ends_on")

#: The question that a broken constraint of an operation is about.
QUESTION_OF = {
    "operation_reference_is_unique": "reference",
    "operation_ends_on_or_after_its_first_day": "ends_on",
}


class OperationFields(TypedDict):
    """What a planner says about an operation."""

    reference: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    lead: User
    scenario: Scenario
    authorisation_reference: str
    notes: NotRequired[str]


def not_for(by: User, operation: Operation) -> dict[str, str]:
    """What of :data:`COMMON` this planner may not change, and the sentence that says why.

    From a refusal others might learn what visits other command units have planned.
    """
    if by.whole_force:
        return {}
    if not operation.has_planner(by):
        return dict.fromkeys(COMMON, NOT_YOURS)
    if is_of_other_units_too(operation, by=by):
        return dict.fromkeys((*DATES, "scenario"), OF_SEVERAL_UNITS)
    return {}


def is_of_other_units_too(operation: Operation, *, by: User) -> bool:
    """Whether venues of command units that are not theirs are chosen for the operation."""
    theirs = by.in_my_units("command_unit")
    with scope.all_units():
        chosen, visits = operation.chosen_venues.all(), operation.visits.all()
        return any(rows.exclude(theirs).exists() for rows in (chosen, visits))


def is_within(operation: Operation, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    """Whether a window lies in the operation's duty days. The last night ends in the morning."""
    return _is_between(operation.starts_on, operation.ends_on, starts_at, ends_at)


def is_authorised_for(operation: Operation, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    """Whether a window lies in the days for which the operation is authorised; before somebody
    has, in any.
    """
    first, last = operation.authorised_from, operation.authorised_until
    return first is None or last is None or _is_between(first, last, starts_at, ends_at)


def _is_between(
    first: dt.date, last: dt.date, starts_at: dt.datetime, ends_at: dt.datetime
) -> bool:
    return duty_begins(first) <= starts_at and ends_at <= duty_ends(last)


@transaction.atomic
def create_operation(*, by: User, **fields: Unpack[OperationFields]) -> Operation:
    """Make an operation without venues or visits.

    Raises:
        PermissionDenied: ``by`` is no planner.
        Refused: the dates, the lead or the reference won't do.

    """
    require(by, PLAN_OPERATIONS)
    operation = Operation(created_by=by, **fields)
    save_unless_taken(operation, problems_of(fields), about="reference")
    return operation


NOT_YOURS = (
    "Only the person who made this operation, its lead or a planner of the whole force can change "
    "this."
)


OF_SEVERAL_UNITS = (
    "This operation has venues of other command units, so only a planner of the whole force can "
    "change this."
)
ASKED = "The planners see on the operation’s page which dates you ask for."


def edit_operation(
    *, operation: Operation, version: int, by: User, **fields: Unpack[OperationFields]
) -> Operation:
    """Change what is said about an operation.

    Dates that are refused because of others are kept as asked for, and the operation's page tells
    the planners whom they concern.

    Args:
        operation: The operation.
        version: The version that the person had in front of them.
        by: Who changes it.
        fields: What it shall say from now on.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        EditConflictError: somebody else saved it meanwhile.
        Refused: as for a new one; or what is common to its command units changes by somebody
            who may not, or the scenario though a visit has played it, or the dates leave a planned
            visit out.

    """
    require_plannable(operation, by=by)
    try:
        with transaction.atomic():
            return _edit_operation(operation, version, by, fields)
    except Refused as error:
        about_dates = [problem for problem in error.problems if problem.about in DATES]
        if about_dates and all(problem.message.endswith(ASKED) for problem in about_dates):
            Operation.objects.filter(pk=operation.pk).update(
                wanted_starts_on=fields["starts_on"],
                wanted_ends_on=fields["ends_on"],
                wanted_by=by,
            )
        raise


def _edit_operation(
    operation: Operation, version: int, by: User, fields: OperationFields
) -> Operation:
    operation = lock_open(operation)
    operation.claim(version)
    changed = {name for name in COMMON if fields[name] != getattr(operation, name)}  # type: ignore[literal-required]
    why_not = not_for(by, operation)

    def asks(name: str) -> bool:
        return name in DATES and why_not[name] == OF_SEVERAL_UNITS

    refused = changed & set(why_not)
    problems = [
        Problem(name, f"{OF_SEVERAL_UNITS} {ASKED}" if asks(name) else why_not[name])
        for name in COMMON
        if name in refused
    ]
    problems += problems_of(fields, operation=operation)
    if "scenario" in changed - refused and _has_played(operation):
        problems.append(Problem("scenario", PLAYED))
    for name, value in fields.items():
        setattr(operation, name, value)
    if changed & set(DATES) and not refused & set(DATES):
        problems += _problems_of_left_out(operation, by)
        operation.wanted_starts_on = operation.wanted_ends_on = operation.wanted_by = None
    save_unless_taken(operation, problems, about="reference")
    return operation


PLAYED = (
    "Visits of this operation have played its scenario. To use another one, make a new operation: "
    "results are compared within one scenario version."
)


def _has_played(operation: Operation) -> bool:
    with scope.all_units():  # whoever planned them
        return operation.visits.has_started().exists()


def _problems_of_left_out(operation: Operation, by: User) -> list[Problem]:
    """Whether dates leave planned visits out: counted only where all of them are theirs to see."""
    if operation.ends_on < operation.starts_on:
        return []
    with scope.all_units():
        outside = operation.visits.planned().not_within(operation.starts_on, operation.ends_on)
        left_out, seen = outside.count(), outside.visible_to(by).count()
        others = outside.exclude(created_by=by).exists()
    if not left_out:
        return []
    if seen < left_out:
        return [Problem("ends_on", f"Visits that are planned are outside these dates. {ASKED}")]
    these = "1 planned visit is" if left_out == 1 else f"{left_out} planned visits are"
    them = "it" if left_out == 1 else "them"
    message = f"{these} outside these dates: move or cancel {them} first."
    return [Problem("ends_on", f"{message} {ASKED}" if others else message)]


def require_plannable(operation: Operation, *, by: User) -> None:
    """Refuse whoever is no planner, or does not see the operation."""
    require(by, PLAN_OPERATIONS)
    if not Operation.objects.visible_to(by).filter(pk=operation.pk).exists():
        raise PermissionDenied


def lock(operation: Operation) -> Operation:
    """The operation as it stands now, kept from other planners until the transaction ends."""
    return Operation.objects.select_for_update(no_key=True).get(pk=operation.pk)


OVER = "This operation is closed: it takes no more plans."


def lock_open(operation: Operation) -> Operation:
    """The same, refused where the operation is closed."""
    operation = lock(operation)
    if operation.is_closed:
        raise refuse("operation", OVER)
    return operation


def problems_of(fields: Mapping[str, Any], *, operation: Operation | None = None) -> list[Problem]:
    """Why what is said of ``operation``, or of a new one, won't do; ``fields`` may lack some.

    Rules about several fields hold for those that are given.
    """
    wanted = Operation(pk=operation.pk if operation else None)
    wanted._state.adding = operation is None
    for name, value in fields.items():
        setattr(wanted, name, value)
    problems = broken_rules(wanted, QUESTION_OF)
    if any(operation is None or fields.get(name) != getattr(operation, name) for name in DATES):
        problems += _problems_of_length(wanted)
    lead = fields.get("lead")
    if lead and not people.possible_leads().filter(pk=lead.pk).exists():
        problems.append(Problem("lead", f"{lead} can't lead: choose a CSE lead or a planner."))
    return problems


def _problems_of_length(operation: Operation) -> list[Problem]:
    """Why an operation of these dates would be too long; what is on record stays."""
    if not operation.starts_on or not operation.ends_on:
        return []
    longest = VisitPolicy.longest_operation(on=operation.starts_on)
    last = operation.starts_on + longest - dt.timedelta(days=1)
    if operation.ends_on <= last:
        return []
    message = (
        f"An operation lasts {longest.days} days at most, so this one ends on "
        f"{plain_time(last)} or before. Check both dates, or plan another operation."
    )
    return [Problem("ends_on", message)]


# Venues of an operation ---------------------------------------------------------------------------


def choosable(operation: Operation, *, by: User) -> VenueQuerySet:
    """The venues that this person may add: open, of their command units and not yet in it."""
    chosen = operation.chosen_venues.values("venue")
    return Venue.objects.visible_to(by).in_command_units_of(by).open().exclude(pk__in=chosen)


def may_choose(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back what chose, or took out, these venues."""
    keys = {row.venue_id for row in records if isinstance(row, OperationVenue)}
    theirs = Venue.objects.in_command_units_of(by).filter(pk__in=keys)
    return by.has_perm(PLAN_OPERATIONS) and theirs.count() == len(keys)


def hold_choice(way: Return) -> None:
    """Keep others from planning for the operation, and from closing what comes back to it."""
    chosen = [row for row in way.left if isinstance(row, OperationVenue)]
    hold(Operation.objects.filter(pk__in={row.operation_id for row in chosen}))
    back = [row for row in way.again if isinstance(row, OperationVenue)]
    lock_venues({row.venue_id for row in back})


def visited_since(way: Return) -> str:
    """Why venues that were chosen stay: a visit to one of them is planned by now."""
    chosen = [row for row in way.left if isinstance(row, OperationVenue)]
    if not chosen:
        return ""
    visits = Visit.objects.filter(
        operation=chosen[0].operation_id, venue__in={row.venue_id for row in chosen}
    )
    return VISITED_SINCE if visits.exists() else ""


VISITED_SINCE = "A visit to one of these venues is planned by now, so they stay."


def _closed_since(way: Return) -> str:
    """Why a venue that was taken out stays out."""
    keys = {row.venue_id for row in way.again if isinstance(row, OperationVenue)}
    return CLOSED if Venue.objects.open().filter(pk__in=keys).count() < len(keys) else ""


CLOSED = "This venue has closed."


def names_of(records: Sequence[models.Model]) -> str:
    """The venue that was chosen or taken out, or how many."""
    chosen = [row for row in records if isinstance(row, OperationVenue)]
    return str(chosen[0].venue) if len(chosen) == 1 else f"{len(chosen)} venues"


@undoable(
    "The venues are out of the operation again.",
    may=may_choose,
    shown_on="operation",
    names=names_of,
    refuses=visited_since,
    holds=hold_choice,
    instead="Remove them in the list of venues.",
)
@transaction.atomic
def add_venues(
    *, operation: Operation, venues: Collection[Venue], selection: Selection, by: User
) -> int:
    """Choose ``venues`` by hand, and record why. Those already in it keep their reason.

    Returns:
        How many were added.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        Refused: a venue is closed, merged or of another command unit; or the reason given is
            chance, which :func:`draw_venues` alone may record.

    """
    require_plannable(operation, by=by)
    operation = lock_open(operation)
    if selection in BY_CHANCE:
        raise refuse(
            "selection",
            "Venues that somebody picked were not drawn by chance. Let the system draw them.",
        )
    wanted = {venue.pk for venue in venues}
    already = set(operation.chosen_venues.filter(venue__in=wanted).values_list("venue", flat=True))
    lock_venues(wanted)
    allowed = choosable(operation, by=by).filter(pk__in=wanted).values_list("pk", flat=True)
    if missing := len(wanted - already - set(allowed)):
        what = "1 venue is" if missing == 1 else f"{missing} venues are"
        raise refuse(
            "venues", f"{what} closed, merged or outside your command units. Nothing was added."
        )
    return choose(operation, wanted - already, selection, by)


def lock_venues(venue_ids: Collection[int]) -> None:
    """Keep others from closing or merging these venues until the transaction ends.

    What was read of them before may be out of date by then: ask again.
    """
    hold(Venue.objects.filter(pk__in=venue_ids))


def choose(
    operation: Operation,
    venue_ids: Iterable[int],
    selection: Selection,
    by: User,
    draw: Draw | None = None,
) -> int:
    """Put venues that may be chosen into a locked operation; how many there were."""
    if operation.is_closed:
        raise refuse("operation", OVER)
    rows = [
        OperationVenue(
            operation=operation, venue_id=pk, selection=selection, draw=draw, added_by=by
        )
        for pk in venue_ids
    ]
    return len(OperationVenue.objects.bulk_create(rows))


@undoable(
    "The venue is in the operation again.",
    may=may_choose,
    shown_on="chosen.operation",
    names=names_of,
    refuses=_closed_since,
    holds=hold_choice,
    instead="Add it again.",
)
@transaction.atomic
def remove_venue(*, chosen: OperationVenue, by: User, reason: str = "") -> None:
    """Take a venue out of an operation that has made no visit to it.

    One that was drawn by chance goes for a reason only, since those that remain are no longer what
    chance alone has chosen.

    Raises:
        PermissionDenied: the venue is of another command unit.
        Refused: it has visits, even if only cancelled ones; or it was drawn and no reason is
            given.

    """
    operation = lock_open(chosen.operation)
    if not may_choose(by, [chosen]):
        raise PermissionDenied
    if operation.visits.filter(venue=chosen.venue_id).exists():
        raise refuse("venue", "This venue has visits in the operation, so it stays in it.")
    if chosen.is_drawn and not one_line(reason):
        raise refuse("reason", "Enter why this venue is taken out although chance has chosen it")
    scope.set_reason(one_line(reason) or "Taken out of the operation")
    chosen.delete()
