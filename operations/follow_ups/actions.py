"""Acts on follow-ups: opened by a verdict, booked, delivered, confirmed or declined.

There is one way in for delivery: a training session on record (``venues.training.actions``). It
settles all open follow-ups of its venue that it covers, whichever page it was recorded on.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.acts.refusals import Problem, Refused, refuse
from accounts.acts.undo import Return, undoable
from accounts.database import scope
from accounts.database.compiled import Compiled
from accounts.database.locks import hold
from accounts.dates.london import duty_day
from accounts.models import User, UserGroup
from accounts.roles import WORK_FOLLOW_UPS, Role
from govuk.dates import plain_time
from govuk.texts import one_line
from operations import people
from operations.follow_ups import due
from operations.follow_ups.models import (
    MOVES,
    FollowUp,
    FollowUpPolicy,
    FollowUpQuerySet,
    FollowUpState,
)
from operations.planning.models import Operation
from operations.visits.models import Visit
from operations.visits.verdict import Verdict
from venues.models import CommandUnitMember, TrainingSession, Venue
from venues.training import actions as training

#: A date further ahead is a slip in the year.
FURTHEST_BOOKING = dt.timedelta(days=365)

# Opened and closed by what visits show -----------------------------------------------------------


@transaction.atomic(savepoint=False)
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
    return _settle(visit)


def _settle(visit: Visit, *, besides: TrainingSession | None = None) -> FollowUp | None:
    """The same; ``besides`` is a session that no longer counts."""
    if visit.outcome is None or visit.ended_at is None:
        raise ValueError(f"{visit} is not completed")
    verdict = Verdict(visit.outcome.verdict)
    at_venue = _hold_those_at(visit.venue_id)
    follow_up = next((each for each in at_venue if each.visit_id == visit.pk), None)
    if verdict.opens_follow_up:
        days = settings.FOLLOW_UP_DUE_DAYS[verdict.value]
        visited = duty_day(visit.ended_at)
        due_on = due.refresher_due_on(
            visited, days, working_days_only=FollowUpPolicy.keeps_to_working_days(on=visited)
        )
        if visit.outcome.revision > 1:  # by its first outcome it confirmed nothing
            _take_confirmations_back(visit)
        follow_up = _open(follow_up, visit, due_on=due_on, at=visit.outcome.logged_at)
        if follow_up.is_open and (session := _session_after(follow_up, besides=besides)):
            # The outcome was logged, or corrected, when the refresher had been held already.
            _deliver(follow_up, session)
            follow_up.refresh_from_db()
        return follow_up
    if follow_up and follow_up.is_open:
        _move(follow_up, FollowUpState.WITHDRAWN, booked_for=None)
    _confirm_earlier(visit)
    return follow_up


def _open(
    follow_up: FollowUp | None, visit: Visit, *, due_on: dt.date, at: dt.datetime
) -> FollowUp:
    if follow_up is None:
        follow_up = FollowUp.objects.create(
            visit=visit,
            due_on=due_on,
            responsible=responsible_officer(visit),
            opened_at=at,
        )
    elif follow_up.state == FollowUpState.WITHDRAWN:
        responsible = responsible_officer(visit)
        _move(follow_up, FollowUpState.OFFERED, due_on=due_on, responsible=responsible)
    elif follow_up.state == FollowUpState.OFFERED and follow_up.due_on != due_on:
        _change(follow_up, due_on=due_on)
    return follow_up


def responsible_officer(visit: Visit) -> User:
    """Who is to see to a venue's refresher.

    A training coordinator of the venue's command unit, or one for the whole force: of these the one
    with the fewest open follow-ups, then the one who joined first. Where there is none, the
    operation's lead; if they can't, another CSE lead; and where there is nobody, the lead.
    """
    return _whoever_can(visit) or visit.operation.lead


def _whoever_can(visit: Visit) -> User | None:
    return _who_can.first(visit.pk, visit.operation_id)


@Compiled
def _who_can(visit: int, operation: int) -> models.QuerySet[User]:
    unit = Visit.objects.filter(pk=visit).order_by().values("command_unit")
    members = CommandUnitMember.objects.filter(commandunit__in=unit).values("user")
    coordinators = UserGroup.objects.filter(group__name=Role.TRAINING_COORDINATOR).values("user")
    lead = Operation.objects.filter(pk=operation).values("lead")
    # Counted for each person by itself: those who ever had a follow-up are joined by nobody.
    theirs = FollowUp.objects.open().filter(responsible=OuterRef("pk")).order_by()
    load = theirs.values("responsible").annotate(number=Count("pk")).values("number")
    return (
        people.possible_followers()
        .filter(Q(pk__in=members) | Q(whole_force=True))
        .annotate(
            turn=Case(When(pk__in=coordinators, then=0), When(pk__in=lead, then=1), default=2),
            of_unit=Case(When(pk__in=members, then=0), default=1),
            load=Coalesce(Subquery(load), 0),
        )
        .order_by("turn", "of_unit", "load", "pk")[:1]
    )


@transaction.atomic
@scope.all_units()
def find_who_answers(follow_ups: FollowUpQuerySet) -> int:
    """Give those of ``follow_ups`` that nobody answers for any more to whoever is to see to them.

    The system's work, after a change of somebody's roles or units on which nobody could be asked,
    and each hour for what came to somebody as they left. Where there is nobody, it stays.

    Returns:
        How many have somebody else now.

    """
    unanswered = follow_ups.unanswered()
    hold(unanswered)
    found = 0
    for follow_up in unanswered.select_related("visit").order_by("pk"):
        if to := _whoever_can(follow_up.visit):
            _change(follow_up, responsible=to)
            found += 1
    return found


def _confirm_earlier(visit: Visit) -> None:
    """Confirm what was delivered to the venue before this visit, at which it responded well."""
    assert visit.started_at is not None
    delivered = FollowUp.objects.filter(
        state=FollowUpState.DELIVERED,
        visit__venue=visit.venue_id,
        visit__started_at__lt=visit.started_at,
        training_session__held_on__lt=duty_day(visit.started_at),
    )
    for follow_up in delivered.order_by("pk"):
        _move(follow_up, FollowUpState.CONFIRMED, confirmed_by=visit)


def _take_confirmations_back(visit: Visit) -> None:
    """Leave to other visits what this one confirmed before its outcome was corrected."""
    for earlier in FollowUp.objects.filter(confirmed_by=visit).order_by("pk"):
        _move(earlier, FollowUpState.DELIVERED, confirmed_by=None)
        for other in _later_good_visits(earlier.visit):
            _confirm_earlier(other)


# Settled by training -----------------------------------------------------------------------------


@transaction.atomic
@scope.all_units()
def settle_training(*, session: TrainingSession, by: User, removed: bool = False) -> str:
    """Bring the follow-ups of a venue into line with a session of it.

    Called in the same transaction when a session is recorded, was corrected, or is about to be
    removed; calling it again changes nothing. A session delivers all open follow-ups of visits up
    to its day, and no reminder about them goes out any more. What it no longer covers is open
    again, unless another session covers it.

    Args:
        session: As it stands now.
        by: Who recorded, corrected or removes it.
        removed: Whether it is about to be removed.

    Returns:
        What followed, in a sentence that ``by`` may read; empty if nothing did.

    """
    _hold_those_at(session.venue_id)
    rows = FollowUp.objects.filter(visit__venue=session.venue_id).order_by("pk")

    def covers(follow_up: FollowUp) -> bool:
        return not removed and visited_on(follow_up) <= session.held_on

    reopened, delivered = [], []
    # Those that are open again come first, so that no visit confirms them. Each is read anew in its
    # turn: what settles one may have confirmed the next with it.
    for stale in sorted(rows.select_related("visit"), key=covers):
        follow_up = rows.select_related("visit", "confirmed_by").get(pk=stale.pk)
        if follow_up.training_session_id == session.pk:
            if not covers(follow_up):
                _take_delivery_back(follow_up, session)
                reopened.append(follow_up.pk)
            else:
                _check_confirmation(follow_up, session)
        elif covers(follow_up) and follow_up.is_open:
            _deliver(follow_up, session)
            delivered.append(follow_up.pk)
    find_who_answers(rows)
    visible = FollowUp.objects.visible_to(by)
    n_delivered = visible.filter(pk__in=delivered).count()
    n_reopened = visible.filter(pk__in=reopened).open().count()
    told = []
    if n_delivered:
        told.append(f"{_counted(n_delivered)} delivered by it: no more reminders go out.")
    if n_reopened:
        told.append(f"{_counted(n_reopened)} open again.")
    return " ".join(told)


def _counted(number: int) -> str:
    return "The venue’s follow-up is" if number == 1 else f"{number} follow-ups of the venue are"


def _deliver(follow_up: FollowUp, session: TrainingSession) -> None:
    _move(follow_up, FollowUpState.DELIVERED, training_session=session, booked_for=None)
    _confirm_by_later_visits(follow_up)


def _take_delivery_back(follow_up: FollowUp, session: TrainingSession) -> None:
    """Open a follow-up again, unless another session covers it or its verdict is better by now."""
    if follow_up.state == FollowUpState.CONFIRMED:
        _move(follow_up, FollowUpState.DELIVERED, confirmed_by=None)
    if other := _session_after(follow_up, besides=session):
        _change(follow_up, training_session=other)
        _confirm_by_later_visits(follow_up)
    else:
        _move(follow_up, FollowUpState.OFFERED, training_session=None)
        _settle(follow_up.visit, besides=session)


def _check_confirmation(follow_up: FollowUp, session: TrainingSession) -> None:
    """Confirm a delivered one anew where the day of its session was corrected."""
    by = follow_up.confirmed_by
    if by and by.started_at and session.held_on >= duty_day(by.started_at):
        _move(follow_up, FollowUpState.DELIVERED, confirmed_by=None)
    if follow_up.state == FollowUpState.DELIVERED:
        _confirm_by_later_visits(follow_up)


def _confirm_by_later_visits(follow_up: FollowUp) -> None:
    for visit in _later_good_visits(follow_up.visit):
        _confirm_earlier(visit)


def _session_after(
    follow_up: FollowUp, *, besides: TrainingSession | None = None
) -> TrainingSession | None:
    """The first session after the day of the visit: one on that day may have been before it."""
    sessions = TrainingSession.objects.filter(
        venue=follow_up.visit.venue_id, held_on__gt=visited_on(follow_up)
    )
    if besides:
        sessions = sessions.exclude(pk=besides.pk)
    return sessions.order_by("held_on", "pk").first()


def _hold_those_at(venue_id: int) -> list[FollowUp]:
    """Keep others from the follow-ups of a venue: what settles one may settle the next with it.

    Returns:
        They, as they stand now.

    """
    return _held_at.all(venue_id)


@Compiled
def _held_at(venue: int) -> models.QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(visit__venue=venue).order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True)


# Done by a training coordinator ------------------------------------------------------------------


def may_work_on(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may work on the follow-ups among these records."""
    keys = {record.pk for record in records if isinstance(record, FollowUp)}
    visible = FollowUp.objects.visible_to(by).filter(pk__in=keys)
    return by.has_perm(WORK_FOLLOW_UPS) and visible.count() == len(keys)


