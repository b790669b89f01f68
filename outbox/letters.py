"""Letters: messages that are written when they are sent, not when they are decided.

So a link holds from the moment it leaves, no secret lies in the table, and nobody reads what is no
longer so. Each app names its letters in its ``AppConfig``.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from outbox.models import Message


@dataclass(frozen=True)
class NotNeeded:
    """What a letter gives in place of a message that need not go out any more."""

    because: str
    """A sentence for the page of whoever looks after it, without its full stop."""


@dataclass(frozen=True)
class Text:
    """A text message to a telephone."""

    words: str
    to: str
    reference: str = ""
    """The number of its row: by it the channel recognises a second copy."""


Written = EmailMessage | Text | NotNeeded
#: Writes messages as things are at the moment that it is given; by the keys of their rows.
Letter = Callable[[Sequence[Message], dt.datetime], Mapping[int, Written]]


@cache
def writer_of(letter: str) -> Letter:
    """The function that writes such letters.

    Raises:
        LookupError: no app has it.

    """
    for app in apps.get_app_configs():
        if path := getattr(app, "letters", {}).get(letter):
            found: Letter = import_string(path)
            return found
    raise LookupError(f"No app writes the letter {letter}")


def subject_and_text(template: str, words: Mapping[str, Any]) -> tuple[str, str]:
    """The subject and the text of a message whose template has the subject as its first line."""
    subject, _, text = render_to_string(template, words).strip().partition("\n")
    return subject, text.strip() + "\n"
