"""What happens by itself: each task finds what is due and calls an act."""

import datetime as dt
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from accounts import scope
from accounts.london import duty_day
from operations.actions import reminders
from operations.models import Reminder

#: Seconds after which beat looks for unsent reminders again (config/settings.py). Tasks that no
#: worker took by then expire, so that a long outage does not fill the queue with copies.
TRY_AGAIN_AFTER = 10 * 60


@shared_task
def remind(on: str | None = None) -> None:
    """Decide and send the reminders of the day.

    Args:
        on: The day as ``2026-11-24``; the duty day if not given.

    """
    day = dt.date.fromisoformat(on) if on else duty_day(timezone.now())
    with scope.for_task(remind.name):
        decided = reminders.decide_reminders(on=day)
    for pk in decided:  # now they are there for whoever takes the task up
        send_reminder.delay(pk)


@shared_task
def send_reminder(pk: int) -> None:
    """Send one reminder, unless it is sent already."""
    with scope.for_task(send_reminder.name):
        reminders.send_reminder(pk=pk, on=duty_day(timezone.now()))


@shared_task
def send_unsent_reminders() -> None:
    """Take up what was decided and never sent: its worker was stopped, or the mail server was."""
    with scope.for_task(send_unsent_reminders.name):
        unsent = list(Reminder.objects.to_send().order_by("pk").values_list("pk", flat=True))
    for pk in unsent:
        send_reminder.apply_async((pk,), expires=TRY_AGAIN_AFTER)


@worker_ready.connect
def take_up_what_was_left(**_: Any) -> None:
    """A worker that starts again does not wait for beat to look for what it left behind."""
    send_unsent_reminders.delay()