@undoable("The follow-up stands as before the booking.", may=may_work_on)
@transaction.atomic
def book_refresher(
    *, follow_up: FollowUp, on: dt.date, by: User, at: dt.datetime, version: int
) -> None:
    """Set the day ``on`` of the refresher, or another day while it is booked.

    Raises:
        PermissionDenied: the follow-up is not for this person to work on.
        Refused: the follow-up is closed, or the day lies before the visit or more than
            :data:`FURTHEST_BOOKING` ahead.
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    _ask(by, follow_up)
    follow_up.claim(version)
    _require_open(follow_up, "no date can be booked any more")
    if on < visited_on(follow_up):
        raise refuse("on", _too_early(follow_up))
    if on > timezone.localdate(at) + FURTHEST_BOOKING:
        raise refuse("on", "Check the year: the refresher can’t be more than a year ahead")
    follow_up.state = FollowUpState.BOOKED
    follow_up.booked_for = on
    follow_up.save()


@undoable(
    "The session is off the record, and the follow-up stands as before.",
    may=may_work_on,
    instead="Correct or remove the session on the venue’s page.",
)
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
    another: bool = False,
    by: User,
    at: dt.datetime,
    version: int,
) -> TrainingSession:
    """Record that the refresher was held: this makes the training session.

    The session settles this follow-up as it does any other that it covers (``settle_training``).
    Where a later visit has already found that the venue responds well (the session was recorded
    late), it is confirmed.

    Raises:
        PermissionDenied: the follow-up is not for this person to work on.
        Refused: the follow-up is closed, the day lies before the visit, or the session
            itself won't do (see ``venues.training.actions.add_session``).
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    _ask(by, follow_up)
    follow_up.claim(version)
    _require_open(follow_up, "no session can be recorded for it any more")
    problems = _problems_of_day(follow_up, held_on)
    try:
        session = training.add_session(
            venue=follow_up.visit.venue,
            kind=TrainingSession.Kind.REFRESHER,
            held_on=held_on,
            mode=mode,
            delivered_by=delivered_by,
            front_desk_staff=front_desk_staff,
            attended=attended,
            notes=notes,
            another=another,
            by=by,
            at=at,
        )
    except Refused as refusal:
        problems += refusal.problems
    if problems:  # whatever was recorded is taken back
        raise Refused(problems)
    follow_up.refresh_from_db()
    return session


