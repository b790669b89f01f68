"""Starts that a lead allowed although something was missing, each with its reason."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.database.model_fields import LineField
from accounts.models import User
from accounts.record.events import tracked
from operations import triggers
from operations.command_units import command_unit_of_venue, kept_from_visit
from operations.teams.start_rules import Need
from operations.visits.models import Visit


class StartOverrideQuerySet(models.QuerySet["StartOverride"]):
    """Questions about starts that were allowed."""

    def visible_to(self, user: User) -> Self:
        """Those of the visits that this person may see."""
        return self.filter(visit__in=Visit.objects.visible_to(user))


@tracked(part_of="visit", without=("command_unit",))
class StartOverride(models.Model):
    """One thing without which a lead allowed one visit to start."""

    # A plan that is taken back takes what was allowed with it.
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="start_overrides")
    command_unit = command_unit_of_venue()
    need = models.CharField("without", max_length=10, choices=[(it.value, it.label) for it in Need])
    reason = LineField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[StartOverrideQuerySet] = StartOverrideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("visit", "need", name="start_is_allowed_once_without_a_thing"),
            # Never without the age, the consent or the two adults.
            models.CheckConstraint(
                condition=Q(need__in=[it.value for it in Need]),
                name="start_is_allowed_without_some_things_only",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="start_that_was_allowed_says_why"),
        ]
        ordering = ["at", "pk"]
        triggers = [
            kept_from_visit("start_override_lies_in_the_unit_of_its_visit"),
            triggers.never_changes(
                "start_override_stays_as_it_was",
                "What was allowed and why never changes: it is taken back and allowed anew.",
                *("visit_id", "need", "reason", "by_id", "at"),
            ),
            pgtrigger.Trigger(
                name="start_is_allowed_before_it_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                declare=[("of_visit", "bigint")],
                func="""
                    of_visit := CASE TG_OP WHEN 'DELETE' THEN OLD.visit_id ELSE NEW.visit_id END;
                    IF EXISTS (
                        SELECT FROM operations_visit WHERE id = of_visit AND state <> 'planned'
                    ) THEN
                        RAISE EXCEPTION 'A start is allowed before it, and stands after it.';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Start of {self.visit} without {self.get_need_display()}"
