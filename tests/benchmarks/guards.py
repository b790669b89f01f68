"""What scope, row-level security and the record cost on lists of visits, among 100,000 visits.

``make benchmark-guards`` fills a database of its own, then asks for each page by turns with the
guards and without them, and prints the lower quartiles, their ratio and the number of queries.
Only the ratio means something on another machine.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Iterator
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.access.pages import RequiresPermission  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from operations.models import Operation  # noqa: E402
from operations.protection.row_security import POLICIES  # noqa: E402
from tests import factories  # noqa: E402

VISITS = 100_000
UNITS, VENUES, OPERATIONS, OFFICERS = 20, 4_000, 100, 400
ROUNDS = 60

#: Visits go round the venues, operations and officers; nine in ten are over, each with an outcome.
FILL = """
    SET session_replication_role = replica;  -- no triggers, no checks of keys: this is made up
    INSERT INTO operations_visit (
        id, version, operation_id, venue_id, selection, starts_at, ends_at, state, started_at,
        started_by_id, ended_at, outcome_id, not_completed_reason, not_completed_notes,
        not_completed_revision, correction_reason, cancelled_reason, created_by_id, created_at
    )
    SELECT n, 1, (%(operations)s)[1 + n %% %(n_operations)s], (%(venues)s)[1 + n %% %(n_venues)s],
        'random', at, at + interval '1 hour', CASE WHEN over THEN 'completed' ELSE 'planned' END,
        CASE WHEN over THEN at END, CASE WHEN over THEN officer END,
        CASE WHEN over THEN at + interval '50 minutes' END, CASE WHEN over THEN n END,
        '', '', 1, '', '', officer, at
    FROM (
        SELECT n, (%(officers)s)[1 + n %% %(n_officers)s] AS officer, n %% 10 > 0 AS over,
            now() + (n - %(visits)s * CASE WHEN n %% 10 > 0 THEN 1 ELSE 0 END - 1)
            * interval '10 minutes' AS at
        FROM generate_series(1, %(visits)s) n
    ) made;
    INSERT INTO operations_teammember (visit_id, officer_id, duty, period)
    SELECT id, created_by_id, 'lead', tstzrange(starts_at, ends_at) FROM operations_visit;
    INSERT INTO operations_outcome (
        id, visit_id, revision, submission, correction_reason, logged_by_id, logged_at, challenged,
        asked_for_identification, signs_recognised, room_refused, refusal_ground, police_contacted,
        contact_method, incident_reference, staff_debriefed, materials_left, notes, verdict,
        verdict_rule
    )
    SELECT id, id, 1, gen_random_uuid(), '', created_by_id, ended_at, true, true, false, false, '',
        false, '', '', true, true, '', 'refresher_needed', 1
    FROM operations_visit WHERE state = 'completed';
    SET session_replication_role = origin;
    ANALYZE;
"""


def fill() -> list[tuple[str, User, str]]:
    """Make the world; return a title, a reader and an address for each page to measure."""
    units = factories.CommandUnitFactory.create_batch(UNITS)
    venues = [
        venue.pk
        for unit in units
        for authority in [factories.LocalAuthorityFactory(command_unit=unit)]
        for venue in factories.VenueFactory.create_batch(VENUES // UNITS, local_authority=authority)
    ]
    officers = [
        factories.UserFactory(role=Role.VISITING_OFFICER, units=[units[n % UNITS]])
        for n in range(OFFICERS)
    ]
    operations = factories.OperationFactory.create_batch(OPERATIONS)
    values = {
        "visits": VISITS,
        "operations": [operation.pk for operation in operations],
        "n_operations": OPERATIONS,
        "venues": venues,
        "n_venues": len(venues),
        "officers": [officer.pk for officer in officers],
        "n_officers": OFFICERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
    operation = Operation.objects.get(pk=operations[0].pk)
    factories.OperationVenueFactory(operation=operation, venue_id=venues[0])
    planner = factories.UserFactory(role=Role.PLANNER, units=units[:2])
    for unit in units:
        factories.OperationVenueFactory(
            operation=operation, venue=factories.VenueFactory(unit=unit)
        )
    whole = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    page = operation.get_absolute_url()
    return [
        ("My visits, an officer", officers[0], "/visits/"),
        ("Visits of an operation, two units", planner, page),
        ("Visits of an operation, whole force", whole, page),
        ("One page of those over, two units", planner, f"{page}?show=over&page=2"),
    ]


@contextlib.contextmanager
def without_guards() -> Iterator[None]:
    """The product without row-level security, its middleware and the log of reads."""
    guards = ("accounts.middleware.ScopedTransaction",)
    left = [name for name in settings.MIDDLEWARE if name not in guards]
    unrecorded = patch.object(RequiresPermission, "record_reads")
    with connection.cursor() as cursor, override_settings(MIDDLEWARE=left), unrecorded:
        for table in POLICIES:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in POLICIES:
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def once(client: Client, address: str) -> float:
    """Milliseconds that one request takes."""
    start = time.perf_counter()
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return (time.perf_counter() - start) * 1000


def queries(client: Client, address: str) -> int:
    """The questions to the database, less the bounds of transactions."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
        asked = [query["sql"] for query in captured]
    bounds = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(not sql.startswith(bounds) for sql in asked)


def main() -> None:
    """Fill, measure by turns, print."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        pages = fill()
        print(f"{VISITS:,} visits. Lower quartiles of {ROUNDS} requests each, by turns.")
        print(f"{'page':<40}{'without':>10}{'with':>10}{'ratio':>8}{'queries':>12}")
        for title, reader, address in pages:
            plain, guarded = Client(), Client()
            plain.force_login(reader)
            guarded.force_login(reader)
            with without_guards():
                once(plain, address)
                before = queries(plain, address)
            once(guarded, address)
            after = queries(guarded, address)
            times: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(ROUNDS // 10):
                with without_guards():
                    times[False] += [once(plain, address) for _ in range(10)]
                times[True] += [once(guarded, address) for _ in range(10)]
            # The fastest quarter: what else the machine does at the time only ever adds.
            slow, fast = (statistics.quantiles(times[how], n=4)[0] for how in (True, False))
            print(
                f"{title:<40}{fast:>8.1f}ms{slow:>8.1f}ms{slow / fast:>8.2f}{before:>8} → {after}"
            )
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
