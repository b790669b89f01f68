"""The scope of a transaction: who acts in it and what PostgreSQL lets it see.

``visible_to`` on the querysets decides what a page shows. Behind it stands a second line: policies
of PostgreSQL (row-level security, ``operations/protection/row_security.py``) on visits and all that
tells of them. A web request or a task works as the role :data:`WEB_ROLE`, which owns nothing, and
says for each transaction who acts, for which command units. Where nothing is said, the policies
show nothing. All of it is set by ``set_config(…, true)``, so it ends with the transaction: a
connection that goes back to a pool carries nothing of one person to the next.

The same settings name the person for the record of changes: the triggers of django-pghistory write
``pghistory.context_metadata`` beside each change.

Whoever works as the owner of the tables (``manage.py`` commands, migrations) is not bound.
"""

import contextlib
import dataclasses
import json
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS, TRANSACTION_STATUS_UNKNOWN

from accounts.models import User
from accounts.roles import PLAN_OPERATIONS, VIEW_BOARD, VIEW_LOG, VIEW_STATISTICS, WORK_CONCERNS

log = structlog.get_logger(__name__)

#: The role of PostgreSQL as which requests and tasks work. Made by ``accounts/database/grants.py``.
WEB_ROLE = "makesafe_web"
#: Where names are looked for, and in what order.
SEARCH_PATH = "public, pg_temp"


@dataclass(frozen=True)
class Scope:
    """What the settings of one transaction say."""

    role: str = WEB_ROLE
    user_id: int | None = None
    whole_force: bool = False
    """All command units; otherwise those of the person."""

    sees_plans: bool = False
    """Also visits that are not over, as planners of the unit do."""

    sees_board: bool = False
    """What is on the live board, whatever the unit."""

    sees_concerns: bool = False
    """Calls that match no test, of the person's command units: to work on, or to count."""

    sees_log: bool = False
    """That a cadet's record was changed, whatever the unit, as the log tells."""

    context_id: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)
    about: dict[str, Any] = dataclasses.field(default_factory=dict)
    """For the record: from where, at which page, in which request or task, and why."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings by name. A person's command units the database looks up itself."""
        units = {"makesafe.units": "*"} if self.whole_force else {}
        return units | {
            "role": self.role,
            # A temporary table stands before none of ours, whatever the database allows.
            "search_path": SEARCH_PATH,
            "jit": "off",
            "makesafe.user": str(self.user_id or ""),
            "makesafe.sees_plans": "on" if self.sees_plans else "",
            "makesafe.sees_board": "on" if self.sees_board else "",
            "makesafe.sees_concerns": "on" if self.sees_concerns else "",
            "makesafe.sees_log": "on" if self.sees_log else "",
            "pghistory.context_id": str(self.context_id),
            "pghistory.context_metadata": json.dumps({"user": self.user_id} | self.about),
        }


#: When no scope holds: the session's own role, and nothing said.
CLEARED = dict.fromkeys(Scope(whole_force=True).settings, "") | {
    "role": "none",
    "search_path": SEARCH_PATH,
    # What policies are thought to cost would have small pages compiled.
    "jit": "off",
}

_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextlib.contextmanager
def acting(
    user: User | AnonymousUser,
    *,
    request_id: uuid.UUID | None = None,
    address: str = "",
    path: str = "",
) -> Iterator[None]:
    """A transaction in which ``user`` acts, for a page.

    Args:
        user: Who asks; somebody who is not signed in sees nothing that the policies guard.
        request_id: The request, for the record and the logs.
        address: The address that the request came from.
        path: The page, without its query.

    """
    about = {"address": address, "path": path}
    if isinstance(user, User):
        scope = Scope(
            user_id=user.pk,
            whole_force=user.whole_force,
            sees_plans=user.has_perm(PLAN_OPERATIONS),
            sees_board=user.has_perm(VIEW_BOARD),
            sees_concerns=user.has_perm(WORK_CONCERNS) or user.has_perm(VIEW_STATISTICS),
            sees_log=user.has_perm(VIEW_LOG),
            context_id=request_id or uuid.uuid4(),
            about=about,
        )
    else:
        scope = Scope(context_id=request_id or uuid.uuid4(), about=about)
    with _holding(scope):
        yield


@contextlib.contextmanager
def for_task(name: str) -> Iterator[None]:
    """A transaction in which the system itself acts, for the whole force.

    Args:
        name: The task or command, for the record.

    """
    with _holding(Scope(whole_force=True, sees_plans=True, about={"task": name})):
        yield


@contextlib.contextmanager
def for_owner(name: str) -> Iterator[None]:
    """The same for what keeps the record, which only the owner of the tables may: no role is taken.

    Args:
        name: The task, for the record.

    """
    with _holding(Scope(role="none", whole_force=True, sees_plans=True, about={"task": name})):
        yield


@contextlib.contextmanager
def all_units() -> Iterator[None]:
    """Let a rule look beyond the person's command units, inside an act.

    For what must be true for the whole force: nobody is in two visits at once, a refresher is
    confirmed by whoever's visit shows it. What is found must reach the person only as far as the
    rule's refusal does.
    """
    scope = _current.get()
    # The owner of the tables is not bound, and whoever looks as far already looks no further.
    if scope is None or (scope.whole_force and scope.sees_plans):
        yield
        return
    with _meanwhile(dataclasses.replace(scope, whole_force=True, sees_plans=True)):
        yield


