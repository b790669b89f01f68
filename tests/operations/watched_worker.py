"""The product's worker, for tests that watch it and stop it (``celery --app`` takes this module).

It tells what happens in it by lines into the pipe that the environment names as ``WATCH_PIPE``. If
``HALT_AT`` names one of the instants below, it says so there and stands still until it is killed.
"""

import os
import signal
from pathlib import Path

import django
from celery.signals import task_postrun, task_prerun, worker_ready

from config.celery import app

__all__ = ["BEFORE_THE_COMMIT", "app"]

BEFORE_THE_COMMIT = (
    "decided, nothing handed to the broker",
    "taken from the broker",
    "about to hand the message over",
    "message half written",
    "message handed over, nothing committed",
)
PIPE = os.environ.get("WATCH_PIPE")
HALT_AT = os.environ.get("HALT_AT")


def tell(line: str) -> None:
    """Short enough to be written whole, whoever else writes."""
    with Path(str(PIPE)).open("w") as pipe:
        pipe.write(f"{line}\n")


def is_first() -> bool:
    """Whether to stand still: always, or once only if the environment names a file for that."""
    once = os.environ.get("HALT_ONCE")
    if not once:
        return True
    try:
        Path(once).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def instant(name: str, *args: object) -> None:
    """Stand still here if this is the instant."""
    if name == HALT_AT and is_first():
        tell(" ".join(map(str, ["halted", os.getpid(), *args])))
        while True:
            signal.pause()


def watch() -> None:
    """Put the instants into the product's code, before the worker forks."""
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from outbox import actions, delivery, folder, notify, tasks
    from outbox.models import Message

    wake, deliver, send, send_text, fsync = (
        actions.wake,
        delivery._deliver,
        folder.MailFolder.send_messages,
        notify.Notify.hand_over,
        os.fsync,
    )

    def halting_wake(lane):
        transaction.on_commit(lambda: instant("decided, nothing handed to the broker"))
        return wake(lane)

    def halting_deliver(pk, *args, **kwargs):
        answer = deliver(pk, *args, **kwargs)
        instant("committed, broker not told", pk)
        tell(f"settled {pk}")
        return answer

    def halting_send(self, messages):
        instant("about to hand the message over")
        sent = send(self, messages)
        for message in messages:
            tell(f"handed over {message.extra_headers['Message-ID']}")
        instant("message handed over, nothing committed")
        return sent

    def halting_text(self, text):
        instant("about to hand the message over")
        answer = send_text(self, text)
        instant("message handed over, nothing committed")
        return answer

    def halting_fsync(file):
        instant("message half written")
        return fsync(file)

    actions.wake = halting_wake
    delivery._deliver = halting_deliver
    folder.MailFolder.send_messages = halting_send
    notify.Notify.hand_over = halting_text
    os.fsync = halting_fsync

    @task_prerun.connect(weak=False)
    def taken(task, args, **kwargs):
        if task.name == tasks.deliver.name and Message.objects.due(*args, at=timezone.now()):
            instant("taken from the broker")

    @task_postrun.connect(weak=False)
    def done(task, args, **kwargs):
        tell(f"done {task.name.rpartition('.')[2]} {' '.join(map(str, args))}".strip())

    if "TAKES_UP_NOTHING" in os.environ:  # what comes back then comes back through the broker
        worker_ready.disconnect(tasks.take_up_what_was_left)


if PIPE:
    watch()
    if "VISIBILITY_TIMEOUT" in os.environ:
        app.conf.broker_transport_options = app.conf.broker_transport_options | {
            "visibility_timeout": int(os.environ["VISIBILITY_TIMEOUT"])
        }
