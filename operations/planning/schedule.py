"""The schedule of an operation: planning, changing and cancelling a visit."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.acts.permissions import require
from accounts.acts.refusals import (
    Problem,
    Refused,
    broken_rules,
    on_record_whose_hours_it_tells,
    refuse,
    sentence,
    sentence_of,
)
from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.database.locks import hold
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from govuk.dates import LONDON, how_long, plain_time
from govuk.texts import one_line
from operations import people
from operations.planning import actions as planning
from operations.planning.models import Operation, OperationVenue
from operations.teams import actions as cadets
from operations.teams import cadet_rules
from operations.teams.models import Cadet, TeamMember
from operations.visits.models import Visit
from operations.visits.policies import VisitPolicy
from operations.visits.states import WAYS_BACK, VisitState
from venues.models import Venue
from venues.registry.names import normal_name

Duty = TeamMember.Duty

THERE_ALREADY = (
    "A team of another operation is at this venue at that time, and staff may notice two tests at "
    "once."
)
ANOTHER_OPERATION = f"{THERE_ALREADY} Choose another time, or confirm that both go."
NO_POLICY = "No visit policy is in force on that day. Ask an administrator to add one."

#: The question that a broken constraint of a visit is about.
QUESTION_OF = {
    "call_sign_is_short_and_plain": "call_sign",
    "visit_ends_after_it_starts": "ends_at",
    "visit_window_is_at_most_twelve_hours": "ends_at",
}
#: The question that each ground against a cadet is about; the rest is about the cadets themselves.
GROUND_IS_ABOUT = {
    cadet_rules.Ground.TOO_LATE: "ends_at",
    cadet_rules.Ground.ADULTS: Duty.WELFARE,
    cadet_rules.Ground.WELFARE_OFFICER: Duty.WELFARE,
}


@dataclass(frozen=True)
class Place:
    """One place in a team: who, and what they are there for."""

    who: User | Cadet
    duty: TeamMember.Duty


def may_take_back(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back an act on plans that changed these records.

    A plan that was removed has no visit to ask about: its venue says whose it was.
    """
    if not by.has_perm(PLAN_OPERATIONS):
        return False
    named = [getattr(r, "venue_id", None) for r in records]
    venues = {key for key in named if key is not None}
    return Venue.objects.in_command_units_of(by).filter(pk__in=venues).count() == len(venues)


def what_forbids_it(way: Return) -> str:
    """Why visits are not planned again as they were: the rules are those of planning them."""
    left, again = _visits_of(way.left), _visits_of(way.again)
    problems: list[Problem] = []
    for visit in again.values():
        if not visit.is_planned:
            continue
        team = _team_again(visit, way)
        problems += _problems_of_venue(visit)
        if visit.operation.is_closed:
            problems.append(Problem("operation", planning.OVER))
        now = left[visit.pk]
        if not now.is_planned or _window(now) != _window(visit):
            problems += problems_of_past(visit, way.at)
            problems += _problems_of_place(visit, beside_another=False)
        problems += [
            *problems_of_window(visit),
            *_problems_of_officers(team),
            *problems_of_cadets(visit, team),
            *_problems_of_taken(visit, team),
        ]
    if not way.tells:
        problems = [problem for problem in problems if not problem.tells_of]
    way.tells_of.extend(problem.tells_of for problem in problems if problem.tells_of)
    return " ".join(dict.fromkeys(map(_said_of_before, problems)))


def _said_of_before(problem: Problem) -> str:
    """The sentence against an undo, where nobody can be asked to confirm that both teams go."""
    return THERE_ALREADY if problem.about == "beside_another" else problem.message


def _window(visit: Visit) -> tuple[dt.datetime, dt.datetime]:
    return visit.starts_at, visit.ends_at


def _visits_of(records: Sequence[Any]) -> dict[int, Visit]:
    """The visits among these records, and those of the team members among them, by key."""
    found = {record.pk: record for record in records if isinstance(record, Visit)}
    teams = {record.visit_id for record in records if isinstance(record, TeamMember)}
    return Visit.objects.in_bulk(teams - found.keys()) | found


