"""One rule in two languages: Python for a page, SQL for a list. They must never differ."""

import datetime as dt

import pytest
from django.db.models import DateField, F, Value
from django.db.models.functions import TruncDate
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import TrainingSessionFactory, UserFactory, VenueFactory
from venues.models import TrainingSession, Venue
from venues.training.validity import (
    EXPIRING_DAYS,
    TrainingState,
    expires_on,
    training_state,
    training_state_in_sql,
)

HELD_ON = dt.date(2025, 11, 24)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (0, TrainingState.CURRENT),
        (334, TrainingState.CURRENT),
        (335, TrainingState.EXPIRING),
        (364, TrainingState.EXPIRING),
        (365, TrainingState.EXPIRED),
        (4000, TrainingState.EXPIRED),
    ],
)
def test_training_is_current_then_expiring_for_30_days_then_expired(days, state):
    assert training_state(HELD_ON, on=HELD_ON + dt.timedelta(days=days)) == state


def test_a_venue_without_a_session_is_untrained():
    assert training_state(None, on=HELD_ON) == TrainingState.UNTRAINED


def test_the_period_is_a_setting(settings):
    settings.TRAINING_CURRENT_DAYS = 90
    assert training_state(HELD_ON, on=HELD_ON + dt.timedelta(days=89)) == TrainingState.EXPIRING
    assert training_state(HELD_ON, on=HELD_ON + dt.timedelta(days=90)) == TrainingState.EXPIRED


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 1, 1)), st.integers(0, 2000))
def test_a_state_never_gets_better_with_time(held_on, days):
    order = [TrainingState.CURRENT, TrainingState.EXPIRING, TrainingState.EXPIRED]
    day = held_on + dt.timedelta(days=days)
    today, tomorrow = (training_state(held_on, on=on) for on in (day, day + dt.timedelta(days=1)))
    assert order.index(tomorrow) >= order.index(today)
    assert (today == TrainingState.EXPIRED) == (day >= expires_on(held_on))


@pytest.mark.django_db
@pytest.mark.parametrize("period", [365, 90, 20])
def test_the_database_agrees_on_every_day(settings, period):
    settings.TRAINING_CURRENT_DAYS = period
    on = dt.date(2026, 11, 24)
    venue, recorder = VenueFactory(), UserFactory()
    days = range(period + EXPIRING_DAYS + 40)
    TrainingSession.objects.bulk_create(
        TrainingSessionFactory.build(
            venue=venue, held_on=on - dt.timedelta(days=day), recorded_by=recorder
        )
        for day in days
    )

    sessions = TrainingSession.objects.annotate(state=training_state_in_sql("held_on", on=on))

    rows = list(sessions.values_list("held_on", "state"))
    assert len(rows) == len(days)
    assert all(state == training_state(held_on, on=on) for held_on, state in rows)


@pytest.mark.django_db
def test_the_database_takes_the_day_from_each_row_as_well():
    """As the statistics ask: how did the venue stand when it was visited?"""
    session = TrainingSessionFactory(held_on=dt.date(2025, 3, 1))
    for day in (dt.date(2026, 1, 29), dt.date(2026, 1, 30), dt.date(2026, 3, 1)):
        noon = Value(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC))
        rows = TrainingSession.objects.annotate(day=TruncDate(noon))
        rows = rows.annotate(state=training_state_in_sql("held_on", on=F("day")))
        assert rows.get().state == training_state(session.held_on, on=day)


@pytest.mark.django_db
def test_a_venue_without_a_session_is_untrained_in_the_database_too():
    VenueFactory()
    nothing = Value(None, output_field=DateField())
    rows = Venue.objects.annotate(last=nothing)
    rows = rows.annotate(state=training_state_in_sql("last", on=HELD_ON))
    assert rows.get().state == TrainingState.UNTRAINED
