"""A button that was held down: it answers as ever, and calls for help in silence.

The call is committed first. Whatever the page makes of the form comes after, so that the answer has
not a byte of its own, and an error there loses no call. A tap does the same work and takes it back,
so that the answer takes as long: who stands by with a watch learns nothing. Messages about the
call are the background task's, within seconds (``operations/safety/actions.py``).
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views import View

from accounts.database import scope
from accounts.models import User
from operations.safety import actions as safety
from operations.safety.deadlines import HELD_DOWN
from operations.visits.models import Visit

#: How the page says for how many seconds its button was pressed (static/js/pressed.js).
PRESSED = "pressed"
#: What a phone keeps it sends within a day.
LONGEST = dt.timedelta(days=1)


class NoticesHeldButton(View):
    """Mix in before a page of a team's visit whose button may be held down."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and PRESSED in request.POST:
            self._call_for_help(request, is_held=seconds(request, PRESSED) >= HELD_DOWN)
        return super().dispatch(request, *args, **kwargs)

    def _call_for_help(self, request: HttpRequest, *, is_held: bool) -> None:
        visit: Visit = self.visit  # type: ignore[attr-defined]  # as ``OfTheTeam`` finds it
        assert isinstance(request.user, User)
        before = transaction.savepoint()
        safety.call_for_help(
            visit=visit,
            ago=min(seconds(request, "ago"), LONGEST),
            submission=_number(request.POST.get("submission", "")),
            by=request.user,
            at=timezone.now(),
        )
        end = transaction.savepoint_commit if is_held else transaction.savepoint_rollback
        end(before)  # one question, either way
        scope.keep_so_far()


def seconds(request: HttpRequest, name: str) -> dt.timedelta:
    """What a field says in seconds; nothing where it says no such thing."""
    try:
        told = float(request.POST.get(name, ""))
    except ValueError:
        return dt.timedelta(0)
    return dt.timedelta(seconds=min(told, LONGEST.total_seconds())) if told > 0 else dt.timedelta(0)


def _number(text: str) -> uuid.UUID:
    """The phone's number of the message, or one of ours: a call for help is never refused."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
