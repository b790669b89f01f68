"""Deciding that somebody gets a message: a row, in the transaction of the act that decides it.

A worker that hears of it sends it at once; beat finds it in any case (``outbox/tasks.py``).
"""

from collections.abc import Iterable
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.db import transaction

from outbox import content, tasks
from outbox.models import Lane, Message


def write(*, letter: str, about: str, to: str, lane: Lane) -> None:
    """Decide that the ``letter`` about somebody goes out. One that still waits is enough.

    Args:
        letter: As an app's ``letters`` names it.
        about: Whom it is about, for the function that writes it.
        to: The address; the letter may know a newer one when it is sent.
        lane: What it waits with.

    """
    row = Message(letter=letter, about=about, address=to, lane=lane)
    Message.objects.bulk_create([row], ignore_conflicts=True)
    wake(lane)


def keep(messages: Iterable[EmailMessage], *, lane: Lane) -> int:
    """Keep messages that are written already, a row for each address; how many messages that were.

    An address that was given twice is one address. Nobody learns who else was written to.
    """
    rows, kept = [], 0
    for message in messages:
        given = [parseaddr(recipient)[1] for recipient in message.recipients()]
        addresses = {address.lower(): address for address in given if address}
        sealed = content.seal(message)
        rows += [Message(lane=lane, address=to, sealed=sealed) for to in addresses.values()]
        kept += bool(addresses)
    Message.objects.bulk_create(rows)
    wake(lane)
    return kept


def wake(lane: Lane) -> None:
    """Tell the lane's worker after the commit that there is something to send.

    Without a broker nobody hears it, and nothing is lost: beat looks each minute.
    """
    transaction.on_commit(lambda: tasks.wake(lane), robust=True)
