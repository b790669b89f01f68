"""Operations: a planned series of visits, and the venues chosen for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.acts.versions import Versioned
from accounts.database.model_fields import DayField, LineField, LinesField
from accounts.database.references import NaturalOrder
from accounts.dates.london import duty_day
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import PLAN_OPERATIONS, VIEW_OPERATIONS, VIEW_RESULTS, VIEW_STATISTICS
from operations import people
from operations.command_units import command_unit_of_venue, kept_from_venue
from operations.planning.operation_states import (
    MOVES,
    REOPENED_WITHIN,
    SHOWN,
    SHOWN_IN_SQL,
    WITH_AUTHORITY,
    OperationState,
    Stage,
    stage,
)
from operations.scenarios.models import Scenario
from operations.visits.policies import LONGEST_OPERATION
from operations.visits.selection import BY_CHANCE, Selection
from operations.visits.states import VisitState
from venues.models import Venue

if TYPE_CHECKING:
    from operations.visits.models import VisitQuerySet


class OperationQuerySet(models.QuerySet["Operation"]):
    """Questions about operations."""

    def visible_to(self, user: User) -> Self:
        """The operations that this person may see: of their command units, or those they lead.

        One that nobody has chosen venues for yet is seen by its lead and its maker.
        """
        if not user.has_perm(VIEW_OPERATIONS):
            return self.none()
        if user.whole_force:
            return self
        theirs = user.in_my_units("command_unit")
        chosen = OperationVenue.objects.filter(theirs, operation=OuterRef("pk"))
        return self.filter(Exists(chosen) | Q(lead=user) | Q(created_by=user))

    def with_who_leads(self) -> Self:
        """With ``is_led``: whether its lead still can, by their role."""
        return self.annotate(is_led=Exists(people.possible_leads().filter(pk=OuterRef("lead"))))

    def unled(self) -> Self:
        """Whose lead can't lead any more."""
        return self.with_who_leads().filter(is_led=False)

    def at_stage(self, wanted: Stage, *, on: dt.date) -> Self:
        """Those that are so far on the duty day ``on``; published ones are live from their first
        day.
        """
        if wanted == Stage.LIVE:
            return self.filter(state=OperationState.PUBLISHED, starts_on__lte=on)
        found = self.filter(state=wanted)
        return found.filter(starts_on__gt=on) if wanted == Stage.PUBLISHED else found

    def with_progress(self, visits: VisitQuerySet) -> Self:
        """Annotate ``progress``: by state, how many of ``visits`` (those that the reader may see)
        are in it.
        """
        states = VisitState.values
        of_it = visits.filter(operation=OuterRef("pk")).order_by().values("operation")
        counted = JSONObject(**{state: Count("pk", filter=Q(state=state)) for state in states})
        none = Value(dict.fromkeys(states, 0), models.JSONField())
        return self.annotate(
            progress=Coalesce(Subquery(of_it.annotate(n=counted).values("n")), none)
        )

    def with_draws(self) -> Self:
        """Annotate ``n_drawn``, how many draws stand, and ``n_undone``, how many were taken back.

        The record tells of those. They count too, or somebody could draw until the sample pleases.
        """
        record: Any = Draw.pgh_event_model  # type: ignore[attr-defined]  # made by @tracked
        undone = record.objects.filter(pgh_label="delete")
        return self.annotate(n_drawn=_number_of(Draw.objects.all()), n_undone=_number_of(undone))

    def with_chosen(self, chosen: OperationVenueQuerySet) -> Self:
        """Annotate ``n_chosen``: how many of ``chosen`` (those that the reader may see) it has."""
        return self.annotate(n_chosen=_number_of(chosen))


def _number_of(rows: models.QuerySet[Any]) -> Coalesce:
    """How many of ``rows`` an operation has."""
    of_it = rows.filter(operation=OuterRef("pk")).order_by().values("operation")
    return Coalesce(Subquery(of_it.annotate(n=Count("pk")).values("n")), 0)


