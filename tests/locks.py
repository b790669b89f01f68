"""Seeing in PostgreSQL that other sessions wait for a lock, instead of guessing by the clock."""

import threading

from django.db import connection, transaction

from accounts.database.locks import hold
from tests.database import as_owner, as_system

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


def in_turn(held, *acts):
    """What acts return, or raise, that all meet ``held`` and go on in their order.

    Args:
        held: Rows, or an act that is done and not yet committed.
        acts: What each does, in a thread of its own.

    """
    ended = {}

    def run(act, place):
        try:
            with as_system():
                ended[place] = act()
        except Exception as error:
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act, n)) for n, act in enumerate(acts)]
    with transaction.atomic():
        if callable(held):
            held()
        else:
            hold(held)
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until_blocked(number)
    for thread in threads:
        thread.join(timeout=60)
    return [ended[place] for place in range(len(acts))]  # each has ended


def failures(ended):
    """Those of what :func:`in_turn` tells that are errors."""
    return [one for one in ended if isinstance(one, Exception)]
