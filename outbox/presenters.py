"""Deliveries in words, and what to do where a message did not arrive."""

import datetime as dt

from govuk.dates import plain_time
from outbox.models import Message, State


def told(message: Message, *, to_do: str) -> str:
    """One or two sentences about ``message`` for whoever looks after it.

    Args:
        message: The message.
        to_do: What to do where the address may be wrong, as a sentence.

    """
    to = f" to {message.address}" if message.address else ""
    match State(message.state):
        case State.SENT:
            return f"Sent{to}, {_moment(message.settled_at)}."
        case State.REFUSED:
            return f"Not sent{to}: the mail server refused it ({message.answer}). {to_do}"
        case State.GIVEN_UP:
            return (
                f"Not sent{to}: it was tried until {_moment(message.settled_at)} and given up "
                f"({message.answer}). {to_do} If messages to others do not arrive either, tell "
                "your technical team."
            )
        case State.NOT_NEEDED:
            return f"Not sent{to}: {message.answer}."
        case State.WAITING if message.answer:
            return (
                f"Not sent yet{to}: {message.answer}. It is tried again by itself; you need not "
                "do anything."
            )
    return f"On its way{to} since {_moment(message.decided_at)}."


def _moment(at: dt.datetime | None) -> str:
    assert at is not None  # the database holds settled messages to it
    return plain_time(at)
