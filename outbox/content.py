"""The words of a message that was written before it is sent, encrypted for the table.

A copy of the table tells nobody a link that still works. Once the message is sent or given up its
words are erased.
"""

import base64
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives


class UnreadableError(Exception):
    """The words were encrypted with a ``SECRET_KEY`` that is not known any more."""


def seal(message: EmailMessage) -> str:
    """The words of ``message``, encrypted; whom it goes to is not among them.

    Raises:
        ValueError: it has an attachment, which no message of ours has.

    """
    if message.attachments:
        raise ValueError("Messages of this service have no attachments.")
    words = {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [list(part) for part in getattr(message, "alternatives", [])],
        "content_subtype": message.content_subtype,
    }
    return _keys().encrypt(json.dumps(words).encode()).decode()


def unseal(sealed: str) -> EmailMessage:
    """The message that was sealed, to nobody yet.

    Raises:
        UnreadableError: its key is not known any more.

    """
    try:
        words = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken:
        raise UnreadableError from None
    subtype = words.pop("content_subtype")
    message = EmailMultiAlternatives(**words)
    message.content_subtype = subtype
    return message


def _keys() -> MultiFernet:
    """Made from ``SECRET_KEY`` and those before it, for this one use."""
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"outbox:{key}".encode()).digest()))
            for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        ]
    )
