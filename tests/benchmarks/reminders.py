"""How long it takes to decide the reminders of one morning, and how much memory.

``python -m tests.benchmarks.reminders 100000`` lets 20,000 follow-ups, of so many visits, be due
on the next working day, decides, prints, and takes all of it back. It ends with 1 where that is
over its goal.
"""

import datetime as dt
import os
import resource
import subprocess
import sys
import time

from tests.benchmarks import database

DUE = 20_000  # all there are, where visits are few
MOST_SECONDS, MOST_MEGABYTES = 3, 120

#: Triggers are off: a follow-up that was confirmed years ago is open again.
MADE_DUE = f"""
    SET LOCAL session_replication_role = replica;
    UPDATE operations_followup SET state = 'offered', due_on = %s, booked_for = NULL,
        training_session_id = NULL, confirmed_by_id = NULL, declined_reason = ''
    WHERE id IN (SELECT id FROM operations_followup ORDER BY id DESC LIMIT {DUE})
"""


def main() -> int:
    """Measure in a process of its own, whose memory nothing else has used."""
    environment = {
        "DATABASE_URL": database.address(database.get(int(sys.argv[1]))),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "tests.benchmarks.reminders", sys.argv[1], "here"]
    return subprocess.run(command, cwd=database.ROOT, env=os.environ | environment).returncode


def _decide() -> int:
    import django

    django.setup()

    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.database import scope
    from accounts.dates.london import duty_day
    from operations.follow_ups import working_days
    from operations.follow_ups.reminders import SENT_AT, decide_reminders

    today = working_days.on_or_after(duty_day(timezone.now()))  # on others nothing is decided
    morning = dt.datetime.combine(today, SENT_AT, timezone.get_default_timezone())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(MADE_DUE, [today])
            due = cursor.rowcount
            cursor.execute("SET LOCAL session_replication_role = origin")
        before, began = _megabytes(), time.perf_counter()
        with scope.for_task("decide_reminders"):  # in web's role, under its policies
            decided = decide_reminders(at=morning)
        seconds = time.perf_counter() - began
        assert decided, "nothing was due"
        transaction.set_rollback(True)
    print(
        f"{decided:,} reminders of {due:,} follow-ups decided in {seconds:.1f} s"
        f" (≤ {MOST_SECONDS}); memory {before:.0f} → {_megabytes():.0f} MB (≤ {MOST_MEGABYTES})"
    )
    return int(seconds > MOST_SECONDS or _megabytes() > MOST_MEGABYTES)


def _megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    sys.exit(_decide() if sys.argv[2:] else main())
