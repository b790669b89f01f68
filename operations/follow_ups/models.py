"""Follow-ups: the refresher that a verdict opens, and the reminders of it."""

import datetime as dt
import functools
import operator
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, LineField
from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import VIEW_FOLLOW_UPS
from govuk.dates import plain_time
from operations import people, triggers
from operations.command_units import command_unit_of_venue, kept_from_visit
from operations.follow_ups.due import Audience, DueReminder, Stage
from operations.visits.models import Visit
from outbox.models import FAILED, Message
from venues.models import CommandUnitMember, TrainingSession, VenueContact


@tracked()
class FollowUpPolicy(Policy):
    """The force's rules for follow-ups from a date on. Forces differ, and rules change."""

    working_days_only = models.BooleanField(
        default=True,
        help_text="Due dates and reminders fall on working days of England and Wales only.",
    )

    objects: ClassVar[PolicyQuerySet["FollowUpPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "follow-up policies"

    @classmethod
    def keeps_to_working_days(cls, *, on: dt.date) -> bool:
        """Whether the rules of the day ``on`` keep due dates and reminders to working days."""
        policy = cls.objects.in_force(on=on)
        return policy is not None and policy.working_days_only


class FollowUpState(models.TextChoices):
    """Where a follow-up stands. ``MOVES`` has the only ways from one to another."""

    OFFERED = "offered", "Offered"
    """The venue has been offered a refresher and no date is set."""

    BOOKED = "booked", "Booked"
    """A date is set."""

    DELIVERED = "delivered", "Delivered"
    """The refresher was held and is on record as a training session."""

    CONFIRMED = "confirmed", "Confirmed"
    """A later visit showed that the venue now responds well."""

    DECLINED = "declined", "Declined"
    """The venue did not want it; the reason says why."""

    WITHDRAWN = "withdrawn", "Withdrawn"
    """A correction of the outcome took the ground for it away."""


#: The only ways from one state to another.
MOVES: dict[str, frozenset[str]] = {
    FollowUpState.OFFERED: frozenset(
        {
            FollowUpState.BOOKED,
            FollowUpState.DELIVERED,
            FollowUpState.DECLINED,
            FollowUpState.WITHDRAWN,
        }
    ),
    FollowUpState.BOOKED: frozenset(
        {
            FollowUpState.OFFERED,
            FollowUpState.DELIVERED,
            FollowUpState.DECLINED,
            FollowUpState.WITHDRAWN,
        }
    ),
    # The session that delivered it was removed, or its date corrected.
    FollowUpState.DELIVERED: frozenset(
        {FollowUpState.CONFIRMED, FollowUpState.OFFERED, FollowUpState.BOOKED}
    ),
    # A correction of the outcome that confirmed it takes the confirmation back.
    FollowUpState.CONFIRMED: frozenset(
        {FollowUpState.DELIVERED, FollowUpState.OFFERED, FollowUpState.BOOKED}
    ),
    FollowUpState.DECLINED: frozenset({FollowUpState.OFFERED, FollowUpState.BOOKED}),
    FollowUpState.WITHDRAWN: frozenset({FollowUpState.OFFERED}),
}
OPEN: tuple[str, ...] = (FollowUpState.OFFERED, FollowUpState.BOOKED)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Questions about follow-ups."""

    def visible_to(self, user: User) -> Self:
        """The follow-ups that this person may see: those of their command units."""
        if not user.has_perm(VIEW_FOLLOW_UPS):
            return self.none()
        return self.filter(user.in_my_units("command_unit"))

    def open(self) -> Self:
        """Offered or booked: there is something left to do."""
        return self.filter(state__in=OPEN)

    def overdue(self, *, on: dt.date) -> Self:
        """Open on the day ``on`` though the day by which it was due has passed."""
        return self.open().filter(due_on__lt=on)

    def counts(self, *, on: dt.date) -> dict[str, int]:
        """How many are open, and of these overdue on the day ``on``, booked, without a contact."""
        return self.open().aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_on__lt=on)),
            booked=Count("pk", filter=Q(state=FollowUpState.BOOKED)),
            no_contact=Count("pk", filter=self._has_no_contact()),
        )

    def to_chase(self) -> Self:
        """Open, at venues still in business: nobody is written to about the others."""
        return self.open().filter(visit__venue__closed_on=None, visit__venue__merged_into=None)

    def with_failed_messages(self, *, on: dt.date) -> Self:
        """With ``has_failed_message``: still open, and a reminder did not reach its reader.

        The next reminder comes a week later: what failed before the last one is past.
        """
        failed = ReminderCopy.objects.filter(
            reminder__follow_up=OuterRef("pk"),
            reminder__date__gt=on - dt.timedelta(days=7),
            message__state__in=FAILED,
        )
        return self.annotate(has_failed_message=Q(state__in=OPEN) & Exists(failed))

    def with_who_answers(self) -> Self:
        """With ``is_answered`` and ``is_led``: whether the responsible officer and the operation's
        lead still can, by their role and (the former) the command units that they work for.
        """
        there = CommandUnitMember.objects.filter(
            user=OuterRef("responsible"), commandunit=OuterRef("command_unit")
        )
        # PostgreSQL asks each of these sets once for a whole list.
        sees = Q(responsible__whole_force=True) | Exists(there)
        return self.annotate(
            is_answered=Q(responsible__in=people.possible_followers().values("pk")) & sees,
            is_led=Q(visit__operation__lead__in=people.possible_leads().values("pk")),
        )

    def to_write_about(self) -> Self:
        """With all that deciding and writing a reminder reads."""
        return (
            self.with_who_answers()
            .select_related(
                "visit__operation__lead",
                "visit__venue__local_authority__command_unit",
                "responsible",
            )
            .prefetch_related("visit__venue__contacts")
        )

    def unanswered(self) -> Self:
        """Open, and the responsible officer can't see to it any more."""
        return self.open().with_who_answers().filter(is_answered=False)

    def without_contact(self) -> Self:
        """Those of venues where nobody on record gets reminders."""
        return self.filter(self._has_no_contact())

    @staticmethod
    def _has_no_contact() -> Q:
        # Visit by visit: joined, PostgreSQL reads all visits there are for a few open follow-ups.
        venue = Visit.objects.filter(pk=OuterRef(OuterRef("visit"))).values("venue")[:1]
        return Q(~Exists(VenueContact.objects.filter(venue=Subquery(venue), gets_reminders=True)))


@tracked(without=("command_unit",))
class FollowUp(Versioned):
    """The refresher that a verdict below *responded well* opens for a venue."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="follow_up")
    command_unit = command_unit_of_venue()
    state = models.CharField(
        max_length=10, choices=FollowUpState, default=FollowUpState.OFFERED, editable=False
    )
    due_on = DayField("due by")
    responsible = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="follow_ups",
        verbose_name="responsible officer",
    )
    booked_for = DayField(null=True, blank=True)
    training_session = models.ForeignKey(
        TrainingSession,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="follow_ups",
    )
    confirmed_by = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, editable=False, related_name="confirms"
    )
    declined_reason = LineField(max_length=200, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[FollowUpQuerySet] = FollowUpQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "follow-up"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="booked", booked_for__isnull=False)
                | (~Q(state="booked") & Q(booked_for=None)),
                name="booked_refresher_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["delivered", "confirmed"], training_session__isnull=False)
                | (~Q(state__in=["delivered", "confirmed"]) & Q(training_session=None)),
                name="delivered_refresher_has_a_training_session",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_by__isnull=False)
                | (~Q(state="confirmed") & Q(confirmed_by=None)),
                name="confirmed_refresher_names_the_visit",
            ),
            models.CheckConstraint(
                condition=(Q(state="declined") & ~Q(declined_reason=""))
                | (~Q(state="declined") & Q(declined_reason="")),
                name="declined_refresher_says_why",
            ),
        ]
        indexes = [
            models.Index("due_on", "id", name="follow_up_by_due_date"),
            models.Index(
                *("due_on", "id"), condition=Q(state__in=OPEN), name="open_follow_up_by_due_date"
            ),
            models.Index("command_unit", "state", "due_on", name="follow_up_of_unit"),
            models.Index(
                "responsible", condition=Q(state__in=OPEN), name="open_follow_up_by_responsible"
            ),
        ]
        ordering = ["due_on", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="follow_up_begins_as_offered",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="offered"),
            ),
            pgtrigger.FSM(
                name="follow_up_moves_only_as_allowed",
                field="state",
                transitions=[(old, new) for old, news in MOVES.items() for new in sorted(news)],
            ),
            pgtrigger.Protect(name="follow_up_is_never_deleted", operation=pgtrigger.Delete),
            kept_from_visit("follow_up_lies_in_the_command_unit_of_its_visit"),
            triggers.never_changes(
                "follow_up_stays_with_its_visit",
                "A follow-up stays with the visit that opened it.",
                *("visit_id", "opened_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operations:follow_up_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Offered or booked: there is something left to do."""
        return self.state in OPEN

    @cached_property
    def is_answered(self) -> bool:
        """Whether the responsible officer can still see to it (``with_who_answers``)."""
        return self._who_answers.is_answered

    @cached_property
    def is_led(self) -> bool:
        """Whether the operation's lead still can (``with_who_answers``)."""
        return self._who_answers.is_led

    @cached_property
    def _who_answers(self) -> "FollowUp":
        return FollowUp.objects.with_who_answers().get(pk=self.pk)

    @property
    def responsible_gone(self) -> str:
        """What to say beside the responsible officer's name; empty while they can see to it."""
        return people.gone(self.responsible, can=self.is_answered)

    @property
    def is_to_chase(self) -> bool:
        """Open, at a venue still in business: nobody is written to about another."""
        return self.is_open and self.visit.venue.is_open

    def is_overdue(self, *, on: dt.date) -> bool:
        """Open on the day ``on`` though the day by which it was due has passed."""
        return self.is_open and self.due_on < on


#: Who hears at which stage, as the rule says.
HEARD_AT = [
    Q(audience=audience.value, stage__in=[stage.value for stage in audience.stages])
    for audience in Audience
]


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Questions about reminders."""

    def visible_to(self, user: User) -> Self:
        """The reminders that this person may see: those of the follow-ups that they may see."""
        return self.filter(follow_up__in=FollowUp.objects.visible_to(user))


class Reminder(models.Model):
    """The decision to remind somebody of a follow-up. The row is written once and never changes.

    It goes out in messages of the outbox, one to each reader: what became of it stands there.
    """

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="reminders")
    stage = models.CharField(max_length=10, choices=[(it.value, it.label) for it in Stage])
    audience = models.CharField(max_length=10, choices=[(it.value, it.label) for it in Audience])
    date = DayField(help_text="The day for which the message is meant.")
    decided_at = models.DateTimeField(default=timezone.now)
    not_sent_because = LineField(
        max_length=200, blank=True, editable=False, help_text="Such as: no contact on record."
    )

    objects: ClassVar[ReminderQuerySet] = ReminderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                *("follow_up", "stage", "audience", "date"), name="reminder_goes_out_once"
            ),
            models.CheckConstraint(
                condition=functools.reduce(operator.or_, HEARD_AT),
                name="audience_hears_of_a_follow_up_at_this_stage",
            ),
        ]
        ordering = ["-date", "-pk"]
        triggers = [
            pgtrigger.Protect(name="reminder_is_never_deleted", operation=pgtrigger.Delete),
            triggers.never_changes(
                "reminder_is_decided_once",
                "What was decided about a reminder never changes.",
                *("follow_up_id", "stage", "audience", "date", "decided_at", "not_sent_because"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words} ({plain_time(self.date)})"

    @property
    def words(self) -> str:
        """What it is about and for whom, such as "Due today, to the venue"."""
        # The lead's weeks are counted from the day by which it was due, not from a booked one.
        is_overdue = self.audience == Audience.LEAD
        about = "Overdue by 14 days or more" if is_overdue else self.get_stage_display()
        return f"{about}, to the {self.get_audience_display()}"

    @property
    def due(self) -> DueReminder:
        """The reminder as the rule knows it."""
        return DueReminder(Stage(self.stage), Audience(self.audience), self.date)


class CopyQuerySet(models.QuerySet["ReminderCopy"]):
    """Questions about copies of reminders."""

    def visible_to(self, user: User) -> Self:
        """The copies of the reminders that this person may see."""
        return self.filter(reminder__in=Reminder.objects.visible_to(user))


class ReminderCopy(models.Model):
    """A reminder in the message of one day to one of its readers, with whatever else is in it."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="copies")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="reminder_copies")
    left_out_because = LineField(
        max_length=200, blank=True, help_text="Such as: the date changed before it went out."
    )

    objects: ClassVar[CopyQuerySet] = CopyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint("reminder", "message", name="reminder_is_in_a_message_once")
        ]
        verbose_name_plural = "reminder copies"
        triggers = [
            pgtrigger.Protect(name="copy_is_never_deleted", operation=pgtrigger.Delete),
            triggers.never_changes(
                "copy_stays_in_its_message",
                "A reminder stays in the message that it was put into.",
                *("reminder_id", "message_id"),
            ),
            pgtrigger.Trigger(
                name="nothing_is_put_into_a_message_that_went_out",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="put"),  # type: ignore[no-untyped-call]
                declare=[("went_out", "boolean")],
                # FOR SHARE waits for a worker that has the message in hand. EXECUTE has it planned
                # anew: what fits a table of one page is slow once the morning's messages are there.
                func=f"""
                    EXECUTE 'SELECT 1 FROM {Message._meta.db_table}
                        WHERE id IN (SELECT message_id FROM put) ORDER BY id FOR SHARE';
                    EXECUTE 'SELECT EXISTS (SELECT FROM {Message._meta.db_table}
                        WHERE id IN (SELECT message_id FROM put) AND state <> ''waiting'')'
                    INTO went_out;
                    IF went_out THEN
                        RAISE EXCEPTION 'Nothing is put into a message that went out.';
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608
            ),
        ]

    def __str__(self) -> str:
        return f"Copy {self.pk}"
