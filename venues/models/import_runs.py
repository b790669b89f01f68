"""What was read into the registry from open data."""

from typing import ClassVar, Self

from django.db import models
from django.urls import reverse

from accounts.audit import tracked
from accounts.models import User


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports."""

    def visible_to(self, user: User) -> Self:
        """The imports that this person may see."""
        return self if user.has_perm("venues.import_venues") else self.none()


@tracked(without=("report",))
class ImportRun(models.Model):
    """One file of open data read into the registry, and what it changed."""

    file_name = models.CharField(max_length=255)
    extract_date = models.DateField(null=True, help_text="As the file's header says.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    missing = models.PositiveIntegerField(help_text="Known venues of its authorities not in it.")
    differences = models.PositiveIntegerField(help_text="Edits by hand that the file contradicts.")
    report = models.JSONField(default=dict, help_text="The venues behind the counts.")

    objects: ClassVar[ImportRunQuerySet] = ImportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-finished_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The report of this import."""
        return reverse("venues:import_detail", args=[self.pk])
