"""Constraints and indexes, taken off while rows are written; put back, each looks at all rows."""

from collections.abc import Iterable
from typing import Any


def take_off(cursor: Any, tables: Iterable[str]) -> list[str]:
    """Take all constraints and indexes but the primary keys off; how to put them back, in order."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE contype IN ('c', 'f', 'u', 'x')"
        " AND conrelid = ANY (%s::regclass[]) ORDER BY contype = 'f' DESC, conname",
        [list(tables)],
    )
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE NOT indisprimary AND indrelid = ANY (%s::regclass[])",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    # All checks of a table are looked at in one pass through it; foreign keys use the indexes.
    checks: dict[str, list[str]] = {}
    keys = []
    for table, name, definition in constraints:
        added = f"ADD CONSTRAINT {name} {definition}"
        if definition.startswith("FOREIGN KEY"):
            keys.append(f"ALTER TABLE {table} {added}")
        else:
            checks.setdefault(table, []).append(added)
    return [
        *(f"ALTER TABLE {table} {', '.join(added)}" for table, added in checks.items()),
        *(definition for _, definition in indexes),
        *keys,
    ]


def put_back(cursor: Any, taken_off: list[str]) -> None:
    """Each looks at all rows."""
    cursor.execute("ANALYZE")
    for statement in taken_off:
        cursor.execute(statement)
