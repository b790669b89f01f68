"""Where the tests stand: where the product stands, as the web role, under its policies, with real
commits.

Every connection is the web role's, so the policies bind whatever a test does. The body of a test
works as the system does, for the whole force. Whenever it asks the product for something (by the
test client or a browser, or by a task) the product finds nothing said, as in production, and a
query of a guarded table before anybody said who acts fails the test: in production it would show
nothing, or be refused.

What only the owner of the tables may do is done as the owner: ``manage.py`` commands and the tasks
of the owner's worker by themselves, set-up of tests in :func:`as_owner`.

When a test is over, the database is as it was after the migrations. That takes a question and a few
deletions in place of Django's flush of every table, so that real commits cost next to nothing.
"""

import asyncio
import contextlib
import functools
import re
import threading
from collections.abc import Iterator

import celery.app.task
import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from django.test.client import ClientHandler

from accounts.database import scope
from accounts.database.scope import CLEARED, WEB_ROLE, Scope
from operations.protection.row_security import HISTORIES, POLICIES

GUARDED = re.compile(
    rf'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?({"|".join({*POLICIES, *HISTORIES})})\b', re.IGNORECASE
)
#: Tests after which deleting gives way to truncating, so that dead rows do not pile up.
TRUNCATE_EVERY = 100

SYSTEM = Scope(whole_force=True, sees_plans=True)
BY_WEB = f"SET SESSION AUTHORIZATION {WEB_ROLE}"
BY_OWNER = "RESET SESSION AUTHORIZATION"


class NothingSaidError(AssertionError):
    """A guarded table was asked before anybody said who acts."""


class _Standing(threading.local):
    """For whom the code that runs now works; each thread of its own begins as the product does."""

    role = BY_WEB
    said: Scope | None = None


_standing = _Standing()


@contextlib.contextmanager
def _stand(*, role: str, said: Scope | None) -> Iterator[None]:
    outer = _standing.role, _standing.said, scope._current.get()
    _take(role, said, said)
    try:
        yield
    finally:
        _take(*outer)


def _take(role: str, said: Scope | None, current: Scope | None) -> None:
    _standing.role, _standing.said = role, said
    scope._current.set(current)
    if connection.connection is not None and not connection.connection.closed:
        with contextlib.suppress(psycopg2.OperationalError):  # an outage that a test made
            _tell(connection)


def _tell(connection) -> None:
    """Tell PostgreSQL, past Django's cursor: no query of the product, and none that is counted."""
    values = dict(CLEARED if _standing.said is None else _standing.said.settings)
    del values["role"]  # the session's own
    told = ", ".join(["set_config(%s, %s, false)"] * len(values))
    with connection.connection.cursor() as cursor:
        cursor.execute(
            f"{_standing.role}; SELECT {told}", [part for pair in values.items() for part in pair]
        )


def as_system():
    """As a task works, for the whole force: what the body of each test does, and its threads."""
    return _stand(role=BY_WEB, said=SYSTEM)


def as_owner():
    """As the owner of the tables, whom no policy binds: for set-up that nobody else may do."""
    return _stand(role=BY_OWNER, said=None)


def as_product():
    """As a request or a task begins: nothing is said."""
    return _stand(role=BY_WEB, said=None)


# Every connection, request, task and command ------------------------------------------------------


@contextlib.contextmanager
def standing_as_in_production() -> Iterator[None]:
    """What holds for a whole run, once the database is migrated."""
    if not connection.settings_dict["NAME"].startswith("test_"):  # no test of this run asks for one
        yield
        return
    connection.close()
    connection_created.connect(_connected)
    patches = [
        _patched(ClientHandler, "__call__", lambda _: as_product()),
        _patched(BaseCommand, "execute", lambda _: as_owner()),
        _patched(celery.app.task.Task, "__call__", _as_its_worker),
        _patched(TransactionTestCase, "_fixture_setup", None, classmethod(_set_up)),
        _patched(TransactionTestCase, "_fixture_teardown", None, _tear_down),
        _patched(TransactionTestCase, "_should_reload_connections", None, _in_a_browsers_loop),
    ]
    with contextlib.ExitStack() as stack, _after_migrations() as leftovers:
        TransactionTestCase.leftovers = leftovers
        for patch in patches:
            stack.enter_context(patch)
        yield
        connection.close()
        leftovers.end_sessions()
    connection_created.disconnect(_connected)