@tracked()
class Operation(Versioned):
    """A planned series of test visits."""

    reference = LineField(max_length=40, help_text="How the force files it, like MS/2026/04.")
    name = LineField(max_length=120)
    starts_on = DayField("first day")
    ends_on = DayField("last day")
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="operations_led")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="operations")
    authorisation_reference = LineField(
        blank=True, max_length=60, help_text="Of the written authority for these visits."
    )
    notes = LinesField(blank=True, max_length=2000)
    state = models.CharField(
        max_length=10, choices=OperationState, default=OperationState.DRAFT, editable=False
    )
    authorised_from = DayField(
        null=True, editable=False, help_text="The first day of the authority that it has."
    )
    authorised_until = DayField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    wanted_starts_on = DayField("first day asked for", null=True, editable=False)
    wanted_ends_on = DayField("last day asked for", null=True, editable=False)
    wanted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="dates asked for by",
        help_text="Who asked for dates in whose way visits, or other command units, stand.",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    venues = models.ManyToManyField(Venue, through="OperationVenue", related_name="operations")

    progress: dict[str, int]
    """Of ``with_progress``."""
    n_drawn: int
    n_undone: int
    """Of ``with_draws``."""
    n_chosen: int
    """Of ``with_chosen``."""

    objects: ClassVar[OperationQuerySet] = OperationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [
            ("plan_operations", "Can plan operations, visits and teams"),
            ("authorise_operations", "Can authorise the operations of others"),
        ]
        constraints = [
            models.UniqueConstraint(
                NaturalOrder("reference"),
                name="operation_reference_is_unique",
                violation_error_message="Another operation already has this reference.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="operation_ends_on_or_after_its_first_day",
                violation_error_message="The last day must be on or after the first day.",
            ),
            # A slip in the year; and cadets stay on record until their last operation is over.
            models.CheckConstraint(
                condition=Q(ends_on__lt=F("starts_on") + LONGEST_OPERATION),
                name="operation_lasts_a_year_at_most",
                violation_error_message="An operation lasts a year at most. Check both dates.",
            ),
            models.CheckConstraint(
                condition=Q(wanted_starts_on=None, wanted_ends_on=None, wanted_by=None)
                | Q(
                    wanted_starts_on__isnull=False,
                    wanted_ends_on__isnull=False,
                    wanted_by__isnull=False,
                ),
                name="dates_asked_for_say_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(wanted_starts_on=None)
                | Q(
                    wanted_ends_on__gte=F("wanted_starts_on"),
                    wanted_ends_on__lt=F("wanted_starts_on") + LONGEST_OPERATION,
                ),
                name="dates_asked_for_could_be_an_operation_s",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=WITH_AUTHORITY,
                    authorised_from__isnull=False,
                    authorised_until__gte=F("authorised_from"),
                )
                | (~Q(state__in=WITH_AUTHORITY) & Q(authorised_from=None, authorised_until=None)),
                name="authorised_operation_says_from_when_to_when",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None, closed_by=None)),
                name="closed_operation_says_when_and_by_whom",
            ),
        ]
        ordering = ["-starts_on", NaturalOrder("reference")]
        # The natural order of a reference takes PostgreSQL longer than all else of a list.
        indexes = [
            models.Index(
                F("starts_on").desc(), NaturalOrder("reference"), name="operation_by_start"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="scenario_stands_once_a_visit_has_played_it",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.scenario_id IS DISTINCT FROM NEW.scenario_id"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_visit
                        WHERE operation_id = OLD.id AND state NOT IN ('planned', 'cancelled')
                    ) THEN
                        RAISE EXCEPTION
                            'The scenario of an operation stands once a visit has played it.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="operation_begins_as_a_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="draft"),
            ),
            pgtrigger.FSM(
                name="operation_moves_step_by_step",
                field="state",
                transitions=[
                    *((old, new) for old, news in MOVES.items() for new in sorted(news)),
                    (OperationState.CLOSED, OperationState.PUBLISHED),
                ],
            ),
            pgtrigger.Protect(
                name="closing_is_undone_at_once_or_not_at_all",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'closed' AND NEW.state <> 'closed' AND now() > "
                    f"OLD.closed_at + interval '{REOPENED_WITHIN.seconds} seconds'"
                ),
            ),
            pgtrigger.Trigger(
                name="operation_ends_before_or_after_its_visits",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'published' AND NEW.state <> 'published'"
                ),
                func="""
                    IF NEW.state = 'draft' AND EXISTS (
                        SELECT FROM operations_visit
                        WHERE operation_id = NEW.id AND state NOT IN ('planned', 'cancelled')
                    ) THEN
                        RAISE EXCEPTION
                            'An operation is not withdrawn once a visit of it has started.';
                    END IF;
                    IF NEW.state = 'closed' AND EXISTS (
                        SELECT FROM operations_visit
                        WHERE operation_id = NEW.id AND state IN ('planned', 'under_way')
                    ) THEN
                        RAISE EXCEPTION 'An operation closes once each of its visits has an end.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="operation_tells_its_visits_if_published",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
                func=f"""
                    UPDATE operations_visit SET published = NEW.state IN {SHOWN_IN_SQL}
                    WHERE operation_id = NEW.id
                    AND published IS DISTINCT FROM (NEW.state IN {SHOWN_IN_SQL});
                    RETURN NULL;
                """,  # noqa: S608 (put together of constants)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def stage(self, *, on: dt.date) -> Stage:
        """How far it is on the duty day ``on``."""
        return stage(self.state, starts_on=self.starts_on, on=on)

    @property
    def stage_today(self) -> Stage:
        """The same of today, for pages."""
        return self.stage(on=duty_day(timezone.now()))

    @property
    def is_draft(self) -> bool:
        return self.state == OperationState.DRAFT

    @property
    def is_submitted(self) -> bool:
        return self.state == OperationState.SUBMITTED

    @property
    def is_authorised(self) -> bool:
        """Authorised and not yet published."""
        return self.state == OperationState.AUTHORISED

    @property
    def is_published(self) -> bool:
        """Published and not closed: its visits can start."""
        return self.state == OperationState.PUBLISHED

    @property
    def is_closed(self) -> bool:
        return self.state == OperationState.CLOSED

    @property
    def is_shown(self) -> bool:
        """Whether its teams see their visits."""
        return self.state in SHOWN

    @cached_property
    def is_led(self) -> bool:
        """Whether its lead still can (``with_who_leads``)."""
        return people.possible_leads().filter(pk=self.lead_id).exists()

    def has_planner(self, user: User) -> bool:
        """Whether this planner decides for it as a whole, and not for one command unit alone."""
        return user.whole_force or user.pk in (self.lead_id, self.created_by_id)

    @property
    def lead_gone(self) -> str:
        """What to say beside the lead's name; empty while they lead."""
        return people.gone(self.lead, can=self.is_led)

    def get_absolute_url(self) -> str:
        return reverse("operations:operation_detail", args=[self.pk])


