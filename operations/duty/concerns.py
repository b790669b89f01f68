"""The act of a team that has met a real concern: its test stops, and everybody is told at once."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.acts.refusals import refuse
from accounts.models import User
from operations.calls import real_after_all
from operations.safety.actions import raise_at_once
from operations.safety.deadlines import Kind
from operations.teams import own_visits
from operations.visits.models import Visit
from operations.visits.states import NotCompletedReason, VisitState

#: For so long after a visit its team can still say that it met a real concern.
SAID_WITHIN = dt.timedelta(hours=12)


@transaction.atomic
def report_concern(
    *, visit: Visit, ago: dt.timedelta, submission: uuid.UUID, by: User, at: dt.datetime
) -> Visit:
    """Stop the test and tell the board, the operation's lead and the force's duty desk.

    A visit under way ends as *not completed*. One that has not started, or that a colleague has
    ended meanwhile, stays as it is: a word of a real concern hangs on no state of a test. The same
    ``submission`` counts once.

    Calls that had been matched to the test are real from now on.

    Args:
        visit: One of the team's.
        ago: How long before it was sent the button was pressed, by the phone's clock.
        submission: The phone's own number of it.
        by: An officer of the team.
        at: When it arrived.

    Raises:
        PermissionDenied: ``by`` is not an officer of the team.
        Refused: the visit was over long ago.

    """
    held = own_visits.hold(visit, by=by)
    pressed = min(at, at - ago)
    if held.ended_at is not None and pressed > held.ended_at + SAID_WITHIN:
        raise refuse("visit", "This visit was over long ago. Call the number below.")
    raise_at_once(Kind.CONCERN, held, ago=ago, submission=submission, by=by, at=at)
    real_after_all.open_concerns(held, by=by, at=at)
    if held.is_under_way:
        own_visits.move(
            held,
            state=VisitState.NOT_COMPLETED,
            not_completed_reason=NotCompletedReason.REAL_CONCERN,
            submission=submission,
            ended_at=own_visits.ended_by(held, pressed),
        )
    return held
