"""Server time of the main pages at the demonstration's size.

``make benchmark`` loads the demonstration into a database of its own and prints, for each page, the
median and the slowest of 20 requests in milliseconds, the number of queries, and the size of the
page. Times depend on the machine; compare within one run.
"""

import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import User  # noqa: E402
from operations.models import FollowUp, Operation, Visit  # noqa: E402
from venues.models import Venue  # noqa: E402

REQUESTS = 20


def pages() -> list[tuple[str, str]]:
    """Who asks, and for which page: the busiest object of each kind."""
    operation = Operation.objects.order_by("-starts_on").first()
    visit = Visit.objects.completed().latest("ended_at")
    venue = Venue.objects.get(pk=visit.venue_id)
    follow_up = FollowUp.objects.open().first()
    return [
        ("officer", "/visits/"),
        ("planner", "/operations/"),
        ("planner", operation.get_absolute_url()),
        ("planner", f"{operation.get_absolute_url()}venues/"),
        ("planner", visit.get_absolute_url()),
        ("planner", "/venues/"),
        ("planner", "/venues/?q=Larkspyre"),
        ("planner", venue.get_absolute_url()),
        ("coordinator", "/follow-ups/"),
        ("coordinator", follow_up.get_absolute_url()),
        ("lead", "/reports/"),
        ("handler", "/live/"),
    ]


def measure(client: Client, path: str) -> tuple[float, float, int, int]:
    """Median and slowest time in ms, queries, and bytes of one page."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
        count = len(queries)  # now: the next request clears the log
    assert response.status_code == 200, (path, response.status_code)
    times = []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), max(times), count, len(response.content)


def main() -> None:
    """Load, measure, print."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        start = time.perf_counter()
        call_command("load_demo")
        print(f"load_demo: {time.perf_counter() - start:.1f} s")
        print(f"{'page':<40}{'median':>9}{'slowest':>9}{'queries':>9}{'kB':>6}")
        for username, path in pages():
            client = Client()
            client.force_login(User.objects.get(username=username))
            median, slowest, queries, size = measure(client, path)
            print(f"{path:<40}{median:>7.1f}ms{slowest:>7.1f}ms{queries:>9}{size / 1000:>6.0f}")
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
