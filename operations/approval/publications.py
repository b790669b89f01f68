"""Publications of an operation, and what officers were told of its plan."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.record.events import insert_only, tracked
from operations.planning.models import Operation
from operations.teams.models import TeamMember
from operations.visits.models import Visit


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Questions about publications."""

    def visible_to(self, user: User) -> Self:
        """Those of the operations that this person may see."""
        return self.filter(operation__in=Operation.objects.visible_to(user))


@tracked(part_of="operation")
class Publication(models.Model):
    """One publishing of an operation: an operation that was withdrawn is published again."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="publications")
    number = models.PositiveSmallIntegerField(help_text="Counts those of the operation.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[PublicationQuerySet] = PublicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("operation", "number", name="publication_is_counted_once")
        ]
        triggers = [insert_only("publication_never_changes")]

    def __str__(self) -> str:
        return f"Publication {self.number} of {self.operation}"


class ToldQuerySet(models.QuerySet["ToldPlan"]):
    """Questions about what officers were told of a plan."""

    def visible_to(self, user: User) -> Self:
        """None: no page shows it, and it is as covert as the visits."""
        return self.none()


class ToldPlan(models.Model):
    """When and as what an officer goes on a visit, as they were last told: one row for each.

    What differs from the plan as it stands is news for that officer. A row goes when its window is
    over, or once its officer was told that they do not go.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+")
    # The visit may be gone: its officer is still to be told.
    visit = models.ForeignKey(
        Visit, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    duty = models.CharField(max_length=8, choices=TeamMember.Duty)

    objects: ClassVar[ToldQuerySet] = ToldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("visit", "officer", name="officer_was_told_one_plan_of_a_visit")
        ]
        indexes = [models.Index("ends_at", name="told_plan_by_end")]

    def __str__(self) -> str:
        return f"Told plan {self.pk}"


class NoticeQuerySet(models.QuerySet["PlanNotice"]):
    """Questions about notices."""

    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(reader=user)


class PlanNotice(models.Model):
    """The decision to tell an officer that a plan was published, or what of it changed for them.

    It says how many visits, and neither which nor when.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+")
    publication = models.ForeignKey(
        Publication,
        on_delete=models.CASCADE,
        null=True,
        related_name="notices",
        help_text="Empty where a published plan has changed.",
    )
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added = models.PositiveSmallIntegerField(default=0)
    changed = models.PositiveSmallIntegerField(default=0)
    removed = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField()

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "publication",
                "reader",
                condition=Q(publication__isnull=False),
                name="one_notice_to_a_person_and_publication",
            ),
            models.UniqueConstraint(
                "operation", "reader", "decided_at", name="one_notice_to_a_person_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(added__gt=0) | Q(changed__gt=0) | Q(removed__gt=0),
                name="notice_tells_something",
            ),
        ]
        triggers = [insert_only("notice_never_changes")]

    def __str__(self) -> str:
        return f"Notice {self.pk}"
