"""The door for whatever sends mail by Django: ``EMAIL_BACKEND``."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from outbox import actions
from outbox.models import Lane


class Outbox(BaseEmailBackend):
    """Keeps each message as a row, in the transaction under way; a worker sends it.

    So no page waits for a mail server, and an act that is rolled back tells nobody. What comes this
    way is about accounts: reminders are letters.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; how many have somebody to go to."""
        return actions.keep(email_messages, lane=Lane.ACCOUNT)
