"""Grants of PostgreSQL: the role that pages and tasks work as, and no more than it needs.

:func:`secure` runs after each ``migrate`` and says anew what holds, so that a table or a trigger
that came with the migration is covered too.
"""

from typing import Any

from django.db import ProgrammingError, connections
from django.db.backends.utils import CursorWrapper

from accounts.database.model_fields import write_checks
from accounts.database.scope import WEB_ROLE
from accounts.models import AccessEntry, Seal, SealedEntry
from accounts.record.sealing import sources


def secure(*, using: str, **_: Any) -> None:
    """Make the role and its grants, and let triggers see all they need.

    A receiver of ``post_migrate``.

    - The role reads and writes the tables. Those of the record it only reads: triggers write the
      history, and the owner the seals. It can add to the access log.
    - Columns of text and of days get the check of their field (``model_fields.py``).
    - Functions of triggers run with the rights of the tables' owner: a rule must see every visit,
      also those that the policies hide from the person whose act it checks; and the record of
      changes is written by its triggers alone.
    - Nobody puts these functions on a table of their own, or a table of their own before ours.
    - The role can't switch triggers off: ``pgtrigger.ignore`` is for the owner.

    Raises:
        ProgrammingError: the role is not there and the owner may not make it; the message says how.

    """
    with connections[using].cursor() as cursor:
        _make_role(cursor)
        cursor.execute(
            f"""
            GRANT USAGE ON SCHEMA public TO {WEB_ROLE};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};
            GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};
            REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {WEB_ROLE};
            """  # noqa: S608
        )
        for table in record_tables():
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {WEB_ROLE}")
        cursor.execute(f"GRANT INSERT ON {AccessEntry._meta.db_table} TO {WEB_ROLE}")
        # A temporary table of a known name, or a function of a trigger put on one's own table,
        # would be ways around the record.
        cursor.execute(
            f"""
            DO $$ BEGIN
                EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
            END $$;
            REVOKE CREATE ON SCHEMA public FROM PUBLIC, {WEB_ROLE};
            """
        )
        write_checks(cursor)
        cursor.execute(TRIGGERS_SEE_ALL)
        cursor.execute(TRIGGERS_STAY_ON)


def record_tables() -> list[str]:
    """The tables of the record and of its seals."""
    seals = [Seal._meta.db_table, SealedEntry._meta.db_table]
    return [*(source.table for source in sources()), *seals]


def _make_role(cursor: CursorWrapper) -> None:
    # Roles belong to the whole server: another database's migration may make it at this moment.
    try:
        cursor.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WEB_ROLE}') THEN
                    CREATE ROLE {WEB_ROLE} NOLOGIN;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
            """
        )
    except ProgrammingError as error:
        raise ProgrammingError(
            f"The role {WEB_ROLE} is missing and this user may not make it. As a superuser run: "
            f"CREATE ROLE {WEB_ROLE} LOGIN PASSWORD '…'; then migrate again. See docs/operators.md."
        ) from error


TRIGGERS_SEE_ALL = """
    DO $$ DECLARE one regprocedure; BEGIN
        FOR one IN
            SELECT oid::regprocedure FROM pg_proc
            WHERE proname LIKE 'pgtrigger\\_%'
        LOOP
            EXECUTE format(
                'ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', one
            );
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one);
        END LOOP;
    END $$
"""

TRIGGERS_STAY_ON = f"""
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)
    RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        IF session_user = '{WEB_ROLE}' OR current_setting('role') = '{WEB_ROLE}' THEN
            RETURN FALSE;
        END IF;
        RETURN coalesce(
            trigger_name = ANY(nullif(current_setting('pgtrigger.ignore', true), '')::text[]), FALSE
        );
    END $$
"""
