"""What a planner does before anybody goes out: operations, their venues, and scenarios.

Acts lock in one order, so that two planners never wait for each other in a circle: the operation,
then the visit or the venues, then officers, then cadets, the latter three by key.
"""

import datetime as dt
import random
from collections.abc import Collection, Iterable
from typing import NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import scope
from accounts.london import duty_begins, duty_ends
from accounts.models import User
from accounts.roles import Role
from operations.actions.refusals import (
    PlanningError,
    Problem,
    broken_rules,
    refuse,
    sentence_of,
)
from operations.models import (
    Operation,
    OperationVenue,
    Scenario,
    Selection,
    WarningSign,
)
from venues.models import Venue, VenueQuerySet
from venues.names import NormalName, normal_name

#: The operating system's own entropy: nobody can foretell or repeat a draw.
CHANCE = random.SystemRandom()


#: People in the order of the alphabet, whatever the case and the accents.
BY_NAME = (NormalName("last_name"), NormalName("first_name"), "pk")

#: What every command unit of an operation relies on: not for a planner of one of them to change.
COMMON = ("starts_on", "ends_on", "lead", "scenario")


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


def possible_leads() -> QuerySet[User]:
    """The people who may lead an operation: CSE leads and planners who still sign in."""
    in_role = Q(groups__name__in=[Role.CSE_LEAD, Role.PLANNER])
    return User.objects.filter(in_role, is_active=True).distinct().order_by(*BY_NAME)


def may_change_common(operation: Operation, *, by: User) -> bool:
    """Whether this planner may change what is :data:`COMMON` to the units of an operation.

    Others might learn from a refusal what visits other command units have planned.
    """
    return by.whole_force or by.pk in (operation.lead_id, operation.created_by_id)


