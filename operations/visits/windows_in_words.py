"""The window of a visit in words: "Tonight, 23:00 to 00:30", "Fri 27 Nov, 19:00 to 21:00"."""

import datetime as dt

from django.utils import timezone

from accounts.dates.london import DAY_BEGINS, duty_day
from govuk.dates import short_day
from operations.visits.models import Visit

#: From this time of day on it is tonight.
EVENING = dt.time(18)


def window(visit: Visit, *, at: dt.datetime) -> str:
    """When ``visit`` is, as one says it at the moment ``at``."""
    return f"{visit_day(visit, at=at)}, {visit_times(visit)}"


def visit_day(visit: Visit, *, at: dt.datetime) -> str:
    """The day of ``visit``: "Tonight", "Fri 27 Nov", and with the year where it is another one."""
    starts = timezone.localtime(visit.starts_at)
    if duty_day(starts) == duty_day(at):
        return "Today" if DAY_BEGINS <= starts.time() < EVENING else "Tonight"
    return short_day(starts, at=at)


def visit_times(visit: Visit) -> str:
    """The window of ``visit`` on that day: "23:00 to 00:30".

    In a night when the clocks change it says by which: "00:30 BST to 01:30 GMT".
    """
    starts, ends = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    # An hour that comes twice has a different offset the second time (its fold).
    offsets = {time.replace(fold=fold).utcoffset() for time in (starts, ends) for fold in (0, 1)}
    written = "%H:%M" if len(offsets) == 1 else "%H:%M %Z"
    return f"{starts:{written}} to {ends:{written}}"
