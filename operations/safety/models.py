"""Safety: signs of life of teams under way, the alarms where one did not come, and who was told."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.urls import reverse

from accounts.database.model_fields import LineField, LinesField
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS, VIEW_BOARD, VIEW_OPERATIONS
from operations import triggers
from operations.command_units import command_unit_of_venue, kept_from_visit
from operations.safety.deadlines import AT_ONCE, Kind, Signs, check_in_by
from operations.safety.policies import SafetyPolicy
from operations.teams.models import TeamMember
from operations.visits.models import Visit
from operations.visits.states import ON_BOARD_AFTER

#: For how long a closed alarm can be opened again, by an undo.
OPENS_AGAIN = dt.timedelta(minutes=10)


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    """Questions about check-ins."""

    def visible_to(self, user: User) -> Self:
        """Those of the visits that this person may see."""
        return self.filter(visit__in=Visit.objects.visible_to(user))


class CheckIn(models.Model):
    """A team's sign of life, when it was given."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="check_ins")
    command_unit = command_unit_of_venue()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="When the button was tapped, by the server’s clock.")
    arrived_at = models.DateTimeField(help_text="When the server heard of it.")
    submission = models.UUIDField(
        unique=True, help_text="The phone’s own number of it: the same one counts once."
    )

    objects: ClassVar[CheckInQuerySet] = CheckInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(at__lte=F("arrived_at")), name="check_in_arrives_after_it_was_made"
            )
        ]
        indexes = [models.Index(fields=["visit", "-at"], name="latest_check_in")]
        ordering = ["-at", "-pk"]
        triggers = [
            kept_from_visit("check_in_lies_in_the_command_unit_of_its_visit"),
            triggers.never_changes(
                "check_in_stays_as_it_was",
                "A check-in never changes.",
                *("visit_id", "at", "arrived_at", "submission", "by_id"),
            ),
            pgtrigger.Protect(name="check_in_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Check-in of {self.visit}"


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Questions about alarms."""

    def visible_to(self, user: User) -> Self:
        """The alarms that concern this person.

        Call handlers those that are open and those that were closed a short while ago; the planners
        of the command unit, the lead of the operation and the team itself those of their visits. So
        long as to call handlers also to whoever else was told, since nobody had taken it. A silent
        call for help is shown to nobody of its team: somebody may look over their shoulder.
        """
        mine = Q(pk__in=[])
        if user.has_perm(VIEW_BOARD):
            mine |= _OPEN_OR_JUST_CLOSED
        if user.has_perm(LOG_VISITS):
            mine |= Q(visit__in=user.team_memberships.values("visit"))
        if user.has_perm(PLAN_OPERATIONS):
            mine |= user.in_my_units("command_unit")
        if user.has_perm(VIEW_OPERATIONS):
            told = AlarmNotice.objects.filter(user=user).order_by()
            mine |= Q(visit__operation__lead=user)
            mine |= Q(pk__in=told.values("alarm")) & _OPEN_OR_JUST_CLOSED
        return self.filter(mine).exclude(_silent_to(user))

    def answerable_by(self, user: User) -> Self:
        """Those that this person may deal with and close: not a team its own.

        Who has the phone in hand may not be the team.
        """
        theirs = user.team_memberships.values("visit")
        return self.visible_to(user).exclude(visit__in=theirs)

    def open(self) -> Self:
        """Those that nobody has closed yet: untaken ones first, and of these the longest open."""
        return self.filter(closed_at=None).order_by(
            F("taken_at").asc(nulls_first=True), "raised_at", "pk"
        )

    def closed_since(self, moment: dt.datetime) -> Self:
        """Those that were closed after ``moment``, the latest first."""
        return self.filter(closed_at__gt=moment).order_by("-closed_at", "-pk")

    def untaken(self) -> Self:
        """Open, and nobody has said that they deal with it."""
        return self.open().filter(taken_at=None)

    def with_what_is_shown(self) -> Self:
        """With all that is told of an alarm."""
        held = self.model._base_manager.filter(kind=Kind.DURESS, submission=OuterRef("submission"))
        after = CheckIn.objects.filter(visit=OuterRef("visit"), at__gte=OuterRef("raised_at"))
        after = after.exclude(Exists(held)).order_by("-at")  # that one was no sign of life
        return self.select_related(
            *("visit__venue", "visit__operation__lead", "raised_by", "taken_by", "closed_by")
        ).annotate(heard_after=Subquery(after.values("at")[:1]))


_OPEN_OR_JUST_CLOSED = Q(closed_at=None) | Q(closed_at__gt=Now() - ON_BOARD_AFTER)


def _silent_to(user: User) -> Q:
    """The alarms that nobody of a team may see, as a condition."""
    return Q(kind=Kind.DURESS, visit__in=user.team_memberships.values("visit"))


@tracked(part_of="visit", without=("command_unit", "submission", "silent_since"))
class Alarm(models.Model):
    """A team was not heard of by a deadline, or called for help. Open until somebody closes it."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="alarms")
    command_unit = command_unit_of_venue()
    kind = models.CharField(max_length=10, choices=[(it.value, it.label) for it in Kind])
    due_at = models.DateTimeField(
        help_text="The deadline that passed, or when the team pressed the button."
    )
    silent_since = models.DateTimeField(
        help_text="Of one silence there is one alarm: the last sign of life, or the end of the "
        "window; for a press its moment."
    )
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who of the team called for help; empty for a deadline.",
    )
    submission = models.UUIDField(
        null=True, help_text="The phone’s own number of it: the same one counts once."
    )
    rounds = models.PositiveSmallIntegerField(
        default=0, help_text="How often it went on to more people, since nobody had taken it."
    )
    escalated_at = models.DateTimeField(null=True, help_text="When it last did.")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty where a check-in that arrived late explained it.",
    )
    spoke_to = LineField(max_length=100, blank=True, help_text="Whom of the team, and how.")
    found = LinesField(max_length=1000, blank=True)
    explained_by = models.ForeignKey(
        CheckIn, on_delete=models.PROTECT, null=True, related_name="explains"
    )

    objects: ClassVar[AlarmQuerySet] = AlarmQuerySet.as_manager()  # type: ignore[assignment]

    heard_after: dt.datetime | None = None
    """When the team checked in after it, which closes none; known to ``with_what_is_shown``."""

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "visit",
                "kind",
                "silent_since",
                condition=~Q(kind__in=sorted(AT_ONCE)),
                name="one_alarm_for_a_silence",
            ),
            models.UniqueConstraint("kind", "submission", name="one_alarm_for_a_press"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=sorted(AT_ONCE), raised_by__isnull=False, submission__isnull=False
                )
                | (~Q(kind__in=sorted(AT_ONCE)) & Q(raised_by=None, submission=None)),
                name="alarm_of_a_press_says_whose",
            ),
            models.CheckConstraint(
                condition=Q(raised_at__gte=F("due_at")), name="alarm_is_raised_after_its_deadline"
            ),
            models.CheckConstraint(
                condition=Q(rounds=0, escalated_at=None)
                | Q(rounds__gt=0, escalated_at__isnull=False),
                name="alarm_that_went_on_says_when",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="taken_alarm_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(
                    closed_at=None, closed_by=None, explained_by=None, spoke_to="", found=""
                )
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False, explained_by=None)
                    & ~Q(spoke_to="")
                    & ~Q(found="")
                )
                | Q(
                    closed_at__isnull=False,
                    closed_by=None,
                    explained_by__isnull=False,
                    spoke_to="",
                    found="",
                ),
                name="closed_alarm_says_what_was_found_or_what_explains_it",
            ),
        ]
        indexes = [
            models.Index("raised_at", condition=Q(closed_at=None), name="open_alarms"),
            models.Index("closed_at", condition=Q(closed_at__isnull=False), name="closed_alarms"),
        ]
        ordering = ["-raised_at", "-pk"]
        triggers = [
            kept_from_visit("alarm_lies_in_the_command_unit_of_its_visit"),
            triggers.never_changes(
                "alarm_is_raised_once",
                "What an alarm is about never changes.",
                *("visit_id", "kind", "due_at", "silent_since", "raised_at"),
                *("raised_by_id", "submission"),
            ),
            triggers.never_changes(
                "closed_alarm_stays_so",
                "What was found when an alarm was closed never changes.",
                *("closed_at", "closed_by_id", "spoke_to", "found", "explained_by_id"),
                *("taken_at", "taken_by_id", "escalated_at", "rounds"),
                once="OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NOT NULL"
                f" OR now() > OLD.closed_at + interval '{OPENS_AGAIN.seconds} seconds')",
            ),
            pgtrigger.Protect(name="alarm_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Alarm of {self.visit}"

    def get_absolute_url(self) -> str:
        return reverse("operations:alarm_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it yet."""
        return self.closed_at is None

    @property
    def is_silent(self) -> bool:
        """Whether the team must not learn of it: nobody calls its phones."""
        return self.kind == Kind.DURESS

    @property
    def at_once(self) -> bool:
        """Whether the team said so itself, so that it stands whatever becomes of the visit."""
        return Kind(self.kind).at_once


class Reader(models.TextChoices):
    """Who was told of an alarm, as what."""

    TEAM = "team", "lead officer of the team"
    LEAD = "lead", "operation’s lead"
    PLANNERS = "planners", "planner"
    CSE_LEADS = "cse_leads", "CSE lead"
    ADMINISTRATORS = "admins", "administrator"
    MAILBOX = "mailbox", "the duty mailbox"
    NUMBER = "number", "the duty number"


class AlarmNoticeQuerySet(models.QuerySet["AlarmNotice"]):
    """Questions about who was told of alarms."""

    def visible_to(self, user: User) -> Self:
        """Those of the alarms that this person may see."""
        return self.filter(alarm__in=Alarm.objects.visible_to(user))


class AlarmNotice(models.Model):
    """One reader whom an alarm was told to in one round: the team first, then more and more."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="notices")
    round = models.PositiveSmallIntegerField(help_text="0 when it was raised.")
    reader = models.CharField(max_length=10, choices=Reader)
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty for the mailbox and the number of the force.",
    )
    at = models.DateTimeField()

    objects: ClassVar[AlarmNoticeQuerySet] = AlarmNoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "alarm",
                "round",
                "reader",
                "user",
                nulls_distinct=False,
                name="reader_is_told_of_an_alarm_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(reader__in=[Reader.MAILBOX, Reader.NUMBER], user=None)
                | (~Q(reader__in=[Reader.MAILBOX, Reader.NUMBER]) & Q(user__isnull=False)),
                name="person_who_is_told_of_an_alarm_is_known",
            ),
        ]
        ordering = ["alarm", "round", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="notice_of_an_alarm_stays", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"Notice of {self.alarm}"


def signs_of(visits: models.QuerySet[Visit]) -> list[tuple[int, Signs]]:
    """What was heard of each of these ``visits``, which are under way, by their keys."""
    check_ins = CheckIn.objects.filter(visit=OuterRef("pk")).order_by("-at")
    spoken = Alarm.objects.filter(visit=OuterRef("pk"), closed_by__isnull=False)
    spoken = spoken.exclude(kind=Kind.DURESS)  # the phone must not learn that it was closed
    with_cadet = TeamMember.objects.filter(visit=OuterRef("pk"), cadet__isnull=False)
    rows = visits.annotate(
        checked_in_at=Subquery(check_ins.values("at")[:1]),
        spoken_to_at=Subquery(spoken.order_by("-closed_at").values("closed_at")[:1]),
        with_cadet=Exists(with_cadet),
    )
    names = ("started_at", "ends_at", "with_cadet", "checked_in_at", "spoken_to_at")
    return [(row.pop("pk"), Signs(**row)) for row in rows.order_by("pk").values("pk", *names)]


def next_check_in(visit: Visit, *, at: dt.datetime) -> dt.datetime | None:
    """By when the team of ``visit`` is to check in next; None unless it is under way."""
    rules = SafetyPolicy.on(duty_day(at)).rules
    for _, signs in signs_of(Visit.objects.under_way().filter(pk=visit.pk)):
        return check_in_by(signs, rules)
    return None


def goes_on_at(alarm: Alarm, *, at: dt.datetime) -> dt.datetime | None:
    """When more people are told of ``alarm`` unless somebody takes it; None where nobody is."""
    if not alarm.is_open or alarm.taken_at or not (alarm.at_once or alarm.visit.is_under_way):
        return None
    rules = SafetyPolicy.on(duty_day(at)).rules
    if alarm.escalated_at:
        return alarm.escalated_at + rules.again_after
    if alarm.at_once:
        return alarm.raised_at
    return alarm.raised_at + rules.escalate_after
