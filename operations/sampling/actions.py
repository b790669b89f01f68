"""Acts of a draw: commit to a frame and a seed, let chance choose, replace who falls away.

First the frame, the shares and the digest of a seed go on record (:func:`commit_draw`), in a
request of their own; then the seed is opened, and what it chooses follows (:func:`draw_venues`). So
nobody can try seeds, or leave a venue out of the frame, until the sample pleases.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.text import get_text_list

from accounts.acts.refusals import Problem, Refused, refuse
from accounts.acts.undo import undoable
from accounts.database import scope
from accounts.dates.london import duty_day
from accounts.models import User
from govuk.texts import one_line
from operations.planning import actions as planning
from operations.planning.models import Draw, Operation
from operations.sampling import frames
from operations.sampling.allocation import Allocation
from operations.sampling.design import Design, outlook
from operations.sampling.draw_order import drawn
from operations.sampling.models import NO_UNIT, DrawnVenue, DrawPlan
from operations.sampling.strata import frame_of
from operations.visits.selection import Selection
from venues.models import CommandUnit, Venue, VenueQuerySet
from venues.registry.names_in_sql import NormalName


def drawable(operation: Operation, among: VenueQuerySet, *, by: User) -> VenueQuerySet:
    """Those of ``among`` that this person may have drawn."""
    matching = among.order_by().values("pk")
    return planning.choosable(operation, by=by).filter(pk__in=matching)


def problems_of(lines: Sequence[frames.Line], design: Design) -> list[Problem]:
    """Why a frame can't be drawn from by this design."""
    if not lines:
        return [Problem("number", "No venue matches: use fewer filters.")]
    sizes = frames.sizes(lines)
    if outlook(sizes, design).is_possible:
        return []
    if len(sizes) > 1 and (design.number or 0) < len(sizes):
        message = f"There are {len(sizes)} strata, and each gives a venue: draw at least so many."
        return [Problem("number", message)]
    message = f"Enter a number between 1 and {len(lines)}: so many venues match."
    return [Problem("number", message)]


