"""Sheets for the control room: what it is told of an evening before the teams go."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.database.model_fields import DayField, EmailLineField, LinesField
from accounts.models import User
from accounts.record.events import insert_only, tracked
from accounts.roles import PLAN_OPERATIONS, VIEW_BOARD
from operations.planning.models import Operation
from venues.models import CommandUnit


class SheetQuerySet(models.QuerySet["Sheet"]):
    """Questions about sheets."""

    def visible_to(self, user: User) -> Self:
        """Those that this person may see: call handlers all, planners those of their units."""
        if user.has_perm(VIEW_BOARD):
            return self
        if not user.has_perm(PLAN_OPERATIONS):
            return self.none()
        return self.filter(user.in_my_units("command_unit"))

    def to_come(self, *, on: dt.date) -> Self:
        """Those of the evening ``on`` and later, the next evening first."""
        return self.filter(evening__gte=on).order_by("evening", "starts_at", "-sent_at")

    def latest_first(self) -> Self:
        """The one that holds of an evening and command unit before those that it replaced."""
        return self.order_by("-sent_at", "-pk")

    def with_what_replaced_it(self) -> Self:
        """Each with ``replaced_at``: when the one was sent that holds in its place, if one is."""
        same = {name: OuterRef(name) for name in ("operation", "command_unit", "evening")}
        later = Sheet.objects.filter(**same, pk__gt=OuterRef("pk")).latest_first()
        return self.annotate(replaced_at=Subquery(later.values("sent_at")[:1]))


def _says(row: str) -> str:
    """What a sheet says, as a trigger has it, as one value."""
    names = ("starts_at", "ends_at", "areas", "call_signs", "teams_without")
    return f"ROW({', '.join(f'{row}.{name}' for name in names)})::text"


@tracked(part_of="operation")
class Sheet(models.Model):
    """When and where teams of a command unit are out on an evening. It names no venue.

    It says what was planned when it was sent, and never changes: where the plan does, another one
    is sent.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="sheets")
    command_unit = models.ForeignKey(CommandUnit, on_delete=models.PROTECT, related_name="+")
    evening = DayField(help_text="The duty day.")
    starts_at = models.DateTimeField(help_text="When the first team goes.")
    ends_at = models.DateTimeField(help_text="By when the last one is done.")
    areas = LinesField(max_length=2000, help_text="The local authorities, one a line.")
    call_signs = LinesField(max_length=2000, blank=True, help_text="Of the teams, one a line.")
    teams_without = models.PositiveSmallIntegerField(
        default=0, help_text="How many visits have no call sign."
    )
    sent_to = EmailLineField(blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    objects: ClassVar[SheetQuerySet] = SheetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="sheet_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index("evening", name="sheet_by_evening")]
        ordering = ["-evening", "-sent_at", "-pk"]
        triggers = [
            insert_only("sheet_never_changes"),
            pgtrigger.Trigger(
                name="sheet_differs_from_the_one_before",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    PERFORM 1 FROM operations_operation WHERE id = NEW.operation_id
                        FOR NO KEY UPDATE;
                    IF ({_says("NEW")}) = (
                        SELECT {_says("sheet")} FROM operations_sheet sheet
                        WHERE sheet.operation_id = NEW.operation_id
                            AND sheet.command_unit_id = NEW.command_unit_id
                            AND sheet.evening = NEW.evening
                        ORDER BY sheet.sent_at DESC, sheet.id DESC LIMIT 1
                    ) THEN
                        RAISE EXCEPTION 'The control room has this sheet.';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (put together of constants)
            ),
        ]

    def __str__(self) -> str:
        return f"Sheet {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operations:sheet_detail", args=[self.pk])
