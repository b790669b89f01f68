"""The window of a visit in words."""

import datetime as dt

import pytest

from operations.models import Visit
from operations.visits.windows_in_words import visit_day, visit_times, window

HOUR = dt.timedelta(hours=1)
#: A Friday, six in the morning of London, when the day of duty begins.
BEGINS = dt.datetime(2026, 11, 27, 6, tzinfo=dt.UTC)


def visit(starts, hours=2):
    return Visit(starts_at=starts, ends_at=starts + hours * HOUR)


@pytest.mark.parametrize(
    ("starts", "hours", "shown"),
    [
        (dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC), 3, "23:30 GMT to 03:30 BST"),
        (dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC), 3, "00:30 BST to 02:30 GMT"),
        (dt.datetime(2026, 10, 25, 0, 10, tzinfo=dt.UTC), 1, "01:10 BST to 01:10 GMT"),
        (dt.datetime(2026, 7, 1, 18, tzinfo=dt.UTC), 2, "19:00 to 21:00"),
        (dt.datetime(2026, 11, 24, 18, tzinfo=dt.UTC), 2, "18:00 to 20:00"),
    ],
)
def test_the_window_is_in_london_time_and_clear_when_the_clocks_change(starts, hours, shown):
    assert visit_times(visit(starts, hours)) == shown


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(0, "Today"), (11, "Today"), (12, "Tonight"), (20, "Tonight"), (24, "Sat 28 Nov")],
)
def test_a_visit_of_this_duty_day_is_today_or_tonight(hours, shown):
    """From six in the evening on, and until six in the morning."""
    starts = BEGINS + hours * HOUR
    for asked in (BEGINS, BEGINS + 23 * HOUR):
        assert visit_day(visit(starts), at=asked) == shown


def test_another_day_is_short_and_has_its_year_only_where_that_is_another():
    february = dt.datetime(2026, 2, 3, 19, tzinfo=dt.UTC)
    assert visit_day(visit(february), at=BEGINS) == "Tue 3 Feb"
    assert visit_day(visit(february.replace(year=2027)), at=BEGINS) == "Wed 3 Feb 2027"


def test_day_and_times_are_one_phrase():
    assert window(visit(BEGINS + 17 * HOUR), at=BEGINS) == "Tonight, 23:00 to 01:00"
