"""The keys under which the Food Standards Agency publishes venues."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import VIEW_VENUES


class HygieneIdQuerySet(models.QuerySet["HygieneId"]):
    """Questions about food hygiene ids."""

    def visible_to(self, user: User) -> Self:
        """The ids that this person may see: whoever sees a venue sees its ids."""
        return self if user.has_perm(VIEW_VENUES) else self.none()


@tracked(part_of="venue")
class HygieneId(models.Model):
    """A key of a venue in the open data, by which imports find it.

    A venue has none if it was added by hand, and several once entries of one place became one. The
    leading one's record keeps the venue up to date; another's does so only where the leading one
    has left the file.
    """

    fhrsid = models.BigIntegerField("food hygiene id", primary_key=True)
    venue = models.ForeignKey(
        "venues.Venue",
        on_delete=models.PROTECT,
        related_name="hygiene_ids",
        related_query_name="fhrsid",
    )
    leads = models.BooleanField("leads imports", default=True)
    known: Any = models.JSONField(
        default=dict,
        blank=True,
        help_text="What its record said when somebody decided otherwise. It is news no more.",
    )

    objects: ClassVar[HygieneIdQuerySet] = HygieneIdQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "food hygiene id"
        constraints = [
            models.UniqueConstraint(
                fields=["venue"],
                condition=Q(leads=True),
                name="one_food_hygiene_id_leads_a_venue",
            )
        ]
        ordering = ["fhrsid"]

    def __str__(self) -> str:
        return str(self.fhrsid)
