"""Writing rows by SQL, with no column forgotten."""

from collections.abc import Iterable
from typing import Any

from django.db import models


def pick(key: str, salt: int, among: int | str) -> str:
    """A whole number below ``among`` that looks like chance, in SQL: the same for the same key."""
    return f"(abs(hashint8extended(({key})::bigint, {salt}) % ({among}))::int)"


def one_of(words: Iterable[str], key: str, salt: int) -> str:
    """One of ``words``, in SQL."""
    words = list(words)
    array = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{array}])[1 + {pick(key, salt, len(words))}]"


def left_empty(model: type[models.Model], given: Iterable[str], empty: str) -> dict[str, str]:
    """What stands for each column that is left empty. All must be given or named as empty."""
    fields = {field.column: field for field in model._meta.concrete_fields if not field.generated}
    nothing = {name: "NULL" if fields[name].null else "''" for name in empty.split()}
    key = model._meta.pk
    counted = {key.column} if isinstance(key, models.AutoField) else set()
    if unsaid := fields.keys() - set(given) - nothing.keys() - counted:
        raise LookupError(f"{model._meta.label}: nothing is said about {', '.join(sorted(unsaid))}")
    return nothing


def insert(cursor: Any, model: Any, source: str, *, empty: str = "", **columns: str) -> None:
    """Write a row of ``model`` for each one of ``source``, which is what follows FROM."""
    columns |= left_empty(model, columns, empty)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())} FROM {source}"
    )


def write(model: Any, rows: list[dict[str, Any]], *, empty: str = "") -> None:
    """Write rows made in Python, all of the same columns."""
    nothing = left_empty(model, rows[0], empty)
    left = {name: None if what == "NULL" else "" for name, what in nothing.items()}
    attributes = {field.column: field.attname for field in model._meta.concrete_fields}
    model._base_manager.bulk_create(
        [
            model(**{attributes[name]: value for name, value in (left | row).items()})
            for row in rows
        ],
        batch_size=1000,
    )


def go_on_counting(cursor: Any, model: Any) -> None:
    """Let the next row that the product adds have the next number."""
    key = model._meta.pk
    if isinstance(key, models.AutoField):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', '{key.column}'),"
            f" greatest(1, (SELECT max({key.column}) FROM {model._meta.db_table})))"
        )
