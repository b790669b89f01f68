"""Background tasks of operations: each finds what is due and calls an act."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from accounts.database import scope
from accounts.dates.london import duty_day
from operations.follow_ups import reminders


@shared_task
def remind(on: str | None = None) -> None:
    """Decide the reminders of the day. The outbox sends them.

    Args:
        on: The day as ``2026-11-24``; the duty day if not given.

    """
    day = dt.date.fromisoformat(on) if on else duty_day(timezone.now())
    with scope.for_task(remind.name):
        reminders.decide_reminders(on=day)
