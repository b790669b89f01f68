"""How long the log takes with a million entries: ``python -m tests.benchmarks.log``.

Runs in the private server's own database inside a transaction that is rolled back.
"""

import time

from django.db import connection, transaction

from accounts import history
from accounts.models import AccessEntry, User
from operations.models import Cadet
from tests.benchmarks import seals  # sets Django up


def measure(label, question):
    started = time.perf_counter()
    question()
    print(f"{label}: {(time.perf_counter() - started) * 1000:.0f} ms")


def main():
    nobody = history.Limits()
    with transaction.atomic():
        seals.fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE operations_cadetevent, accounts_accessentry")
        by = User(pk=10**6)  # did nothing: the longest search

        def changes(**filters):
            return history.page_of(history.all_events(nobody, **filters), number=1, size=50)

        def reads(**filters):
            rows = AccessEntry.objects.filter(**filters)
            return history.page_of_reads(rows, number=1, size=50)

        measure("changes, newest", changes)
        measure(
            "changes, page 200",
            lambda: history.page_of(history.all_events(nobody), number=200, size=50),
        )
        measure("changes of one cadet", lambda: changes(model=Cadet, number=5))
        measure("changes by somebody who made none", lambda: changes(by=by))
        measure("reads, newest", reads)
        measure("who looked at cadet 5", lambda: reads(what="operations.cadet", ids__contains=[5]))
        measure("reads by somebody who made none", lambda: reads(user=by.pk))
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
