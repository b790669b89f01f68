"""A cache that is not missed: where its server is away or hangs, nothing is found in it.

What counts in the cache then goes on uncounted, which the log says (limits on sign-in, the codes of
authenticator apps that were used already): that somebody can work at all matters more.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from config.dependencies import Dependency

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

    def add(self, *args: Any, **options: Any) -> Any:
        """Add, and say that the key was not there: nobody else holds it."""
        return self._ask(True, super().add, *args, **options)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Find, or give the default."""
        return self._ask(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> None:
        """Keep, if possible."""
        self._ask(None, super().set, *args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        """Keep for longer, if it is there."""
        return self._ask(False, super().touch, *args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        """Forget, if it is there."""
        return self._ask(False, super().delete, *args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        """Whether it is there."""
        return self._ask(False, super().has_key, *args, **options)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Count; nobody has counted so far where there is no cache."""
        return self._ask(delta, super().incr, key, delta, version)

    def get_many(self, *args: Any, **options: Any) -> Any:
        """Find what is there."""
        return self._ask({}, super().get_many, *args, **options)

    def set_many(self, *args: Any, **options: Any) -> Any:
        """Keep, if possible."""
        return self._ask([], super().set_many, *args, **options)

    def delete_many(self, *args: Any, **options: Any) -> None:
        """Forget, if possible."""
        self._ask(None, super().delete_many, *args, **options)

    def clear(self) -> Any:
        """Forget all, if possible."""
        return self._ask(False, super().clear)
