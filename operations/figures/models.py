"""Figures: counts of finished visits that are alike, which a dashboard only has to add up.

A *cell* is a month of a command unit, by duty days. Whatever a figure depends on has a trigger that
notes what changed; the note only adds a row, so that nobody who logs an outcome waits for another.
``counting.py`` counts the cells of what was noted anew, and says until then how they stand. So
figures are those of the last commit, and the visits stay the truth.
"""

# Nothing that anybody enters is in the text.
# ruff: noqa: S608

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models

from accounts.dates.duty_days import duty_month_in_sql
from accounts.models import User
from accounts.roles import VIEW_RESULTS
from operations.planning.models import Draw, Operation, OperationVenue
from operations.scenarios.models import Scenario
from operations.visits.models import Visit
from operations.visits.selection import Selection
from operations.visits.states import FINISHED_IN_SQL
from venues.models import CommandUnit, TrainingSession, Venue, VenueGroup


def _of(model: type[models.Model]) -> "models.ForeignKey[Any, Any]":
    """A key that holds nobody up who deletes or changes a row of ``model``."""
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class FigureQuerySet(models.QuerySet["Figure"]):
    """Questions about figures."""

    def visible_to(self, user: User) -> Self:
        """The figures that this person may see: of their command units, as finished visits are."""
        if not user.has_perm(VIEW_RESULTS):
            return self.none()
        return self.filter(user.in_my_units("command_unit"))


class Figure(models.Model):
    """How many finished visits of a cell are alike in one way, and how they went.

    Each visit is counted once in each way. The row of a whole year is the sum of its months.
    What was done on the visits stands with the kinds of venue, which are few.
    """

    class Way(models.TextChoices):
        """In what the visits are alike."""

        OPERATION = "operation", "Operation and draw"
        """How many drawn venues were taken out of it later counts with the draw."""

        TRAINING = "training", "Training before the day of the visit"
        """By a session of the day itself a visit was followed."""

        KIND = "kind", "Kind of venue"
        """As the venue has it now."""

        GROUP = "group", "Venue group"
        """As the venue has it now."""

        REASON = "reason", "Why they were not completed"
        """Only of visits that were not."""

    command_unit = _of(CommandUnit)
    month = models.DateField(editable=False, help_text="Its first day, or that of the year.")
    whole_year = models.BooleanField(editable=False)
    scenario = _of(Scenario)
    selection = models.CharField(max_length=12, choices=Selection, editable=False)
    way = models.CharField(max_length=10, choices=Way, editable=False)
    operation = _of(Operation)
    draw = _of(Draw)
    taken_out = models.IntegerField(null=True, editable=False)
    group = _of(VenueGroup)
    name = models.CharField(
        max_length=20, editable=False, help_text="The training state, kind or reason."
    )
    training_days = models.IntegerField(
        null=True, editable=False, help_text="How long training was current by the settings."
    )

    finished = models.IntegerField(editable=False)
    completed = models.IntegerField(editable=False)
    well = models.IntegerField(editable=False, help_text="Responded well.")
    eligible = models.IntegerField(editable=False, help_text="Not completed, but could have been.")
    challenged = models.IntegerField(null=True, editable=False)
    asked_for_identification = models.IntegerField(null=True, editable=False)
    signs_recognised = models.IntegerField(null=True, editable=False)
    refused_for_signs = models.IntegerField(null=True, editable=False)
    police_contacted = models.IntegerField(null=True, editable=False)
    called = models.IntegerField(null=True, editable=False, help_text="999 or 101.")
    makesafe_known = models.IntegerField(null=True, editable=False)
    makesafe_quoted = models.IntegerField(null=True, editable=False)
    handler_known = models.IntegerField(null=True, editable=False)
    handler_recognised = models.IntegerField(null=True, editable=False)

    objects: ClassVar[FigureQuerySet] = FigureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index("command_unit", "month", name="figure_of_cell"),
            models.Index("way", "whole_year", "scenario", "month", name="figure_to_add_up"),
        ]

    def __str__(self) -> str:
        return f"Figure {self.pk}"


class UncountedQuerySet(models.QuerySet["Uncounted"]):
    """Questions about what is to be counted."""

    def visible_to(self, user: User) -> Self:
        """None: what changed may be a plan. Functions of the owner read them."""
        return self.none()


class Uncounted(models.Model):
    """A note that something changed on which figures depend, written by a trigger.

    It names a cell, or else the venue or the operation whose finished visits are to be counted
    anew. Those are looked up by whoever counts: the trigger could not see the visits that somebody
    ends at the same moment.
    """

    command_unit = _of(CommandUnit)
    month = models.DateField(null=True, editable=False)
    venue = _of(Venue)
    after = models.DateField(
        null=True, editable=False, help_text="Visits of the venue until this day stay as they were."
    )
    operation = _of(Operation)

    objects: ClassVar[UncountedQuerySet] = UncountedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Note {self.pk}"


# What notes it ----------------------------------------------------------------------------------


def _changed(*columns: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"(ROW({old}) IS DISTINCT FROM ROW({new}))"


class CountedVisit(Visit):
    """A visit, as figures count it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visit_that_is_over_is_counted",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"((OLD.state IN {FINISHED_IN_SQL} OR NEW.state IN {FINISHED_IN_SQL}) AND "
                    + _changed(
                        *("state", "outcome_id", "not_completed_reason", "venue_id", "started_at"),
                        *("command_unit_id", "operation_id", "selection"),
                    )
                    + ")"
                ),
                func=f"""
                    INSERT INTO operations_uncounted (command_unit_id, month)
                    SELECT DISTINCT unit, {duty_month_in_sql("started_at")} FROM (VALUES
                        (OLD.command_unit_id, OLD.started_at, OLD.state),
                        (NEW.command_unit_id, NEW.started_at, NEW.state)
                    ) was_and_is (unit, started_at, state) WHERE state IN {FINISHED_IN_SQL};
                    RETURN NULL;
                """,
            )
        ]


class CountedVenue(Venue):
    """A venue, as figures count its visits."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visits_are_counted_as_the_venue_is",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_changed("group_id", "kind")),
                func="INSERT INTO operations_uncounted (venue_id) VALUES (NEW.id); RETURN NULL;",
            )
        ]


class CountedTraining(TrainingSession):
    """A training session, as figures count the visits after it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visits_are_counted_by_the_training_before_them",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP = 'UPDATE' AND NOT ({_changed("venue_id", "held_on")}) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP <> 'INSERT' THEN
                        INSERT INTO operations_uncounted (venue_id, after)
                        VALUES (OLD.venue_id, OLD.held_on);
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        INSERT INTO operations_uncounted (venue_id, after)
                        VALUES (NEW.venue_id, NEW.held_on);
                    END IF;
                    RETURN NULL;
                """,
            )
        ]


class CountedChoice(OperationVenue):
    """A chosen venue, as figures say what it was drawn from."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="visits_are_counted_by_what_they_were_drawn_from",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP = 'UPDATE'
                        AND NOT ({_changed("operation_id", "venue_id", "draw_id")}) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP <> 'INSERT' AND OLD.draw_id IS NOT NULL THEN
                        INSERT INTO operations_uncounted (operation_id) VALUES (OLD.operation_id);
                    END IF;
                    IF TG_OP <> 'DELETE' AND NEW.draw_id IS NOT NULL THEN
                        INSERT INTO operations_uncounted (operation_id) VALUES (NEW.operation_id);
                    END IF;
                    RETURN NULL;
                """,
            )
        ]