@contextlib.contextmanager
def _patched(owner, name, standing, replacement=None):
    original = owner.__dict__[name]

    @functools.wraps(original)
    def within(self, *args, **kwargs):
        with standing(self):
            return original(self, *args, **kwargs)

    setattr(owner, name, replacement or within)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _as_its_worker(task):
    queue = settings.CELERY_TASK_ROUTES.get(task.name, {}).get("queue")
    return as_owner() if queue == "keeping" else as_product()


def _connected(*, connection, **_) -> None:
    if _nothing_unsaid not in connection.execute_wrappers:
        connection.execute_wrappers.append(_nothing_unsaid)
    _tell(connection)


def _nothing_unsaid(execute, sql, params, many, context):
    told = scope._current.get() or _standing.said or _standing.role == BY_OWNER
    if not told and GUARDED.search(str(sql)):
        raise NothingSaidError(f"Nobody said who acts: {sql}")
    return execute(sql, params, many, context)


def _in_a_browsers_loop(self) -> bool:
    """Inside Playwright's loop Django gives out another connection, which nobody closes later."""
    if connection.in_atomic_block:  # of a fixture that several tests share
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _set_up(cls) -> None:
    _take(BY_WEB, SYSTEM, SYSTEM)


def _tear_down(self) -> None:
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    _take(BY_OWNER, None, None)
    if connection.connection is not None:
        with connection.connection.cursor() as cursor:
            cursor.execute("DISCARD TEMP")
    _take(BY_WEB, None, None)
    self.leftovers.remove()


# As after the migrations --------------------------------------------------------------------------


class Leftovers:
    """What a test leaves in the database."""

    def __init__(self, cursor) -> None:
        self.cursor = cursor
        self.tests = 0
        tables = self._ask(
            "SELECT quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        )
        #: Those with rows that the migrations wrote, kept in a schema of their own.
        self.written = self._ask(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'after_migrations'"
        ) or self._keep(self._ask(_with_rows(tables)))
        self.others = [table for table in tables if table not in self.written]
        # Asked after each test: planning it takes ten times as long as the answer.
        self.cursor.execute(f"PREPARE filled AS {_with_rows(self.others)}")
        self.as_they_were = self._digests("after_migrations")

    def _keep(self, tables: list[str]) -> list[str]:
        self.cursor.execute("CREATE SCHEMA after_migrations")
        for table in tables:
            self.cursor.execute(f"CREATE TABLE after_migrations.{table} AS TABLE public.{table}")
        return tables

    def _ask(self, question: str) -> list[str]:
        self.cursor.execute(question)
        return [answer for (answer, *_) in self.cursor.fetchall()]

    def _columns(self, table: str) -> str:
        """Those that can be written: not what PostgreSQL works out from them."""
        [columns] = self._ask(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid ="
            f" 'public.{table}'::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''"
        )
        return columns

    def _digests(self, schema: str) -> set[tuple[str, str]]:
        self.cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text))"
                f" FROM {schema}.{table} t"
                for table in self.written
            )
        )
        return set(self.cursor.fetchall())

    def remove(self) -> None:
        """Put every table back as it was after the migrations."""
        self.tests += 1
        filled = self._ask("EXECUTE filled")
        changed = {table for table, _ in self.as_they_were ^ self._digests("public")}
        if not (filled or changed):
            return
        # No trigger has a hand in it: they would refuse, or write history.
        statements = ["SET session_replication_role = replica"]
        if self.tests % TRUNCATE_EVERY == 0 and filled:
            statements.append(f"TRUNCATE {', '.join(self.others)}")
        else:
            statements += [f"DELETE FROM {table}" for table in filled]
        for table in changed:
            statements.append(f"DELETE FROM {table}")
            columns = self._columns(table)
            statements.append(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM after_migrations.{table}"
            )
        statements.append("RESET session_replication_role")
        self.cursor.execute(";".join(statements))

    def end_sessions(self) -> None:
        """End all others, of a browser's server say, that would keep the database from going."""
        self.cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _with_rows(tables: list[str]) -> str:
    return " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables)


@contextlib.contextmanager
def _after_migrations() -> Iterator[Leftovers]:
    at = connection.settings_dict
    link = psycopg2.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
    )
    link.autocommit = True
    with contextlib.closing(link), link.cursor() as cursor:
        leftovers = Leftovers(cursor)
        leftovers.remove()  # of a run before, where the database is used again
        yield leftovers
