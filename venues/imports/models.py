"""Imports of open data: each run, and what it left open."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from accounts.database.model_fields import DayField, LineField
from accounts.models import User
from accounts.record.events import tracked
from venues.registry.areas import LocalAuthority


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports."""

    def visible_to(self, user: User) -> Self:
        """The imports that this person may see."""
        return self if user.has_perm("venues.import_venues") else self.none()

    def waiting_for(self, user: User) -> Self:
        """The imports with differences on which this person may decide."""
        waiting = self.visible_to(user).exclude(undecided_in=[])
        if user.whole_force:
            return waiting
        theirs = LocalAuthority.objects.changeable_by(user).values_list("pk", flat=True)
        return waiting.filter(undecided_in__overlap=list(theirs))


@tracked(without=("report", "undecided_in"))
class ImportRun(models.Model):
    """One file of open data read into the registry, and what it changed."""

    file_name = LineField(max_length=255)
    extract_date = DayField(null=True, help_text="As the file's header says.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    missing = models.PositiveIntegerField(help_text="Known venues of its authorities not in it.")
    differences = models.PositiveIntegerField(
        help_text="What the file says otherwise and a person has to decide."
    )
    undecided_in: Any = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="The local authorities of the differences that nobody has decided yet; 0 stands "
        "for one that is not known here.",
    )
    report = models.JSONField(default=dict, help_text="The venues behind the counts.")

    objects: ClassVar[ImportRunQuerySet] = ImportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-finished_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("venues:import_detail", args=[self.pk])


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Questions about decisions on what a file says otherwise."""

    def visible_to(self, user: User) -> Self:
        """The decisions that this person may see: with their import."""
        return self.filter(run__in=ImportRun.objects.visible_to(user))


@tracked()
class Decision(models.Model):
    """What somebody decided on a difference of an import. Taken back, it is open again."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField(help_text="The place of the difference in the report.")
    takes_theirs = models.BooleanField(help_text="Otherwise the registry's value was kept.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[DecisionQuerySet] = DecisionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("run", "number", name="difference_is_decided_once")]

    def __str__(self) -> str:
        return f"Decision {self.pk}"
