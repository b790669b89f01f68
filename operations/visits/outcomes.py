"""Outcomes: what was observed on a visit, as facts."""

import uuid
from typing import ClassVar, Self

import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.database.model_fields import LineField, LinesField
from accounts.models import User
from accounts.record.events import tracked
from operations.command_units import command_unit_of_venue, kept_from_visit
from operations.visits.facts import FOLLOWS
from operations.visits.models import Visit
from operations.visits.verdict import Verdict

VERDICTS = [(verdict.value, verdict.label) for verdict in Verdict]


class RefusalGround(models.TextChoices):
    """Why staff refused the room, as they said or as it was plain."""

    WARNING_SIGNS = "warning_signs", "Because of the warning signs"
    """They were worried about the young person. The only ground that counts for the verdict."""

    NO_IDENTIFICATION = "no_identification", "No identification was shown"
    """A rule of the house, whoever asks."""

    PAYMENT = "payment", "They do not take cash"
    """A rule of the house, whoever asks."""

    HOUSE_RULE = "house_rule", "Another rule of the house"
    """Such as no guests under 18, or booking online only."""

    NOT_SAID = "not_said", "No reason given"
    """The room was refused without a word why."""


_SIGNS = Q(refusal_ground=RefusalGround.WARNING_SIGNS)
_POLICE = Q(police_contacted=True)

#: The table of rule 1 in ``operations/visits/verdict.py``, as PostgreSQL keeps it. A rule 2 is
#: added here.
BY_THE_RULE = Q(verdict_rule=1) & (
    (_SIGNS & _POLICE & Q(verdict=Verdict.RESPONDED_WELL.value))
    | (_SIGNS & ~_POLICE & Q(verdict=Verdict.PARTLY.value))
    | (~_SIGNS & _POLICE & Q(verdict=Verdict.PARTLY.value))
    | (~_SIGNS & ~_POLICE & Q(verdict=Verdict.REFRESHER_NEEDED.value))
)


class ContactMethod(models.TextChoices):
    """How staff contacted the police."""

    CALL_999 = "999", "Called 999"
    """The emergency number."""

    CALL_101 = "101", "Called 101"
    """The number for what is not an emergency."""

    IN_PERSON = "in_person", "Told an officer in person"
    """For example a patrol outside."""

    ONLINE = "online", "Reported online"
    """By the force's website."""


def _applies(question: str) -> Q:
    """The rule of ``facts.py`` as PostgreSQL asks it."""
    rule = FOLLOWS.get(question)
    if rule is None:
        return Q()
    after = Q(**{f"{rule.question}__in": sorted(rule.answers)})
    # PostgreSQL takes "not known" for kept, hence the second look.
    return _applies(rule.question) & after & Q(**{f"{rule.question}__isnull": False})


def _only_what_applies() -> list[models.CheckConstraint]:
    """For each question that follows another: no answer to it where it does not apply."""
    checks = []
    for check, question in QUESTION_OF_CHECK.items():
        rule, empty = FOLLOWS[question], Q(**{question: FOLLOWS[question].empty})
        fits = _applies(question) & ~empty | ~_applies(question) & empty
        checks.append(
            models.CheckConstraint(
                condition=fits if rule.is_known else _applies(question) | empty,
                name=check,
                violation_error_message=NOT_SAID.get(question),
            )
        )
    return checks


