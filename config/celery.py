"""The Celery application: what happens by itself, at its time."""

import logging.config
import os
import warnings
from typing import Any

import structlog
from celery import Celery, signals
from structlog.contextvars import bind_contextvars, unbind_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get("DEMO"):  # which containers often run as root, and which trusts its own broker
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")

log = structlog.get_logger(__name__)

app = Celery("makesafe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """Use our logging in place of Celery's, which prints a task's arguments and result."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
@signals.beat_init.connect
def look_first(**_: Any) -> None:
    """Begin only where the database is as it must be, for the role of this process."""
    from config.start import refuse_unfit_database

    refuse_unfit_database()


@signals.task_prerun.connect
def name_task(task_id: str, task: Any, **_: Any) -> None:
    """Every line of a task has its name and its id."""
    bind_contextvars(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def tell_task(state: str | None, **_: Any) -> None:
    """One line for each task, without what it was given; what is said next is not of this task."""
    log.info("task", state=state)
    unbind_contextvars("task", "task_id")
