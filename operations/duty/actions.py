"""Acts of a team on duty: start a visit, log what was observed, or say why it could not be.

A phone with a poor signal sends the same thing twice; each ``submission`` counts once. All of this
happens with the visit's row locked, so of two messages at the same instant one waits for the other.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.acts.refusals import Problem, Refused, refuse, refuse_if_any
from accounts.acts.undo import Return, undoable
from accounts.acts.versions import EditConflictError
from accounts.database import scope
from accounts.models import User
from accounts.roles import LOG_VISITS
from govuk.dates import moment
from govuk.texts import lines, one_line
from operations.approval.coverage import why_not_covered
from operations.calls import real_after_all
from operations.duty.starting import problems_of_start, why_too_early
from operations.follow_ups.actions import settle_follow_up
from operations.safety.actions import raise_at_once
from operations.safety.deadlines import Kind
from operations.teams import own_visits
from operations.teams.welfare import Asked, Feeling, WelfareAnswer
from operations.visits import verdict as rule
from operations.visits.facts import OutcomeFacts
from operations.visits.models import Visit, visit_rules
from operations.visits.outcomes import NOT_SAID, Outcome
from operations.visits.states import WAYS_BACK, NotCompletedReason, VisitState

#: The reasons that say nothing without notes.
ANOTHER_REASON = frozenset(
    {NotCompletedReason.OTHER_ELIGIBLE, NotCompletedReason.OTHER_NOT_ELIGIBLE}
)


class AlreadyLoggedError(Exception):
    """The visit's outcome is on record with other answers. It can be corrected, not overwritten.

    The message says who logged it and when.
    """

    def __init__(self, message: str, *, visit: Visit) -> None:
        self.visit = visit
        super().__init__(message)


class UndoneBeforeError(Exception):
    """What came had ended the visit, and that was undone: a late repetition ends nothing."""


def _in_the_team(by: User, records: Sequence[models.Model]) -> bool:
    """Whether this person may take back what the team did with a visit."""
    visits = [record.pk for record in records if isinstance(record, Visit)]
    teams_of = Visit.objects.for_officer(by).filter(pk__in=visits)
    return by.has_perm(LOG_VISITS) and teams_of.count() == len(visits)


@undoable(
    "The visit is planned as before: the live board shows no test under way there.",
    may=_in_the_team,
    within=WAYS_BACK[VisitState.UNDER_WAY][1],
    instead="Log the visit as one that could not be tested, and say in the notes what happened.",
    back="operations:my_visits",
)
@transaction.atomic
def start_visit(
    *,
    visit: Visit,
    told: bool,
    willing: Collection[int] = (),
    ago: dt.timedelta = dt.timedelta(0),
    by: User,
    at: dt.datetime,
) -> Visit:
    """Say that the team begins now. A visit that is under way already stays as it is.

    Args:
        visit: A planned one.
        told: Whether the control room was told of it.
        willing: The keys of the cadets who were asked whether they are willing to go on, and said
            yes.
        ago: How long before it was sent this was said, by the phone's clock: there may have been
            no network.
        by: An officer of the team.
        at: When it arrived.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.
        Refused: the visit is over or was cancelled, or it is too early; the authority of its
            operation does not cover it; ``by`` has another
            visit under way; or something is missing that the rules ask for and nobody allowed the
            start without. All of that is named at once.

    """
    visit = own_visits.hold(visit, by=by)
    if visit.is_under_way:
        return visit
    if not visit.is_planned:
        raise _too_late(visit)
    if too_early := why_too_early(visit, at=at, early=visit_rules(at=at).early):
        raise refuse("visit", too_early)
    if not_covered := why_not_covered(visit):
        raise refuse("visit", not_covered)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # starts one visit at a time
    if other := Visit.objects.for_officer(by).under_way().select_related("venue").first():
        raise refuse("visit", f"You still have {other.venue} under way: log it first.")
    refuse_if_any(problems_of_start(visit, told=told, willing=willing, at=at))
    said_at = at - ago
    asked = visit.team.filter(cadet__in=willing).values_list("cadet", flat=True)
    for cadet in asked.order_by("cadet"):
        WelfareAnswer.objects.create(
            visit=visit,
            cadet_id=cadet,
            asked=Asked.BEFORE,
            answer=Feeling.WILLING,
            asked_by=by,
            asked_at=said_at,
        )
    own_visits.move(
        visit,
        state=VisitState.UNDER_WAY,
        started_at=at,
        started_by=by,
        control_room_told_at=said_at if told else None,
        control_room_told_by=by if told else None,
    )
    return visit


@transaction.atomic
def log_outcome(
    *, visit: Visit, facts: OutcomeFacts, submission: uuid.UUID, by: User, at: dt.datetime
) -> Outcome:
    """Complete a visit that is under way with what was observed; the verdict follows.

    Also taken after somebody else ended the visit in place of its team (``was_left_open``): what
    the team saw is not lost, and the visit ended no later than was said.

    The same ``submission`` with the same facts returns the outcome that it made the first time.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.
        AlreadyLoggedError: somebody (or an earlier version of this message) was first.
        Refused: the visit is not under way, or the facts lack one that they call for.

    """
    visit = own_visits.hold(visit, by=by)
    facts = facts.only_what_applies()
    with scope.all_units():  # it may have been sent for another visit; follow-ups are the system's
        if earlier := _sent_before(visit, submission, facts):
            return earlier
        if visit.outcome:
            raise AlreadyLoggedError(
                f"{visit.outcome.logged_by} logged the outcome of this visit at "
                f"{moment(visit.outcome.logged_at)}.",
                visit=visit,
            )
        if not (visit.is_under_way or visit.was_left_open):
            raise _too_late(visit)
        outcome = _record(visit, facts, submission=submission, by=by, at=at)
        own_visits.move(
            visit,
            state=VisitState.COMPLETED,
            outcome=outcome,
            ended_at=visit.ended_at or own_visits.ended_by(visit, at),
            not_completed_reason="",
            not_completed_notes="",
            not_completed_revision=1,
            correction_reason="",
        )
        settle_follow_up(visit=visit, by=by)
    return outcome


@transaction.atomic
def correct_outcome(
    *,
    visit: Visit,
    facts: OutcomeFacts,
    reason: str,
    revision: int,
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> Outcome:
    """Put a new revision in place of an outcome, which is kept. The verdict is judged anew.

    Args:
        visit: A completed one.
        facts: All of them, as they should have been logged.
        reason: Why, in a few words.
        revision: The one that the person had in front of them.
        submission: The same one with the same answers counts once.
        by: An officer of the team, or who corrects in their place (``correctable_by``).
        at: Now.

    Raises:
        PermissionDenied: ``by`` is none of these.
        EditConflictError: somebody corrected it since ``revision``.
        AlreadyLoggedError: this submission arrived before, with other answers.
        Refused: there is nothing to correct, nothing differs, no reason is given, or the
            facts lack one that they call for.

    """
    visit = _lock_to_correct(visit, by=by)
    facts = facts.only_what_applies()
    reason = one_line(reason)
    if earlier := _sent_before(visit, submission, facts):
        return earlier
    if visit.outcome is None:
        raise refuse("visit", "This visit has no outcome to correct yet.")
    if visit.outcome.revision != revision:
        raise EditConflictError
    problems = []
    if not reason:
        problems.append(Problem("reason", "Enter why you are correcting the outcome"))
    if OutcomeFacts.of(visit.outcome) == facts:
        same = "No answer differs from what is on record, so nothing was saved."
        problems.append(Problem("visit", same))
    if problems:
        raise Refused(problems)
    scope.set_reason(reason)
    outcome = _record(
        visit,
        facts,
        revision=revision + 1,
        correction_reason=reason,
        submission=submission,
        by=by,
        at=at,
    )
    own_visits.move(visit, outcome=outcome)
    settle_follow_up(visit=visit, by=by)
    return outcome


def on_another_visit(way: Return) -> str:
    """That whoever started the visit has another one under way by now."""
    for visit in way.again:
        if isinstance(visit, Visit) and visit.started_by:
            others = Visit.objects.for_officer(visit.started_by).under_way().exclude(pk=visit.pk)
            if other := others.select_related("venue").first():
                return f"{visit.started_by} has {other.venue} under way by now: log it first."
    return ""


@undoable(
    "The visit is under way again: log what happened.",
    may=_in_the_team,
    refuses=on_another_visit,
    unless=lambda visit: visit.not_completed_reason == NotCompletedReason.REAL_CONCERN,
    within=WAYS_BACK[VisitState.NOT_COMPLETED][1],
    instead="Correct it on the visit’s page.",
)
@transaction.atomic
def log_not_completed(
    *,
    visit: Visit,
    reason: str,
    notes: str,
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> Visit:
    """End a visit that is under way and could not test the venue, with the reason why.

    The same ``submission`` with the same answers changes nothing the second time.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.
        UndoneBeforeError: this submission ended the visit before, and that was undone.
        Refused: the visit is not under way, or the reason is none of the list, or one that
            says nothing without notes.

    """
    visit = own_visits.hold(visit, by=by)
    notes = lines(notes)
    sent = (visit.submission, visit.not_completed_reason, visit.not_completed_notes)
    if sent == (submission, reason, notes):
        return visit
    if not visit.is_under_way:
        raise _too_late(visit)
    if visit.submission == submission:
        raise UndoneBeforeError
    _check_not_completed(visit, reason, notes, submission)
    if reason == NotCompletedReason.REAL_CONCERN:  # said here, it is as real as by its button
        raise_at_once(Kind.CONCERN, visit, submission=submission, by=by, at=at)
        real_after_all.open_concerns(visit, by=by, at=at)
    own_visits.move(
        visit,
        state=VisitState.NOT_COMPLETED,
        not_completed_reason=reason,
        not_completed_notes=notes,
        submission=submission,
        ended_at=own_visits.ended_by(visit, at),
    )
    return visit


@transaction.atomic
def correct_not_completed(
    *,
    visit: Visit,
    reason: str,
    notes: str,
    why: str,
    revision: int,
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> Visit:
    """Put another reason why the venue could not be tested in place of the one on record.

    Both stay on record: the visit's history keeps what was said before, with ``why`` it changed.
    The same ``submission`` with the same answers counts once. That it was a real concern after all
    raises the alarm that its button would have raised, however late it is said.

    Raises:
        PermissionDenied: this person may not correct it (``correctable_by``).
        EditConflictError: somebody corrected it since ``revision``.
        Refused: the visit is in another state, nothing differs, or as for logging it.

    """
    visit = _lock_to_correct(visit, by=by)
    notes, why = lines(notes), one_line(why)
    sent = (visit.submission, visit.not_completed_reason, visit.not_completed_notes)
    if sent == (submission, reason, notes):
        return visit
    if visit.state != VisitState.NOT_COMPLETED:
        raise refuse("visit", "This visit is not logged as not completed.")
    if visit.not_completed_revision != revision:
        raise EditConflictError
    if not why:
        raise refuse("why", "Enter why you are correcting it")
    if (reason, notes) == (visit.not_completed_reason, visit.not_completed_notes):
        raise refuse("visit", "No answer differs from what is on record, so nothing was saved.")
    _check_not_completed(visit, reason, notes, submission)
    scope.set_reason(why)
    if NotCompletedReason.REAL_CONCERN == reason != visit.not_completed_reason:
        raise_at_once(Kind.CONCERN, visit, submission=submission, by=by, at=at)
        real_after_all.open_concerns(visit, by=by, at=at)
    own_visits.move(
        visit,
        not_completed_reason=reason,
        not_completed_notes=notes,
        not_completed_revision=revision + 1,
        correction_reason=why,
        submission=submission,
    )
    return visit


def _check_not_completed(visit: Visit, reason: str, notes: str, submission: uuid.UUID) -> None:
    if reason not in NotCompletedReason.values or reason == NotCompletedReason.NOT_CLOSED:
        raise refuse("reason", "Select why the venue could not be tested")
    if reason in ANOTHER_REASON and not notes:
        raise refuse("notes", "Enter the reason in the notes")
    with scope.all_units():
        used = Visit.objects.filter(submission=submission).exclude(pk=visit.pk).exists()
    if used:
        raise _of_another_visit()


def _lock_to_correct(visit: Visit, *, by: User) -> Visit:
    """The visit as it stands, held for somebody who may correct what was logged."""
    locked = Visit.objects.select_for_update(no_key=True).filter(pk=visit.pk).first()
    if locked is None or not Visit.objects.correctable_by(by).filter(pk=visit.pk).exists():
        raise PermissionDenied
    return locked


def _sent_before(visit: Visit, submission: uuid.UUID, facts: OutcomeFacts) -> Outcome | None:
    """What this submission made when it came the first time; None if it is new."""
    with scope.all_units():
        sent = Outcome.objects.filter(submission=submission).order_by().first()
    if sent is None:
        return None
    if sent.visit_id != visit.pk:
        raise _of_another_visit()
    if OutcomeFacts.of(sent) != facts:
        raise AlreadyLoggedError(
            f"What you sent before had already arrived at {moment(sent.logged_at)}. The answers "
            "that you changed after that are not saved yet.",
            visit=visit,
        )
    return sent


def _record(
    visit: Visit,
    facts: OutcomeFacts,
    *,
    revision: int = 1,
    correction_reason: str = "",
    submission: uuid.UUID,
    by: User,
    at: dt.datetime,
) -> Outcome:
    if missing := facts.missing():
        raise Refused(Problem(question, NOT_SAID[question]) for question in missing)
    judgement = rule.judge(facts.for_the_rule())
    return Outcome.objects.create(
        visit=visit,
        revision=revision,
        correction_reason=correction_reason,
        submission=submission,
        logged_by=by,
        logged_at=at,
        verdict=judgement.verdict,
        verdict_rule=judgement.rule_version,
        **dataclasses.asdict(facts),
    )


def _too_late(visit: Visit) -> Refused:
    """Why a visit in this state cannot be started or ended now."""
    ended = visit.ended_at and moment(visit.ended_at)
    match visit.state:
        case VisitState.PLANNED:
            why = "Start the visit first, then log what happened."
        case VisitState.CANCELLED:
            why = f"This visit was cancelled: {visit.cancelled_reason}. Do not go in."
        case VisitState.NOT_COMPLETED:
            reason = visit.get_not_completed_reason_display().lower()
            why = f"This visit was logged as not completed at {ended}: {reason}."
        case _:
            why = f"This visit is over. Its outcome was logged at {ended}."
    return refuse("visit", why)


def _of_another_visit() -> Refused:
    message = "This form was already used for another visit. Nothing was saved: open it again."
    return refuse("visit", message)
