"""Telling officers of a published plan, and of what changes in it for them.

1. What each officer was told last is a row for each of their visits (``ToldPlan``).
2. What differs from the plan as it stands is news: added, changed or taken away.
3. The news of one person becomes one notice and one message, and their rows become what they were
   told. All of it happens in one transaction with the operation held, so it is told once whatever
   is killed, and a change that was taken back before is never told.
"""

import datetime as dt
from collections import Counter, defaultdict
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.database import scope
from operations.approval import messages
from operations.approval.publications import PlanNotice, Publication, ToldPlan
from operations.planning import actions as planning
from operations.planning.models import Operation
from operations.planning.operation_states import OperationState
from operations.teams.models import TeamMember
from operations.visits.states import VisitState


class Place(NamedTuple):
    """An officer's place on a visit."""

    visit: int
    officer: int


class Plan(NamedTuple):
    """When and as what they go."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    duty: str


def news(told: dict[Place, Plan], now: dict[Place, Plan]) -> dict[int, Counter[str]]:
    """What is new for whom: by officer, how many visits were added, changed and removed."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for place in told.keys() | now.keys():
        if place not in told:
            found[place.officer]["added"] += 1
        elif place not in now:
            found[place.officer]["removed"] += 1
        elif told[place] != now[place]:
            found[place.officer]["changed"] += 1
    return dict(found)


def tell_of_changes(*, at: dt.datetime) -> None:
    """Tell what has changed in published plans; an operation of which nothing has is not held."""
    ToldPlan.objects.filter(ends_at__lte=at).delete()
    told = ToldPlan.objects.filter(operation=OuterRef("pk"))
    concerned = Operation.objects.filter(Q(state=OperationState.PUBLISHED) | Exists(told))
    for operation in concerned.order_by("pk"):
        if news(_told(operation, at), _planned(operation, at)):
            with transaction.atomic():
                tell(planning.lock(operation), at=at)


def tell(
    operation: Operation, *, at: dt.datetime, publication: Publication | None = None
) -> list[PlanNotice]:
    """Decide who gets a message about the operation, which is held.

    Args:
        operation: As it stands.
        at: Now.
        publication: Where it is told because the plan was published just now.

    """
    with scope.all_units():
        now = _planned(operation, at)
        found = news(_told(operation, at), now)
        notices = [
            PlanNotice(
                operation=operation,
                publication=publication,
                reader_id=officer,
                decided_at=at,
                **counted,
            )
            for officer, counted in sorted(found.items())
        ]
        PlanNotice.objects.bulk_create(notices)
        ToldPlan.objects.filter(operation=operation).delete()
        ToldPlan.objects.bulk_create(
            ToldPlan(
                operation=operation,
                visit_id=place.visit,
                officer_id=place.officer,
                **plan._asdict(),
            )
            for place, plan in now.items()
        )
        for notice in notices:
            messages.tell(notice)
    return notices


def _told(operation: Operation, at: dt.datetime) -> dict[Place, Plan]:
    rows = ToldPlan.objects.filter(operation=operation, ends_at__gt=at)
    names = ("visit", "officer", "starts_at", "ends_at", "duty")
    return {Place(v, o): Plan(*plan) for v, o, *plan in rows.values_list(*names)}


def _planned(operation: Operation, at: dt.datetime) -> dict[Place, Plan]:
    """The plan as it stands; what is under way or over early still counts until its window ends."""
    if not operation.is_shown:
        return {}
    members = TeamMember.objects.filter(
        visit__operation=operation, visit__ends_at__gt=at, officer__isnull=False
    ).exclude(visit__state=VisitState.CANCELLED)
    names = ("visit", "officer", "visit__starts_at", "visit__ends_at", "duty")
    return {Place(v, o): Plan(*plan) for v, o, *plan in members.values_list(*names)}
