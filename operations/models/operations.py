"""A planned series of visits, and the venues chosen for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse

from accounts.audit import tracked
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS, VIEW_OPERATIONS
from accounts.versions import Versioned
from operations.models.scenarios import Scenario
from venues.models import Venue

if TYPE_CHECKING:
    from operations.models.visits import VisitQuerySet


class OperationQuerySet(models.QuerySet["Operation"]):
    """Questions about operations."""

    def visible_to(self, user: User) -> Self:
        """The operations that this person may see: of their command units, or those they lead.

        One that nobody has chosen venues for yet is seen by its lead and its maker.
        """
        if not user.has_perm(VIEW_OPERATIONS):
            return self.none()
        if user.whole_force:
            return self
        chosen = OperationVenue.objects.filter(
            operation=OuterRef("pk"),
            venue__local_authority__command_unit__in=user.command_units.all(),
        )
        return self.filter(Exists(chosen) | Q(lead=user) | Q(created_by=user))

    def with_progress(self, visits: VisitQuerySet) -> Self:
        """Annotate ``n_planned``, ``n_under_way``, ``n_completed``, ``n_not_completed`` and
        ``n_cancelled``: how many of ``visits`` (those that the reader may see) are in each state.
        """

        def count(state: str) -> Coalesce:
            of_it = visits.filter(operation=OuterRef("pk"), state=state).order_by()
            return Coalesce(
                Subquery(of_it.values("operation").annotate(n=Count("pk")).values("n")), 0
            )

        states = ("planned", "under_way", "completed", "not_completed", "cancelled")
        return self.annotate(**{f"n_{state}": count(state) for state in states})


@tracked()
class Operation(Versioned):
    """A planned series of test visits."""

    reference = models.CharField(
        max_length=40, help_text="How the force files it, like MS/2026/04."
    )
    name = models.CharField(max_length=120)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="operations_led")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="operations")
    authorisation_reference = models.CharField(
        max_length=60, help_text="Of the written authority for these visits."
    )
    notes = models.TextField(blank=True, max_length=2000)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    venues = models.ManyToManyField(Venue, through="OperationVenue", related_name="operations")

    objects: ClassVar[OperationQuerySet] = OperationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("plan_operations", "Can plan operations, visits and teams")]
        constraints = [
            models.UniqueConstraint(
                Lower("reference"),
                name="operation_reference_is_unique",
                violation_error_message="Another operation already has this reference.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="operation_ends_on_or_after_its_first_day",
                violation_error_message="The last day must be on or after the first day.",
            ),
        ]
        ordering = ["-starts_on", "reference"]
        triggers = [
            pgtrigger.Trigger(
                name="scenario_stands_once_a_visit_has_played_it",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.scenario_id IS DISTINCT FROM NEW.scenario_id"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_visit
                        WHERE operation_id = OLD.id AND state NOT IN ('planned', 'cancelled')
                    ) THEN
                        RAISE EXCEPTION
                            'The scenario of an operation stands once a visit has played it.';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def get_absolute_url(self) -> str:
        """The operation's page."""
        return reverse("operations:operation_detail", args=[self.pk])


class Selection(models.TextChoices):
    """Why a venue is in an operation. Only those drawn by chance speak for all venues."""

    RANDOM = "random", "Drawn by chance"
    """Every venue of the list had the same chance."""

    PRIORITY = "priority", "Priority"
    """Chosen, for example because it never had training or did not respond well before."""

    INTELLIGENCE = "intelligence", "Intelligence-led"
    """Chosen because of information about the venue or its area."""


class OperationVenueQuerySet(models.QuerySet["OperationVenue"]):
    """Questions about the choice of venues."""

    def visible_to(self, user: User) -> Self:
        """The choices that this person may see: planners, those of their command units.

        A venue that waits for its visit is as covert as the visit.
        """
        if not user.has_perm(PLAN_OPERATIONS):
            return self.none()
        if user.whole_force:
            return self
        return self.filter(venue__local_authority__command_unit__in=user.command_units.all())


@tracked(part_of="operation")
class OperationVenue(models.Model):
    """A venue chosen for an operation, and why."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="chosen_venues")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="chosen_for")
    selection = models.CharField(max_length=12, choices=Selection)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[OperationVenueQuerySet] = OperationVenueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "chosen venue"
        constraints = [
            models.UniqueConstraint("operation", "venue", name="venue_is_once_in_an_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.venue} in {self.operation}"
