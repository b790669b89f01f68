"""How long the log takes with a million entries: ``python -m tests.benchmarks.log``.

Runs in the private server's own database inside a transaction that is rolled back.
"""
# ruff: noqa: E402  # Django must be set up first

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, transaction

from accounts.models import AccessEntry, User
from accounts.record import history
from operations.models import Cadet
from tests.benchmarks import seals


def measure(label, question):
    started = time.perf_counter()
    question()
    print(f"{label}: {(time.perf_counter() - started) * 1000:.0f} ms")


def changes(*, page=1, **filters):
    events = history.all_events(history.Limits(), **filters)
    return history.page_of(events, number=page, size=50)


def reads(**filters):
    return history.page_of_reads(AccessEntry.objects.filter(**filters), number=1, size=50)


def main():
    with transaction.atomic():
        seals.fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE operations_cadetevent, accounts_accessentry")
        nobody = User(pk=10**6)  # did nothing: the longest search
        measure("changes, newest", changes)
        measure("changes, page 200", lambda: changes(page=200))
        measure("changes of one cadet", lambda: changes(model=Cadet, number=5))
        measure("changes by somebody who made none", lambda: changes(by=nobody))
        measure("reads, newest", reads)
        measure("who looked at cadet 5", lambda: reads(what="operations.cadet", ids__contains=[5]))
        measure("reads by somebody who made none", lambda: reads(user=nobody.pk))
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
