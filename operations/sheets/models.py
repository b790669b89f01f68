"""Sheets for the control room: what it is told of an evening before the teams go."""

import datetime as dt
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5
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
            models.UniqueConstraint(
                "operation",
                "command_unit",
                "evening",
                "starts_at",
                "ends_at",
                MD5("areas"),
                MD5("call_signs"),
                "teams_without",
                name="sheet_is_sent_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="sheet_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index("evening", name="sheet_by_evening")]
        ordering = ["-evening", "-sent_at", "-pk"]
        triggers = [insert_only("sheet_never_changes")]

    def __str__(self) -> str:
        return f"Sheet {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operations:sheet_detail", args=[self.pk])
