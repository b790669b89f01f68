"""Locks of PostgreSQL for what must be done one at a time, whatever process does it."""

from typing import Any

from django.db import connection, models


def one_at_a_time(name: str) -> None:
    """Wait until nobody else does what ``name`` stands for; kept until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def hold(rows: models.QuerySet[Any]) -> None:
    """Keep others from changing ``rows``, by key, until the transaction ends.

    In one order for everybody, so that nobody waits in a circle. What was read of them before may
    be out of date by then: ask again. Rows that point to them can still be added. Rows that the
    question merely joins are left alone.
    """
    held = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    list(held.values_list("pk"))
