"""Working days in England and Wales: neither weekends nor bank holidays. A pure rule.

Bank holidays come from the library ``holidays``, which knows the moved and the single ones of past
and coming years; England and Wales have the same.
"""

import datetime as dt
import functools
from collections.abc import Container

DAY = dt.timedelta(days=1)
_FRIDAY = 4
#: Days of which it is known: a morning's reminders ask 100,000 times, about some dozens.
REMEMBERED = 4096


@functools.cache
def _bank_holidays() -> Container[dt.date]:
    """Those of any year: it learns a year's when it is first asked for a day of it."""
    import holidays  # 10 MB, which most processes can do without

    return holidays.country_holidays("GB", subdiv="ENG")


@functools.lru_cache(REMEMBERED)
def is_working_day(day: dt.date) -> bool:
    """Whether people are at their desks on ``day``."""
    return day.weekday() <= _FRIDAY and day not in _bank_holidays()


def on_or_after(day: dt.date) -> dt.date:
    """The first working day from ``day`` on."""
    while not is_working_day(day):
        day += DAY
    return day


def next_one(day: dt.date) -> dt.date:
    """The first working day after ``day``."""
    return on_or_after(tomorrow(day))


def tomorrow(day: dt.date) -> dt.date:
    """The day after ``day``, whether anybody works on it or not."""
    return day + DAY


def on_or_before(day: dt.date) -> dt.date:
    """The last working day up to ``day``."""
    while not is_working_day(day):
        day -= DAY
    return day
