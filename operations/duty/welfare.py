"""Acts for the welfare of cadets: withdrawing one, asking how it was, and seeing to an answer."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.acts.refusals import Problem, refuse, refuse_if_any
from accounts.acts.undo import undoable
from accounts.dates.london import duty_day, duty_ends
from accounts.models import User
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS
from govuk.texts import lines
from operations.duty import welfare_messages as messages
from operations.duty.actions import on_another_visit
from operations.teams import own_visits
from operations.teams.models import Cadet, TeamMember
from operations.teams.welfare import AFTERWARDS, WORRYING, Asked, Feeling, WelfareAnswer
from operations.visits.models import Visit
from operations.visits.states import WAYS_BACK, NotCompletedReason, VisitState

# Withdrawing -------------------------------------------------------------------------------------


def _in_the_team(by: User, records: Sequence[Any]) -> bool:
    """Whether this person is of the team of each visit that these records are about."""
    visits = {r.pk if isinstance(r, Visit) else r.visit_id for r in records}
    mine = Visit.objects.for_officer(by).filter(pk__in=visits)
    return bool(visits) and by.has_perm(LOG_VISITS) and mine.count() == len(visits)


def _withdrawal(records: Sequence[Any]) -> str:
    return "a cadet’s withdrawal"


def _answers(records: Sequence[Any]) -> str:
    return "how it was for a cadet"


@undoable(
    "The cadet is in the team as before, and the visit is as it was.",
    may=_in_the_team,
    refuses=on_another_visit,
    within=WAYS_BACK[VisitState.NOT_COMPLETED][1],
    shown_on="visit",
    names=_withdrawal,
    instead="Ask the planner.",
)
@transaction.atomic
def withdraw_cadet(*, visit: Visit, cadet: Cadet, by: User, at: dt.datetime) -> TeamMember:
    """Withdraw a cadet from a visit, at once and without a reason; its planner is told.

    A visit under way ends as *not completed: cadet unwell or withdrawn*. One that is planned stays
    so, and its start says that the cadet is missing. A second tap changes nothing.

    Args:
        visit: One under way, or planned for this duty day.
        cadet: Of its team.
        by: An officer of the team.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team, or the cadet is not in it.
        Refused: the visit is over or was cancelled, or lies on a later day.

    """
    held = own_visits.hold(visit, by=by)
    member = TeamMember.objects.filter(visit=held, cadet=cadet).first()
    if member is None:
        raise PermissionDenied
    if member.withdrawn_at is not None:
        return member
    if not (held.is_planned or held.is_under_way):
        raise refuse("visit", "This visit is over, so there is nothing left to withdraw from.")
    if held.is_planned and held.starts_at >= duty_ends(duty_day(at)):
        raise refuse("visit", "This visit is on another day. Call its planner to change the team.")
    member.withdrawn_at, member.withdrawn_by = at, by
    member.save(update_fields=["withdrawn_at", "withdrawn_by"])
    if held.is_under_way:
        own_visits.move(
            held,
            state=VisitState.NOT_COMPLETED,
            not_completed_reason=NotCompletedReason.CADET_UNWELL,
            ended_at=own_visits.ended_by(held, at),
        )
    else:
        own_visits.move(held)
    messages.tell_of_withdrawal(member)
    return member


# How it was --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What one cadet said after a visit."""

    cadet: int
    """The key."""

    answer: str
    """Empty where nothing was asked or said."""

    note: str = ""


@undoable(
    "What was said is as it was before.",
    may=_in_the_team,
    shown_on="visit",
    names=_answers,
    instead="Say it anew.",
)
@transaction.atomic
def say_how_it_was(
    *, visit: Visit, said: Collection[Said], by: User, at: dt.datetime
) -> list[WelfareAnswer]:
    """Keep how a visit was for its cadets. Nobody has to say anything; saying it anew replaces it.

    Where the answer is worrying, the planner is told that somebody has to speak to the cadet.

    Args:
        visit: One that is over.
        said: By cadet of its team.
        by: An officer of the team.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team, or a cadet is not in it.
        Refused: the visit is not over, an answer is none of those offered, or a note stands
            without one.

    """
    held = own_visits.hold(visit, by=by)
    team = set(held.team.filter(cadet__isnull=False).values_list("cadet", flat=True))
    if not {one.cadet for one in said} <= team:
        raise PermissionDenied
    if not held.is_finished:
        raise refuse("visit", "End the visit first, then ask how it was.")
    refuse_if_any(_problems_of(said))
    rows = WelfareAnswer.objects.after().filter(visit=held).select_for_update(no_key=True)
    earlier = {row.cadet_id: row for row in rows}
    return [
        answer for one in said if (answer := _keep(held, one, earlier.get(one.cadet), by=by, at=at))
    ]


def _problems_of(said: Collection[Said]) -> Iterator[Problem]:
    for one in said:
        if one.answer and one.answer not in AFTERWARDS:
            yield Problem(f"how_{one.cadet}", "Select one of the answers")
        elif lines(one.note) and not one.answer:
            yield Problem(f"how_{one.cadet}", "Select how it was, beside your note")


def _keep(
    visit: Visit, said: Said, before: WelfareAnswer | None, *, by: User, at: dt.datetime
) -> WelfareAnswer | None:
    note = lines(said.note)
    if not said.answer or (before and (before.answer, before.note) == (said.answer, note)):
        return None
    answer = before or WelfareAnswer(visit=visit, cadet_id=said.cadet, asked=Asked.AFTER)
    if before:
        before.claim(before.version)
    answer.answer, answer.note = Feeling(said.answer), note
    answer.asked_by, answer.asked_at = by, at
    answer.seen_to_at = answer.seen_to_by = None
    answer.save()
    if answer.answer in WORRYING:
        messages.tell_of_answer(answer)
    return answer


# Seeing to it ------------------------------------------------------------------------------------


def _keeps(by: User, records: Sequence[Any]) -> bool:
    keys = {record.pk for record in records if isinstance(record, WelfareAnswer)}
    theirs = WelfareAnswer.objects.visible_to(by).filter(pk__in=keys)
    return by.has_perm(PLAN_OPERATIONS) and theirs.count() == len(keys)


@undoable(
    "Somebody is still to speak to the cadet.",
    may=_keeps,
    shown_on="answer.visit",
    names=_answers,
)
@transaction.atomic
def see_to(*, answer: WelfareAnswer, version: int, by: User, at: dt.datetime) -> WelfareAnswer:
    """Say that somebody has spoken to a cadet for whom a visit was not easy.

    Args:
        answer: What the cadet said.
        version: The one that the planner had before them.
        by: A planner who may see it.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is none of these.
        EditConflictError: the cadet was asked anew since ``version``.

    """
    held = WelfareAnswer.objects.select_for_update(no_key=True).filter(pk=answer.pk).first()
    if held is None or not _keeps(by, [held]):
        raise PermissionDenied
    if held.seen_to_at is not None:
        return held
    held.claim(version)
    if not held.waits:
        raise refuse("answer", "After this answer there is nothing to see to.")
    held.seen_to_at, held.seen_to_by = at, by
    held.save(update_fields=["seen_to_at", "seen_to_by"])
    return held
