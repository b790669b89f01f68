"""What came of handing over one message, whatever channel took it."""

from dataclasses import dataclass

from outbox.models import State


@dataclass(frozen=True)
class Answer:
    """The result of one attempt to send."""

    state: State
    """Waiting means: try again."""

    words: str = ""
    to_all: bool = False
    """Whether the server takes nothing at all now: the run ends."""
    of_sender: bool = False
    """Whether it is the sender who was refused: perhaps for this message, perhaps for all."""
