"""Work that a person has in hand, which somebody takes over when they can't see to it any more.

Each app says what of its records somebody answers for; this app, which knows none of them, asks
when an account is closed or somebody gets other roles or command units.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.acts.refusals import refuse
from accounts.database import scope
from accounts.database.locks import hold
from accounts.models import User
from config.additions import added


@dataclass(frozen=True)
class Work:
    """A kind of work; apps name theirs as ``work``, in the order in which acts hold the rows."""

    what: str
    """Such as *open follow-ups*."""
    held_by: Callable[[User, dt.date], QuerySet[Any]]
    """What of it a person has on a day."""
    left_by: Callable[[User, dt.date], QuerySet[Any]]
    """What of it a person has on a day and can't see to any more."""
    may_take: Callable[[QuerySet[Any], User], bool]
    """Whether a person may take these over."""
    hand_over: Callable[[QuerySet[Any], User], int]
    """Give these to a person; how many there were."""
    find_others: Callable[[User], int] = lambda person: 0
    """Hand what they can no longer see to over to the person a rule names; how many records."""


def keep(person: User, to: User | None = None, *, on: dt.date) -> None:
    """Keep others from what ``person`` has in hand, from them, and from whoever takes it over.

    The rows are locked in the order of all acts. No new work can be given to them meanwhile.
    """
    with scope.all_units():
        for work in added("work"):
            hold(work.held_by(person, on))
    hold(User.objects.filter(pk__in=[person.pk, *([to.pk] if to else [])]))


@contextlib.contextmanager
def changing(person: User, *, to: User | None, on: dt.date) -> Iterator[None]:
    """Change what ``person`` may do inside; ``to`` takes over what they can't see to after it, as
    their work is on the day ``on``.

    Whatever the administrator sees of it. What they could not see to before stays, unless ``to`` is
    given: where there is nobody for it, a slip in their name can be put right all the same.

    Raises:
        Refused: about ``taken_over_by``: nobody, or not this person, takes it over.

    """
    keep(person, to, on=on)
    before = _left(person, on)
    yield
    with scope.all_units():
        now = zip(added("work"), before, _left(person, on), strict=True)
        left = [work for work, then, keys in now if (keys if to else keys - then)]
        if why := _why_not(person, to, left, on=on):
            raise refuse("taken_over_by", why)
        if to:
            scope.set_reason("Somebody else does this work now")
        for work in left:
            assert to is not None  # asked above
            work.hand_over(work.left_by(person, on), to)


@contextlib.contextmanager
def changing_by_rule(person: User, *, on: dt.date) -> Iterator[None]:
    """The same where nobody can be asked: what a rule gives to somebody, they take over."""
    keep(person, on=on)
    yield
    with scope.all_units():
        for work in added("work"):
            work.find_others(person)


@scope.all_units()
def _left(person: User, on: dt.date) -> list[set[int]]:
    """For each kind the keys of what ``person`` has and can't see to any more."""
    return [set(work.left_by(person, on).values_list("pk", flat=True)) for work in added("work")]


def _why_not(person: User, to: User | None, left: list[Work], *, on: dt.date) -> str:
    """Why ``to`` can't take over what ``person`` leaves; empty if they can."""
    if not left:
        return ""
    what = " and ".join(work.what for work in left)
    if to is None:
        return f"{person} has {what}: choose who takes over."
    cannot = [work.what for work in left if not work.may_take(work.left_by(person, on), to)]
    if to == person or cannot or not User.objects.filter(pk=to.pk, is_active=True).exists():
        return f"{to} can’t take over {' and '.join(cannot) or what}: choose somebody else."
    return ""
