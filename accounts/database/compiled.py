"""Questions whose SQL is made once, for those that a busy page asks each time.

Django makes the SQL of a queryset anew whenever it is asked. For a question with joins and
subqueries that takes Python some milliseconds: longer than PostgreSQL takes to plan and answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import models

Record = TypeVar("Record", bound=models.Model)

#: Stand in the SQL, as it is made, where the keys of each asking go: nothing else is as large.
_STANDINS = range(2**62, 2**62 + 10)


class Compiled(Generic[Record]):
    """A question about some keys. What else is in it, such as a day, must always be the same."""

    def __init__(self, ask: Callable[..., models.QuerySet[Record]]) -> None:
        """Take the function that asks it of a queryset, with keys as its only arguments."""
        self._ask = ask

    @cached_property
    def _written(self) -> tuple[type[Record], str, tuple[Any, ...]]:
        standins = _STANDINS[: self._ask.__code__.co_argcount]
        rows = self._ask(*standins)
        sql, params = rows.query.sql_with_params()
        return rows.model, sql, params

    def all(self, *keys: int | None) -> list[Record]:
        """All records that are found for these keys."""
        model, sql, params = self._written
        given = dict(zip(_STANDINS, keys, strict=False))
        values = [given.get(param, param) if type(param) is int else param for param in params]
        return list(model._default_manager.raw(sql, values))

    def first(self, *keys: int | None) -> Record | None:
        """The first record that is found for these keys."""
        return next(iter(self.all(*keys)), None)
