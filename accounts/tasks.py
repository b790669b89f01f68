"""What happens by itself: the record is sealed, what is kept no longer is erased.

The tasks work as the owner of the tables: they have a queue of their own,
``keeping``, and a worker that alone has the owner's ``DATABASE_URL`` (Procfile).
"""

from celery import shared_task
from django.utils import timezone

from accounts import retention, sealing


@shared_task
def seal() -> None:
    """Seal yesterday, and the days before it that a stopped worker left."""
    sealing.seal_finished_days(at=timezone.now())


@shared_task
def apply_retention() -> None:
    """Erase what the rules of retention say."""
    retention.apply(on=timezone.localdate())
