"""Messages to people who sign in, sent by a worker."""

from smtplib import SMTPException

from celery import shared_task

from accounts import invitations
from accounts.models import User


@shared_task(autoretry_for=(OSError, SMTPException), retry_backoff=True, max_retries=8)
def send_password_link(pk: int) -> None:
    """Send a person the link to set their password, or say how they sign in instead."""
    invitations.compose(User.objects.get(pk=pk)).send()
