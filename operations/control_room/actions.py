"""Acts on a visit by others than its team: ending one that was left under way."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.acts.refusals import refuse
from accounts.database import scope
from accounts.models import User
from govuk.dates import moment
from govuk.texts import one_line
from operations.visits.models import Visit, visit_rules
from operations.visits.states import NotCompletedReason, VisitState


@transaction.atomic
def end_overdue_visit(*, visit: Visit, reason: str, by: User, at: dt.datetime) -> Visit:
    """End a visit whose team did not, once its window and a margin have passed.

    It is not completed, for a reason of its own: what happened at the venue nobody has said. The
    same reason sent twice changes nothing the second time.

    Args:
        visit: The visit.
        reason: Why, in a few words.
        by: A planner of its command unit, the lead of its operation, or a call handler.
        at: Now.

    Raises:
        PermissionDenied: ``by`` is none of these.
        Refused: it is not under way, not overdue yet, or no reason is given.

    """
    # Without joins: whoever waited for the row gets it fresh, but joined rows as they were before.
    locked = Visit.objects.select_for_update(no_key=True).filter(pk=visit.pk).first()
    if locked is None or not Visit.objects.endable_by(by).filter(pk=visit.pk).exists():
        raise PermissionDenied
    reason = one_line(reason)
    done = (VisitState.NOT_COMPLETED, NotCompletedReason.NOT_CLOSED, reason)
    if (locked.state, locked.not_completed_reason, locked.not_completed_notes) == done:
        return locked
    if not locked.is_under_way:
        state = locked.get_state_display().lower()
        raise refuse("visit", f"This visit is {state} by now, so nothing was changed.")
    margin = visit_rules(at=at).margin
    if not locked.is_past_its_time(at=at, margin=margin):
        from_then = moment(locked.ends_at + margin, at=at)
        raise refuse(
            "visit", f"Until {from_then} its team alone can end this visit. Call the team."
        )
    if not reason:
        raise refuse("reason", "Enter why you are ending the visit")
    scope.set_reason(reason)
    assert locked.started_at is not None  # it is under way
    locked.claim(locked.version)
    locked.state = VisitState.NOT_COMPLETED
    locked.not_completed_reason = NotCompletedReason.NOT_CLOSED
    locked.not_completed_notes = reason
    locked.ended_at = max(at, locked.started_at)
    locked.save()
    return locked
