"""Authorisations: what was asked to be authorised of an operation, and what was decided."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.database.model_fields import DayField, LineField, LinesField
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import AUTHORISE_OPERATIONS
from operations import triggers
from operations.approval.scope import Scope
from operations.planning.models import Operation
from operations.scenarios.models import Scenario


class Considered(models.TextChoices):
    """Which authority the law asks for, as whoever authorises sees it."""

    NONE_NEEDED = "none_needed", "No authority under RIPA is needed"
    """Nobody is watched, and nobody makes a relationship to learn something by it."""

    DIRECTED = "directed", "Directed surveillance"
    """Covert and likely to obtain private information about a person."""

    CHIS = "chis", "Covert human intelligence source (CHIS)"
    """Somebody makes or keeps a relationship for a covert purpose."""


class Decision(models.TextChoices):
    """What was decided."""

    WAITING = "waiting", "Waits for a decision"
    """Nobody has decided yet."""

    AUTHORISED = "authorised", "Authorised"
    """It may go on within its limits."""

    REFUSED = "refused", "Refused"
    """It may not, and the rationale says why."""


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Questions about authorisations."""

    def visible_to(self, user: User) -> Self:
        """Those of the operations that this person may see. They name no venue and no visit."""
        return self.filter(operation__in=Operation.objects.visible_to(user))

    def waiting(self) -> Self:
        """Neither decided nor withdrawn."""
        return self.filter(decision=Decision.WAITING, withdrawn_at=None)

    def for_decision_by(self, user: User) -> Self:
        """Those that wait for this person, the longest first: none of their own operations, and
        none with venues of command units that are not theirs.
        """
        if not user.has_perm(AUTHORISE_OPERATIONS):
            return self.none()
        found = self.visible_to(user).waiting().exclude(submitted_by=user)
        found = found.exclude(operation__created_by=user).exclude(operation__lead=user)
        found = found.exclude(lead=user).order_by("submitted_at", "pk")
        if user.whole_force:
            return found
        return found.filter(
            units__contained_by=list(user.command_units.values_list("pk", flat=True))
        )

    def standing(self) -> Self:
        """Those by which an operation goes on, the latest first."""
        found = self.filter(decision=Decision.AUTHORISED, withdrawn_at=None)
        return found.order_by("-pk")


