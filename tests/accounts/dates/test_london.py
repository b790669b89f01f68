"""The duty day: from 06:00 to 06:00 on the clocks of London."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import DateTimeField, Value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.dates.duty_days import DutyDay, duty_begins_in_sql, duty_month_in_sql
from accounts.dates.london import duty_begins, duty_day, duty_ends
from accounts.models import User
from govuk.dates import LONDON
from tests.factories import UserFactory

MOMENTS = st.datetimes(
    min_value=dt.datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


def london(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (london(2026, 6, 30, 6), (2026, 6, 30)),
        (london(2026, 6, 30, 23, 50), (2026, 6, 30)),
        (london(2026, 7, 1, 0, 10), (2026, 6, 30)),
        (london(2026, 7, 1, 5, 59, 59), (2026, 6, 30)),
        (london(2026, 7, 1, 6), (2026, 7, 1)),
        (dt.datetime(2026, 7, 1, 4, 59, tzinfo=dt.UTC), (2026, 6, 30)),
        (dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC), (2026, 7, 1)),
        (dt.datetime(2026, 1, 1, 5, 59, tzinfo=dt.UTC), (2025, 12, 31)),
        # The clocks go forward at 01:00 UTC on 29 March and back at 01:00 UTC on 25 October.
        (dt.datetime(2026, 3, 29, 4, 59, tzinfo=dt.UTC), (2026, 3, 28)),
        (dt.datetime(2026, 3, 29, 5, tzinfo=dt.UTC), (2026, 3, 29)),
        (dt.datetime(2026, 10, 25, 5, 59, tzinfo=dt.UTC), (2026, 10, 24)),
        (dt.datetime(2026, 10, 25, 6, tzinfo=dt.UTC), (2026, 10, 25)),
    ],
)
def test_a_night_belongs_to_its_evening(moment, day):
    assert duty_day(moment) == dt.date(*day)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (dt.date(2026, 11, 24), 24),
        (dt.date(2026, 3, 28), 23),
        (dt.date(2026, 10, 24), 25),
    ],
)
def test_a_duty_day_is_as_long_as_the_clocks_make_it(day, hours):
    assert duty_ends(day) - duty_begins(day) == dt.timedelta(hours=hours)
    assert duty_begins(day).astimezone(LONDON).time() == dt.time(6)


def test_a_moment_without_a_time_zone_has_no_duty_day():
    with pytest.raises(ValueError, match="time zone"):
        duty_day(dt.datetime(2026, 6, 30, 23))  # noqa: DTZ001


@given(MOMENTS)
def test_each_moment_lies_within_the_bounds_of_its_duty_day(moment):
    day = duty_day(moment)

    assert duty_begins(day) <= moment < duty_ends(day)


@given(DAYS)
def test_duty_days_follow_each_other_without_a_gap(day):
    assert duty_ends(day) == duty_begins(day + dt.timedelta(days=1))
    assert duty_day(duty_begins(day)) == day
    assert duty_day(duty_ends(day) - dt.timedelta(microseconds=1)) == day


class InPostgreSQL(TestCase):
    """The twin in SQL. Hypothesis takes each example back by Django's own class."""

    @given(st.lists(MOMENTS, min_size=1, max_size=50))
    @settings(max_examples=30)
    def test_postgresql_gives_each_moment_the_same_duty_day(self, moments):
        UserFactory()
        names = {f"day_{place}": moment for place, moment in enumerate(moments)}
        asked = {
            name: DutyDay(Value(moment, output_field=DateTimeField()))
            for name, moment in names.items()
        }

        found = User.objects.annotate(**asked).values(*asked).first()

        assert found == {name: duty_day(moment) for name, moment in names.items()}

    @given(st.lists(MOMENTS, min_size=1, max_size=50))
    @settings(max_examples=30)
    def test_postgresql_gives_each_duty_day_the_same_beginning_and_month(self, moments):
        days = [duty_day(moment) for moment in moments]
        begins, month = duty_begins_in_sql("day"), duty_month_in_sql("moment")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {begins}, {month}"
                " FROM unnest(%s::date[], %s::timestamptz[]) AS given (day, moment)",
                [days, moments],
            )
            found = cursor.fetchall()

        assert found == [(duty_begins(day), day.replace(day=1)) for day in days]

    def test_also_in_the_nights_when_the_clocks_are_changed(self):
        UserFactory()
        for begins in (duty_begins(dt.date(2026, 3, 28)), duty_begins(dt.date(2026, 10, 24))):
            for quarters in range(4 * 27):
                moment = begins + dt.timedelta(minutes=15 * quarters)
                asked = DutyDay(Value(moment, output_field=DateTimeField()))
                assert User.objects.annotate(day=asked).values_list("day").first() == (
                    duty_day(moment),
                )


# Where the calendar's day is meant ----------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[3]

#: The day of duty counts everywhere else.
CALENDAR = {
    "accounts/dates/london.py": "the definition itself",
    "accounts/record/sealing.py": "a day of the record is sealed after midnight",
    "accounts/tasks.py": "retention counts days of the calendar",
    "govuk/gallery.py": "an example",
    "govuk/dates.py": "how a moment is written",
    "govuk/fields.py": "what somebody typed, by the clock",
    "operations/calls/forms.py": "what somebody typed, by the clock",
    "operations/calls/views.py": "what somebody is about to type, by the clock",
    "operations/follow_ups/actions.py": "an appointment with a venue",
    "operations/follow_ups/views.py": "an appointment with a venue",
    "operations/teams/forms.py": "a date on a paper is not in the future",
    "operations/teams/views.py": "a date on a paper is not in the future",
    "operations/teams/models.py": "retention counts days of the calendar",
    "operations/planning/schedule.py": "which of two boxes was typed wrongly, by the clock",
    "operations/teams/cadet_rules.py": "an age is attained on the birthday",
    "operations/planning/schedule_forms.py": "what somebody typed, by the clock",
    "operations/planning/schedule_views.py": "what somebody is about to type, by the clock",
    "outbox/actions.py": "a reader has one message of a letter a day, by their calendar",
    "reports/views.py": "the name of a file",
    "venues/imports/fhrs_import.py": "the date of a file is not in the future",
    "venues/registry/actions.py": "a date on a paper is not in the future",
}


def test_the_calendars_day_is_asked_for_only_where_it_is_meant():
    asks = re.compile(r"\.date\(\)|localdate|TruncDate|__(date|month|year)\b|date\.today")
    folders = ("accounts", "config", "govuk", "operations", "outbox", "reports", "venues")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]

    found = {str(path.relative_to(ROOT)) for path in files if asks.search(path.read_text())}

    assert found == set(CALENDAR)


def test_no_template_makes_a_day_of_a_moment():
    templates = (ROOT / "templates").rglob("*.*")

    assert [path for path in templates if re.search(r"_at\.date\b", path.read_text())] == []