def problems_of_delivery(
    follow_up: FollowUp, fields: Mapping[str, Any], *, at: dt.datetime
) -> list[Problem]:
    """Why a session won't do as the refresher; ``fields`` may lack some."""
    problems = _problems_of_day(follow_up, fields.get("held_on"))
    return problems + training.problems_of_training(fields, at=at)


def _problems_of_day(follow_up: FollowUp, held_on: dt.date | None) -> list[Problem]:
    early = held_on is not None and held_on < visited_on(follow_up)
    return [Problem("held_on", _too_early(follow_up))] if early else []


def _later_good_visits(visit: Visit) -> list[Visit]:
    later = Visit.objects.responded_well().filter(
        venue=visit.venue_id, started_at__gt=visit.started_at
    )
    return list(later.order_by("started_at", "pk"))


def _held_since(way: Return) -> str:
    """That a refresher was recorded while the follow-up was declined."""
    open_again = [one for one in way.again if isinstance(one, FollowUp) and one.is_open]
    return HELD_SINCE if any(map(_session_after, open_again)) else ""


HELD_SINCE = "A refresher was recorded since. Open the follow-up again on its page: it counts then."


def _somebody_answers(records: Sequence[models.Model]) -> None:
    """Give what is open again to somebody else where the person who had it has left since."""
    keys = [record.pk for record in records if isinstance(record, FollowUp)]
    find_who_answers(FollowUp.objects.filter(pk__in=keys))