def hold_plans(way: Return) -> None:
    """Keep others from these visits, their venues and people, in the order of planning."""
    visits = _visits_of((*way.left, *way.again))
    members = [row for row in (*way.left, *way.again) if isinstance(row, TeamMember)]
    hold_visits(visits.values(), [row.officer_id for row in members], [r.cadet_id for r in members])


def hold_visits(
    visits: Collection[Visit],
    officers: Iterable[int | None] = (),
    cadet_ids: Iterable[int | None] = (),
) -> None:
    """Keep others from these visits, their venues, their teams and these people."""
    hold(Operation.objects.filter(pk__in={visit.operation_id for visit in visits}))
    planning.lock_venues({visit.venue_id for visit in visits})
    keys = {visit.pk for visit in visits}
    hold(Visit.objects.filter(pk__in=keys))
    members = TeamMember.objects.filter(visit__in=keys)
    _lock_keys(
        {*officers, *(member.officer_id for member in members)},
        {*cadet_ids, *(member.cadet_id for member in members)},
    )


def _team_again(visit: Visit, way: Return) -> list[Place]:
    """Who goes once the act is taken back: whoever stayed, and those who come back."""
    changed = [row.pk for row in way.left if isinstance(row, TeamMember)]
    stayed = visit.team.exclude(pk__in=changed).select_related("officer", "cadet").order_by("pk")
    back = [row for row in way.again if isinstance(row, TeamMember) and row.visit_id == visit.pk]
    return [
        Place(who, Duty(member.duty))
        for member in (*stayed, *back)
        if (who := member.officer or member.cadet)
    ]


@on_record_whose_hours_it_tells
@undoable("The visit is not planned any more.", may=may_take_back, instead="Cancel the visit.")
@transaction.atomic
def plan_visit(
    *,
    operation: Operation,
    venue: Venue,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Sequence[Place],
    by: User,
    at: dt.datetime,
    beside_another: bool = False,
    call_sign: str = "",
) -> Visit:
    """Plan a visit to a venue that was chosen for the operation, for the reason recorded there.

    Args:
        operation: What the visit is part of.
        venue: Where to.
        starts_at: From when on (aware).
        ends_at: Until when (aware).
        team: The lead officer and whoever else goes.
        by: Who plans it.
        at: Now.
        beside_another: Also where another operation has a team at the venue at that time.
        call_sign: What the team is called by radio.

    Raises:
        PermissionDenied: ``by`` is no planner.
        Refused: the venue, the window or the team breaks a rule; all that do are named.
            About ``beside_another`` where that has to be confirmed.

    """
    require(by, PLAN_OPERATIONS)
    operation = planning.lock_open(operation)
    planning.lock_venues([venue.pk])
    found = OperationVenue.objects.visible_to(by).select_related("venue")
    chosen = found.filter(operation=operation, venue=venue).first()
    if chosen is None:
        raise refuse("venue", "Choose this venue for the operation first.")
    visit = Visit(
        operation=operation,
        venue=venue,
        selection=chosen.selection,
        starts_at=starts_at.astimezone(dt.UTC),
        ends_at=ends_at.astimezone(dt.UTC),
        call_sign=one_line(call_sign),
        created_by=by,
    )
    problems = [*problems_of_past(visit, at), *_problems_of_place(visit, beside_another)]
    _save_with_team(visit, team, [*problems, *_problems_of_call_sign(visit)])
    return visit


