"""A planned series of visits, and the venues chosen for it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import User
from accounts.versions import Versioned
from operations.models.scenarios import Scenario
from venues.models import Venue


class OperationQuerySet(models.QuerySet["Operation"]):
    """Questions about operations."""

    def visible_to(self, user: User) -> Self:
        """The operations that this person may see: of their command units, or those they lead.

        One that nobody has chosen venues for yet is seen by its lead and its maker.
        """
        if not user.has_perm("operations.view_operation"):
            return self.none()
        if user.whole_force:
            return self
        chosen = OperationVenue.objects.filter(
            operation=OuterRef("pk"),
            venue__local_authority__command_unit__in=user.command_units.all(),
        )
        return self.filter(Exists(chosen) | Q(lead=user) | Q(created_by=user))


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


class OperationVenue(models.Model):
    """A venue chosen for an operation, and why."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="chosen_venues")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="chosen_for")
    selection = models.CharField(max_length=12, choices=Selection)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("operation", "venue", name="venue_is_once_in_an_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.venue} in {self.operation}"
