"""What a person has in hand, which somebody has to take over when they leave.

Each app says what of its records somebody answers for; this app, which knows none of them, asks
when an account is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True)
class Work:
    """A kind of work."""

    what: str
    """Such as *open follow-ups*."""
    held_by: Callable[[User], int]
    """How much of it a person has, whoever asks."""
    may_take: Callable[[User, User], bool]
    """Whether the second person may take over what the first has."""
    hand_over: Callable[[User, User], int]
    """Give what the first person has to the second; how much it was."""


_kinds: list[Work] = []


def register(work: Work) -> None:
    """Have this kind handed over when an account is closed. Once, when Django starts."""
    if work not in _kinds:
        _kinds.append(work)


def held_by(person: User) -> list[Work]:
    """The kinds of which ``person`` has something in hand."""
    return [work for work in _kinds if work.held_by(person)]


def why_not(person: User, to: User | None) -> str:
    """Why ``to`` can't take over what ``person`` has in hand; empty if they can."""
    if not (held := held_by(person)):
        return ""
    what = " and ".join(work.what for work in held)
    if to is None:
        return f"{person} has {what}: choose who takes over."
    cannot = [work.what for work in held if not work.may_take(person, to)]
    if to == person or not to.is_active or cannot:
        return f"{to} can’t take over {' and '.join(cannot) or what}: choose somebody else."
    return ""


def hand_over(person: User, to: User) -> None:
    """Give all that ``person`` has in hand to ``to``, who may take it."""
    for work in held_by(person):
        work.hand_over(person, to)
