"""Visits and follow-ups in the timeline of a venue's page."""

from collections.abc import Iterable

from accounts.models import User
from accounts.record.history import Entry
from accounts.roles import VIEW_OPERATIONS, VIEW_RESULTS
from govuk.dates import plain_time
from govuk.tones import tone_of
from operations.models import (
    FollowUp,
    FollowUpState,
    NotCompletedReason,
    Visit,
    VisitState,
)
from operations.visits.verdict import Verdict
from venues.models import Venue


def entries(venue: Venue, user: User, latest: int | None = None) -> Iterable[Entry]:
    """The latest visits to ``venue`` and their latest follow-ups that this person may see; all
    unless it is said how many.

    A planned visit is covert: ``visible_to`` gives it to its team and its planners only.
    """
    visits = Visit.objects.visible_to(user).filter(venue=venue)
    visits = visits.select_related("operation", "outcome").order_by("-starts_at", "-pk")
    for visit in visits[:latest]:
        yield _visit(visit, user)
    follow_ups = FollowUp.objects.visible_to(user).filter(visit__venue=venue)
    for follow_up in follow_ups.order_by("-opened_at", "-pk")[:latest]:
        yield _follow_up(follow_up)


def _visit(visit: Visit, user: User) -> Entry:
    state = VisitState(visit.state)
    tag, tone = state.label, tone_of("visit", state)
    if visit.outcome and user.has_perm(VIEW_RESULTS):
        verdict = Verdict(visit.outcome.verdict)
        tag, tone = verdict.label, tone_of("verdict", verdict)
    said = [
        str(visit.operation) if user.has_perm(VIEW_OPERATIONS) else "",
        NotCompletedReason(visit.not_completed_reason).label if visit.not_completed_reason else "",
        visit.cancelled_reason,
    ]
    return Entry(
        title="Test visit",
        when=visit.started_at or visit.starts_at,
        body="\n".join(filter(None, said)),
        url=visit.get_absolute_url(),
        tag=tag,
        tone=tone,
        about=visit,
    )


def _follow_up(follow_up: FollowUp) -> Entry:
    state = FollowUpState(follow_up.state)
    said = ""
    if follow_up.is_open:
        said = f"Due by {plain_time(follow_up.due_on)}."
    if follow_up.state == FollowUpState.BOOKED and follow_up.booked_for:
        said = f"Booked for {plain_time(follow_up.booked_for)}. {said}"
    return Entry(
        title="Refresher follow-up",
        when=follow_up.opened_at,
        body=said or follow_up.declined_reason,
        url=follow_up.get_absolute_url(),
        tag=state.label,
        tone=tone_of("follow_up", state),
        about=follow_up,
    )
