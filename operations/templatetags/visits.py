"""Tags for the window (``visits/windows_in_words.py``) and the state of a visit."""

import datetime as dt

from django import template
from django.utils import timezone

from accounts.dates.london import duty_day
from govuk.tones import tone_of
from operations.models import Visit, VisitState
from operations.visits import windows_in_words
from venues.models import Venue

register = template.Library()
register.filter(duty_day)
register.filter(windows_in_words.visit_times)

#: What a team does once its window and the margin are over.
LATE: dict[str, str] = {
    VisitState.PLANNED: "The time of this visit is over. If you start it now, the control room "
    "still treats calls about it as real. Call your planner for a new time first.",
    VisitState.UNDER_WAY: "The time of this visit is over, so the control room treats calls about "
    "it as real. Leave, then log what happened. If you need longer, call your planner.",
}


@register.inclusion_tag("components/tag.html")
def visit_tag(visit: Visit) -> dict[str, str]:
    """The state of ``visit`` as a tag."""
    state = VisitState(visit.state)
    return {"label": state.label, "tone": tone_of("visit", state)}


@register.filter
def late(visit: Visit, margin: dt.timedelta) -> str:
    """What a team must know where the board takes calls about its visit for real ones again.

    Args:
        visit: One of theirs.
        margin: From the end of a window until its visit is overdue.

    Returns:
        Two or three sentences; empty while a call would be told as a test.

    """
    past = visit.is_past_its_time(at=timezone.now(), margin=margin)
    return LATE.get(visit.state, "") if past else ""


@register.filter
def window(visit: Visit) -> str:
    """When ``visit`` is: "Tonight, 23:00 to 00:30"."""
    return windows_in_words.window(visit, at=timezone.now())


@register.simple_tag
def confirmation(visit: Visit, slot: int) -> str:
    """What the board keeps once a caller has said that they are at the place of ``visit``."""
    return f"{visit.number}.{visit.version}.{slot}"


@register.filter
def street(venue: Venue) -> str:
    """The first line of where ``venue`` is, after a comma; nothing where that is not known."""
    return ", ".join(["", *venue.address.splitlines()[:1]])


@register.filter
def visit_day(visit: Visit) -> str:
    """The day of ``visit``: "Tonight"."""
    return windows_in_words.visit_day(visit, at=timezone.now())


@register.filter
def starts_from(visit: Visit, early: dt.timedelta) -> dt.datetime:
    """From when on ``visit`` can start, ``early`` before its window."""
    return visit.starts_at - early
