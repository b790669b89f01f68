"""Teams: officers, cadets and the rules of the day for cadets."""

import datetime as dt
import re
from collections.abc import Collection
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, LineField
from accounts.database.references import NaturalOrder
from accounts.dates.policies import Policy, PolicyQuerySet
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS
from govuk.dates import LONDON
from operations import people
from operations.command_units import command_unit_of_venue
from operations.teams.cadet_rules import YOUNGEST
from operations.visits.models import Visit
from operations.visits.states import FINISHED_IN_SQL, VisitState
from venues.models import CommandUnit


class CadetQuerySet(models.QuerySet["Cadet"]):
    """Questions about cadets."""

    def visible_to(self, user: User) -> Self:
        """The cadets that this person may see: their references are for planners and the team.

        Planners see those of their command units, those of none, and those in visits that they
        plan; an officer those in whose team they are.
        """
        seen = Q(pk__in=self.changeable_by(user).values("pk"))
        if user.has_perm(PLAN_OPERATIONS):
            theirs = user.in_my_units("command_unit")
            seen |= Q(Exists(TeamMember.objects.filter(theirs, cadet=OuterRef("pk"))))
        if user.has_perm(LOG_VISITS):
            seen |= Q(pk__in=TeamMember.objects.with_officer(user).values("cadet"))
        return self.filter(seen)

    def on_record(self) -> Self:
        """Those of whom anything is held."""
        return self.filter(erased_on=None)

    def past_retention(self, *, before: dt.date) -> Self:
        """Those on record whose last operation closed before the day ``before``.

        Who was in none counts from the day they were put on record.
        """
        last = Max("team_memberships__visit__operation__ends_on")
        recorded = TruncDate("created_at", tzinfo=LONDON)
        done = self.on_record().annotate(last_day=Coalesce(last, recorded))
        return done.filter(last_day__lt=before).order_by("pk")

    def changeable_by(self, user: User) -> Self:
        """The cadets whose record this planner keeps: of their command units, and of none."""
        if not user.has_perm(PLAN_OPERATIONS):
            return self.none()
        return self.filter(Q(command_unit=None) | user.in_my_units("command_unit"))


@tracked()
class Cadet(Versioned):
    """A volunteer under 18. No name is held: the cadet unit's own files have it."""

    reference = LineField(max_length=20, help_text="Not a name.")
    command_unit = models.ForeignKey(
        CommandUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cadets",
        help_text="Whose planners may ask this cadet; empty: those of every unit.",
    )
    birth_date = DayField(null=True)
    consented_on = DayField(
        "consent given on", null=True, blank=True, help_text="By a parent or carer, in writing."
    )
    briefed_on = DayField("last briefed on", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_on = DayField(
        null=True,
        editable=False,
        help_text="When what is held was erased by the rules of retention; only the entry stays.",
    )

    objects: ClassVar[CadetQuerySet] = CadetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_on=None, birth_date__isnull=False)
                | Q(erased_on__isnull=False, birth_date=None, consented_on=None, briefed_on=None),
                name="cadet_has_a_birth_date_or_is_erased",
            ),
            models.CheckConstraint(
                condition=(Q(consented_on=None) | Q(consented_on__gt=F("birth_date")))
                & (Q(briefed_on=None) | Q(briefed_on__gt=F("birth_date"))),
                name="cadet_was_born_before_consent_and_briefing",
            ),
            models.UniqueConstraint(
                NaturalOrder("reference"),
                name="cadet_reference_is_unique_however_written",
                violation_error_message="Another cadet already has this reference.",
            ),
            # Whatever pattern the force has: letters that look alike would be another child.
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$"),
                name="cadet_reference_is_plain",
                violation_error_message="Enter letters, figures, hyphens and slashes only.",
            ),
        ]
        ordering = [NaturalOrder("reference")]

    def __str__(self) -> str:
        return self.reference if self.erased_on is None else "no longer on record"


#: How often a pattern may repeat or choose. Six over a reference of 20 characters are some 200,000
#: ways at most, which takes milliseconds.
MOST_REPEATS = 6


