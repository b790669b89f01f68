"""Background tasks of the record: sealing, and erasing what is kept no longer.

These tasks work as the owner of the tables: they have a queue of their own, ``keeping``, and a
worker that alone is the owner (Procfile). Whether they did, an ordinary worker looks each morning.
"""

from celery import shared_task
from django.utils import timezone

from accounts.database import scope
from accounts.record import night_work, retention, sealing


@shared_task
def seal() -> None:
    """Seal yesterday, and the days before it that a stopped worker left."""
    sealing.seal_finished_days(at=timezone.now())


@shared_task
def apply_retention() -> None:
    """Erase what the rules of retention say."""
    retention.apply(on=timezone.localdate())


@shared_task
def look_at_night_work() -> None:
    """Warn in the log if the owner's worker did not do its work. An ordinary worker looks."""
    with scope.for_task("look_at_night_work"):
        night_work.warn(at=timezone.now())
