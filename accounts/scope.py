"""Who acts, from where and why, told to PostgreSQL for the length of a transaction.

The triggers of the record (``accounts/audit.py``) and the access log read it there.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from accounts.models import User


@contextmanager
def acting(
    user: User | None,
    *,
    address: str = "",
    path: str = "",
    request_id: uuid.UUID | None = None,
) -> Iterator[None]:
    """A transaction in which ``user`` (None: nobody is signed in) acts.

    Args:
        user: Who acts.
        address: From which network address.
        path: On which page.
        request_id: Its number in the logs; a new one unless given.

    """
    number = str(request_id or uuid.uuid4())
    context = {
        "user": user.pk if user else None,
        "address": address,
        "path": path,
        "request": number,
    }
    with _transaction(number, context):
        yield


@contextmanager
def for_task(name: str) -> Iterator[None]:
    """A transaction in which the product itself acts: a task or a command of this name."""
    number = str(uuid.uuid4())
    with _transaction(number, {"user": None, "task": name, "request": number}):
        yield


def because(reason: str) -> None:
    """Say why, inside the transaction of whoever acts: it stands beside each change from now on."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A reason is given inside a transaction.")
    _, context = _told()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', %s, true)",
            [json.dumps(json.loads(context or "{}") | {"reason": reason})],
        )


@contextmanager
def _transaction(number: str, context: dict[str, Any]) -> Iterator[None]:
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _told() if nested else None
        _tell(number, json.dumps(context))
        yield
        if before and not connection.needs_rollback:
            _tell(*before)


def _told() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('pghistory.context_id', true), ''),"
            " coalesce(current_setting('pghistory.context_metadata', true), '')"
        )
        number, context = cursor.fetchone()
    return number, context


def _tell(number: str, context: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true),"
            " set_config('pghistory.context_metadata', %s, true)",
            [number, context],
        )