@contextlib.contextmanager
def as_system(name: str) -> Iterator[None]:
    """In the midst of a request: the system acts, and not whoever is signed in.

    Args:
        name: On whose word, for the record.

    """
    scope = _current.get()
    if scope is None:  # a command, by the owner of the tables
        yield
        return
    about = scope.about | {"task": name}
    with _holding(
        dataclasses.replace(scope, user_id=None, whole_force=True, sees_plans=True, about=about)
    ):
        yield


@contextlib.contextmanager
def marked(number: uuid.UUID) -> Iterator[None]:
    """Mark the changes made inside as those of one act, for the record (``accounts/acts``)."""
    scope = _current.get() or Scope(role="none")  # the owner of the tables takes no role
    with _meanwhile(dataclasses.replace(scope, about=scope.about | {"undo": str(number)})):
        yield


def context_id() -> uuid.UUID | None:
    """The request or task that is under way, as the record has it; None where nobody acts."""
    scope = _current.get()
    return None if scope is None else scope.context_id


def is_marked() -> bool:
    """Whether an act is under way that marks its changes."""
    scope = _current.get()
    return scope is not None and "undo" in scope.about


@contextlib.contextmanager
def somebody(user: User | None) -> Iterator[None]:
    """The scope that holds, or where none does a transaction in which ``user`` acts.

    For the log of who comes and goes, which also writes where no page has begun: a session that
    was idle for too long ends before, and what a library does after a commit comes later.
    """
    if _current.get() is not None:
        yield
    else:
        with acting(user or AnonymousUser()):
            yield


def keep_so_far() -> None:
    """Commit what this transaction has done, whatever becomes of the rest, and go on in another.

    The scope that holds goes on too. What was to run after the commit runs at the end as ever.

    Raises:
        RuntimeError: an act is under way, which is kept as a whole or not at all.

    """
    if not connection.in_atomic_block or connection.savepoint_ids:
        raise RuntimeError("Only a transaction as a whole is kept so far, and no part of one.")
    with connection.wrap_database_errors:
        connection.connection.commit()
    _apply(_current.get())


def set_reason(reason: str) -> None:
    """Say why the changes that follow in this transaction are made, for the record.

    It holds in parts of the transaction that look beyond the person's units too.
    """
    scope = _current.get()
    said = dataclasses.replace(
        scope or Scope(), about=(scope or Scope()).about | {"reason": reason}
    )
    if scope is not None:
        _current.set(said)  # until the scope that holds now ends
    with connection.cursor() as cursor:
        metadata = said.settings["pghistory.context_metadata"]
        cursor.execute("SELECT set_config('pghistory.context_metadata', %s, true)", [metadata])


@contextlib.contextmanager
def _meanwhile(scope: Scope) -> Iterator[None]:
    """Hold ``scope`` in a part of an act, which then has its own back.

    Without a savepoint, which would cost two questions: an error takes back the whole act. Where
    PostgreSQL found it, the savepoint or transaction of the act gives the settings back.
    """
    _apply(scope)
    outer = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(outer)
        if _is_sound():
            _apply(_current.get())


def _is_sound() -> bool:
    """Whether the transaction under way takes another question."""
    link = connection.connection
    status = link.get_transaction_status() if link else TRANSACTION_STATUS_UNKNOWN
    return status == TRANSACTION_STATUS_INTRANS and not connection.needs_rollback


@contextlib.contextmanager
def _holding(scope: Scope) -> Iterator[None]:
    """Hold ``scope`` in a transaction, or in a part of the one under way, which it then gives back.

    An error takes the part back and PostgreSQL the settings with it. What was to run after the
    commit (``transaction.on_commit``) runs in a transaction of its own, in the same scope: else
    nobody would have said who acts.
    """
    outermost = not connection.in_atomic_block
    after_commit: list[Callable[[], object]] = []
    with transaction.atomic():
        _apply(scope)
        outer = _current.set(scope)
        try:
            yield
        finally:
            _current.reset(outer)
        if outermost and not connection.needs_rollback:
            after_commit = [hook for _, hook, *_ in connection.run_on_commit]
            connection.run_on_commit = []
        elif not outermost and not connection.needs_rollback:
            _apply(_current.get())
    for hook in after_commit:
        _run_after_commit(hook, scope)


def _run_after_commit(hook: Callable[[], object], scope: Scope) -> None:
    """Run ``hook`` as ``scope``. What it fails at is logged: what was done before is kept."""
    try:
        with _holding(scope):
            hook()
    except Exception as error:
        log.exception("after commit", error=type(error).__name__)


def _apply(scope: Scope | None) -> None:
    """Set the settings of ``scope`` for this transaction in one question; None takes them back."""
    settings = CLEARED if scope is None else scope.settings
    said = ["set_config(%s, %s, true)"] * len(settings)
    values: list[str | int] = [part for pair in settings.items() for part in pair]
    if scope is not None and not scope.whole_force:
        members = User.command_units.through._meta.db_table
        units = f"SELECT coalesce(array_agg(commandunit_id), '{{}}')::text FROM {members}"  # noqa: S608
        said.append(f"set_config('makesafe.units', ({units} WHERE user_id = %s), true)")
        values.append(scope.user_id or 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(said)}", values)
