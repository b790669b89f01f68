"""Moments of calls, from a day and a time on the clocks of London."""

import datetime as dt

import pytest

from govuk.dates import LONDON
from operations.calls.forms import _after, moment_of

NIGHT = dt.date(2026, 10, 25)  # the clocks go back from 02:00 to 01:00


def utc(hour, minute=0, day=25):
    return dt.datetime(2026, 10, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "expected"), [(utc(0, 45), utc(0, 30)), (utc(1, 45), utc(1, 30)), (utc(9), utc(1, 30))]
)
def test_a_time_that_comes_twice_is_the_latest_that_has_been(now, expected):
    assert moment_of(NIGHT, dt.time(1, 30), latest=now) == expected


def test_a_time_that_has_not_been_yet_is_told_and_not_moved_to_another_day():
    at = moment_of(NIGHT, dt.time(23, 50), latest=utc(9))
    assert at.astimezone(LONDON).date() == NIGHT
    assert at > utc(9)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (dt.time(23, 50), utc(22, 50, 24)),
        (dt.time(0, 20), utc(23, 20, 24)),
        (dt.time(1, 10), utc(0, 10)),
    ],
)
def test_officers_come_at_the_next_such_time_after_the_call(time, expected):
    called_at = dt.datetime(2026, 10, 24, 23, 40, tzinfo=LONDON)
    assert _after(called_at, time) == expected
