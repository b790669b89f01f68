"""Background tasks of operations: each finds what is due and calls an act."""

from celery import shared_task
from django.utils import timezone

from accounts.database import scope
from operations.figures import counting
from operations.follow_ups import reminders


@shared_task
def remind() -> None:
    """Decide the reminders of the day. The outbox sends them."""
    with scope.for_task(remind.name):
        reminders.decide_reminders(at=timezone.now())


@shared_task
def count_figures() -> None:
    """Count what changed since the last time, so that a dashboard has less to count by itself."""
    with scope.for_task(count_figures.name):
        counting.count()
