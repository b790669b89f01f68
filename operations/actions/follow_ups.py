"""What is done about a follow-up: opened by a verdict, booked, delivered, confirmed or declined."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils import timezone

from accounts import scope
from accounts.london import duty_day
from accounts.models import User
from accounts.roles import Role
from operations.actions.refusals import PlanningError, Problem, refuse
from operations.models import FollowUp, FollowUpState, Visit
from operations.models.follow_ups import MOVES, OPEN
from operations.verdict import Verdict
from venues import actions as venue_actions
from venues.models import TrainingSession

#: A date further ahead is a slip in the year.
FURTHEST_BOOKING = dt.timedelta(days=365)

# Opened and closed by what visits show -----------------------------------------------------------


@transaction.atomic
@scope.all_units()
def settle_follow_up(*, visit: Visit, by: User) -> FollowUp | None:
    """Bring follow-ups into line with the verdict that now counts for a completed visit.

    Called when an outcome is logged or corrected, in the same transaction; calling it again
    changes nothing. It is the system's work: what the officer may see sets no bounds.

    A verdict below *responded well* opens the visit's follow-up, or reopens one that was
    withdrawn; what an earlier version of the outcome confirmed is only delivered again.
    *Responded well* withdraws it while nothing was delivered, and confirms the refreshers that
    were delivered to the venue before this visit.

    Returns:
        The follow-up of this visit, in whatever state; None if it has none.

    """
    if visit.outcome is None or visit.ended_at is None:
        raise ValueError(f"{visit} is not completed")
    verdict = Verdict(visit.outcome.verdict)
    follow_up = FollowUp.objects.select_for_update().filter(visit=visit).first()
    if verdict.opens_follow_up:
        days = settings.FOLLOW_UP_DUE_DAYS[verdict.value]
        due_on = duty_day(visit.ended_at) + dt.timedelta(days=days)
        _take_confirmations_back(visit)
        return _open(follow_up, visit, due_on=due_on, at=visit.outcome.logged_at)
    if follow_up and follow_up.is_open:
        _move(follow_up, FollowUpState.WITHDRAWN, booked_for=None)
    _confirm_earlier(visit)
    return follow_up


def _open(
    follow_up: FollowUp | None, visit: Visit, *, due_on: dt.date, at: dt.datetime
) -> FollowUp:
    if follow_up is None:
        return FollowUp.objects.create(
            visit=visit,
            due_on=due_on,
            responsible=responsible_officer(visit),
            opened_at=at,
        )
    if follow_up.state == FollowUpState.WITHDRAWN:
        responsible = responsible_officer(visit)
        _move(follow_up, FollowUpState.OFFERED, due_on=due_on, responsible=responsible)
    elif follow_up.state == FollowUpState.OFFERED and follow_up.due_on != due_on:
        _change(follow_up, due_on=due_on)
    return follow_up


def responsible_officer(visit: Visit) -> User:
    """Who is to see to a venue's refresher.

    A training coordinator of the venue's command unit, or one for the whole force: of these the one
    with the fewest open follow-ups, then the one who joined first. Where there is none, the
    operation's lead.
    """
    unit = visit.venue.local_authority.command_unit
    of_unit = Q(pk__in=unit.members.values("pk")) if unit else Q(pk__in=[])
    coordinators = (
        User.objects.filter(of_unit | Q(whole_force=True))
        .filter(is_active=True, groups__name=Role.TRAINING_COORDINATOR)
        .annotate(
            of_unit=ExpressionWrapper(of_unit, output_field=BooleanField()),
            load=Count("follow_ups", filter=Q(follow_ups__state__in=OPEN)),
        )
        .order_by("-of_unit", "load", "pk")
    )
    return coordinators.first() or visit.operation.lead


def _confirm_earlier(visit: Visit) -> None:
    """Confirm what was delivered to the venue before this visit, at which it responded well."""
    assert visit.started_at is not None
    delivered = FollowUp.objects.select_for_update(of=("self",)).filter(
        state=FollowUpState.DELIVERED,
        visit__venue=visit.venue_id,
        visit__started_at__lt=visit.started_at,
        training_session__held_on__lt=duty_day(visit.started_at),
    )
    for follow_up in delivered.order_by("pk"):
        _move(follow_up, FollowUpState.CONFIRMED, confirmed_by=visit)


def _take_confirmations_back(visit: Visit) -> None:
    """Leave to other visits what this one confirmed before its outcome was corrected."""
    for earlier in FollowUp.objects.select_for_update().filter(confirmed_by=visit).order_by("pk"):
        _move(earlier, FollowUpState.DELIVERED, confirmed_by=None)
        for other in _later_good_visits(earlier.visit):
            _confirm_earlier(other)


# Done by a training coordinator ------------------------------------------------------------------


@transaction.atomic
def book_refresher(*, follow_up: FollowUp, on: dt.date, by: User, version: int) -> None:
    """Set the day ``on`` of the refresher, or another day while it is booked.

    Raises:
        PlanningError: the follow-up is closed, or the day lies before the visit or more than
            :data:`FURTHEST_BOOKING` ahead.
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    follow_up.claim(version)
    _require_open(follow_up, "no date can be booked any more")
    if on < visited_on(follow_up):
        raise refuse("on", _too_early(follow_up))
    if on > timezone.localdate() + FURTHEST_BOOKING:
        raise refuse("on", "Check the year: the refresher can’t be more than a year ahead")
    follow_up.state = FollowUpState.BOOKED
    follow_up.booked_for = on
    follow_up.save()


