"""History, as triggers would have written it."""

from typing import Any

from django.apps import apps

from tests.benchmarks.force.rows import insert


def histories() -> list[Any]:
    """The models of all history."""
    return [
        model
        for model in apps.get_models()
        if getattr(model, "pgh_tracked_model", None) is not None
    ]


def history_of(model: Any) -> Any:
    """The model of the history of ``model``."""
    table = model._meta.db_table
    return next(one for one in histories() if one.pgh_tracked_model._meta.db_table == table)


def write_history(cursor: Any, model: Any, at: str, by: str, beside: str) -> None:
    """Write a row of history for each row, as its trigger would have when it was made."""
    tracked = history_of(model)
    key, table = model._meta.pk.column, model._meta.db_table
    context = f"jsonb_build_object('user', {by}, 'path', '/', 'address', '10.0.0.1')"
    copied = {
        field.column: f"r.{field.column}"
        for field in tracked._meta.concrete_fields
        if not field.name.startswith("pgh_")
    }
    insert(
        cursor,
        tracked,
        f"{table} r {beside} ORDER BY {at}, r.{key}",
        pgh_label="'insert'",
        pgh_created_at=at,
        pgh_obj_id=f"r.{key}",
        pgh_context=context,
        pgh_context_id=f"md5('{table}' || r.{key})::uuid",
        **copied,
    )
