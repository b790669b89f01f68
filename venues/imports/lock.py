"""One lock for what must not happen while an import runs."""

from django.db import connection

_LOCK = 7842  # names the advisory lock; any number not used for another lock would do


def wait_for_imports() -> None:
    """Wait for imports that run, and keep others waiting until the transaction ends.

    Two imports at once would both find a hotel new; and one that runs has read which entry holds
    which food hygiene id.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
