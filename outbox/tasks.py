"""Background tasks: each lane's worker hands over what is due in it."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from config.queue import queue
from outbox import delivery
from outbox.models import Lane

#: Seconds after which beat looks again (config/celery.py). What no worker took by then expires,
#: so that an outage does not fill the queue with copies.
LOOK_AGAIN_AFTER = 60


@shared_task
def deliver(lane: str) -> None:
    """Hand over what is due in the lane; go on in a new task if that is more than one may do."""
    if delivery.deliver(Lane(lane), at=timezone.now()):
        wake(Lane(lane))


def wake(lane: Lane) -> None:
    """Tell the lane's own worker to look for what is due, as far as the broker answers."""
    queue(deliver, lane.value, queue=lane.queue, expires=LOOK_AGAIN_AFTER)


@worker_ready.connect
def take_up_what_was_left(**_: Any) -> None:
    """A worker that starts again does not wait for beat to look for what it left behind."""
    for lane in Lane:
        wake(lane)
