"""Sealing of each finished day of the record, and the check that nothing was changed since.

The ledger keeps a digest of every entry; a day's seal covers the seal before it and the digests of
the day in order. Whoever changes, deletes or slips in an entry would have to change the ledger and
every later seal too, and even then the last seal, the *head*, is another one: kept elsewhere, it
tells. All of it is worked out by PostgreSQL in a few statements, whatever the number of entries.
"""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pghistory
import structlog
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.database.locks import one_at_a_time
from accounts.dates.london import midnight
from accounts.models import AccessEntry, Erasure, Seal
from govuk.dates import LONDON, plain_time

log = structlog.get_logger(__name__)

#: A day is sealed no earlier than this after its end, when the last transaction that began on it
#: has long been over.
REST = dt.timedelta(hours=1)
#: What comes before the first seal.
NOTHING = bytes(32)

_SEAL = """
    sha256(previous || convert_to(day::text || tables::text, 'UTF8') || coalesce(digests, ''))
"""
_LEDGER_BY_DAY = """
    SELECT day, count(*) AS entries,
        string_agg(digest, '' ORDER BY source COLLATE "C", entry) AS digests
    FROM accounts_sealedentry
"""


@dataclass(frozen=True)
class Source:
    """A table of the record."""

    table: str
    key: str
    at: str
    columns: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SQL for the digest of the row ``kept``: of the table's name and the columns, typed.

        Times are written in UTC, which every connection of Django's speaks.
        """
        names = "".join(f', kept."{column}"' for column in self.columns)
        return f"sha256(convert_to(jsonb_build_array('{self.table}'{names})::text, 'UTF8'))"


def sources() -> list[Source]:
    """The tables of the record: each history, the access log and the erasures."""
    history = [_source(model, at="pgh_created_at") for model in pghistory.core.event_models()]
    return sorted(
        [*history, _source(AccessEntry, at="at"), _source(Erasure, at="at")],
        key=lambda source: source.table,
    )


def _source(model: type[models.Model], *, at: str) -> Source:
    columns = sorted(str(column.column) for column in model._meta.concrete_fields)
    return Source(model._meta.db_table, str(model._meta.pk.column), at, tuple(columns))


# Sealing ----------------------------------------------------------------------------------------


def seal_finished_days(*, at: dt.datetime) -> list[Seal]:
    """Seal each day that is over at ``at`` and not sealed yet, however many there are.

    Two runs at once seal once: the second waits for the first, and finds nothing left.

    Returns:
        The new seals. The last one is the new head.

    """
    sealed: list[Seal] = []
    while True:
        with transaction.atomic():
            one_at_a_time("accounts.seal")
            last = Seal.objects.order_by("-day").first()
            day = last.day + dt.timedelta(days=1) if last else _first_day(at)
            if _end(day) + REST > at:
                return sealed
            seal = _seal(day, previous=bytes(last.seal) if last else NOTHING)
        log.info("day sealed", day=f"{day}", entries=seal.entries, head=seal.seal.hex())
        sealed.append(seal)


def _seal(day: dt.date, *, previous: bytes) -> Seal:
    record = sources()
    tables = {
        source.table: {"key": source.key, "at": source.at, "columns": source.columns}
        for source in record
    }
    with connection.cursor() as cursor:
        for source in record:
            # An entry that is in the ledger under another day was moved: the check names it.
            cursor.execute(
                f"INSERT INTO accounts_sealedentry (source, entry, day, digest)"  # noqa: S608
                f" SELECT %s, {source.key}, %s, {source.digest} FROM {source.table} AS kept"
                f" WHERE {source.at} >= %s AND {source.at} < %s ON CONFLICT DO NOTHING",
                [source.table, day, midnight(day), _end(day)],
            )
        cursor.execute(
            f"INSERT INTO accounts_seal (day, previous, seal, entries, tables, sealed_at)"  # noqa: S608
            f" SELECT day, previous, {_SEAL}, coalesce(entries, 0), tables, clock_timestamp()"
            f" FROM (SELECT %s::date AS day, %s::bytea AS previous, %s::jsonb AS tables) AS new"
            f" LEFT JOIN ({_LEDGER_BY_DAY} WHERE day = %s GROUP BY day) AS ledger USING (day)",
            [day, previous, json.dumps(tables), day],
        )
    return Seal.objects.get(day=day)


def _first_day(at: dt.datetime) -> dt.date:
    """The day of the very first entry; without one the last day that is over."""
    firsts = " UNION ALL ".join(
        f"SELECT min({source.at}) AS at FROM {source.table}"  # noqa: S608
        for source in sources()
    )
    [(first,)] = _rows(f"SELECT min(at) FROM ({firsts}) AS firsts")  # noqa: S608
    return timezone.localdate(first, LONDON) if first else _last_day(at)


def _last_day(at: dt.datetime) -> dt.date:
    """The last day whose rest is over at ``at``."""
    return timezone.localdate(at - REST, LONDON) - dt.timedelta(days=1)


def _end(day: dt.date) -> dt.datetime:
    return midnight(day + dt.timedelta(days=1))


# Checking ---------------------------------------------------------------------------------------


@dataclass
class Report:
    """What a check of the record found."""

    head: str = ""
    last_day: dt.date | None = None
    days: int = 0
    entries: int = 0
    erased: int = 0
    findings: list[str] = field(default_factory=list)


def verify(*, at: dt.datetime, head: str = "", head_day: dt.date | None = None) -> Report:
    """Work everything out anew and compare.

    Args:
        at: Now. A day that has been over for more than a day is sealed.
        head: A head that was kept elsewhere, as the log showed it: 64 digits.
        head_day: The day that it seals, if that was kept too.

    """
    report = Report()
    seals = list(Seal.objects.order_by("day"))
    report.findings += _faults_of_the_chain(seals, at=at)
    report.findings += _faults_of_the_head(seals, kept=head.strip().lower(), of=head_day, at=at)
    report.days, report.entries = len(seals), sum(seal.entries for seal in seals)
    if seals:
        report.head, report.last_day = seals[-1].in_digits, seals[-1].day
        for source, first, last in _spans(seals):
            erased, findings = _compare(source, first, last)
            report.erased += erased
            report.findings += findings
        for source in sources():
            report.findings += _slipped_in(source, before=_end(seals[-1].day))
    return report


def _faults_of_the_head(
    seals: list[Seal], *, kept: str, of: dt.date | None, at: dt.datetime
) -> Iterator[str]:
    """What a head that was kept elsewhere tells. An older backup is no forgery."""
    if not kept or kept in {seal.in_digits for seal in seals}:
        return
    last = seals[-1].day if seals else None
    if (last is None or of > last) if of else (last is None or last < _last_day(at - REST)):
        yield (
            f"The head that was kept is not in the chain, which ends on"
            f" {plain_time(last) if last else 'no day'}: this is a backup from before it, or later"
            " days were taken away. Give the head's day with --day, or compare an earlier head."
        )
        return
    yield "The head that was kept is not in the chain: seals were made anew."
    for seal in seals:
        if seal.day == of:
            made = plain_time(timezone.localdate(seal.sealed_at, LONDON))
            yield (
                f"The seal of {plain_time(of)} here was made on {made}. After an older backup was"
                " restored, its next days are sealed again: compare a head from before it."
            )


def _faults_of_the_chain(seals: list[Seal], *, at: dt.datetime) -> Iterator[str]:
    yield from _seals_that_do_not_hold()
    if seals and bytes(seals[0].previous) != NOTHING:
        yield f"Missing: the seals before {plain_time(seals[0].day)}."
    for before, seal in itertools.pairwise(seals):
        for day in _days_between(before.day, seal.day):
            yield f"Missing: the seal of {plain_time(day)}."
        if bytes(seal.previous) != bytes(before.seal):
            yield f"Broken: the seal of {plain_time(seal.day)} does not follow the one before it."
    expected = _last_day(at - dt.timedelta(days=1))
    last = seals[-1].day if seals else _first_day(at) - dt.timedelta(days=1)
    for day in _days_between(last, expected + dt.timedelta(days=1)):
        yield f"Missing: the seal of {plain_time(day)}."


def _seals_that_do_not_hold() -> Iterator[str]:
    rows = _rows(
        f"SELECT day, seal, {_SEAL}, seals.entries, coalesce(ledger.entries, 0)"  # noqa: S608
        f" FROM accounts_seal AS seals"
        f" FULL JOIN ({_LEDGER_BY_DAY} GROUP BY day) AS ledger USING (day) ORDER BY day",
    )
    for day, seal, expected, entries, in_ledger in rows:
        if seal is None:
            yield f"Missing: the seal of {plain_time(day)}, though the ledger has its entries."
        elif entries != in_ledger:
            yield (
                f"Changed: the ledger of {plain_time(day)} has {in_ledger} entries,"
                f" its seal says {entries}."
            )
        elif bytes(seal) != bytes(expected):
            yield f"Changed: the ledger or the seal of {plain_time(day)}; they do not agree."


def _spans(seals: list[Seal]) -> Iterator[tuple[Source, dt.date, dt.date]]:
    """Each table with the first and last day on which it was sealed with the same columns."""
    tables = sorted({table for seal in seals for table in seal.tables})
    for table in tables:
        of_it = [(seal.day, seal.tables[table]) for seal in seals if table in seal.tables]
        for layout, days in itertools.groupby(of_it, key=lambda pair: pair[1]):
            sealed = [day for day, _ in days]
            source = Source(table, layout["key"], layout["at"], tuple(layout["columns"]))
            yield source, sealed[0], sealed[-1]


def _compare(source: Source, first: dt.date, last: dt.date) -> tuple[int, list[str]]:
    """How many entries were erased by a rule, and those that are not as they were sealed."""
    gone = _columns_gone(source)
    if gone:
        return 0, [f"{source.table} lost what was sealed: {', '.join(gone)}."]
    erased, findings = 0, []
    rows = _rows(
        f"SELECT ledger.entry, ledger.day, kept.{source.key} IS NULL,"  # noqa: S608
        f" EXISTS (SELECT FROM accounts_erasure e"
        f"   WHERE e.source = ledger.source AND e.entry = ledger.entry)"
        f" FROM accounts_sealedentry AS ledger"
        f" LEFT JOIN {source.table} AS kept ON kept.{source.key} = ledger.entry"
        f" WHERE ledger.source = %s AND ledger.day BETWEEN %s AND %s"
        f" AND (kept.{source.key} IS NULL OR {source.digest} <> ledger.digest)"
        f" ORDER BY ledger.entry",
        [source.table, first, last],
    )
    for entry, day, missing, by_rule in rows:
        if by_rule:
            erased += 1
        else:
            what = "Missing" if missing else "Changed"
            findings.append(f"{what}: {source.table} {entry}, sealed on {plain_time(day)}.")
    return erased, findings


def _columns_gone(source: Source) -> list[str]:
    there = {
        column
        for (column,) in _rows(
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [source.table],
        )
    }
    return [column for column in source.columns if column not in there]


def _slipped_in(source: Source, *, before: dt.datetime) -> Iterator[str]:
    """The entries of a time that is sealed which the ledger does not know."""
    rows = _rows(
        f"SELECT kept.{source.key}, kept.{source.at} FROM {source.table} AS kept"  # noqa: S608
        f" LEFT JOIN accounts_sealedentry AS ledger"
        f" ON ledger.source = %s AND ledger.entry = kept.{source.key}"
        f" WHERE kept.{source.at} < %s AND ledger.entry IS NULL ORDER BY kept.{source.key}",
        [source.table, before],
    )
    for entry, at in rows:
        day = plain_time(timezone.localdate(at, LONDON))
        yield f"Inserted: {source.table} {entry}, dated {day}, is not in the ledger."


# Smaller parts ----------------------------------------------------------------------------------


def _days_between(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    """The days after ``first`` and before ``last``."""
    return (first + dt.timedelta(days=n) for n in range(1, (last - first).days))


def _rows(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
