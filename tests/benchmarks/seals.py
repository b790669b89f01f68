"""How long it takes to seal and to check a million entries: ``python -m tests.benchmarks.seals``.

Runs in the private server's own database inside a transaction that is rolled back.
"""
# ruff: noqa: E402  # Django must be set up first

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import datetime as dt

from django.db import connection, transaction

from accounts.record import sealing

ENTRIES = 500_000
DAYS = 10


def fill():
    """Half changes, half reads, spread over days of the year 2020."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO operations_cadetevent (pgh_created_at, pgh_label, pgh_obj_id, id,"
            " reference, birth_date, pgh_context, pgh_context_id)"
            " SELECT timestamptz '2020-01-01 12:00' + n %% %s * interval '1 day', 'update', n, n,"
            " 'C-' || n, '2010-01-01', '{\"user\": 1, \"path\": \"/cadets/\"}', gen_random_uuid()"
            " FROM generate_series(1, %s) AS n",
            [DAYS, ENTRIES],
        )
        cursor.execute(
            "INSERT INTO accounts_accessentry (at, user_id, act, what, ids, purpose)"
            " SELECT timestamptz '2020-01-01 12:00' + n %% %s * interval '1 day', 1, 'viewed',"
            " 'operations.cadet', ARRAY[n], '' FROM generate_series(1, %s) AS n",
            [DAYS, ENTRIES],
        )


def main():
    at = dt.datetime(2020, 1, DAYS + 1, 3, 15, tzinfo=dt.UTC)
    with transaction.atomic():
        fill()
        started = time.perf_counter()
        seals = sealing.seal_finished_days(at=at)
        done = time.perf_counter()
        report = sealing.verify(at=at)
        print(f"{sum(s.entries for s in seals):,} entries sealed in {done - started:.1f} s")
        print(f"checked in {time.perf_counter() - done:.1f} s, findings: {report.findings}")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
