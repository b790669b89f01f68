"""Calls that had been matched to a test whose team has met a real concern since.

They may have been about that, and nobody can be sure that they were not: in doubt, real.
"""

import datetime as dt

from accounts.database import scope
from accounts.database.locks import hold
from accounts.dates.london import duty_day
from accounts.models import User
from operations.calls import reminders
from operations.calls.actions import take_match_back
from operations.calls.concerns import Concern, ConcernPolicy
from operations.calls.models import Call
from operations.visits.models import Visit

#: Why the match is taken back, on record with who had made it.
WHY = "The team of the test found a real concern"


def open_concerns(visit: Visit, *, by: User, at: dt.datetime) -> int:
    """Open each call that was matched to ``visit``, which is held, as a concern, and tell of it.

    As the system: whoever reports a real concern sees no calls.

    Args:
        visit: One whose team has met a real concern.
        by: Who said so.
        at: Now.

    Returns:
        How many there were.

    """
    with scope.as_system("a real concern of the team"):
        scope.set_reason(WHY)
        matched = Call.objects.about_tests().filter(visit=visit)
        hold(matched)
        keys = [call.pk for call in matched.order_by("pk")]
        for call in Call.objects.filter(pk__in=keys).order_by("pk"):
            call.claim(call.version)
            if take_match_back(call) is None:
                due_on = ConcernPolicy.due_on(duty_day(at))
                Concern.objects.create(call=call, opened_at=at, opened_by=by, due_on=due_on)
        calls = Call.objects.filter(pk__in=keys).with_what_is_shown()
        reminders.tell_of_nobodys(calls, at=at)
        return len(keys)