@on_record_whose_hours_it_tells
@undoable(
    "The visit is planned as it was before.",
    may=may_take_back,
    refuses=what_forbids_it,
    holds=hold_plans,
    instead="Change the visit again.",
)
@transaction.atomic
def reschedule_visit(
    *,
    visit: Visit,
    version: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Sequence[Place],
    by: User,
    at: dt.datetime,
    beside_another: bool = False,
    call_sign: str | None = None,
) -> Visit:
    """Give a planned visit another window, another team, or both.

    One act for both, since a team that may go in one window may not in another. The ``call_sign``
    stays where none is given.

    Raises:
        PermissionDenied: the visit is not for this person to plan.
        EditConflictError: somebody else saved the visit since ``version``.
        Refused: the visit is no longer planned, or as for :func:`plan_visit`.

    """
    visit = _lock_planned(visit, by=by)
    visit.claim(version)
    moves = (visit.starts_at, visit.ends_at) != (starts_at, ends_at)
    visit.starts_at, visit.ends_at = starts_at.astimezone(dt.UTC), ends_at.astimezone(dt.UTC)
    if call_sign is not None:
        visit.call_sign = one_line(call_sign)
    problems = _problems_of_call_sign(visit)
    if moves:
        problems += [*problems_of_past(visit, at), *_problems_of_place(visit, beside_another)]
    _save_with_team(visit, team, problems)
    return visit


@undoable(
    "The visit is planned again, with the same team.",
    may=may_take_back,
    within=WAYS_BACK[VisitState.CANCELLED][1],
    refuses=what_forbids_it,
    holds=hold_plans,
    instead="Plan another visit to the venue.",
)
@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: User, at: dt.datetime) -> Visit:
    """Call a planned visit off. Its officers and cadets are free again.

    Raises:
        PermissionDenied: the visit is not for this person to plan.
        Refused: the visit is no longer planned, or no reason is given.

    """
    visit = _lock_planned(visit, by=by)
    if not one_line(reason):
        raise refuse("reason", "Enter why the visit is cancelled.")
    scope.set_reason(one_line(reason))
    visit.state = VisitState.CANCELLED
    visit.cancelled_reason = reason
    visit.cancelled_at = at
    visit.claim(visit.version)
    visit.save()
    return visit


def _problems_of_call_sign(visit: Visit) -> list[Problem]:
    """Whether the call sign would tell of the venue, where radio and the sheet carry it."""
    shared = _telling(visit.call_sign) & _telling(f"{visit.venue.name} {visit.venue.address}")
    if not shared:
        return []
    return [Problem("call_sign", "Choose a call sign without words of the venue or its address.")]


def _telling(text: str) -> set[str]:
    return {word for word in normal_name(text).split() if len(word) > 3 and word.isalpha()}


def _lock_planned(visit: Visit, *, by: User) -> Visit:
    if not Visit.objects.plannable_by(by).filter(pk=visit.pk).exists():
        raise PermissionDenied
    planning.lock(visit.operation)
    planning.lock_venues([visit.venue_id])
    visit = Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
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
    problems = [
        *_problems_of_venue(visit),
        *problems,
        *problems_of_window(visit),
        *_problems_of_officers(team),
    ]
    if visit.ends_at > visit.starts_at:
        problems += problems_of_cadets(visit, team)
        problems += _problems_of_taken(visit, team)
    if problems:
        raise Refused(problems)
    if visit.pk:
        visit.team.all().delete()  # first, since the window moves the periods of those still in it
    visit.save()
    if problems := [problem for place in team for problem in _take_up(visit, place)]:
        raise Refused(problems)


def _lock_people(visit: Visit, team: Sequence[Place]) -> None:
    """Keep others from planning with these people until this transaction ends.

    Always officers before cadets, each by key: whoever needs two of them asks for both in the
    same order, so nobody waits in a circle. Those who leave the team are locked as well, since
    another planner may be waiting for their evening.
    """
    left = list(visit.team.values_list("officer", "cadet")) if visit.pk else []
    officers = {officer for officer, _ in left} | {p.who.pk for p in team if p.duty != Duty.CADET}
    cadet_ids = {cadet for _, cadet in left} | {p.who.pk for p in team if p.duty == Duty.CADET}
    _lock_keys(officers, cadet_ids)


def _lock_keys(officers: Iterable[int | None], cadet_ids: Iterable[int | None]) -> None:
    """Lock these officers, then these cadets, each by key."""
    for model, keys in ((User, {*officers}), (Cadet, {*cadet_ids})):
        hold(model._base_manager.filter(pk__in=[key for key in keys if key]))


