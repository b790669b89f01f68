"""Makesafe calls: what the control room recorded of each, and which test it was about, if any."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.acts.versions import Versioned
from accounts.addresses import number_of
from accounts.database.model_fields import LineField, LinesField, MomentField
from accounts.dates.london import duty_begins, duty_day
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import LOG_CALLS, PLAN_OPERATIONS, VIEW_STATISTICS, WORK_CONCERNS
from operations import triggers
from operations.calls.scripts import CallScript
from operations.command_units import command_unit_of_venue
from operations.visits.models import Visit
from operations.visits.states import AHEAD, CALLS_SEEN_FOR
from venues.models import Venue

#: The longest wait for an answer that is believed, in seconds.
LONGEST_WAIT = 60 * 60


class NumberCalled(models.TextChoices):
    """Which number, or other way, the caller used."""

    EMERGENCY = "999", "999"
    """The emergency number."""

    NON_EMERGENCY = "101", "101"
    """The number for what is not an emergency."""

    FORCE = "force", "Force’s own"
    """Such as that of a station or of a safeguarding desk."""

    ONLINE = "online", "Online"
    """By the force's website, in place of a call."""

    OTHER = "other", "Other"
    """Such as by another force, or at a front counter."""


class Handled(models.TextChoices):
    """What figures tell of how calls were handled."""

    ANSWERED = "answered", "Time to answer known"
    """It says after how many seconds it was answered."""

    RECOGNISED = "recognised", "Recognised"
    """It was seen as child sexual exploitation, test or not."""

    SENT = "sent", "Officers sent"
    """Somebody went."""

    ARRIVED = "arrived", "Officers arrived"
    """It says when they were there."""


#: Each as a condition.
HANDLED = {
    Handled.ANSWERED: Q(answered_after__isnull=False),
    Handled.RECOGNISED: Q(recognised=True),
    Handled.SENT: Q(officers_sent=True),
    Handled.ARRIVED: Q(arrived_at__isnull=False),
}


class CallQuerySet(models.QuerySet["Call"]):
    """Questions about calls."""

    def visible_to(self, user: User) -> Self:
        """The calls that this person may see. One about a test is as covert as its visit.

        Call handlers see those of the last days. Whoever sees a visit sees the calls about it.
        Those who work on concerns, or count them, see the other calls of their command units, and
        those of which nobody knows the unit, once they are concerns or their duty day has passed
        unsettled: until then it may turn out that they are about a test, of which planners of the
        unit know.
        """
        now = timezone.now()
        mine = Q(visit__in=Visit.objects.visible_to(user).values("pk"))
        if user.has_perm(LOG_CALLS):
            near = Visit.objects.on_board(at=now).order_by().values("pk")
            covert = Visit.objects.filter(state__in=AHEAD).exclude(pk__in=near)
            told = Q(visit=None) | ~Q(visit__in=covert.values("pk"))
            mine |= Q(called_at__gt=now - CALLS_SEEN_FOR) & told
        if user.has_perm(WORK_CONCERNS) or user.has_perm(VIEW_STATISTICS):
            theirs = user.in_my_units("command_unit")
            left = Q(concern__isnull=False) | Q(called_at__lt=duty_begins(duty_day(now)))
            plans = theirs if user.has_perm(PLAN_OPERATIONS) else Q(pk__in=[])
            if user.whole_force or user.command_units.exists():
                theirs |= Q(command_unit=None)
            mine |= Q(visit=None) & (theirs & left | plans)
        return self.filter(mine)

    def about_tests(self) -> Self:
        """Those that a person matched to a visit."""
        return self.filter(visit__isnull=False)

    def real(self) -> Self:
        """All others: what nobody has matched to a test counts as real."""
        return self.filter(visit=None)

    def unsettled(self) -> Self:
        """Those of which nobody has said yet whether they were about a test."""
        return self.filter(visit=None, concern=None)

    def handled(self, how: str) -> Self:
        """Those of which this is known: one of :class:`Handled`."""
        return self.filter(HANDLED[Handled(how)])

    def between(self, since: dt.date | None, until: dt.date | None) -> Self:
        """Those of the duty days from ``since`` to ``until``; an end that is None is open."""
        calls = self
        if since:
            calls = calls.filter(called_at__gte=duty_begins(since))
        if until:
            calls = calls.filter(called_at__lt=duty_begins(until + dt.timedelta(days=1)))
        return calls

    def with_what_is_shown(self) -> Self:
        """With all that a page tells of a call."""
        return self.select_related(
            *("venue__local_authority", "command_unit", "visit__venue", "logged_by", "matched_by"),
            *("concern__owner", "script"),
        )