def may_plan(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back that these plans were committed."""
    keys = {row.pk for row in records if isinstance(row, DrawPlan)}
    return DrawPlan.objects.visible_to(by).filter(pk__in=keys).count() == len(keys) > 0


@undoable(
    "Nothing is committed for this draw any more.",
    may=may_plan,
    shown_on="operation",
    names=lambda records: "the plan of a draw",
    instead="Leave it: a plan that nobody draws from does nothing.",
    back="operations:operation_list",
)
@transaction.atomic
def commit_draw(
    *,
    operation: Operation,
    among: VenueQuerySet,
    design: Design,
    by: User,
    at: dt.datetime,
    filters: str = "",
) -> DrawPlan:
    """Put on record from which venues will be drawn, how many, and the digest of a seed.

    Args:
        operation: The operation.
        among: The venues to draw from.
        design: How many, of which strata.
        by: Who commits to it.
        at: When. Strata by training are those of this day.
        filters: What narrowed the venues to ``among``, in words.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see the operation.
        Refused: there are fewer to draw from, or more strata than are to be drawn.

    """
    planning.require_plannable(operation, by=by)
    operation = planning.lock(operation)
    venues = drawable(operation, among, by=by)
    lines = frame_of(venues, design.aspects, on=duty_day(at))
    if problems := problems_of(lines, design):
        raise Refused(problems)
    text = frames.encode(lines)
    units = set(venues.order_by().values_list("local_authority__command_unit", flat=True))
    of_units = _of_units(units)
    whole = planning.choosable(operation, by=by).filter(of_units).count() == len(lines)
    left_out = operation.chosen_venues.exclude(selection=Selection.RANDOM)
    plan = DrawPlan.of_design(
        design,
        operation=operation,
        frame=text,
        frame_size=len(lines),
        frame_hash=frames.digest(text),
        shares=[asdict(share) for share in outlook(frames.sizes(lines), design).shares],
        unit_ids=sorted(key or NO_UNIT for key in units),
        units=_names_of(units),
        filters=_narrowed_by("" if whole else filters, design),
        of_all=whole and not _is_uneven(design),
        left_out=left_out.filter(venue__in=Venue.objects.open().filter(of_units)).count(),
        made_by=by,
        made_at=at,
    )
    plan.save()
    plan.refresh_from_db(fields=["seed_hash", "seed"])
    return plan


def _is_uneven(design: Design) -> bool:
    """Whether venues have other chances than others, so that a plain rate speaks for none but
    them.
    """
    return bool(design.aspects) and design.allocation != Allocation.PROPORTIONAL


def _narrowed_by(filters: str, design: Design) -> str:
    uneven = "drawn in unequal parts of each stratum" if _is_uneven(design) else ""
    return "; ".join(filter(None, [filters, uneven]))


def _of_units(units: Collection[int | None]) -> Q:
    """Venues of these command units, or of none where None is one of them."""
    of_units = Q(local_authority__command_unit__in=[key for key in units if key is not None])
    return of_units | Q(local_authority__command_unit=None) if None in units else of_units


def _names_of(units: Collection[int | None]) -> str:
    keys = [key for key in units if key is not None]
    names = CommandUnit.objects.filter(pk__in=keys).order_by(NormalName("name"))
    parts = [*names.values_list("name", flat=True), *(["no command unit"] if None in units else [])]
    if len(keys) > 1 and len(keys) == CommandUnit.objects.count():
        parts = ["every command unit"]
    return get_text_list(parts, "and")


@undoable(
    "The venues that were drawn are out of the operation again.",
    may=planning.may_choose,
    shown_on="plan.operation",
    names=planning.names_of,
    refuses=planning.visited_since,
    holds=planning.hold_choice,
    asks_why="Enter why these venues are taken out although chance has chosen them",
    instead="Remove them one by one in the list of venues, each with a reason.",
)
@transaction.atomic
def draw_venues(*, plan: DrawPlan, by: User, at: dt.datetime) -> int:
    """Open the seed of a plan and put the venues into the operation that it chooses.

    The frame stands as it was committed. What has closed since, or was chosen otherwise, is
    replaced by its stratum's next reserve at once.

    Returns:
        How many were added.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see all of the frame.
        Refused: it was drawn already.

    """
    plan = _hold(plan, by=by)
    operation = plan.operation
    if plan.draw_id is not None:
        raise refuse("plan", "These venues were drawn already.")
    draw = Draw.objects.create(
        operation=operation,
        **{name: getattr(plan, name) for name in ("units", "filters", "of_all", "left_out")},
        frame_size=plan.frame_size,
        number=plan.number,
        drawn_by=by,
        drawn_at=at,
    )
    plan.draw = draw
    plan.save(update_fields=["draw"])
    plan.refresh_from_db(fields=["seed"])
    taken = drawn(frames.decode(plan.frame), plan.of_strata, plan.seed)
    planning.lock_venues({one.number for one in taken})
    venues = Venue.objects.in_bulk([one.number for one in taken])
    rows = DrawnVenue.objects.bulk_create(
        DrawnVenue(
            operation=operation,
            plan=plan,
            venue=venues[one.number],
            number=one.number,
            stratum=one.stratum,
            place=one.place,
            is_reserve=one.is_reserve,
        )
        for one in taken
    )
    sample = [row for row in rows if not row.is_reserve]
    free = _still_free(operation, sample)
    added = _choose(plan, [row for row in sample if row.venue_id in free], by)
    for row in sample:
        if row.venue_id not in free and (reserve := next_reserve(row)):
            added += _bring_in(reserve, row, "Closed, or in the operation already", by)
    return added


def next_reserve(row: DrawnVenue) -> DrawnVenue | None:
    """The reserve that comes next in the stratum of ``row``: one that is open, and not chosen
    otherwise by now.
    """
    waiting = DrawnVenue.objects.filter(plan=row.plan_id, stratum=row.stratum).unused()
    reserves = list(waiting.order_by("place").select_related("venue"))
    free = _still_free(row.operation, reserves)
    return next((one for one in reserves if one.venue_id in free), None)


@undoable(
    "The venue is in the operation again, and its reserve is one again.",
    may=planning.may_choose,
    shown_on="drawn.operation",
    names=planning.names_of,
    refuses=planning.visited_since,
    holds=planning.hold_choice,
    instead="Replace the reserve in its turn, with a reason.",
)
@transaction.atomic
def replace_venue(*, drawn: DrawnVenue, by: User, reason: str) -> DrawnVenue:
    """Put the next reserve of its stratum in the place of a venue that was drawn.

    Raises:
        PermissionDenied: ``by`` is no planner, or does not see all of the frame.
        Refused: it has visits, no reason is given, it is no part of the sample, or no reserve is
            left.

    """
    plan = _hold(drawn.plan, by=by)
    drawn = DrawnVenue.objects.select_related("venue", "operation", "plan").get(pk=drawn.pk)
    if not one_line(reason):
        raise refuse("reason", "Enter why this venue is replaced")
    if plan.draw_id is None or not drawn.is_in_sample:
        raise refuse("drawn", f"{drawn} is no part of this sample any more.")
    chosen = plan.operation.chosen_venues.filter(draw=plan.draw_id, venue=drawn.venue_id).first()
    if chosen:
        planning.remove_venue(chosen=chosen, by=by, reason=reason)
    scope.set_reason(one_line(reason))
    if (reserve := next_reserve(drawn)) is None:
        raise refuse(
            "drawn",
            "Every reserve of its stratum is used. Take the venue out of the operation instead.",
        )
    planning.lock_venues([reserve.venue_id])
    _bring_in(reserve, drawn, reason, by)
    return reserve


def _hold(plan: DrawPlan, *, by: User) -> DrawPlan:
    """The plan as it stands now, kept from others with its operation, if this person may draw."""
    planning.require_plannable(plan.operation, by=by)
    if not DrawPlan.objects.visible_to(by).filter(pk=plan.pk).exists():
        raise PermissionDenied
    operation = planning.lock(plan.operation)
    plan = DrawPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    plan.operation = operation
    return plan


def _still_free(operation: Operation, rows: Collection[DrawnVenue]) -> set[int]:
    """The keys of those venues that are open and not in the operation."""
    chosen = operation.chosen_venues.values("venue")
    keys = {row.venue_id for row in rows}
    free = Venue.objects.open().filter(pk__in=keys).exclude(pk__in=chosen)
    return set(free.values_list("pk", flat=True))


def _choose(plan: DrawPlan, rows: Sequence[DrawnVenue], by: User) -> int:
    selection = Selection.RANDOM if plan.of_all else Selection.RANDOM_PART
    keys = [row.venue_id for row in rows]
    return planning.choose(plan.operation, keys, selection, by, plan.draw)


def _bring_in(reserve: DrawnVenue, instead_of: DrawnVenue, reason: str, by: User) -> int:
    reserve.replaces, reserve.reason = instead_of, one_line(reason)
    reserve.save(update_fields=["replaces", "reason"])
    return _choose(reserve.plan, [reserve], by)