def _problems_of_venue(visit: Visit) -> list[Problem]:
    """Nobody is sent to a venue that has closed, by whatever act. It is locked."""
    is_open = Venue.objects.open().filter(pk=visit.venue_id).exists()
    return [] if is_open else [Problem("venue", planning.CLOSED)]


def problems_of_window(visit: Visit) -> list[Problem]:
    """Why the window of ``visit`` won't do, whoever goes."""
    problems = broken_rules(visit, QUESTION_OF)
    policy = VisitPolicy.objects.in_force(on=duty_day(visit.starts_at))
    if policy is None:
        problems.append(Problem("starts_at", NO_POLICY))
    elif visit.ends_at - visit.starts_at > policy.longest:
        message = (
            f"The window is {how_long(visit.ends_at - visit.starts_at)} long and can be "
            f"{how_long(policy.longest)} at most. Check both times, or plan more than one visit."
        )
        problems = [Problem("ends_at", message)]  # in place of the widest bound's sentence
    if not planning.is_within(visit.operation, visit.starts_at, visit.ends_at):
        problems.append(_outside(visit.operation))
    elif not planning.is_authorised_for(visit.operation, visit.starts_at, visit.ends_at):
        problems.append(_outside_authority(visit.operation))
    return problems


def problems_of_day(operation: Operation, day: dt.date) -> list[Problem]:
    """Why no visit can begin on ``day``, at whatever time."""
    last_morning = operation.ends_on + dt.timedelta(days=1)
    return [] if operation.starts_on <= day <= last_morning else [_outside(operation)]


def _outside(operation: Operation) -> Problem:
    first, last = plain_time(operation.starts_on), plain_time(operation.ends_on)
    return Problem("starts_at", f"The operation runs from {first} to {last}.")


def _outside_authority(operation: Operation) -> Problem:
    first, last = operation.authorised_from, operation.authorised_until
    assert first is not None
    assert last is not None
    message = (
        f"The operation is authorised from {plain_time(first)} to {plain_time(last)}. "
        "For other days it has to be authorised again first."
    )
    return Problem("starts_at", message)


def problems_of_past(visit: Visit, at: dt.datetime) -> list[Problem]:
    """A window that has begun on this duty day is fine: the team may be at the door."""
    if duty_day(visit.starts_at) < duty_day(at) or visit.ends_at <= at:
        starts, now = visit.starts_at.astimezone(LONDON), at.astimezone(LONDON)
        about = "starts_at" if starts.date() < now.date() else "ends_at"  # which was typed wrongly
        return [Problem(about, "Choose a time that is still to come.")]
    return []


def _problems_of_place(visit: Visit, beside_another: bool) -> list[Problem]:
    """Whether another team is at the venue then: told without a word on which, or when.

    Within the operation PostgreSQL refuses it too. It is asked for here for the reason that
    :func:`_problems_of_taken` has. The operation is locked, so nobody else plans for it meanwhile.
    """
    if visit.ends_at <= visit.starts_at:
        return []
    window = DateTimeTZRange(visit.starts_at, visit.ends_at)
    there = Visit.objects.filter(venue=visit.venue_id, at_venue__overlap=window)
    with scope.all_units():
        operations = set(there.exclude(pk=visit.pk).values_list("operation", flat=True))
    if visit.operation_id in operations:
        message = sentence("venue_has_one_team_of_an_operation_at_once", Visit)
        return [Problem("starts_at", message)]
    if operations and not beside_another:
        return [Problem("beside_another", ANOTHER_OPERATION)]
    return []


def _problems_of_officers(team: Sequence[Place]) -> list[Problem]:
    able = _able_officers(team)
    return [
        Problem(place.duty, f"{place.who} is not a visiting officer, or no longer works here.")
        for place in _first_places(team)
        if place.duty != Duty.CADET and place.who not in able
    ]


