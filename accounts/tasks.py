"""What happens to the record by itself."""

from celery import shared_task
from django.utils import timezone

from accounts.sealing import seal_finished_days


@shared_task
def seal() -> None:
    """Seal yesterday, and the days before it that a stopped worker left."""
    seal_finished_days(at=timezone.now())
