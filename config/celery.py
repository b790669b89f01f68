"""The Celery application and its schedule."""

import datetime as dt
import logging.config
import os
import warnings
from typing import Any

import structlog
from celery import Celery, signals
from celery.schedules import crontab
from structlog.contextvars import bind_contextvars, unbind_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get("DEMO"):  # which containers often run as root, and which trusts its own broker
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")

log = structlog.get_logger(__name__)

app = Celery("makesafe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: A crontab is a time of day, by London's clocks; what comes at intervals is a timedelta, which the
#: change of the clocks does not stretch.
app.conf.beat_schedule = {
    "decide the day's reminders": {
        "task": "operations.tasks.remind",
        # At eight; the later runs find what one missed while the broker or the workers were away.
        "schedule": crontab(hour="8-18", minute="0"),
        "options": {"expires": 3600},  # seconds; the next does as well
    },
    "remind of calls that wait": {
        "task": "operations.tasks.remind_of_calls",
        # Once the duty day has ended; the later runs find what one missed.
        "schedule": crontab(hour="6-18", minute="10"),
        "options": {"expires": 3600},  # seconds; the next does as well
    },
    **{
        f"send what is due of {lane}": {
            "task": "outbox.tasks.deliver",
            "schedule": dt.timedelta(seconds=seconds),
            "args": (lane,),
            # A lane has a worker of its own: what is slow in one holds up nothing in the other.
            "options": {"queue": queue, "expires": max(seconds, 10)},  # the next does as well
        }
        # The task that an alarm wakes its mail with is lost where the broker is killed just then.
        for lane, queue, seconds in (
            ("account", "account_mail", 60),
            ("reminders", "reminders_mail", 60),
            ("alarms", "alarms_mail", 5),
            ("texts", "alarms_mail", 5),
        )
    },
    "count the figures of what changed": {
        "task": "operations.tasks.count_figures",
        "schedule": dt.timedelta(minutes=1),
        "options": {"expires": 60},  # seconds; the next does as well
    },
    "tell of what changed in published plans": {
        "task": "operations.tasks.tell_of_changed_plans",
        # Seldom enough to gather what a planner changes in one go, and what they take back.
        "schedule": dt.timedelta(minutes=10),
        "options": {"expires": 600},  # seconds; the next does as well
    },
    "look after proposals of schedules": {
        "task": "operations.proposals.tasks.look_after_proposals",
        "schedule": dt.timedelta(minutes=1),
        "options": {"expires": 60},  # seconds; the next does as well
    },
    "look for teams that were not heard of": {
        "task": "operations.tasks.watch_teams",
        "schedule": dt.timedelta(seconds=5),
        # A worker of its own: nothing else that is slow holds up an alarm.
        "options": {"queue": "safety", "expires": 10},
    },
    "erase what is kept no longer": {
        "task": "accounts.tasks.apply_retention",
        "schedule": crontab(hour="3", minute="45"),
    },
    "look whether the night's work was done": {
        "task": "accounts.tasks.look_at_night_work",
        "schedule": dt.timedelta(hours=6),
    },
    "seal the record of the days that are over": {
        "task": "accounts.tasks.seal",
        "schedule": crontab(hour="3", minute="15"),
    },
}


@signals.setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """Use our logging in place of Celery's, which prints a task's arguments and result."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
@signals.beat_init.connect
def look_first(**_: Any) -> None:
    """Begin only where the database is as it must be, for the role of this process."""
    from config.start import keep_what_is_loaded, refuse_unfit_database

    refuse_unfit_database()
    keep_what_is_loaded()


@signals.task_prerun.connect
def name_task(task_id: str, task: Any, **_: Any) -> None:
    """Every line of a task has its name and its id."""
    bind_contextvars(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def tell_task(state: str | None, **_: Any) -> None:
    """One line for each task, without what it was given; what is said next is not of this task."""
    log.info("task", state=state)
    unbind_contextvars("task", "task_id")