class DrawQuerySet(models.QuerySet["Draw"]):
    """Questions about draws."""

    def visible_to(self, user: User) -> Self:
        """The draws that this person may see: planners, those of venues of their command units;
        others who may see results, those with a visit that is over.
        """
        theirs = user.in_my_units("command_unit")
        drawn = OperationVenue.objects.filter(theirs, draw=OuterRef("pk"))
        if user.has_perm(PLAN_OPERATIONS):
            return self.filter(Exists(drawn))
        if not (user.has_perm(VIEW_RESULTS) or user.has_perm(VIEW_STATISTICS)):
            return self.none()
        over = drawn.filter(
            venue__visits__operation=F("operation"),
            venue__visits__state__in=["completed", "not_completed"],
        )
        return self.filter(Exists(over))


@tracked(part_of="operation")
class Draw(models.Model):
    """One drawing of venues by chance for an operation: from which, and how many. Never changes."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="draws")
    units = LinesField(help_text="The command units whose venues could be drawn, by name.")
    filters = LinesField(blank=True, help_text="What narrowed their venues, in words.")
    of_all = models.BooleanField(help_text="Every open venue of these units could be drawn.")
    frame_size = models.PositiveIntegerField(help_text="How many venues could be drawn.")
    left_out = models.PositiveIntegerField(
        help_text="How many more could have been, but were in the operation already."
    )
    number = models.PositiveIntegerField(help_text="How many were drawn.")
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[DrawQuerySet] = DrawQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="draw_never_changes", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"Draw {self.pk}"

    @property
    def frame(self) -> str:
        """What the venues were drawn from, in words."""
        if self.of_all:
            picked = " but those that somebody had picked before" if self.left_out else ""
            return f"all open venues of {self.units}{picked}"
        return f"a part of the venues of {self.units} ({self.filters or 'chosen otherwise'})"


class OperationVenueQuerySet(models.QuerySet["OperationVenue"]):
    """Questions about the choice of venues."""

    def visible_to(self, user: User) -> Self:
        """The choices that this person may see: planners, those of their command units.

        A venue that waits for its visit is as covert as the visit.
        """
        if not user.has_perm(PLAN_OPERATIONS):
            return self.none()
        return self.filter(user.in_my_units("command_unit"))


@tracked(part_of="operation", without=("command_unit",))
class OperationVenue(models.Model):
    """A venue chosen for an operation, and why."""

    operation = models.ForeignKey(
        Operation, on_delete=models.CASCADE, related_name="chosen_venues", db_index=False
    )
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="chosen_for")
    command_unit = command_unit_of_venue()
    selection = models.CharField(max_length=12, choices=Selection)
    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, null=True, editable=False, related_name="chosen_venues"
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[OperationVenueQuerySet] = OperationVenueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "chosen venue"
        constraints = [
            models.UniqueConstraint("operation", "venue", name="venue_is_once_in_an_operation"),
            models.CheckConstraint(
                condition=Q(draw=None) | Q(selection__in=BY_CHANCE),
                name="drawn_venue_is_chosen_by_chance",
            ),
        ]
        indexes = [models.Index("operation", "command_unit", name="chosen_of_operation_and_unit")]
        triggers = [kept_from_venue("chosen_venue_lies_in_its_command_unit")]

    def __str__(self) -> str:
        return f"{self.venue} in {self.operation}"

    @property
    def is_drawn(self) -> bool:
        """Chosen by chance, so that nobody takes it out without a reason."""
        return self.selection in BY_CHANCE
