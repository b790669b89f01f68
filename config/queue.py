"""Queueing of tasks: the one way, for all apps, which never turns what was saved into an error.

Where the broker is down or hangs, this is logged and the task is not queued. So whatever such a
task does has to be on record in rows, which a periodic task finds (``config/celery.py``).
"""

from typing import Any

from celery import Task, current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.dependencies import TIMEOUT, Dependency

_broker = Dependency("broker", KombuError, RedisError, OSError)


def queue(task: Task[..., Any], *args: Any, **options: Any) -> bool:
    """Queue ``task``; whether the broker took it. Call it in ``on_commit``, if rows have changed.

    Args:
        task: What to do.
        args: Its arguments: keys of rows.
        options: For the queue, such as ``expires``.

    """
    return _broker.ask(lambda: _publish(task, args, options), otherwise=False)


def _publish(task: Task[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> bool:
    limits = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "max_retries": 0}
    transport = current_app.conf.broker_transport_options | limits
    # A connection for this one message: those that are kept have no time limit.
    with current_app.connection_for_write(
        connect_timeout=TIMEOUT, transport_options=transport
    ) as connection:
        task.apply_async(args, connection=connection, retry=False, **options)  # type: ignore[call-arg]  # it is passed on to the publisher
    return True
