"""What ``manage.py check --deploy --database default`` looks at."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from accounts.scope import WEB_ROLE

BOUND = """
    SELECT NOT (rolsuper OR rolbypassrls) AND NOT EXISTS (
        SELECT FROM pg_class
        WHERE relrowsecurity AND pg_has_role(current_user, relowner, 'MEMBER')
    ) FROM pg_roles WHERE rolname = current_user
"""


def works_as_a_bound_role(*, databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """That the policies of PostgreSQL bind the role of ``DATABASE_URL``.

    They don't bind a superuser or the owner of the tables, who is for ``migrate`` only.
    """
    messages: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(BOUND)
            if not cursor.fetchone()[0]:
                messages.append(
                    Error(
                        "The database's row-level security does not bind the role of DATABASE_URL.",
                        hint=f"Run web, worker and beat as {WEB_ROLE}, and only migrate as the "
                        "owner of the tables. See docs/operators.md.",
                        id="accounts.E001",
                    )
                )
    return messages
