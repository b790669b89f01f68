"""Acts that can be taken back."""

import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Now

from accounts.record.access_log import told


class UndoQuerySet(models.QuerySet["Undo"]):
    """Questions about what can be taken back."""

    def open(self, *, at: Any = None) -> Self:
        """Still to be had at the moment ``at``; now unless given."""
        return self.filter(taken_back_at=None, until__gt=at or Now())


class Undo(models.Model):
    """The offer to take one act back, behind the button in its confirmation.

    It holds no values, only where they stand: the entries of the history that the act wrote.
    """

    number = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=80, help_text="The function that did it.")
    about: Any = ArrayField(
        models.TextField(), default=list, help_text="The records whose pages offer it."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request = models.UUIDField(
        null=True, db_default=Cast(told("pghistory.context_id"), models.UUIDField())
    )
    until = models.DateTimeField()
    says = models.CharField(max_length=200, help_text="What taking it back brings about.")
    entries: Any = models.JSONField(help_text="Pairs of a table of the history and a key.")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar[UndoQuerySet] = UndoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="undo_says_when_and_by_whom",
            ),
        ]
        indexes = [
            models.Index("request", name="undo_by_request"),
            models.Index("by", "until", name="undo_by_person"),
            # Few are open at a time. One on what they are about no policy would let be used.
            models.Index("until", condition=Q(taken_back_at=None), name="undo_that_is_open"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="undo_works_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.taken_back_at IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return f"Undo {self.number}"
