"""The force's rules for the safety of teams, with the days from which they hold."""

import datetime as dt
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.database.model_fields import (
    EmailLineField,
    NumberToCallField,
    TelephoneField,
    takes_texts,
)
from accounts.dates.london import duty_day
from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.record.events import tracked
from operations.safety.deadlines import Rules
from operations.teams.start_rules import Need

MINUTE = dt.timedelta(minutes=1)


@tracked()
class SafetyPolicy(Policy):
    """The force's rules for the safety of teams, from a date on."""

    check_in_minutes = models.PositiveSmallIntegerField(
        "minutes from one check-in to the next",
        default=20,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text="From 5 to 120.",
    )
    check_in_with_cadet_minutes = models.PositiveSmallIntegerField(
        "the same where a cadet is in the team",
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text="From 5 to 120, and no longer than without a cadet.",
    )
    alarm_after_minutes = models.PositiveSmallIntegerField(
        "minutes from a missed check-in to its alarm",
        default=3,
        validators=[MaxValueValidator(30)],
        help_text="The board and the team’s lead are alarmed. At most 30.",
    )
    escalate_after_minutes = models.PositiveSmallIntegerField(
        "minutes until an alarm that nobody takes goes on",
        default=5,
        validators=[MaxValueValidator(30)],
        help_text="The operation’s lead, the duty mailbox and the duty number are told, and each "
        "time it passes again more people with them, until somebody takes it. At most 30.",
    )
    may_start_untold = models.BooleanField(
        "a lead may allow a start without the control room told", default=True
    )
    may_start_unasked = models.BooleanField(
        "a lead may allow a start without the cadets asked whether they are willing", default=False
    )
    may_start_unbriefed = models.BooleanField(
        "a lead may allow a start without a valid briefing",
        default=False,
        help_text="Nobody can allow a start without the age, the consent or the two adults.",
    )
    duty_mailbox = EmailLineField(
        blank=True,
        help_text="Where somebody reads at night too. Empty: the operation’s lead alone is told.",
    )
    duty_number = TelephoneField(
        max_length=16,
        blank=True,
        validators=[takes_texts],
        help_text="A mobile phone that somebody has at hand at night too: alarms that nobody takes "
        "go there by text, where texts are set up. Empty: none do.",
    )
    number_to_call = NumberToCallField(
        max_length=16,
        default="999",
        help_text="What a team calls that has found a real concern: 999, 101, or the number of the "
        "control room.",
    )
    control_room_mailbox = EmailLineField(
        blank=True,
        help_text="Where the control room is told that a sheet is there.",
    )

    objects: ClassVar[PolicyQuerySet["SafetyPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "safety policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    check_in_minutes__range=(5, 120),
                    check_in_with_cadet_minutes__range=(5, 120),
                    check_in_with_cadet_minutes__lte=F("check_in_minutes"),
                    alarm_after_minutes__lte=30,
                    escalate_after_minutes__lte=30,
                ),
                name="safety_policy_stays_within_reason",
                violation_error_message="A team checks in every 5 to 120 minutes, with a cadet no "
                "less often than without; an alarm is raised, and goes on, within 30 minutes.",
            )
        ]

    @classmethod
    def on(cls, day: dt.date) -> "SafetyPolicy":
        """The rules of the ``day``; the usual ones before the first."""
        return cls.objects.in_force(on=day) or cls(valid_from=day)

    @property
    def may_be_allowed(self) -> frozenset[Need]:
        """Without what a lead may allow a start."""
        kinds = {
            Need.CONTROL_ROOM: self.may_start_untold,
            Need.WILLING: self.may_start_unasked,
            Need.BRIEFING: self.may_start_unbriefed,
        }
        return frozenset(need for need, may in kinds.items() if may)

    @property
    def rules(self) -> Rules:
        """The rules as durations."""
        return Rules(
            every=self.check_in_minutes * MINUTE,
            every_with_cadet=self.check_in_with_cadet_minutes * MINUTE,
            alarm_after=self.alarm_after_minutes * MINUTE,
            escalate_after=self.escalate_after_minutes * MINUTE,
        )


def number_to_call(*, at: dt.datetime) -> str:
    """What a team of the force calls that has found a real concern."""
    return SafetyPolicy.on(duty_day(at)).number_to_call
