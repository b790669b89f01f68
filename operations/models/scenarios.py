"""What a team plays, and the warning signs in it."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from accounts.models import User
from accounts.roles import VIEW_OPERATIONS


class WarningSign(models.Model):
    """A sign of child sexual exploitation that hotel staff are trained to notice."""

    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(help_text="Where it stands in lists.")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("text"), name="warning_sign_is_unique")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Questions about scenarios."""

    def visible_to(self, user: User) -> Self:
        """The scenarios that this person may see: whoever sees operations. A team reads its own
        on the visit's page.
        """
        return self if user.has_perm(VIEW_OPERATIONS) else self.none()

    def latest(self, *fields: str) -> "Scenario":  # type: ignore[override]
        """The newest version by number."""
        return super().latest(*(fields or ("version",)))

    def newest_versions(self) -> Self:
        """Of each title the newest version only: what a new operation may use."""
        newer = Scenario.objects.filter(title=OuterRef("title"), version__gt=OuterRef("version"))
        return self.filter(~Exists(newer)).order_by(Lower("title"))


class Scenario(models.Model):
    """A written script and the warning signs it shows. A change makes a new version."""

    title = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    script = models.TextField(
        max_length=5000, help_text="What the team says and does, in order, and when to stop."
    )
    warning_signs = models.ManyToManyField(WarningSign, related_name="scenarios")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScenarioQuerySet] = ScenarioQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint("title", "version", name="scenario_version_is_unique"),
        ]
        ordering = [Lower("title"), "-version"]
        triggers = [
            # Results are compared within one scenario version, so a version never changes.
            pgtrigger.Protect(name="scenario_version_never_changes", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"