def is_a_pattern(text: str) -> None:
    """Refuse a regular expression that can't be read, or could take for ever to compare.

    Comparing goes through all ways in which the parts can fit. A repeated group (``(a+)+``) has a
    number of them that doubles with each character.
    """
    try:
        re.compile(text)
    except (re.error, OverflowError):  # the latter: repeated more often than there are numbers
        raise ValidationError("This is no regular expression that can be read.") from None
    if re.search(r"\)[*+{]", text) or len(re.findall(r"[*+?{|]", text)) > MOST_REPEATS:
        raise ValidationError(
            "This could take too long to compare. Repeat or choose six times at most, and repeat "
            "nothing in brackets of the kind ( )."
        )


@tracked()
class CadetPolicy(Policy):
    """The force's rules for cadets from a date on. Forces differ, and rules change."""

    min_age = models.PositiveSmallIntegerField("youngest age", default=13)
    max_age = models.PositiveSmallIntegerField("oldest age", default=17)
    latest_finish = models.TimeField(default=dt.time(23, 0), help_text="London time.")
    consent_days = models.PositiveSmallIntegerField("days consent is valid", default=365)
    briefing_days = models.PositiveSmallIntegerField("days a briefing is valid", default=90)
    reference_pattern = LineField(
        "pattern of references",
        max_length=100,
        default=r"[A-Za-z0-9][A-Za-z]?[-/]?[0-9]{1,6}",
        validators=[is_a_pattern],
        help_text="A regular expression that the whole reference fits. The usual one asks for at "
        "most two letters and a number, so no name fits it.",
    )
    reference_example = LineField(
        "example of a reference", max_length=20, default="WC-001", help_text="For the form."
    )

    objects: ClassVar[PolicyQuerySet["CadetPolicy"]] = PolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Policy.Meta):
        verbose_name_plural = "cadet policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(max_age__gte=F("min_age"), max_age__lte=17),
                name="cadets_are_under_18_and_ages_in_order",
                violation_error_message="Cadets are under 18, the oldest age not below the "
                "youngest.",
            ),
            models.CheckConstraint(
                condition=Q(
                    min_age__gte=YOUNGEST,
                    consent_days__range=(1, 1096),
                    briefing_days__range=(1, 366),
                ),
                name="cadet_policy_stays_within_reason",
                violation_error_message="Cadets are 10 or older, consent is valid for three years "
                "and a briefing for one year at most, both for a day at least.",
            ),
            models.CheckConstraint(
                condition=~Q(reference_pattern="") & ~Q(reference_example=""),
                name="cadet_policy_says_how_references_look",
                violation_error_message="Enter how references look, and an example of one.",
            ),
        ]


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    """Questions about teams."""

    def visible_to(self, user: User) -> Self:
        """The members that this person may see: those of the visits that they may see."""
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def with_officer(self, user: User) -> Self:
        """All members of the teams in which this officer is."""
        return self.filter(visit__in=user.team_memberships.values("visit"))

    def at_venues(self, venues: Collection[int]) -> Self:
        """Who has been, or is to be, at one of these venues by their keys, also under an entry that
        was merged into one.
        """
        there = Q(visit__venue__in=venues) | Q(visit__venue__merged_into__in=venues)
        return self.filter(there).exclude(visit__state=VisitState.CANCELLED)

    def withdrawn(self) -> Self:
        """The cadets who withdrew from their visit, the latest first."""
        return self.filter(withdrawn_at__isnull=False).order_by("-withdrawn_at", "-pk")

    def with_who_goes(self) -> Self:
        """With ``goes``: whether an officer still is one; a cadet's rules are asked elsewhere."""
        officers = people.visiting_officers().filter(pk=OuterRef("officer"))
        return self.annotate(goes=Q(officer=None) | Exists(officers))


