"""Proposals of schedules: what a planner asked the solver for, and the best that it found."""

import datetime as dt
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import PLAN_OPERATIONS
from operations.planning.models import Operation

#: Without a word of its worker for so long, a proposal is thought to have been left.
SILENT_AFTER = dt.timedelta(minutes=1)
#: For how long one that nobody took is kept.
KEPT = dt.timedelta(days=7)


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    WORKING = "working", "Being worked out"
    READY = "ready", "Ready"
    TAKEN = "taken", "Taken"
    STOPPED = "stopped", "Stopped"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Questions about proposals."""

    def visible_to(self, user: User) -> Self:
        """Those that this planner asked for: a proposal names visits that are nobody's yet."""
        return self.filter(asked_by=user) if user.has_perm(PLAN_OPERATIONS) else self.none()

    def at_work(self) -> Self:
        """Those that are being worked out."""
        return self.filter(state=ProposalState.WORKING)

    def left_by(self, moment: dt.datetime) -> Self:
        """Those at work of whose worker nothing was heard for a while."""
        return self.at_work().filter(
            heard_at__lt=moment - SILENT_AFTER, asked_at__lt=moment - SILENT_AFTER
        )

    def over(self, *, at: dt.datetime) -> Self:
        """Those that are not kept any longer."""
        return self.filter(asked_at__lt=at - KEPT)


class Proposal(models.Model):
    """A schedule that nobody has taken yet. It goes after a week: the visits that came of it stay.

    ``wanted`` is what was asked for (:class:`~operations.proposals.wanted.Wanted`), ``tours`` the
    best that was found so far and ``left_out`` the venues that it does not visit, each with why:
    both with keys in place of names.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="proposals")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=ProposalState, default=ProposalState.WORKING)
    wanted = models.JSONField()
    tours = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    metres = models.PositiveIntegerField(null=True, help_text="How far the teams drive.")
    heard_at = models.DateTimeField(help_text="When its worker last gave a sign of life.")

    objects: ClassVar[ProposalQuerySet] = ProposalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "operation",
                "asked_by",
                condition=Q(state="working"),
                name="one_proposal_is_worked_out_at_a_time",
            ),
        ]
        indexes = [models.Index("asked_at", name="proposal_by_time")]
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"Proposal {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operations:proposal_detail", args=[self.pk])

    @property
    def is_working(self) -> bool:
        """Whether something better may still come."""
        return self.state == ProposalState.WORKING

    @property
    def km(self) -> int | None:
        """How far the teams drive, in whole kilometres."""
        return None if self.metres is None else round(self.metres / 1000)

    @property
    def n_visits(self) -> int:
        """How many visits it proposes."""
        return sum(len(tour["stops"]) for tour in self.tours)