@tracked(without=("command_unit",))
class Call(Versioned):
    """A call to police that quoted *Makesafe*, or was handled as if it had.

    Until a person says that it was about a test, it is real.
    """

    called_at = MomentField(help_text="When the call came in.")
    answered_after = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_WAIT)],
        help_text="Seconds until it was answered. Empty: not known.",
    )
    number = models.CharField(
        max_length=6, choices=NumberCalled, blank=True, help_text="Empty: not known."
    )
    makesafe_quoted = models.BooleanField(null=True, blank=True, help_text="Empty: not known.")
    recognised = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether it was seen as child sexual exploitation before anybody looked for a "
        "test. Empty: not known.",
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="calls"
    )
    place = LineField(max_length=200, blank=True, help_text="As it was heard.")
    command_unit = command_unit_of_venue()
    officers_sent = models.BooleanField(null=True, blank=True, help_text="Empty: not known.")
    sent_at = MomentField(null=True, blank=True)
    arrived_at = MomentField(null=True, blank=True)
    done = LinesField(max_length=2000, blank=True, help_text="What was done, in words.")
    incident_reference = LineField(max_length=40, blank=True)
    script = models.ForeignKey(
        CallScript,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="calls",
        help_text="What the handler had to go by.",
    )
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    visit = models.ForeignKey(
        Visit,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="calls",
        help_text="The test that it was about, as a person confirmed.",
    )
    matched_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    matched_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[CallQuerySet] = CallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        permissions = [
            ("log_calls", "Can log Makesafe calls and match them to tests"),
            ("work_concerns", "Can work on calls that match no test"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(venue__isnull=False) | ~Q(place=""), name="call_says_where"
            ),
            models.CheckConstraint(
                condition=Q(called_at__lte=F("logged_at")), name="call_is_logged_after_it_came_in"
            ),
            models.CheckConstraint(
                condition=Q(answered_after=None) | Q(answered_after__lte=LONGEST_WAIT),
                name="call_is_answered_within_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(officers_sent=True, officers_sent__isnull=False)
                | Q(sent_at=None, arrived_at=None),
                name="officers_who_were_not_sent_have_no_times",
            ),
            models.CheckConstraint(
                condition=(Q(sent_at=None) | Q(sent_at__gte=F("called_at")))
                & (Q(arrived_at=None) | Q(arrived_at__gte=F("called_at")))
                & (Q(sent_at=None) | Q(arrived_at=None) | Q(arrived_at__gte=F("sent_at"))),
                name="call_comes_before_officers_are_sent_and_arrive",
            ),
            models.CheckConstraint(
                condition=Q(visit=None, matched_by=None, matched_at=None)
                | Q(visit__isnull=False, matched_by__isnull=False, matched_at__isnull=False),
                name="matched_call_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["-called_at", "-id"], name="latest_calls"),
            models.Index("command_unit", "called_at", name="call_of_unit"),
        ]
        ordering = ["-called_at", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="call_lies_in_the_command_unit_of_its_place",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("venue_id", "visit_id", "command_unit_id"),  # type: ignore[no-untyped-call]
                # That of the visit it was matched to, else that of its venue where it is known.
                func="""
                    IF TG_OP = 'UPDATE' AND ROW(NEW.venue_id, NEW.visit_id, NEW.command_unit_id)
                        IS NOT DISTINCT FROM ROW(OLD.venue_id, OLD.visit_id, OLD.command_unit_id)
                    THEN
                        RETURN NEW;
                    END IF;
                    PERFORM 1 FROM venues_venue WHERE id = NEW.venue_id FOR SHARE;
                    PERFORM 1 FROM operations_visit WHERE id = NEW.visit_id FOR SHARE;
                    NEW.command_unit_id := CASE WHEN NEW.visit_id IS NOT NULL THEN (
                        SELECT command_unit_id FROM operations_visit WHERE id = NEW.visit_id
                    ) ELSE (
                        SELECT authority.command_unit_id FROM venues_venue venue
                        JOIN venues_localauthority authority
                            ON authority.id = venue.local_authority_id
                        WHERE venue.id = NEW.venue_id
                    ) END;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="call_about_a_test_is_no_concern",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("visit_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__visit__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_concern
                        WHERE call_id = NEW.id AND result <> 'was_test'
                    ) THEN
                        RAISE EXCEPTION 'A call that is a concern is not about a test.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="call_is_about_no_test_that_met_a_concern",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("visit_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__visit__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_visit
                        WHERE id = NEW.visit_id AND not_completed_reason = 'real_concern'
                    ) OR EXISTS (
                        SELECT FROM operations_alarm
                        WHERE visit_id = NEW.visit_id AND kind = 'concern'
                    ) THEN
                        RAISE EXCEPTION 'A team found a real concern there: the call is real.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="call_begins_unmatched",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__visit__isnull=False),
            ),
            triggers.never_changes(
                "call_was_logged_once",
                "Who logged a call, when, and by which script never changes.",
                *("logged_by_id", "logged_at", "script_id"),
            ),
            pgtrigger.Protect(name="call_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Call {self.reference}" if self.pk else "New call"

    @property
    def reference(self) -> str:
        """What it is called where its place must not be named, such as in a page's title."""
        return number_of(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("operations:call_detail", args=[self.pk])

    @property
    def is_matched(self) -> bool:
        """Whether a person said that it was about a test."""
        return self.visit_id is not None

    @property
    def where(self) -> str:
        """The venue where it is known; otherwise the place as it was heard."""
        return self.venue.name if self.venue else self.place
