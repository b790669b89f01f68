"""A button that was held down: it answers as ever, and calls for help in silence.

Whatever the page makes of the form comes after, so that the answer has not a byte of its own.
"""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views import View

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
        if request.method == "POST" and seconds(request, PRESSED) >= HELD_DOWN:
            self._call_for_help(request)
        return super().dispatch(request, *args, **kwargs)

    def _call_for_help(self, request: HttpRequest) -> None:
        visit: Visit = self.visit  # type: ignore[attr-defined]  # as ``OfTheTeam`` finds it
        assert isinstance(request.user, User)
        safety.call_for_help(
            visit=visit,
            ago=min(seconds(request, "ago"), LONGEST),
            submission=_number(request.POST.get("submission", "")),
            by=request.user,
            at=timezone.now(),
        )


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
