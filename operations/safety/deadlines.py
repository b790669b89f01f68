"""Deadlines of a visit under way: by when its team is to be heard of. Pure: no database.

A team is to check in from time to time, and to say how the visit went by the end of its window.
Where it has not, an alarm is raised some minutes after the deadline, and goes on to more people
some minutes later, and again, until somebody takes it.
"""

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What an alarm is about: what a team owed by a deadline, or what it said at once."""

    CHECK_IN = "check_in"
    """A sign of life."""

    END = "end"
    """To say how the visit went, by the end of its window."""

    CONCERN = "concern"
    """The team met a real concern: no test any more, and officers are needed."""

    DURESS = "duress"
    """The team is made to say that all is well. Never shown to any of it."""

    @property
    def label(self) -> str:
        """What it is, as people read it."""
        return LABELS[self]

    @property
    def at_once(self) -> bool:
        """Whether the team said so itself: all are told at once, whatever its visit's state."""
        return self in AT_ONCE


LABELS = {
    Kind.CHECK_IN: "No check-in",
    Kind.END: "Not ended",
    Kind.CONCERN: "Real concern found",
    Kind.DURESS: "Silent call for help",
}
AT_ONCE = frozenset({Kind.CONCERN, Kind.DURESS})

#: A button that was held down for so long says that all is not well, in silence.
HELD_DOWN = dt.timedelta(seconds=3)

#: The least from one telling of an alarm to the next.
LEAST_BETWEEN = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The force's rules on a day, as ``SafetyPolicy`` has them."""

    every: dt.timedelta
    """From one sign of life to the next."""

    every_with_cadet: dt.timedelta
    """The same where a cadet is in the team."""

    alarm_after: dt.timedelta
    """From a deadline to its alarm: the phone asks first."""

    escalate_after: dt.timedelta
    """From an alarm that nobody takes to telling more people, and to telling them again."""

    @property
    def again_after(self) -> dt.timedelta:
        """From telling more people to telling them again: never at each look."""
        return max(self.escalate_after, LEAST_BETWEEN)

    def between(self, *, with_cadet: bool) -> dt.timedelta:
        """From one sign of life of a team to the next."""
        return self.every_with_cadet if with_cadet else self.every


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What was heard of a team that is under way."""

    started_at: dt.datetime
    ends_at: dt.datetime
    """The end of the visit's window."""

    with_cadet: bool
    checked_in_at: dt.datetime | None
    """The latest check-in."""

    spoken_to_at: dt.datetime | None
    """When somebody last closed an alarm, having spoken to the team."""


@dataclass(frozen=True)
class Missed:
    """A deadline that has passed."""

    kind: Kind
    due_at: dt.datetime
    silent_since: dt.datetime
    """What makes it the same silence, whatever the rules say of its deadline meanwhile."""


def last_heard(signs: Signs) -> dt.datetime:
    """When the team was last heard of."""
    heard = (signs.started_at, signs.checked_in_at, signs.spoken_to_at)
    return max(moment for moment in heard if moment)


def check_in_by(signs: Signs, rules: Rules) -> dt.datetime:
    """By when the team is to check in next."""
    return last_heard(signs) + rules.between(with_cadet=signs.with_cadet)


def missed(signs: Signs, rules: Rules, *, at: dt.datetime) -> Iterator[Missed]:
    """The deadlines for which an alarm is due at the moment ``at``: on its time, or after it."""
    for one in (
        Missed(Kind.CHECK_IN, check_in_by(signs, rules), last_heard(signs)),
        Missed(Kind.END, signs.ends_at, signs.ends_at),
    ):
        if one.due_at + rules.alarm_after <= at:
            yield one
