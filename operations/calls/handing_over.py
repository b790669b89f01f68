"""Concerns that somebody has in hand, for whoever takes them over when they leave."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from accounts.acts.work import Work
from accounts.models import User
from operations.calls import reminders
from operations.calls.concern_actions import in_hand_of, why_not
from operations.calls.concerns import Concern, ConcernQuerySet


def _left(person: User, on: dt.date) -> ConcernQuerySet:
    """Those that ``person`` has and can't see to any more."""
    return in_hand_of(person).unanswered()


def _give(concerns: QuerySet[Concern], to: User) -> int:
    rows = list(concerns)
    for concern in rows:
        concern.claim(concern.version)
        concern.owner = to
        concern.save()
    return len(rows)


WORK = (
    Work(
        what="concerns in hand",
        held_by=lambda person, on: in_hand_of(person),
        left_by=_left,
        may_take=lambda concerns, to: not why_not(to, list(concerns)),
        hand_over=_give,
        find_others=lambda person: reminders.let_go(in_hand_of(person), at=timezone.now()),
    ),
)
