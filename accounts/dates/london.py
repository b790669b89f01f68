"""The clocks that a force works by: London's, and when its night turns into the next day.

Times are stored in UTC. Imports no Django: pure rules use it.
"""

import datetime as dt

from govuk.dates import LONDON

#: The small hours belong to the evening before: a visit at 00:30 is late, not early.
DAY_BEGINS = dt.time(6, 0)


def duty_day(moment: dt.datetime) -> dt.date:
    """The day of duty that ``moment`` (aware) belongs to: from 06:00 to 06:00, London.

    A night belongs to its evening: 00:30 on 1 July is still the duty of 30 June. At six o'clock the
    clocks are never changed, so each duty day begins once and none is left out; the two on which
    they are changed have 23 and 25 hours.

    Raises:
        ValueError: the moment has no time zone.

    """
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    local = moment.astimezone(LONDON)
    return local.date() - dt.timedelta(days=local.time() < DAY_BEGINS)


def duty_begins(day: dt.date) -> dt.datetime:
    """The first moment of the duty of ``day``, in UTC."""
    return dt.datetime.combine(day, DAY_BEGINS, tzinfo=LONDON).astimezone(dt.UTC)


def duty_ends(day: dt.date) -> dt.datetime:
    """The first moment after the duty of ``day``, in UTC."""
    return duty_begins(day + dt.timedelta(days=1))


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which ``day`` begins on the clocks of London."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=LONDON)
