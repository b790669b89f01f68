"""Tags for the plan and the state of a visit."""

import datetime as dt

from django import template
from django.utils import timezone

from accounts.dates.london import DAY_BEGINS, duty_day
from govuk.dates import short_day
from govuk.tones import tone_of
from operations.models import Visit, VisitState

register = template.Library()
register.filter(duty_day)

#: From this time of day on it is tonight.
EVENING = dt.time(18)

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
    """When ``visit`` is: "Tonight, 23:00 to 00:30", "Fri 27 Nov, 19:00 to 21:00"."""
    return f"{visit_day(visit)}, {visit_times(visit)}"


@register.filter
def visit_day(visit: Visit) -> str:
    """The day of ``visit``: "Tonight", "Fri 27 Nov", and with the year where it is another one."""
    starts, now = timezone.localtime(visit.starts_at), timezone.localtime()
    if duty_day(starts) == duty_day(now):
        return "Today" if DAY_BEGINS <= starts.time() < EVENING else "Tonight"
    return short_day(starts, at=now)


@register.filter
def visit_times(visit: Visit) -> str:
    """The window of ``visit`` on that day: "23:00 to 00:30".

    In a night when the clocks change it says by which: "00:30 BST to 01:30 GMT".
    """
    starts, ends = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    # An hour that comes twice has a different offset the second time (its fold).
    offsets = {time.replace(fold=fold).utcoffset() for time in (starts, ends) for fold in (0, 1)}
    written = "%H:%M" if len(offsets) == 1 else "%H:%M %Z"
    return f"{starts:{written}} to {ends:{written}}"


@register.filter
def starts_from(visit: Visit, early: dt.timedelta) -> dt.datetime:
    """From when on ``visit`` can start, ``early`` before its window."""
    return visit.starts_at - early
