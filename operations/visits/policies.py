"""The force's rules for visits."""

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.record.events import tracked

#: No window is longer than this, whatever a force's policy says; the database refuses it.
LONGEST_WINDOW = dt.timedelta(hours=12)
#: Nor an operation, its first and last day counted. A leap year.
LONGEST_OPERATION = dt.timedelta(days=366)


@tracked()
class VisitPolicy(Policy):
    """The force's rules for how long an operation and the window of a visit are, from a date on.

    While a visit is under way the board takes calls from its venue for a test, so no window is
    longer than it must be, and past it and a margin such calls are real again.
    """

    longest_minutes = models.PositiveSmallIntegerField(
        "longest window, in minutes", default=240, help_text="At most 720, which is 12 hours."
    )
    overdue_after_minutes = models.PositiveSmallIntegerField(
        "minutes after the window until a visit is overdue",
        default=30,
        help_text="The board then says to treat calls as real. At most 120.",
    )

    start_early_minutes = models.PositiveSmallIntegerField(
        "minutes before the window from which a visit can start",
        default=60,
        help_text="While it is under way the board takes calls for a test. At most 120.",
    )
    longest_operation_days = models.PositiveSmallIntegerField(
        "longest operation, in days",
        default=366,
        help_text="Its first and last day counted. At most 366, which is a year.",
    )

    objects: ClassVar[PolicyQuerySet["VisitPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "visit policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    longest_minutes__range=(1, LONGEST_WINDOW // dt.timedelta(minutes=1)),
                    overdue_after_minutes__lte=120,
                    start_early_minutes__lte=120,
                    longest_operation_days__range=(1, LONGEST_OPERATION.days),
                ),
                name="visit_policy_stays_within_reason",
                violation_error_message="The longest window is between 1 and 720 minutes; a "
                "visit starts 120 minutes before its window at the earliest, and is overdue 120 "
                "minutes after it or sooner. The longest operation is between 1 and 366 days.",
            )
        ]

    @property
    def longest(self) -> dt.timedelta:
        """The longest window."""
        return dt.timedelta(minutes=self.longest_minutes)

    @classmethod
    def longest_operation(cls, *, on: dt.date) -> dt.timedelta:
        """The longest operation that may begin on the day ``on``, its last day counted."""
        policy = cls.objects.in_force(on=on)
        return dt.timedelta(policy.longest_operation_days) if policy else LONGEST_OPERATION

    @property
    def early(self) -> dt.timedelta:
        """From the moment when a visit can start to its window."""
        return dt.timedelta(minutes=self.start_early_minutes)

    @property
    def margin(self) -> dt.timedelta:
        """From the end of a window until its visit is overdue."""
        return dt.timedelta(minutes=self.overdue_after_minutes)
