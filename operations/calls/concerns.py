"""Concerns: calls that match no test, and so are real, with who follows them up and by when."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.acts.undo import A_WHILE
from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, LinesField
from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.models import User
from accounts.record.events import insert_only, tracked
from operations import people, triggers
from operations.calls.models import Call
from operations.follow_ups import working_days


@tracked()
class ConcernPolicy(Policy):
    """The force's rules for calls that match no test, from a date on."""

    due_working_days = models.PositiveSmallIntegerField(
        "working days until a concern is to be closed",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text="From 1, which is the next working day, to 30.",
    )

    objects: ClassVar[PolicyQuerySet["ConcernPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "concern policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(due_working_days__range=(1, 30)),
                name="concern_policy_stays_within_reason",
                violation_error_message="A concern is due after 1 to 30 working days.",
            )
        ]

    @classmethod
    def due_on(cls, day: dt.date) -> dt.date:
        """By when a concern of the duty day ``day`` is to be closed."""
        policy = cls.objects.in_force(on=day) or cls(valid_from=day)
        for _ in range(policy.due_working_days):
            day = working_days.next_one(day)
        return day


class ConcernResult(models.TextChoices):
    """What came of a concern."""

    NOTHING = "nothing", "Looked into: nothing to worry about"
    """Such as a parent with their own child."""

    PASSED_ON = "passed_on", "Passed to the CSE team or to safeguarding"
    """Others go on with it."""

    CRIME = "crime", "A crime is on record"
    """An investigation has it."""

    NOT_TRACED = "not_traced", "Nobody could be traced"
    """What there was to go by led nowhere."""

    WAS_TEST = "was_test", "It was about a test after all"
    """Said by matching the call to the visit, never by hand."""


#: What a person may say when they close one.
CLOSES = [result for result in ConcernResult if result != ConcernResult.WAS_TEST]


class ConcernState(models.TextChoices):
    """Where a concern stands. It follows from who has it and whether it was closed."""

    OPEN = "open", "Open"
    """Nobody has it in hand."""

    IN_HAND = "in_hand", "In hand"
    """Somebody follows it up."""

    CLOSED = "closed", "Closed"
    """It says what came of it."""


class ConcernQuerySet(models.QuerySet["Concern"]):
    """Questions about concerns."""

    def visible_to(self, user: User) -> Self:
        """Those of the calls that this person may see."""
        return self.filter(call__in=Call.objects.visible_to(user).values("pk"))

    def still_open(self) -> Self:
        """Not closed yet, whoever has them."""
        return self.filter(closed_at=None)

    def with_nobody(self) -> Self:
        """Not closed yet, and nobody has them in hand."""
        return self.still_open().filter(owner=None)

    def unanswered(self) -> Self:
        """Not closed yet, and whoever has them in hand can't see to them any more.

        They have no role for it now, or work for other command units than the call's.
        """
        able = people.possible_leads().filter(pk=models.OuterRef("owner"))
        there = Q(whole_force=True) | Q(command_units=models.OuterRef("call__command_unit"))
        anywhere = models.Exists(able)
        of_unit = models.Exists(able.filter(there))
        answered = of_unit | Q(call__command_unit=None) & anywhere
        return self.still_open().filter(owner__isnull=False).exclude(answered)

    def in_state(self, state: str) -> Self:
        """Those in this state of :class:`ConcernState`."""
        if state == ConcernState.CLOSED:
            return self.filter(closed_at__isnull=False)
        return self.still_open().filter(owner__isnull=state == ConcernState.OPEN)

    def counts(self, *, by: User, on: dt.date) -> dict[str, int]:
        """How many are not closed, with nobody, with ``by``, and overdue on the day ``on``."""
        still = Q(closed_at=None)
        return self.aggregate(
            open=models.Count("pk", filter=still),
            with_nobody=models.Count("pk", filter=still & Q(owner=None)),
            mine=models.Count("pk", filter=still & Q(owner=by)),
            overdue=models.Count("pk", filter=still & Q(due_on__lt=on)),
        )

    def overdue(self, *, on: dt.date) -> Self:
        """Still open, past the day by which they were to be closed."""
        return self.still_open().filter(due_on__lt=on)


@tracked(part_of="call")
class Concern(Versioned):
    """A call that a person said matches no test: somebody follows it up until it is closed."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="concern")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = DayField(help_text="By when it is to be closed.")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="concerns")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=10, choices=ConcernResult, blank=True)
    came_of_it = LinesField(max_length=2000, blank=True)

    objects: ClassVar[ConcernQuerySet] = ConcernQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, result="", came_of_it="")
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(result="")
                    & ~Q(came_of_it="")
                ),
                name="closed_concern_says_what_came_of_it",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="concern_is_closed_after_it_was_opened",
            ),
        ]
        indexes = [models.Index("due_on", condition=Q(closed_at=None), name="open_concerns")]
        ordering = ["due_on", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="concern_is_of_a_call_about_no_test",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.result <> 'was_test'"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_call
                        WHERE id = NEW.call_id AND visit_id IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'A call about a test is no concern.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.never_changes(
                "concern_is_of_its_call",
                "Which call a concern is about, and when it was opened, never changes.",
                *("call_id", "opened_at", "opened_by_id", "due_on"),
            ),
            pgtrigger.Trigger(
                name="concern_goes_by_undo_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=f"""
                    IF now() > OLD.opened_at + interval '{A_WHILE.seconds} seconds' THEN
                        RAISE EXCEPTION 'A concern is closed, not deleted.';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Concern of {self.call}"

    @property
    def state(self) -> ConcernState:
        """Where it stands."""
        if self.closed_at:
            return ConcernState.CLOSED
        return ConcernState.IN_HAND if self.owner_id else ConcernState.OPEN


class CallReminderQuerySet(models.QuerySet["CallReminder"]):
    """Questions about reminders of calls."""

    def visible_to(self, user: User) -> Self:
        """Those of the calls that this person may see."""
        return self.filter(call__in=Call.objects.visible_to(user).values("pk"))


class CallReminder(models.Model):
    """The decision that somebody is told on a duty day that a call waits. Made once."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="reminders")
    day = DayField()
    decided_at = models.DateTimeField()

    objects: ClassVar[CallReminderQuerySet] = CallReminderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("call", "day", name="call_is_reminded_of_once_a_day")
        ]
        ordering = ["-day", "-pk"]
        triggers = [insert_only("reminder_of_a_call_never_changes")]

    def __str__(self) -> str:
        return f"Reminder of {self.call} on {self.day:%Y-%m-%d}"
