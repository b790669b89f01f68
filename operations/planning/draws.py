"""Draws: venues of an operation that chance has chosen."""

import random

from django.db import transaction
from django.db.models import Q
from django.utils.text import get_text_list

from accounts.acts.refusals import refuse
from accounts.acts.undo import undoable
from accounts.models import User
from operations.planning.actions import (
    choosable,
    choose,
    hold_choice,
    lock,
    lock_venues,
    may_choose,
    names_of,
    require_plannable,
    visited_since,
)
from operations.planning.models import Draw, Operation
from operations.visits.selection import Selection
from venues.models import CommandUnit, Venue, VenueQuerySet
from venues.registry.names_in_sql import NormalName

#: The operating system's own entropy: nobody can foretell or repeat a draw.
RANDOM_SOURCE = random.SystemRandom()


@undoable(
    "The venues that were drawn are out of the operation again.",
    may=may_choose,
    shown_on="operation",
    names=names_of,
    refuses=visited_since,
    holds=hold_choice,
    asks_why="Enter why these venues are taken out although chance has chosen them",
    instead="Remove them one by one in the list of venues, each with a reason.",
)
@transaction.atomic
def draw_venues(
    *, operation: Operation, among: VenueQuerySet, number: int, by: User, filters: str = ""
) -> int:
    """Draw ``number`` venues by chance, each of ``among`` that may be added being as likely.

    They speak for the venues they were drawn from: for all of the command units only where none of
    these was left out by a filter. What they were drawn from is kept (:class:`Draw`).

    Args:
        operation: The operation.
        among: The venues to draw from.
        number: How many.
        by: Who lets draw.
        filters: What narrowed the venues to ``among``, in words.

    Returns:
        How many were added: ``number``.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        Refused: there are fewer to draw from.

    """
    require_plannable(operation, by=by)
    operation = lock(operation)
    matching = among.order_by().values("pk")
    pool = dict(
        choosable(operation, by=by)
        .filter(pk__in=matching)
        .order_by("pk")
        .values_list("pk", "local_authority__command_unit")
    )
    if not 1 <= number <= len(pool):
        message = f"Enter a number between 1 and {len(pool)}: so many venues match."
        raise refuse("number", message if pool else "No venue matches: use fewer filters.")
    drawn = RANDOM_SOURCE.sample(list(pool), number)
    lock_venues(drawn)
    if choosable(operation, by=by).filter(pk__in=drawn).count() < number:
        message = "A venue was closed or merged just now, so nothing was added. Draw again."
        raise refuse("number", message)
    draw = _record_draw(operation, set(pool.values()), len(pool), number, filters, by)
    selection = Selection.RANDOM if draw.of_all else Selection.RANDOM_PART
    return choose(operation, drawn, selection, by, draw)


def _record_draw(
    operation: Operation,
    units: set[int | None],
    frame_size: int,
    number: int,
    filters: str,
    by: User,
) -> Draw:
    """Keep what was drawn from, and whether that was all there is in these command units."""
    keys = [key for key in units if key is not None]
    of_units = Q(local_authority__command_unit__in=keys)
    if None in units:
        of_units |= Q(local_authority__command_unit=None)
    names = CommandUnit.objects.filter(pk__in=keys).order_by(NormalName("name"))
    parts = [*names.values_list("name", flat=True), *(["no command unit"] if None in units else [])]
    if len(keys) > 1 and len(keys) == CommandUnit.objects.count():
        parts = ["every command unit"]
    of_all = choosable(operation, by=by).filter(of_units).count() == frame_size
    left_out = operation.chosen_venues.exclude(selection=Selection.RANDOM)
    return Draw.objects.create(
        operation=operation,
        units=get_text_list(parts, "and"),
        filters="" if of_all else filters,
        of_all=of_all,
        frame_size=frame_size,
        left_out=left_out.filter(venue__in=Venue.objects.open().filter(of_units)).count(),
        number=number,
        drawn_by=by,
    )
