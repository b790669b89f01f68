"""What happens by itself: a link is sent, the record is sealed, what is kept no longer is erased.

The tasks of the record work as the owner of the tables: they have a queue of their own,
``keeping``, and a worker that alone has the owner's ``DATABASE_URL`` (Procfile).
"""

from smtplib import SMTPException

from celery import shared_task
from django.utils import timezone

from accounts import invitations, retention, sealing
from accounts.models import User


@shared_task(autoretry_for=(OSError, SMTPException), retry_backoff=True, max_retries=8)
def send_password_link(pk: int) -> None:
    """Send a person the link to set their password, or say how they sign in instead."""
    invitations.compose(User.objects.get(pk=pk)).send()


@shared_task
def seal() -> None:
    """Seal yesterday, and the days before it that a stopped worker left."""
    sealing.seal_finished_days(at=timezone.now())


@shared_task
def apply_retention() -> None:
    """Erase what the rules of retention say."""
    retention.apply(on=timezone.localdate())