def _able_officers(team: Sequence[Place]) -> set[User]:
    """The officers of ``team`` who still are visiting officers: nobody else looks after a cadet."""
    keys = [place.who.pk for place in team if isinstance(place.who, User)]
    return set(people.visiting_officers().filter(pk__in=keys))


def problems_of_places(team: Sequence[Place]) -> list[Problem]:
    """Who has more than one place in this team."""
    first = _first_places(team)
    again = {place.who: place for place in team if place not in first}
    return [
        Problem(place.duty, f"{who} has another place in this team.")
        for who, place in again.items()
    ]


def _first_places(team: Sequence[Place]) -> list[Place]:
    """One place for each person in ``team``, so that nobody is complained of twice."""
    return list({place.who: place for place in reversed(team)}.values())[::-1]


def _problems_of_taken(visit: Visit, team: Sequence[Place]) -> list[Problem]:
    """Who has another place in this team, or another visit at that time.

    Asked for here, although PostgreSQL refuses both by constraints: it would write the hours of
    the other visit into its log. Nobody else plans with these people meanwhile: they are locked.
    """
    first = _first_places(team)
    problems = problems_of_places(team)
    window = DateTimeTZRange(visit.starts_at, visit.ends_at)
    taken = TeamMember.objects.filter(period__overlap=window).exclude(visit=visit.pk)
    officers = [place.who.pk for place in team if place.duty != Duty.CADET]
    cadets_of_team = [place.who.pk for place in team if place.duty == Duty.CADET]
    with scope.all_units():
        busy_officers = set(taken.filter(officer__in=officers).values_list("officer", flat=True))
        busy_cadets = set(taken.filter(cadet__in=cadets_of_team).values_list("cadet", flat=True))
    for place in first:
        is_cadet = isinstance(place.who, Cadet)
        if place.who.pk in (busy_cadets if is_cadet else busy_officers):
            who = "cadet" if is_cadet else "officer"
            message = f"{place.who}: This {who} is in another visit at that time."
            problems.append(Problem(place.duty, message, tells_of=place.who))
    return problems


def problems_of_cadets(visit: Visit, team: Sequence[Place]) -> list[Problem]:
    """Why the cadets of ``team`` may not go on ``visit`` in its window; empty if they may.

    The code of each problem that a rule for cadets found is its ground.
    """
    going = [place.who for place in team if isinstance(place.who, Cadet)]
    if not going:
        return []
    policy = cadets.policy_on(duty_day(visit.starts_at))
    if policy is None:
        return [Problem(Duty.CADET, cadets.NO_POLICY)]
    earlier = cadets.visits_by_cadets(going, visit.venue, besides=visit.pk)
    able = _able_officers(team)
    adults = [place for place in team if place.who in able]
    problems = []
    for cadet in going:
        tested = cadet.pk in earlier and earlier[cadet.pk] != VisitState.PLANNED
        for reason in cadet_rules.reasons_not_to_go(
            cadets.facts_of(cadet, [visit.venue_id] if tested else []),
            policy=policy,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            venue_id=visit.venue_id,
            adults=len(adults),
            welfare_officers=sum(place.duty == Duty.WELFARE for place in adults),
        ):
            if about := GROUND_IS_ABOUT.get(reason.ground):
                problems.append(Problem(about, reason.message, code=reason.ground))
            else:
                named = f"{cadet}: {reason.message}"
                problems.append(Problem(Duty.CADET, named, code=reason.ground))
        if earlier.get(cadet.pk) == VisitState.PLANNED:
            message = f"{cadet}: Another visit to this venue is planned for the cadet."
            problems.append(Problem(Duty.CADET, message, tells_of=cadet))
    return problems


def _take_up(visit: Visit, place: Place) -> list[Problem]:
    """Add one person, who was found free; the exclusion constraint catches races."""
    member = TeamMember(visit=visit, duty=place.duty)
    if isinstance(place.who, Cadet):
        member.cadet = place.who
    else:
        member.officer = place.who
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        message = f"{place.who}: {sentence_of(error, TeamMember)}"
        return [Problem(place.duty, message, tells_of=place.who)]
    return []
