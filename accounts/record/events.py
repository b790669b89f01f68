"""The record of changes: each insert, update and delete of a tracked record, written by PostgreSQL.

Triggers write it, so that no act, import, task or query by hand can forget to. The Data Protection
Act 2018, section 62, asks police to log collection, alteration and erasure with date, time and
identity. Who, from where and why are read from the transaction's settings
(``accounts/database/scope.py``).

A row of a record's history ("event") is a copy of the record as it was afterwards, or for a
deletion as it was before. It has no constraint on what it speaks of, so history never blocks a
deletion and survives it.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pghistory.models
import pgtrigger
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

TrackedModel = TypeVar("TrackedModel", bound=type[models.Model])

#: Fields that say nothing about the record itself. A change of these alone is no change.
BOOKKEEPING = frozenset({"version", "updated_at"})


class Event(pghistory.models.Event):
    """What each table of history has beside the columns of its record."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField(auto_now_add=True)
    # Row-level security keeps a question from an index on a part of JSON: no operator of JSON is
    # known to PostgreSQL as one that never gives away what it compares.
    pgh_by = models.GeneratedField(
        expression=Cast(KeyTextTransform("user", "pgh_context"), models.BigIntegerField()),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )

    class Meta:
        abstract = True


def tracked(
    *, part_of: str | None = None, without: Sequence[str] = (), sought: Sequence[str] = ()
) -> Callable[[TrackedModel], TrackedModel]:
    """Keep the history of a model: the decorator of each model with operational data.

    Args:
        part_of: The field that names the record to whose history this one's belongs, such as
            ``visit`` for a member of its team.
        without: Fields that are not kept, beside those of :data:`BOOKKEEPING`.
        sought: Fields, mostly empty, by whose values the history is searched.

    """

    def track(model: TrackedModel) -> TrackedModel:
        ours = {field.name for field in model._meta.local_fields}
        generated = {f.name for f in model._meta.local_fields if f.generated}
        # What somebody changed is asked for by name, whatever the size of the table.
        name = f"{model._meta.model_name}_event"
        latest = ("pgh_created_at", "pgh_id")  # together: many entries may be of one moment
        indexes = [
            models.Index(*latest, name=f"{name}_at"),
            models.Index("pgh_by", *latest, name=f"{name}_by"),
        ]
        if part_of:
            indexes.append(models.Index(fields=[part_of]))
        for field in sought:
            given = models.Q(**{f"{field}__isnull": False})
            indexes.append(models.Index(field, condition=given, name=f"{name}_{field}"))
        left_out = (BOOKKEEPING & ours) | generated | set(without)
        wrapped: TrackedModel = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=sorted(left_out),
            meta={"indexes": indexes, "default_permissions": ()},
        )(model)
        wrapped.history_part_of = part_of  # type: ignore[attr-defined]  # read by accounts.record.history
        return wrapped

    return track


def insert_only(name: str) -> pgtrigger.Protect:
    """A trigger that refuses every change and deletion of what was once written.

    Args:
        name: The rule, in words joined by underscores.

    """
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)