@tracked(part_of="visit", without=("period", "command_unit", "visit_is_over"))
class TeamMember(models.Model):
    """One officer or cadet of a visit's team."""

    class Duty(models.TextChoices):
        """What the member is there for."""

        LEAD = "lead", "Lead officer"
        """Leads the visit and logs its outcome."""

        WELFARE = "welfare", "Welfare officer"
        """Looks after the cadets and nothing else."""

        SUPPORT = "support", "Supporting officer"
        """Any other officer."""

        CADET = "cadet", "Cadet"
        """A volunteer under 18 who plays the young guest."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="team")
    officer = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="team_memberships",
        db_index=False,
    )
    cadet = models.ForeignKey(
        Cadet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="team_memberships",
        db_index=False,
    )
    command_unit = command_unit_of_venue()
    visit_is_over = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether the visit was completed or not completed: kept by PostgreSQL.",
    )
    duty = models.CharField(max_length=8, choices=Duty)
    period = DateTimeRangeField(  # type: ignore[misc]  # the stubs know no nullable range
        null=True,
        editable=False,
        help_text="When the visit takes the member up: kept by PostgreSQL from the visit's window, "
        "empty once it is cancelled.",
    )

    withdrawn_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the cadet withdrew from this visit. No reason is asked.",
    )
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        help_text="Which officer of the team said so for them.",
    )

    objects: ClassVar[TeamMemberQuerySet] = TeamMemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(duty="cadet", cadet__isnull=False, officer=None)
                | (~Q(duty="cadet") & Q(cadet=None, officer__isnull=False)),
                name="team_member_is_an_officer_or_a_cadet",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, duty="cadet"),
                name="cadets_alone_withdraw_and_it_says_by_whom",
            ),
            models.UniqueConstraint("visit", "officer", name="officer_is_once_in_a_team"),
            models.UniqueConstraint("visit", "cadet", name="cadet_is_once_in_a_team"),
            models.UniqueConstraint(
                "visit", condition=Q(duty="lead"), name="team_has_one_lead_officer"
            ),
            ExclusionConstraint(
                name="officer_is_not_in_two_visits_at_once",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(officer__isnull=False, period__isnull=False),
                violation_error_message="This officer is in another visit at that time.",
            ),
            ExclusionConstraint(
                name="cadet_is_not_in_two_visits_at_once",
                expressions=[
                    ("cadet", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(cadet__isnull=False, period__isnull=False),
                violation_error_message="This cadet is in another visit at that time.",
            ),
        ]
        indexes = [
            models.Index(
                "officer",
                "visit",
                condition=Q(officer__isnull=False),
                name="officer_in_teams",
            ),
            models.Index(
                "cadet",
                "command_unit",
                condition=Q(cadet__isnull=False),
                name="cadet_in_teams_of_unit",
            ),
        ]
        ordering = ["pk"]
        triggers = [
            pgtrigger.Trigger(
                name="team_member_says_when_and_where_the_visit_is",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # A visit that ended early frees its team; one that ran late or began early does
                # not take anybody from another visit, so that logging is never refused.
                func=f"""
                    SELECT
                        CASE
                            WHEN state = 'cancelled' THEN NULL
                            WHEN ended_at > starts_at
                                THEN tstzrange(starts_at, least(ends_at, ended_at))
                            WHEN ended_at IS NOT NULL THEN NULL
                            ELSE tstzrange(starts_at, ends_at)
                        END,
                        state IN {FINISHED_IN_SQL},
                        command_unit_id
                    INTO NEW.period, NEW.visit_is_over, NEW.command_unit_id
                    FROM operations_visit WHERE id = NEW.visit_id FOR SHARE;
                    RETURN NEW;
                """,  # noqa: S608 (put together of constants)
            ),
            pgtrigger.Trigger(
                name="team_stands_once_the_visit_has_started",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # What is copied from the visit may change: it follows the visit.
                func="""
                    IF TG_OP = 'UPDATE'
                        AND ROW(OLD.visit_id, OLD.officer_id, OLD.cadet_id, OLD.duty)
                        IS NOT DISTINCT FROM
                        ROW(NEW.visit_id, NEW.officer_id, NEW.cadet_id, NEW.duty) THEN
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT FROM operations_visit WHERE state <> 'planned' AND (
                            (TG_OP <> 'INSERT' AND id = OLD.visit_id)
                            OR (TG_OP <> 'DELETE' AND id = NEW.visit_id)
                        )
                    ) THEN
                        RAISE EXCEPTION
                            'The team of a visit stands once it has started or was cancelled.';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()} of {self.visit}"

    @property
    def gone(self) -> str:
        """What to say beside an officer who does not go any more; empty while they do."""
        return people.gone(self.officer, can=self.goes) if self.officer else ""

    @cached_property
    def goes(self) -> bool:
        """Whether an officer still is one (``with_who_goes``)."""
        return TeamMember.objects.with_who_goes().get(pk=self.pk).goes
