"""What was read into the registry from open data."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from accounts.audit import tracked
from accounts.model_fields import DayField, LineField
from accounts.models import User
from venues.models.areas import LocalAuthority


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


@tracked(without=("report",))
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
        """The report of this import."""
        return reverse("venues:import_detail", args=[self.pk])
