"""Visits and who goes: planning, changing and cancelling a visit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from operations import cadets as rules
from operations.actions import cadets, planning
from operations.actions.refusals import (
    PlanningError,
    Problem,
    broken_rules,
    refuse,
    sentence_of,
)
from operations.models import Cadet, Operation, OperationVenue, TeamMember, Visit, VisitState
from venues.models import Venue

Duty = TeamMember.Duty

#: The question that each ground against a cadet is about; the rest is about the cadets themselves.
GROUND_IS_ABOUT = {
    rules.Ground.TOO_LATE: "ends_at",
    rules.Ground.ADULTS: Duty.WELFARE,
    rules.Ground.WELFARE_OFFICER: Duty.WELFARE,
}


@dataclass(frozen=True)
class Place:
    """One place in a team: who, and what they are there for."""

    who: User | Cadet
    duty: TeamMember.Duty


def visiting_officers() -> QuerySet[User]:
    """The officers who can be in a team: visiting officers who still sign in."""
    return User.objects.filter(is_active=True, groups__name=Role.VISITING_OFFICER).order_by(
        "last_name", "first_name", "pk"
    )


@transaction.atomic
def plan_visit(
    *,
    operation: Operation,
    venue: Venue,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Sequence[Place],
    by: User,
) -> Visit:
    """Plan a visit to a venue that was chosen for the operation, for the reason recorded there.

    Args:
        operation: What the visit is part of.
        venue: Where to.
        starts_at: From when on (aware).
        ends_at: Until when (aware).
        team: The lead officer and whoever else goes.
        by: Who plans it.

    Raises:
        PlanningError: the venue, the window or the team breaks a rule; all that do are named.

    """
    operation = planning.lock(operation)
    found = OperationVenue.objects.visible_to(by).select_related("venue")
    chosen = found.filter(operation=operation, venue=venue).first()
    if chosen is None:
        raise refuse("venue", "Choose this venue for the operation first.")
    visit = Visit(
        operation=operation,
        venue=venue,
        selection=chosen.selection,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=by,
    )
    problems = [] if chosen.venue.is_open else [Problem("venue", "This venue has closed.")]
    _save_with_team(visit, team, problems)
    return visit


@transaction.atomic
def reschedule_visit(
    *,
    visit: Visit,
    version: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Sequence[Place],
    by: User,
) -> Visit:
    """Give a planned visit another window, another team, or both.

    One act for both, since a team that may go in one window may not in another.

    Raises:
        EditConflictError: somebody else saved the visit since ``version``.
        PlanningError: the visit is no longer planned, or as for :func:`plan_visit`.

    """
    visit = _lock_planned(visit)
    visit.claim(version)
    visit.starts_at, visit.ends_at = starts_at, ends_at
    _save_with_team(visit, team)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: User) -> Visit:
    """Call a planned visit off. Its officers and cadets are free again.

    Raises:
        PlanningError: the visit is no longer planned, or no reason is given.

    """
    visit = _lock_planned(visit)
    if not reason.strip():
        raise refuse("reason", "Enter why the visit is cancelled.")
    visit.state = VisitState.CANCELLED
    visit.cancelled_reason = reason
    visit.claim(visit.version)
    visit.save()
    return visit


def _lock_planned(visit: Visit) -> Visit:
    planning.lock(visit.operation)
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.is_planned:
        raise refuse(
            "visit",
            f"This visit is {visit.get_state_display().lower()} by now, so its plan can no longer "
            "change. Nothing was saved.",
        )
    return visit


def _save_with_team(visit: Visit, team: Sequence[Place], problems: Iterable[Problem] = ()) -> None:
    """Save a planned visit and give it ``team`` in place of the one it has, or refuse both."""
    if sum(place.duty == Duty.LEAD for place in team) != 1:
        raise refuse(Duty.LEAD, "A team has one lead officer.")
    _lock_people(visit, team)
    problems = [*problems, *_problems_of_window(visit), *_problems_of_officers(team)]
    if not any(problem.about == "ends_at" for problem in problems):
        problems += _problems_of_cadets(visit, team)
        visit.save()
        visit.team.all().delete()
        taken_up: set[User | Cadet] = set()
        for place in team:
            if place.who in taken_up:
                message = f"{place.who} has another place in this team."
                problems.append(Problem(place.duty, message))
            else:
                problems += _take_up(visit, place)
                taken_up.add(place.who)
    if problems:
        raise PlanningError(problems)


def _lock_people(visit: Visit, team: Sequence[Place]) -> None:
    """Keep others from planning with these people until this transaction ends.

    Always officers before cadets, each by key: whoever needs two of them asks for both in the
    same order, so nobody waits in a circle. Those who leave the team are locked as well, since
    another planner may be waiting for their evening.
    """
    left = list(visit.team.values_list("officer", "cadet")) if visit.pk else []
    officers = {officer for officer, _ in left} | {p.who.pk for p in team if p.duty != Duty.CADET}
    cadet_ids = {cadet for _, cadet in left} | {p.who.pk for p in team if p.duty == Duty.CADET}
    for model, keys in ((User, officers), (Cadet, cadet_ids)):
        rows = model._base_manager.filter(pk__in=keys - {None}).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def _problems_of_window(visit: Visit) -> list[Problem]:
    problems = broken_rules(visit)
    if not planning.is_within(visit.operation, visit.starts_at, visit.ends_at):
        first, last = visit.operation.starts_on, visit.operation.ends_on
        message = f"The operation runs from {written(first)} to {written(last)}."
        problems.append(Problem("starts_at", message))
    return problems


def _problems_of_officers(team: Sequence[Place]) -> list[Problem]:
    officers = [place for place in team if place.duty != Duty.CADET]
    able = visiting_officers().filter(pk__in=[place.who.pk for place in officers])
    able_ids = set(able.values_list("pk", flat=True))
    return [
        Problem(place.duty, f"{place.who} is not a visiting officer, or no longer works here.")
        for place in officers
        if place.who.pk not in able_ids
    ]


def _problems_of_cadets(visit: Visit, team: Sequence[Place]) -> list[Problem]:
    going = [place.who for place in team if isinstance(place.who, Cadet)]
    if not going:
        return []
    policy = cadets.policy_on(visit.starts_at.astimezone(rules.LONDON).date())
    if policy is None:
        return [Problem(Duty.CADET, cadets.NO_POLICY)]
    earlier = cadets.visits_by_cadets(going, visit.venue, besides=visit.pk)
    problems = []
    for cadet in going:
        tested = cadet.pk in earlier and earlier[cadet.pk] != VisitState.PLANNED
        for reason in rules.reasons_not_to_go(
            cadets.facts_of(cadet, [visit.venue_id] if tested else []),
            policy=policy,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            venue_id=visit.venue_id,
            adults=sum(place.duty != Duty.CADET for place in team),
            welfare_officers=sum(place.duty == Duty.WELFARE for place in team),
        ):
            if about := GROUND_IS_ABOUT.get(reason.ground):
                problems.append(Problem(about, reason.message))
            else:
                problems.append(Problem(Duty.CADET, f"{cadet}: {reason.message}"))
        if earlier.get(cadet.pk) == VisitState.PLANNED:
            message = f"{cadet}: Another visit to this venue is planned for the cadet."
            problems.append(Problem(Duty.CADET, message))
    return problems


def _take_up(visit: Visit, place: Place) -> list[Problem]:
    """Put one person into the team; PostgreSQL alone knows whether they are free."""
    member = TeamMember(visit=visit, duty=place.duty)
    if isinstance(place.who, Cadet):
        member.cadet = place.who
    else:
        member.officer = place.who
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        return [Problem(place.duty, f"{place.who}: {sentence_of(error, TeamMember)}")]
    return []


def written(day: dt.date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B %Y}"