@tracked(part_of="operation")
class Authorisation(models.Model):
    """What somebody asked to be authorised, frozen, and what another person decided about it."""

    operation = models.ForeignKey(
        Operation, on_delete=models.CASCADE, related_name="authorisations"
    )
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="+")
    authorisation_reference = LineField("reference of the authority", max_length=60)
    starts_on = DayField("first day")
    ends_on = DayField("last day")
    units: Any = ArrayField(
        models.BigIntegerField(),
        null=True,
        blank=True,
        help_text="The command units whose venues are chosen; null: the whole force.",
    )
    venues_at_most = models.PositiveSmallIntegerField(
        "venues at most", validators=[MinValueValidator(1)]
    )
    cadet_visits_at_most = models.PositiveSmallIntegerField("visits with a cadet at most")
    fingerprint = models.CharField(
        max_length=64, editable=False, help_text="A hash of all that was asked for."
    )
    risk_assessment = LineField("reference of the risk assessment", max_length=60)
    risk_assessed_on = DayField("date of the risk assessment")
    equality_check = LineField("reference of the equality check", max_length=60)
    equality_checked_on = DayField("date of the equality check")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    decision = models.CharField(max_length=10, choices=Decision, default=Decision.WAITING)
    considered = models.CharField(
        "authority considered", max_length=11, choices=Considered, blank=True
    )
    rationale = LinesField(blank=True, max_length=2000)
    valid_from = DayField("authorised from", null=True, blank=True)
    valid_until = DayField("authorised until", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = LineField(blank=True, max_length=200, editable=False)

    objects: ClassVar[AuthorisationQuerySet] = AuthorisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                "operation",
                condition=Q(decision="waiting", withdrawn_at=None),
                name="operation_waits_for_one_decision_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_by=None, decided_at=None)
                | (
                    ~Q(decision="waiting")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(rationale="")
                ),
                name="decision_says_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(decision="authorised", valid_until__gte=F("valid_from"))
                & ~Q(considered="")
                | (~Q(decision="authorised") & Q(valid_from=None, valid_until=None, considered="")),
                name="authority_says_which_and_from_when_to_when",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="withdrawn_authorisation_says_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="asked_for_days_are_in_order"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="authorised_by_somebody_else",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.decision = 'authorised'"),
                func="""
                    IF NEW.decided_by_id IN (NEW.submitted_by_id, NEW.lead_id) OR EXISTS (
                        SELECT FROM operations_operation
                        WHERE id = NEW.operation_id AND created_by_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'Nobody authorises what they wrote, submitted or lead.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.never_changes(
                "what_was_asked_for_never_changes",
                "What was asked to be authorised never changes.",
                *("operation_id", "lead_id", "scenario_id", "authorisation_reference", "starts_on"),
                *("ends_on", "units", "venues_at_most", "cadet_visits_at_most", "fingerprint"),
                *("risk_assessment", "risk_assessed_on", "equality_check", "equality_checked_on"),
                *("submitted_by_id", "submitted_at"),
            ),
            triggers.never_changes(
                "what_was_decided_never_changes",
                "What was decided about an operation never changes.",
                *("decision", "considered", "rationale", "valid_from", "valid_until"),
                *("decided_by_id", "decided_at"),
                once="OLD.decision <> 'waiting' OR OLD.withdrawn_at IS NOT NULL",
            ),
            triggers.never_changes(
                "what_was_withdrawn_stays_so",
                "What was withdrawn stays so: submit the operation again.",
                *("withdrawn_by_id", "withdrawn_at", "withdrawn_reason"),
                once="OLD.withdrawn_at IS NOT NULL",
            ),
            pgtrigger.Protect(name="authorisation_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Authorisation {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.decision == Decision.WAITING and self.withdrawn_at is None

    @property
    def is_standing(self) -> bool:
        """Whether an operation goes on by it, unless a later one does."""
        return self.decision == Decision.AUTHORISED and self.withdrawn_at is None

    @property
    def is_refused(self) -> bool:
        return self.decision == Decision.REFUSED

    @property
    def scope(self) -> Scope:
        """What was asked for. The days that were given may be fewer: no visit lies outside them."""
        return Scope(
            lead=self.lead_id,
            scenario=self.scenario_id,
            reference=self.authorisation_reference,
            first=self.starts_on,
            last=self.ends_on,
            units=None if self.units is None else frozenset(self.units),
            venues=self.venues_at_most,
            cadet_visits=self.cadet_visits_at_most,
        )


class OperationWithAuthority(Operation):
    """An operation, as PostgreSQL lets it go on: with a decision of somebody else."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="operation_goes_on_by_a_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state IS DISTINCT FROM NEW.state"
                    " AND NEW.state IN ('submitted', 'authorised', 'published')"
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM operations_authorisation
                        WHERE operation_id = NEW.id AND withdrawn_at IS NULL AND decision =
                            CASE NEW.state WHEN 'submitted' THEN 'waiting' ELSE 'authorised' END
                    ) THEN
                        RAISE EXCEPTION 'An operation goes on by somebody else’s decision.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="authorised_dates_are_those_of_the_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.authorised_from IS NOT NULL AND ROW(OLD.authorised_from,"
                    " OLD.authorised_until) IS DISTINCT FROM"
                    " ROW(NEW.authorised_from, NEW.authorised_until)"
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM operations_authorisation
                        WHERE operation_id = NEW.id AND decision = 'authorised'
                            AND withdrawn_at IS NULL
                            AND valid_from = NEW.authorised_from
                            AND valid_until = NEW.authorised_until
                    ) THEN
                        RAISE EXCEPTION 'The authorised dates are those of the decision.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
