"""Checks of PostgreSQL before a process works there: roles, rights and policies.

A dump carries none of what belongs to the server or the database as a whole, and not always what
belongs to its tables. So each process looks when it starts (``config/start.py``), and so does
``manage.py check --deploy --database default``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)
from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper

from accounts.database.scope import WEB_ROLE
from config.additions import added
from config.production import sends_in_plain, travels_in_plain

# ruff: noqa: S608 (the questions are put together of constants)

#: A question whose answer is no → what is wrong then.
Question = tuple[str, str]

_TABLES = "pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"

#: Of the role that pages and tasks work as.
OF_WEB: Sequence[Question] = (
    (
        "SELECT NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)"
        f" AND NOT EXISTS (SELECT FROM {_TABLES}"
        "  AND relrowsecurity AND pg_has_role(current_user, relowner, 'MEMBER'))"
        " FROM pg_roles WHERE rolname = current_user",
        "The database's row-level security does not bind the role of DATABASE_URL.",
    ),
    (
        "SELECT NOT has_database_privilege(current_database(), 'TEMPORARY')",
        "The role of DATABASE_URL may make temporary tables, which could stand before ours.",
    ),
    (
        "SELECT NOT has_schema_privilege('public', 'CREATE')",
        "The role of DATABASE_URL may make tables and functions in the schema public.",
    ),
    (
        "SELECT NOT EXISTS (SELECT FROM pg_proc WHERE proname LIKE 'pgtrigger\\_%%'"
        " AND (NOT prosecdef OR has_function_privilege(oid, 'EXECUTE')))",
        "Functions of triggers have lost their owner's rights, or anybody may use them.",
    ),
)

#: Whoever works there.
OF_ALL: Sequence[Question] = (
    (
        "SELECT NOT EXISTS (SELECT FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgenabled = 'D')"
        " AND current_setting('session_replication_role') = 'origin'",
        "Triggers are switched off, so changes would not be on record.",
    ),
    (
        f"SELECT NOT EXISTS (SELECT FROM {_TABLES} AND NOT relrowsecurity"
        "  AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))",
        "Row-level security is switched off for tables that have policies.",
    ),
)

#: Of the owner, who keeps the record.
OF_OWNER: Sequence[Question] = (
    (
        f"SELECT NOT EXISTS (SELECT FROM {_TABLES}"
        "  AND NOT pg_has_role(current_user, relowner, 'MEMBER'))",
        "With AS_OWNER=1 the role of OWNER_DATABASE_URL must be the owner of the tables.",
    ),
)


def faults(alias: str) -> Iterator[str]:
    """What does not hold in the database for the role that this process works as.

    Apps name what they ask besides as ``database_questions``: each gets the cursor and gives
    sentences.
    """
    with connections[alias].cursor() as cursor:
        asked = (*(OF_OWNER if settings.AS_OWNER else OF_WEB), *OF_ALL)
        for question, fault in asked:
            cursor.execute(question.replace("%%", "%"))
            if not cursor.fetchone()[0]:
                yield fault
        if not settings.AS_OWNER:
            yield from _reads(cursor)
            yield from _writes_the_record(cursor)
        for more in added("database_questions"):
            yield from more(cursor)


def _reads(cursor: CursorWrapper) -> Iterator[str]:
    """Whether the role reads all tables but those that apps name as ``sealed_tables``."""
    cursor.execute(
        "SELECT bool_and(may OR sealed), bool_or(may AND sealed) FROM ("
        " SELECT has_table_privilege(oid, 'SELECT') AS may, relname = ANY (%s) AS sealed"
        f" FROM {_TABLES}) AS tables",
        [list(added("sealed_tables"))],
    )
    reads_all, reads_sealed = cursor.fetchone()
    if reads_all is False:
        yield "The role of DATABASE_URL may not read some of the tables."
    if reads_sealed:
        yield "The role of DATABASE_URL may read what is sealed from it."


def _writes_the_record(cursor: CursorWrapper) -> Iterator[str]:
    from accounts.database.grants import record_tables  # it asks for models

    cursor.execute(
        "SELECT count(*) FILTER (WHERE has_table_privilege(to_regclass(name), 'UPDATE')"
        "  OR has_table_privilege(to_regclass(name), 'DELETE')),"
        " count(*) FILTER (WHERE to_regclass(name) IS NULL) FROM unnest(%s) AS name",
        [record_tables()],
    )
    changeable, missing = cursor.fetchone()
    if changeable:
        yield "The role of DATABASE_URL may change the record."
    if missing:
        yield "Tables are missing: the database is empty, or older than the program."


def database_is_as_it_must_be(*, databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """That PostgreSQL binds the role of this process, and keeps the record from it."""
    hint = (
        f"Run web, worker and beat as {WEB_ROLE}, the owner's worker (AS_OWNER=1) as the owner of "
        "the tables; manage.py migrate, as the owner, puts the rights right. See docs/operators.md."
    )
    try:
        return [
            Error(fault, hint=hint, id="accounts.E001")
            for alias in databases or ()
            for fault in faults(alias)
        ]
    except DatabaseError as error:
        return [Error(f"The database can't be asked: {type(error).__name__}.", id="accounts.E002")]


def mail_is_protected(**_: Any) -> list[CheckMessage]:
    """That messages do not travel in plain, not even to a mail server on this machine."""
    if not settings.EMAIL_URL or not sends_in_plain(settings.EMAIL_URL):
        return []
    words = "EMAIL_URL is plain SMTP: safe only as far as the mail server on this machine."
    return [Warning(words, hint="Set it to smtp+tls:// or smtps://.", id="accounts.W001")]


def connections_are_protected(**_: Any) -> list[CheckMessage]:
    """That records do not travel in plain to a database or a broker on another host.

    On a network of one's own that can be right, so it is named and not refused.
    """
    variable = "OWNER_DATABASE_URL" if settings.AS_OWNER else "DATABASE_URL"
    hints = {
        variable: (settings.DATABASE_URL, "Add ?sslmode=verify-full (or require) to it."),
        "REDIS_URL": (settings.REDIS_URL, "Set it to rediss://."),
    }
    return [
        Warning(
            f"{name} leads to another host without TLS: whoever is on the way can read along.",
            hint=hint,
            id="accounts.W002",
        )
        for name, (url, hint) in hints.items()
        if travels_in_plain(url)
    ]
