"""The clocks that a force works by: London's, and when its night turns into the next day.

Times are stored in UTC and shown here. Imports no Django: pure rules use it.
"""

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: The small hours belong to the evening before: a visit at 00:30 is late, not early.
DAY_BEGINS = dt.time(6, 0)


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which ``day`` begins on the clocks of London."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=LONDON)