def is_within(operation: Operation, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    """Whether a window lies in the operation's duty days. The last night ends in the morning."""
    first, last = duty_begins(operation.starts_on), duty_ends(operation.ends_on)
    return first <= starts_at and ends_at <= last


@transaction.atomic
def create_operation(*, by: User, **fields: Unpack[OperationFields]) -> Operation:
    """Make an operation without venues or visits.

    Raises:
        PlanningError: the dates, the lead or the reference won't do.

    """
    operation = Operation(created_by=by, **fields)
    _save(operation)
    return operation


NOT_YOURS = (
    "Only the person who made this operation, its lead or a planner of the whole force can change "
    "this."
)


@transaction.atomic
def edit_operation(
    *, operation: Operation, version: int, by: User, **fields: Unpack[OperationFields]
) -> Operation:
    """Change what is said about an operation.

    Args:
        operation: The operation.
        version: The version that the person had in front of them.
        by: Who changes it.
        fields: What it shall say from now on.

    Raises:
        EditConflictError: somebody else saved it meanwhile.
        PlanningError: as for a new one; or what is common to its command units changes by somebody
            who may not, or the scenario though a visit has played it, or the dates leave a planned
            visit out.

    """
    operation = lock(operation)
    operation.claim(version)
    changed = [name for name in COMMON if fields[name] != getattr(operation, name)]  # type: ignore[literal-required]
    if changed and not may_change_common(operation, by=by):
        raise PlanningError(Problem(name, NOT_YOURS) for name in changed)
    with scope.all_units():  # whoever plans them
        played = operation.visits.has_started().exists()
        planned = list(operation.visits.planned())
    changes_scenario = fields["scenario"].pk != operation.scenario_id
    for name, value in fields.items():
        setattr(operation, name, value)
    problems = []
    if changes_scenario and played:
        problems.append(
            Problem(
                "scenario",
                "Visits of this operation have played its scenario. To use another one, make a "
                "new operation: results are compared within one scenario version.",
            )
        )
    if left_out := sum(
        not is_within(operation, visit.starts_at, visit.ends_at) for visit in planned
    ):
        these = "1 planned visit is" if left_out == 1 else f"{left_out} planned visits are"
        them = "it" if left_out == 1 else "them"
        message = f"{these} outside these dates: move or cancel {them} first."
        problems.append(Problem("ends_on", message))
    _save(operation, problems)
    return operation


def lock(operation: Operation) -> Operation:
    """The operation as it stands now, kept from other planners until the transaction ends."""
    return Operation.objects.select_for_update(no_key=True).get(pk=operation.pk)


def _save(operation: Operation, problems: Iterable[Problem] = ()) -> None:
    problems = [*problems, *broken_rules(operation)]
    if not possible_leads().filter(pk=operation.lead_id).exists():
        problems.append(
            Problem("lead", f"{operation.lead} can't lead: choose a CSE lead or a planner.")
        )
    if problems:
        raise PlanningError(problems)
    try:
        with transaction.atomic():
            operation.save()
    except IntegrityError as error:  # somebody took the reference in this very moment
        raise refuse("reference", sentence_of(error, Operation)) from None


# Venues of an operation ---------------------------------------------------------------------------


def choosable(operation: Operation, *, by: User) -> VenueQuerySet:
    """The venues that this person may add: open, of their command units and not yet in it."""
    chosen = operation.chosen_venues.values("venue")
    return Venue.objects.visible_to(by).in_command_units_of(by).open().exclude(pk__in=chosen)


@transaction.atomic
def add_venues(
    *, operation: Operation, venues: Collection[Venue], selection: Selection, by: User
) -> int:
    """Choose ``venues`` by hand, and record why. Those already in it keep their reason.

    Returns:
        How many were added.

    Raises:
        PlanningError: a venue is closed, merged or of another command unit; or the reason given is
            chance, which :func:`draw_venues` alone may record.

    """
    operation = lock(operation)
    if selection == Selection.RANDOM:
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
    return _choose(operation, wanted - already, selection, by)


@transaction.atomic
def draw_venues(*, operation: Operation, among: VenueQuerySet, number: int, by: User) -> int:
    """Draw ``number`` venues by chance, each of ``among`` that may be added being as likely.

    Only these venues speak for all: whatever one person prefers has no part in the choice.

    Returns:
        How many were added: ``number``.

    Raises:
        PlanningError: there are fewer to draw from.

    """
    operation = lock(operation)
    matching = among.order_by().values("pk")
    pool = list(
        choosable(operation, by=by)
        .filter(pk__in=matching)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if not 1 <= number <= len(pool):
        message = f"Enter a number between 1 and {len(pool)}: so many venues match."
        raise refuse("number", message if pool else "No venue matches: use fewer filters.")
    drawn = CHANCE.sample(pool, number)
    lock_venues(drawn)
    if choosable(operation, by=by).filter(pk__in=drawn).count() < number:
        message = "A venue was closed or merged just now, so nothing was added. Draw again."
        raise refuse("number", message)
    return _choose(operation, drawn, Selection.RANDOM, by)


def lock_venues(venue_ids: Collection[int]) -> None:
    """Keep others from closing or merging these venues until the transaction ends.

    What was read of them before may be out of date by then: ask again.
    """
    rows = Venue.objects.filter(pk__in=venue_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _choose(operation: Operation, venue_ids: Iterable[int], selection: Selection, by: User) -> int:
    rows = [
        OperationVenue(operation=operation, venue_id=pk, selection=selection, added_by=by)
        for pk in venue_ids
    ]
    return len(OperationVenue.objects.bulk_create(rows))


@transaction.atomic
def remove_venue(*, chosen: OperationVenue, by: User) -> None:
    """Take a venue out of an operation that has made no visit to it.

    Raises:
        PlanningError: it has visits, even if only cancelled ones.

    """
    operation = lock(chosen.operation)
    if operation.visits.filter(venue=chosen.venue_id).exists():
        raise refuse("venue", "This venue has visits in the operation, so it stays in it.")
    chosen.delete()


# Scenarios ----------------------------------------------------------------------------------------


@transaction.atomic
def create_scenario(
    *, title: str, script: str, warning_signs: Collection[WarningSign], by: User
) -> Scenario:
    """Write a scenario: its version 1.

    Raises:
        PlanningError: there is one of this title, or it shows no warning sign.

    """
    if Scenario.objects.filter(title__normal=normal_name(title)).exists():
        raise refuse(
            "title", "There is a scenario of this title: make a new version of it instead."
        )
    return _write_scenario(title, 1, script, warning_signs, by)


@transaction.atomic
def new_scenario_version(
    *, scenario: Scenario, script: str, warning_signs: Collection[WarningSign], by: User
) -> Scenario:
    """Write the version after ``scenario``. Operations keep the version that they have.

    Raises:
        PlanningError: somebody wrote a later version meanwhile, or it shows no warning sign.

    """
    versions = Scenario.objects.select_for_update().filter(title=scenario.title)
    newest = max(version.version for version in versions.order_by("pk"))
    if newest > scenario.version:
        raise refuse(
            "script",
            f"Somebody wrote version {newest} after you opened this page. Nothing you entered is "
            "lost: compare the two, then start from the newest version.",
        )
    return _write_scenario(scenario.title, newest + 1, script, warning_signs, by)


def _write_scenario(
    title: str, version: int, script: str, warning_signs: Collection[WarningSign], by: User
) -> Scenario:
    if not warning_signs:
        raise refuse("warning_signs", "Select at least one warning sign.")
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(
                title=title, version=version, script=script, created_by=by
            )
    except IntegrityError:  # the same title in this very moment
        raise refuse("title", "Somebody saved a scenario of this title just now.") from None
    scenario.warning_signs.set(warning_signs)
    return scenario
