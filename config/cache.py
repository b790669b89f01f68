"""A cache that is not missed: where its server is away or hangs, nothing is found in it.

What counts in the cache then goes on uncounted, which the log says (limits on writes and on
sign-in): that somebody can work at all matters more.
"""

import math
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from config.dependencies import Dependency

MINUTE = 60  # seconds

#: By address, as Django makes one cache for each thread.
_servers: dict[str, Dependency] = {}


class ForgivingCache(RedisCache):
    """Django's cache on Redis; each method has an answer for the case that there is none."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        """Take what Django gives each cache."""
        super().__init__(server, params)
        self._server = _servers.setdefault(str(server), Dependency("cache", RedisError))

    def _ask(self, otherwise: Any, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return self._server.ask(lambda: method(*args, **options), otherwise=otherwise)

    def is_there(self) -> bool:
        """Whether the server answers."""
        return bool(self._ask(False, self._cache.get_client().ping))

    def seconds_to_wait(self, key: str, *, per_minute: int) -> int:
        """Count one more of ``key``, or say when it is free again.

        Args:
            key: What is counted.
            per_minute: How many there may be in any 60 seconds, wherever they begin.

        Returns:
            Nothing where it was counted. Where there were as many as there may be it was not, and
            the oldest of them leaves the 60 seconds in so many.

        """
        limit, name = RateLimitItemPerMinute(per_minute), self.make_and_validate_key(key)

        def count() -> int:
            if self._limiter.hit(limit, name):
                return 0
            reset = self._limiter.get_window_stats(limit, name).reset_time
            return min(max(math.ceil(reset - time.time()), 1), MINUTE)

        return int(self._ask(0, count))

    @cached_property
    def _limiter(self) -> MovingWindowRateLimiter:
        """The limiter of ``limits``, by this cache's own connections."""
        pool = self._cache.get_client(write=True).connection_pool
        return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool))

    def add(self, *args: Any, **options: Any) -> Any:
        """Add, and say that the key was not there: nobody else holds it."""
        return self._ask(True, super().add, *args, **options)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._ask(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> None:
        self._ask(None, super().set, *args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        """Keep for longer, if it is there."""
        return self._ask(False, super().touch, *args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self._ask(False, super().delete, *args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        return self._ask(False, super().has_key, *args, **options)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Count; nobody has counted so far where there is no cache."""
        return self._ask(delta, super().incr, key, delta, version)

    def get_many(self, *args: Any, **options: Any) -> Any:
        return self._ask({}, super().get_many, *args, **options)

    def set_many(self, *args: Any, **options: Any) -> Any:
        return self._ask([], super().set_many, *args, **options)

    def delete_many(self, *args: Any, **options: Any) -> None:
        self._ask(None, super().delete_many, *args, **options)

    def clear(self) -> Any:
        return self._ask(False, super().clear)