@transaction.atomic
def record_delivery(
    *,
    follow_up: FollowUp,
    held_on: dt.date,
    mode: str,
    delivered_by: str,
    front_desk_staff: int,
    attended: int,
    notes: str = "",
    by: User,
    version: int,
) -> TrainingSession:
    """Record that the refresher was held: this makes the training session.

    One that nobody had booked counts as booked for the day it was held. Where a later visit has
    already found that the venue responds well (the session was recorded late), it is confirmed.

    Raises:
        PlanningError: the follow-up is closed, the day lies before the visit, or the session
            itself won't do (see ``venues.actions.add_session``).
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    follow_up.claim(version)
    _require_open(follow_up, "no session can be recorded for it any more")
    problems = []
    if held_on < visited_on(follow_up):
        problems.append(Problem("held_on", _too_early(follow_up)))
    try:
        session = venue_actions.add_session(
            venue=follow_up.visit.venue,
            kind=TrainingSession.Kind.REFRESHER,
            held_on=held_on,
            mode=mode,
            delivered_by=delivered_by,
            front_desk_staff=front_desk_staff,
            attended=attended,
            notes=notes,
            by=by,
        )
    except ValidationError as error:
        problems += _problems_in(error)
    if problems:  # whatever was recorded is taken back
        raise PlanningError(problems)
    if follow_up.state == FollowUpState.OFFERED:
        follow_up.state = FollowUpState.BOOKED
        follow_up.booked_for = held_on
        follow_up.save()
    follow_up.state = FollowUpState.DELIVERED
    follow_up.training_session = session
    follow_up.save()
    for visit in _later_good_visits(follow_up.visit):
        _confirm_earlier(visit)
    follow_up.refresh_from_db(fields=["state", "confirmed_by", "version"])
    return session


def _later_good_visits(visit: Visit) -> list[Visit]:
    later = Visit.objects.responded_well().filter(
        venue=visit.venue_id, started_at__gt=visit.started_at
    )
    return list(later.order_by("started_at", "pk"))


@transaction.atomic
def decline_refresher(*, follow_up: FollowUp, reason: str, by: User, version: int) -> None:
    """Record that the venue does not want the refresher, and why.

    Raises:
        PlanningError: the follow-up is closed, or no reason is given.
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    follow_up.claim(version)
    _require_open(follow_up, "it can’t be declined any more")
    if not reason.strip():
        raise refuse("reason", "Enter why the venue does not want the refresher")
    scope.because(reason.strip())
    follow_up.state = FollowUpState.DECLINED
    follow_up.declined_reason = reason.strip()
    follow_up.save()


def visited_on(follow_up: FollowUp) -> dt.date:
    """The duty day of the visit that opened the follow-up: no refresher of it lies before."""
    assert follow_up.visit.started_at is not None
    return duty_day(follow_up.visit.started_at)


def _too_early(follow_up: FollowUp) -> str:
    day = visited_on(follow_up)
    return f"The refresher can’t be before the visit of {day.day} {day:%B %Y}"


def _problems_in(error: ValidationError) -> list[Problem]:
    """What the registry refused, in the form in which acts on operations refuse."""
    told = error.message_dict if hasattr(error, "error_dict") else {"follow_up": error.messages}
    return [Problem(name, message) for name, messages in told.items() for message in messages]


def _require_open(follow_up: FollowUp, consequence: str) -> None:
    """Refuse in words; PostgreSQL refuses whatever should get past here."""
    # Claiming locked the row and proved that it is as this person saw it.
    if not follow_up.is_open:
        state = FollowUpState(follow_up.state).label.lower()
        raise refuse("follow_up", f"This follow-up is {state}, so {consequence}.")


# Saving -----------------------------------------------------------------------------------------


def _move(follow_up: FollowUp, state: FollowUpState, **fields: object) -> None:
    """Move to another state by itself, not at the hand of somebody with the form open."""
    assert state in MOVES[follow_up.state], (follow_up.state, state)
    _change(follow_up, state=state, **fields)


def _change(follow_up: FollowUp, **fields: object) -> None:
    """Save ``fields`` so that a form opened before is told of it."""
    follow_up.claim(follow_up.version)
    for name, value in fields.items():
        setattr(follow_up, name, value)
    follow_up.save()
