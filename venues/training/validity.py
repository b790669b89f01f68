"""The rule for whether a venue's Makesafe training is current, and its twin for the database."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, DateField, ExpressionWrapper, Q, Value, When
from django.db.models.expressions import Combinable

#: Days before the end of the current period in which a venue shows as expiring.
EXPIRING_DAYS = 30


class TrainingState(models.TextChoices):
    """How a venue stands with its training on a day."""

    CURRENT = "current", "Current"
    """Trained, and the period has more than 30 days to run."""

    EXPIRING = "expiring", "Expiring in 30 days"
    """Trained and still current, for 30 days at most."""

    EXPIRED = "expired", "Expired"
    """Trained once, but the period has run out."""

    UNTRAINED = "untrained", "Untrained"
    """No training session on record."""


def expires_on(held_on: dt.date) -> dt.date:
    """The first day on which training held on ``held_on`` is no longer current."""
    return held_on + dt.timedelta(days=settings.TRAINING_CURRENT_DAYS)


def training_state(last_held_on: dt.date | None, *, on: dt.date) -> TrainingState:
    """The state on the day ``on`` of a venue last trained on ``last_held_on`` (None: never)."""
    if last_held_on is None:
        return TrainingState.UNTRAINED
    days_left = (expires_on(last_held_on) - on).days
    if days_left <= 0:
        return TrainingState.EXPIRED
    return TrainingState.EXPIRING if days_left <= EXPIRING_DAYS else TrainingState.CURRENT


def training_state_in_sql(last_held_on: str, *, on: dt.date | Combinable) -> Case:
    """:func:`training_state` as an expression.

    Args:
        last_held_on: The name of the field or annotation with the date of the latest session.
        on: The day asked about: a date, or an expression that gives one for each row.

    """
    day = on if isinstance(on, Combinable) else Value(on, output_field=DateField())

    def days_before(days: int) -> Combinable:
        # In PostgreSQL a date less an interval is a timestamp, at midnight.
        before = day - Value(dt.timedelta(days=days))
        return ExpressionWrapper(before, output_field=models.DateTimeField())

    current = settings.TRAINING_CURRENT_DAYS
    return Case(
        When(Q(**{f"{last_held_on}__isnull": True}), then=Value(TrainingState.UNTRAINED)),
        When(
            Q(**{f"{last_held_on}__lte": days_before(current)}), then=Value(TrainingState.EXPIRED)
        ),
        When(
            Q(**{f"{last_held_on}__lte": days_before(current - EXPIRING_DAYS)}),
            then=Value(TrainingState.EXPIRING),
        ),
        default=Value(TrainingState.CURRENT),
        output_field=CharField(),
    )