#: The check of each question that follows another one.
QUESTION_OF_CHECK = {f"{question}_only_where_it_applies": question for question in FOLLOWS}
NOT_SAID = {
    "refusal_ground": "Say why the room was refused.",
    "contact_method": "Say how police were contacted.",
}


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Questions about outcomes."""

    def visible_to(self, user: User) -> Self:
        """The outcomes that this person may see: those of the visits that they may see."""
        return self.filter(visit__in=Visit.objects.visible_to(user))


@tracked(part_of="visit", without=("submission", "command_unit"))
class Outcome(models.Model):
    """What was observed on a visit, as facts, and the verdict that followed from them.

    A revision never changes: a correction is a new one, and the visit points to the latest.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="outcomes")
    command_unit = command_unit_of_venue()
    revision = models.PositiveSmallIntegerField(default=1)
    submission = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        help_text="Made on the phone: the same submission sent twice counts once.",
    )
    correction_reason = LineField(max_length=200, blank=True)
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    challenged = models.BooleanField(
        help_text="Staff asked about the situation: who they were, what they were doing."
    )
    asked_for_identification = models.BooleanField()
    signs_recognised = models.BooleanField(help_text="By what staff said or did.")
    room_refused = models.BooleanField()
    refusal_ground = models.CharField(max_length=20, choices=RefusalGround, blank=True)
    police_contacted = models.BooleanField()
    contact_method = models.CharField(max_length=10, choices=ContactMethod, blank=True)
    contact_minutes = models.PositiveSmallIntegerField(
        null=True,
        validators=[MaxValueValidator(24 * 60)],
        help_text="Minutes from when the team asked for a room to the contact; empty: not known.",
    )
    makesafe_quoted = models.BooleanField(null=True, help_text="Empty: not known, or no contact.")
    incident_reference = LineField(max_length=40, blank=True)
    call_handler_recognised = models.BooleanField(
        null=True, help_text="The call handler saw the CSE element. Empty: not known."
    )
    officers_sent = models.BooleanField(null=True, help_text="Empty: not known, or no contact.")
    officers_arrived_minutes = models.PositiveSmallIntegerField(
        null=True,
        validators=[MaxValueValidator(24 * 60)],
        help_text="Minutes from the contact to officers arriving; empty: they did not, or before "
        "the team left nobody knew.",
    )
    staff_debriefed = models.BooleanField()
    materials_left = models.BooleanField()
    refresher_accepted = models.BooleanField(
        null=True, help_text="Accepted on the spot. Empty: it was not offered."
    )
    notes = LinesField(blank=True, max_length=4000)

    verdict = models.CharField(max_length=20, choices=VERDICTS)
    verdict_rule = models.PositiveSmallIntegerField(
        help_text="The version of the rule that judged it."
    )

    objects: ClassVar[OutcomeQuerySet] = OutcomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("view_statistics", "Can see the dashboard and its tables")]
        constraints = [
            models.UniqueConstraint("visit", "revision", name="outcome_revision_is_unique"),
            models.CheckConstraint(
                condition=Q(revision=1, correction_reason="")
                | (Q(revision__gt=1) & ~Q(correction_reason="")),
                name="correction_says_why",
            ),
            *_only_what_applies(),
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="verdict_is_one_of_three",
            ),
            models.CheckConstraint(condition=BY_THE_RULE, name="verdict_is_what_the_rule_says"),
        ]
        ordering = ["visit", "-revision"]
        triggers = [
            pgtrigger.Protect(
                name="outcome_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["command_unit"]),
            ),
            pgtrigger.Protect(name="outcome_is_never_deleted", operation=pgtrigger.Delete),
            kept_from_visit("outcome_lies_in_the_command_unit_of_its_visit"),
            pgtrigger.Trigger(
                name="outcome_is_of_a_visit_that_was_made",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM operations_visit
                        WHERE id = NEW.visit_id AND (
                            state IN ('under_way', 'completed')
                            OR not_completed_reason = 'not_closed'
                        )
                    ) THEN
                        RAISE EXCEPTION 'Only a visit under way or completed has an outcome.';
                    END IF;
                    IF NEW.revision IS DISTINCT FROM (
                        SELECT coalesce(max(revision), 0) + 1
                        FROM operations_outcome WHERE visit_id = NEW.visit_id
                    ) THEN
                        RAISE EXCEPTION 'Revisions of an outcome are numbered without a gap.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Outcome of {self.visit}, revision {self.revision}"
