"""Welfare of cadets: what each said before a visit and after it."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.acts.versions import Versioned
from accounts.database import scope
from accounts.database.model_fields import LinesField
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import LOG_VISITS, PLAN_OPERATIONS
from operations import triggers
from operations.command_units import command_unit_of_venue, kept_from_visit
from operations.teams.duty_record import Stint
from operations.teams.models import Cadet, TeamMember
from operations.visits.models import Visit


class Asked(models.TextChoices):
    """When a cadet was asked."""

    BEFORE = "before", "Before the visit"
    """Whether they are willing to go on. Who is not withdraws, which no answer is kept of."""

    AFTER = "after", "After the visit"
    """How it was for them."""


class Feeling(models.TextChoices):
    """What a cadet said."""

    WILLING = "willing", "Willing to go on"
    """Before the visit; the one answer with which they go."""

    FINE = "fine", "Fine"
    """Nothing to do."""

    UNEASY = "uneasy", "A bit uneasy"
    """Somebody speaks to them."""

    UPSET = "upset", "Upset"
    """Somebody speaks to them soon."""

    RATHER_NOT_SAY = "rather_not", "Rather not say"
    """Their right."""


#: What a cadet can say after a visit, in the order in which it is offered.
AFTERWARDS = (Feeling.FINE, Feeling.UNEASY, Feeling.UPSET, Feeling.RATHER_NOT_SAY)
#: After which a planner sees that somebody speaks to the cadet.
WORRYING = (Feeling.UNEASY, Feeling.UPSET)


class WelfareAnswerQuerySet(models.QuerySet["WelfareAnswer"]):
    """Questions about what cadets said."""

    def visible_to(self, user: User) -> Self:
        """The answers that this person may see: as cadets, those of planners and of the team.

        Planners see those of the visits of their command units; an officer those of the visits in
        whose team they are.
        """
        seen = Q(pk__in=[])
        if user.has_perm(PLAN_OPERATIONS):
            seen |= user.in_my_units("command_unit")
        if user.has_perm(LOG_VISITS):
            seen |= Q(visit__in=user.team_memberships.values("visit"))
        return self.filter(seen)

    def before(self) -> Self:
        """That they were willing to go on."""
        return self.filter(asked=Asked.BEFORE)

    def after(self) -> Self:
        """How it was."""
        return self.filter(asked=Asked.AFTER)

    def to_see_to(self) -> Self:
        """Those after which nobody has spoken to the cadet yet, the oldest first."""
        return self.filter(answer__in=WORRYING, seen_to_at=None).order_by("asked_at", "pk")


@tracked(part_of="visit", without=("command_unit",))
class WelfareAnswer(Versioned):
    """What one cadet said, before a visit or after it."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="welfare_answers")
    command_unit = command_unit_of_venue()
    cadet = models.ForeignKey(Cadet, on_delete=models.PROTECT, related_name="welfare_answers")
    asked = models.CharField(max_length=6, choices=Asked)
    answer = models.CharField(max_length=10, choices=Feeling)
    note = LinesField(
        max_length=500, blank=True, help_text="About the cadet’s wellbeing, nobody else."
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    seen_to_at = models.DateTimeField(
        null=True, help_text="When a planner said that somebody has spoken to the cadet."
    )
    seen_to_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[WelfareAnswerQuerySet] = WelfareAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "visit", "cadet", "asked", name="cadet_is_asked_once_before_and_once_after"
            ),
            models.CheckConstraint(
                condition=Q(asked=Asked.BEFORE, answer=Feeling.WILLING, note="")
                | Q(asked=Asked.AFTER, answer__in=AFTERWARDS),
                name="welfare_answer_is_one_to_its_question",
            ),
            models.CheckConstraint(
                condition=Q(seen_to_at=None, seen_to_by=None)
                | Q(seen_to_at__isnull=False, seen_to_by__isnull=False, answer__in=WORRYING),
                name="answer_that_was_seen_to_is_worrying_and_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                "visit",
                condition=Q(answer__in=WORRYING, seen_to_at=None),
                name="answers_to_see_to",
            )
        ]
        ordering = ["asked_at", "pk"]
        triggers = [
            kept_from_visit("welfare_answer_lies_in_the_unit_of_its_visit"),
            pgtrigger.Trigger(
                name="welfare_answer_is_of_a_cadet_of_the_team",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM operations_teammember
                        WHERE visit_id = NEW.visit_id AND cadet_id = NEW.cadet_id
                    ) THEN
                        RAISE EXCEPTION 'The cadets of the team alone are asked.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.never_changes(
                "welfare_answer_stays_with_its_question",
                "Of whom, and about which visit, an answer is never changes.",
                *("visit_id", "cadet_id", "asked"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_asked_display()} {self.visit_id}"

    @property
    def waits(self) -> bool:
        """Whether somebody is still to speak to the cadet."""
        return self.answer in WORRYING and self.seen_to_at is None


def stints_of(cadet: Cadet) -> list[Stint]:
    """The visits of ``cadet`` that are over, whoever planned them, without a word of where."""
    with scope.all_units():  # hours count in all units together; no place and nobody is told
        said = {
            (answer.visit_id, answer.asked): answer
            for answer in WelfareAnswer.objects.filter(cadet=cadet)
        }
        members = TeamMember.objects.filter(cadet=cadet, visit__in=Visit.objects.finished())
        return [
            Stint(
                began=member.visit.started_at,
                ended=member.visit.ended_at,
                was_willing=(member.visit_id, Asked.BEFORE) in said,
                how_it_was=after.get_answer_display()
                if (after := said.get((member.visit_id, Asked.AFTER)))
                else "",
                withdrew=member.withdrawn_at is not None,
            )
            for member in members.select_related("visit")
            if member.visit.started_at and member.visit.ended_at
        ]
