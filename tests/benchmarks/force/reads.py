"""The log of who saw what."""

import datetime as dt
from typing import Any

from accounts.models import AccessEntry
from accounts.roles import Role
from operations.models import CovertRead
from tests.benchmarks.force.people import BEFORE, CADETS
from tests.benchmarks.force.rows import insert, pick


def write_reads(cursor: Any, *, visits: int, venues: int, now: dt.datetime) -> None:
    """Six years of them, of what was new at the time: a page of one record, or ten on a list."""
    total, years = visits, 6
    moment = f"timestamptz '{now:%Y-%m-%d %H:%M}Z'"
    listed = f"({pick('n', 30, 10)} < 4)"
    what = (
        f"CASE WHEN {pick('n', 31, 10)} < 7 THEN 'operations.visit'"
        f" WHEN {pick('n', 31, 10)} < 9 THEN 'venues.venue' ELSE 'operations.cadet' END"
    )
    newest = f"({total} * (0.4 + 0.6 * n / {total}))::int"
    first = (
        f"CASE WHEN {pick('n', 31, 10)} < 7 THEN greatest(1, {newest} - {pick('n', 32, 500)} - 10)"
        f" WHEN {pick('n', 31, 10)} < 9 THEN 1 + {pick('n', 33, venues - 10)}"
        f" ELSE 1 + {pick('n', 34, CADETS - 10)} END"
    )
    insert(
        cursor,
        AccessEntry,
        f"(SELECT n, {listed} AS listed, {what} AS what, {first} AS first"
        f" FROM generate_series(1, {total}) n) one",
        at=f"{moment} - ({total} - n) * (interval '{365 * years} days' / {total})",
        user_id=f"1 + {pick('n', 35, BEFORE[Role.CALL_HANDLER])}",
        act="CASE WHEN listed THEN 'listed' ELSE 'viewed' END",
        what="what",
        ids="ARRAY(SELECT generate_series(first, first + CASE WHEN listed THEN 9 ELSE 0 END))",
        purpose="''",
        address="'10.0.0.' || n % 250",
        path="CASE WHEN listed THEN '/visits/' ELSE '/visits/812/' END",
        request="md5('read' || n)::uuid",
    )
    insert(
        cursor,
        CovertRead,
        "accounts_accessentry read JOIN operations_visit v ON v.id = ANY (read.ids)"
        " WHERE read.what = 'operations.visit' AND v.state IN ('planned', 'under_way')",
        what="read.what",
        key="v.id",
        request="read.request",
        empty="last_day",
    )
