"""Mail as files: the channel where no mail server is set, and what the demonstration shows.

Each message is one file named after its Message-ID. Handed over again after a crash, it replaces
the same file; a file is whole or not there, whenever the machine stops.
"""

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"
LONGEST_NAME = 255  # of a file, on every file system in use


class MailFolder(BaseEmailBackend):
    """Puts each message into ``settings.MAIL_DIR``.

    The envelope, which a mail server would know and the header does not (Bcc), is kept in a
    ``Delivered-To`` header.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages; the number of those with somebody to go to."""
        sent = 0
        for message in email_messages:
            recipients = message.recipients()
            if not recipients:
                continue
            whole = message.message()
            whole["Delivered-To"] = ", ".join(recipients)
            _write(settings.MAIL_DIR / _file_name(str(whole["Message-ID"])), whole.as_bytes())
            sent += 1
        return sent


def _file_name(message_id: str) -> str:
    local_part = message_id.strip("<>").partition("@")[0]
    return re.sub(r"[^A-Za-z0-9_.-]|^\.", "_", local_part) + SUFFIX


def _write(path: Path, content: bytes) -> None:
    """Write so that ``path`` has the whole content or does not exist."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Always the same name, so that a repeat clears away what a killed worker left.
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True)
class KeptMessage:
    """One message of the folder, as a page shows it."""

    name: str
    """In addresses: the file's name without its suffix."""
    subject: str
    sender: str
    recipients: str
    sent_at: dt.datetime
    text: str


def names() -> list[str]:
    """The messages in the folder, the newest first."""
    if not settings.MAIL_DIR.is_dir():
        return []
    # A dot begins the name of a file that is still being written.
    files = [f for f in settings.MAIL_DIR.glob(f"*{SUFFIX}") if not f.name.startswith(".")]
    files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return [file.name.removesuffix(SUFFIX) for file in files]


def read(name: str) -> KeptMessage:
    """The message ``name``.

    Raises:
        FileNotFoundError: there is none of this name.

    """
    if _file_name(name) != name + SUFFIX or len(name + SUFFIX) > LONGEST_NAME:
        raise FileNotFoundError(name)
    content = (settings.MAIL_DIR / (name + SUFFIX)).read_bytes()
    message = BytesParser(_class=ParsedMessage, policy=policy.default).parsebytes(content)
    body = message.get_body(("plain", "html"))
    return KeptMessage(
        name=name,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipients=str(message["Delivered-To"]),
        # Django writes "-0000": UTC, but Python takes it for a time without a zone.
        sent_at=parsedate_to_datetime(str(message["Date"])).replace(tzinfo=dt.UTC),
        text=body.get_content() if body else "",
    )


def is_shown() -> bool:
    """Whether pages show the folder: in the demonstration, while mail goes there."""
    return settings.DEMO and settings.OUTBOX_CHANNEL == "outbox.folder.MailFolder"
