"""Locks of PostgreSQL for what must be done one at a time, whatever process does it."""

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait until nobody else does what ``name`` stands for; kept until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
