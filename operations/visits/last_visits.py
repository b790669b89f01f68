"""What the latest visits say about a venue, for lists of venues."""

from typing import ClassVar, Self

from django.db import models

from accounts.database.model_fields import DayField
from accounts.models import User
from accounts.roles import PLAN_OPERATIONS, VIEW_RESULTS
from operations.command_units import command_unit_of_venue
from operations.visits.outcomes import VERDICTS
from venues.models import Venue


class LastVisitQuerySet(models.QuerySet["LastVisit"]):
    """Questions about what was last."""

    def visible_to(self, user: User) -> Self:
        """Those that this person may see, as they may see the visits: all are over."""
        if not (user.has_perm(PLAN_OPERATIONS) or user.has_perm(VIEW_RESULTS)):
            return self.none()
        return self.filter(user.in_my_units("command_unit"))


class LastVisit(models.Model):
    """When a venue was last visited, and the verdict of its latest completed visit.

    Kept by a trigger of the visits (``operations/visits/models.py``) for each venue with one that
    is over. A table of its own, since everybody sees venues and their command unit alone what was
    found there.
    """

    venue = models.OneToOneField(
        Venue, on_delete=models.DO_NOTHING, primary_key=True, related_name="last_visit"
    )
    command_unit = command_unit_of_venue()
    visited_on = DayField(help_text="The duty day on which the latest one started.")
    verdict = models.CharField(
        max_length=20, choices=VERDICTS, blank=True, help_text="Empty: none was completed."
    )

    objects: ClassVar[LastVisitQuerySet] = LastVisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Last visit to {self.venue}"
