"""Rows of several tables in one question: each question costs a way to PostgreSQL and its plan."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

#: What JSON knows only as text.
_TEXT_IN_JSON = (
    models.DateField,
    models.TimeField,
    models.DurationField,
    models.UUIDField,
    models.DecimalField,
)


class OneOf(models.Lookup[Any]):
    """Whether a column is one of what another question finds: a list that is worked out first.

    Below row-level security PostgreSQL takes an index for what it knows before it looks at a row;
    for ``IN (SELECT …)`` it may read the whole table. Or one of some thousand keys, which so are
    one parameter of the question, and not as many.
    """

    lookup_name = "one_of"
    prepare_rhs = False

    def __init__(self, column: str, found: models.QuerySet[Any] | list[int]) -> None:
        """Take the column's name and the question, of one column too, or the keys."""
        keys = ArrayField(models.BigIntegerField())
        rhs = models.Value(found, keys) if isinstance(found, list) else ArraySubquery(found)
        super().__init__(models.F(column), rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, before = self.process_lhs(compiler, connection)
        found, after = self.process_rhs(compiler, connection)
        return f"{column} = ANY ({found})", (*before, *after)


def fetch(asked: Sequence[models.QuerySet[Any]]) -> list[Any]:
    """What these querysets find, one after the other, each record of its own model.

    Their order within one queryset is not kept. Ranges can't be fetched: defer them.
    """
    parts: list[str] = []
    given: list[Any] = []
    for place, rows in enumerate(asked):
        try:
            sql, params = rows.order_by().query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {place}, to_jsonb(found.*) FROM ({sql}) AS found")  # noqa: S608
        given += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        found = cursor.fetchall()
    return [_record(asked[place], json.loads(row, parse_float=Decimal)) for place, row in found]


def _record(rows: models.QuerySet[Any], row: dict[str, Any]) -> models.Model:
    fields = [f for f in rows.model._meta.concrete_fields if f.column in row]
    values = [_value(field, row[field.column]) for field in fields]
    record: models.Model = rows.model.from_db(rows.db, [f.attname for f in fields], values)
    return record


def _value(field: Any, value: Any) -> Any:
    return field.to_python(value) if isinstance(field, _TEXT_IN_JSON) else value
