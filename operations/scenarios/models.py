"""Scenarios: what a team plays, and the warning signs in it."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef

from accounts.database.model_fields import LineField, LinesField
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import VIEW_OPERATIONS
from venues.registry.names_in_sql import NormalName


@tracked()
class WarningSign(models.Model):
    """A sign of child sexual exploitation that hotel staff are trained to notice."""

    text = LineField(max_length=200)
    position = models.PositiveSmallIntegerField(help_text="Where it stands in lists.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                NormalName("text"),
                name="warning_sign_is_unique",
                violation_error_message="There is already a warning sign of these words.",
            )
        ]
        ordering = ["position", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="sign_that_a_scenario_shows_keeps_its_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.text IS DISTINCT FROM NEW.text"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_scenariosign WHERE warning_sign_id = OLD.id
                    ) THEN
                        RAISE EXCEPTION 'A sign that a scenario shows keeps its words.';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

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
        return self.filter(~Exists(newer)).order_by(NormalName("title"))


@tracked()
class Scenario(models.Model):
    """A written script and the warning signs it shows. A change makes a new version."""

    title = LineField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    script = LinesField(
        max_length=5000, help_text="What the team says and does, in order, and when to stop."
    )
    warning_signs = models.ManyToManyField(
        WarningSign, through="ScenarioSign", related_name="scenarios"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScenarioQuerySet] = ScenarioQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                NormalName("title"), "version", name="scenario_version_is_unique"
            ),
        ]
        ordering = [NormalName("title"), "-version"]
        triggers = [
            # Results are compared within one scenario version, so a version never changes.
            pgtrigger.Protect(name="scenario_version_never_changes", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


@tracked(part_of="scenario")
class ScenarioSign(models.Model):
    """A warning sign that a scenario version shows."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+")
    warning_sign = models.ForeignKey(WarningSign, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("scenario", "warning_sign", name="sign_is_once_in_a_scenario")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="signs_of_a_scenario_in_use_never_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT FROM operations_operation WHERE
                            (TG_OP <> 'INSERT' AND scenario_id = OLD.scenario_id)
                            OR (TG_OP <> 'DELETE' AND scenario_id = NEW.scenario_id)
                    ) THEN
                        RAISE EXCEPTION
                            'The signs of a scenario version that an operation uses never change.';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.warning_sign} in {self.scenario}"
