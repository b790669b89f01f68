"""Servers that pages can do without for a while: the cache, and the broker they queue tasks at.

One that is down refuses at once. One that hangs costs a time limit, which a page must not pay at
each step: once it failed it is left alone for a few seconds.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

T = TypeVar("T")

log = structlog.get_logger(__name__)

#: Seconds that a page waits for one of these servers.
TIMEOUT = 0.5
#: Seconds for which one that failed is not asked again.
PAUSE = 5

#: How a client of Redis behaves: a kept connection that broke is replaced at once, by default it
#: would try for many seconds; nothing is asked twice of a server that hangs.
CLIENT = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
}


class Dependency:
    """One server, as this process knows it."""

    def __init__(self, name: str, *errors: type[Exception]) -> None:
        """Think well of it.

        Args:
            name: For the log.
            errors: What its client raises where it does not answer.

        """
        self._name = name
        self._errors = errors
        self._leave_alone_until = 0.0

    def ask(self, question: Callable[[], T], *, otherwise: T) -> T:
        """The answer; or ``otherwise`` where the server does not answer, or just did not."""
        if time.monotonic() < self._leave_alone_until:
            return otherwise
        try:
            return question()
        except self._errors:
            self._leave_alone_until = time.monotonic() + PAUSE
            log.warning(
                "going on without a server that does not answer", server=self._name, exc_info=True
            )
            return otherwise
