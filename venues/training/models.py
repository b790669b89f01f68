"""The Makesafe training that venues had."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.expressions import Combinable

from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, LineField, LinesField
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import VIEW_VENUES
from govuk.dates import plain_time
from venues.training.validity import expires_on


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    """Questions about training."""

    def visible_to(self, user: User) -> Self:
        """The sessions that this person may see: whoever sees a venue sees its training."""
        return self if user.has_perm(VIEW_VENUES) else self.none()

    def latest_of(self, venue: Combinable, *, on: dt.date | Combinable) -> Self:
        """The one latest session of ``venue`` on or before ``on``, if it has any."""
        return self.filter(venue=venue, held_on__lte=on).order_by("-held_on", "-pk")[:1]


@tracked(part_of="venue")
class TrainingSession(Versioned):
    """One delivery of Makesafe training to a venue."""

    followed: str = ""
    """What followed from recording it, for the confirmation; set by the act that did."""

    class Kind(models.TextChoices):
        """Why the session was held."""

        INITIAL = "initial", "Initial"
        """The venue's first Makesafe training."""

        REFRESHER = "refresher", "Refresher"
        """A repeat, offered after a visit or when the training ran out."""

    class Mode(models.TextChoices):
        """How it was delivered."""

        IN_PERSON = "in_person", "In person"
        """At the venue or in a room with others."""

        ONLINE = "online", "Live online"
        """By video call with a trainer."""

        SELF_STUDY = "self_study", "Self-study pack"
        """Read or watched on one's own."""

    venue = models.ForeignKey(
        "venues.Venue", on_delete=models.PROTECT, related_name="training_sessions"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    held_on = DayField("date held")
    mode = models.CharField("how it was delivered", max_length=12, choices=Mode)
    delivered_by = LineField(max_length=120, help_text="A team or a person.")
    front_desk_staff = models.PositiveSmallIntegerField(
        "front-desk staff", help_text="How many people work at the front desk, all shifts together."
    )
    attended = models.PositiveSmallIntegerField("how many of them attended")
    notes = LinesField(blank=True, max_length=2000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TrainingSessionQuerySet] = TrainingSessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(attended__lte=F("front_desk_staff")),
                name="attendance_is_within_the_front_desk_staff",
                violation_error_message="More people attended than work at the front desk.",
            ),
            models.CheckConstraint(
                condition=Q(attended__gte=1),
                name="somebody_attended",
                violation_error_message="Enter how many attended: at least 1.",
            ),
        ]
        indexes = [models.Index(fields=["venue", "-held_on"], name="latest_training_of_venue")]
        ordering = ["-held_on", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="session_lets_its_venue_look_for_the_latest",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # Of an insert OLD is empty, of a deletion NEW.
                func="""
                    UPDATE venues_venue SET last_trained_on = NULL
                    WHERE id IN (OLD.venue_id, NEW.venue_id);
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} training of {self.venue} on {plain_time(self.held_on)}"

    @property
    def coverage(self) -> float:
        """The share of the front-desk staff that attended, 0 to 1."""
        return self.attended / self.front_desk_staff

    @property
    def expires_on(self) -> dt.date:
        """The first day on which this session no longer counts as current."""
        return expires_on(self.held_on)


def last_trained(venue: Combinable, *, on: dt.date | Combinable) -> Subquery:
    """The date of the latest session of ``venue`` on or before ``on``, as an expression."""
    return Subquery(TrainingSession.objects.latest_of(venue, on=on).values("held_on"))
