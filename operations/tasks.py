"""Background tasks of operations: each finds what is due and calls an act."""

from celery import shared_task
from django.utils import timezone

from accounts.database import scope
from operations.approval import telling
from operations.calls import reminders as calls
from operations.figures import counting
from operations.follow_ups import reminders
from operations.proposals.tasks import look_after_proposals, work_out
from operations.safety import actions as safety

__all__ = [
    "count_figures",
    "look_after_proposals",
    "remind",
    "remind_of_calls",
    "watch_teams",
    "work_out",
]


@shared_task
def remind() -> None:
    """Decide the reminders of the day. The outbox sends them."""
    with scope.for_task(remind.name):
        reminders.decide_reminders(at=timezone.now())


@shared_task
def remind_of_calls() -> None:
    """Decide who is told of calls that nobody has settled, and of concerns that are due."""
    with scope.for_task(remind_of_calls.name):
        calls.decide_reminders(at=timezone.now())


@shared_task
def count_figures() -> None:
    """Count what changed since the last time, so that a dashboard has less to count by itself."""
    with scope.for_task(count_figures.name):
        counting.count()


@shared_task
def tell_of_changed_plans() -> None:
    """Tell officers what of published plans has changed for them since they were told last."""
    with scope.for_task(tell_of_changed_plans.name):
        telling.tell_of_changes(at=timezone.now())


@shared_task
def watch_teams() -> None:
    """Raise the alarms that are due, and send on those that nobody has taken."""
    with scope.for_task(watch_teams.name):
        now = timezone.now()
        safety.raise_alarms(at=now)
        safety.escalate_alarms(at=now)
