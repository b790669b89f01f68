"""Seeing in PostgreSQL that other sessions wait for a lock, instead of guessing by the clock."""

from django.db import connection

from tests.database import as_owner

BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def wait_until_blocked(sessions: int) -> None:
    """Return once so many sessions of this database wait for a lock."""
    for _ in range(10_000):
        with as_owner(), connection.cursor() as cursor:  # who alone sees others' sessions
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(BLOCKED)
            if cursor.fetchone()[0] == sessions:
                return
    raise AssertionError(f"Never did {sessions} sessions wait for a lock.")