@undoable(
    "The follow-up is open again, as before.",
    may=may_work_on,
    refuses=_held_since,
    afterwards=_somebody_answers,
    instead="Open the follow-up again on its page.",
)
@transaction.atomic
def decline_refresher(*, follow_up: FollowUp, reason: str, by: User, version: int) -> None:
    """Record that the venue does not want the refresher, and why.

    Raises:
        PermissionDenied: the follow-up is not for this person to work on.
        Refused: the follow-up is closed, or no reason is given.
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    _ask(by, follow_up)
    follow_up.claim(version)
    _require_open(follow_up, "it can’t be declined any more")
    if not one_line(reason):
        raise refuse("reason", "Enter why the venue does not want the refresher")
    scope.set_reason(one_line(reason))
    follow_up.state = FollowUpState.DECLINED
    follow_up.declined_reason = one_line(reason)
    follow_up.booked_for = None
    follow_up.save()


@undoable("The follow-up is declined again.", may=may_work_on)
@transaction.atomic
def reopen_refresher(*, follow_up: FollowUp, reason: str, by: User, version: int) -> None:
    """Open a declined follow-up again, and say why: the venue thinks otherwise by now.

    It stays due on the day it was due. A session that was held since delivers it at once.

    Raises:
        PermissionDenied: the follow-up is not for this person to work on.
        Refused: it is not declined, or no reason is given.
        EditConflictError: somebody saved the follow-up since ``version``.

    """
    _ask(by, follow_up)
    follow_up.claim(version)
    if follow_up.state != FollowUpState.DECLINED:
        raise refuse("follow_up", "This follow-up is not declined, so there is nothing to reopen.")
    if not one_line(reason):
        raise refuse("reason", "Enter why the follow-up is opened again")
    scope.set_reason(one_line(reason))
    follow_up.state = FollowUpState.OFFERED
    follow_up.declined_reason = ""
    follow_up.save()
    settle_follow_up(visit=follow_up.visit, by=by)
    find_who_answers(FollowUp.objects.filter(pk=follow_up.pk))
    follow_up.refresh_from_db()


def _ask(by: User, follow_up: FollowUp) -> None:
    """Refuse whoever may not work on this follow-up; else keep others from it and its venue."""
    if not may_work_on(by, [follow_up]):
        raise PermissionDenied
    hold(Venue.objects.filter(pk=follow_up.visit.venue_id))
    _hold_those_at(follow_up.visit.venue_id)


def visited_on(follow_up: FollowUp) -> dt.date:
    """The duty day of the visit that opened the follow-up: no refresher of it lies before."""
    assert follow_up.visit.started_at is not None
    return duty_day(follow_up.visit.started_at)


def _too_early(follow_up: FollowUp) -> str:
    day = plain_time(visited_on(follow_up))
    return f"The refresher can’t be before the visit of {day}"


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
