"""Visits: one attempt at one venue."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from accounts.acts.versions import Versioned
from accounts.addresses import number_of
from accounts.database.model_fields import DayField, LineField, LinesField, MomentField
from accounts.dates.duty_days import duty_day_in_sql
from accounts.dates.london import duty_begins, duty_day, duty_ends
from accounts.models import User
from accounts.record.events import tracked
from accounts.roles import (
    LOG_VISITS,
    PLAN_OPERATIONS,
    VIEW_BOARD,
    VIEW_OPERATIONS,
    VIEW_RESULTS,
)
from operations import people, triggers
from operations.command_units import command_unit_of_venue, kept_from_venue
from operations.visits.policies import LONGEST_WINDOW, VisitPolicy
from operations.visits.selection import Selection
from operations.visits.states import (
    AHEAD,
    AHEAD_IN_SQL,
    FINISHED,
    FINISHED_IN_SQL,
    GOES_BACK,
    MOVES,
    ON_BOARD_AFTER,
    ON_BOARD_BEFORE,
    UNDO_DEADLINE,
    WAYS_BACK,
    NotCompletedReason,
    VisitState,
)
from operations.visits.verdict import Verdict
from venues.models import Venue

#: What radios call a team: said aloud, so plain. Not a name of anything else.
CALL_SIGN = r"^[A-Za-z0-9][A-Za-z0-9 /-]{1,19}$"


class VisitQuerySet(models.QuerySet["Visit"]):
    """Questions about visits."""

    def visible_to(self, user: User) -> Self:
        """The visits that this person may see. A planned visit is covert.

        Its team sees it once its operation is published, and the planners of its command unit do
        from the start. Whoever may see results sees the
        visits of their command units once they are over. The live board asks :meth:`on_board`.
        """
        mine = Q(pk__in=[])
        if user.has_perm(LOG_VISITS):
            mine |= Q(pk__in=user.team_memberships.values("visit"), published=True)
        if user.has_perm(PLAN_OPERATIONS):
            mine |= user.in_my_units("command_unit")
        elif user.has_perm(VIEW_RESULTS):
            mine |= user.in_my_units("command_unit") & Q(state__in=FINISHED)
        return self.filter(mine)

    def plannable_by(self, user: User) -> Self:
        """The visits whose plan this person may change: planners, those of their command units.

        A member of the team may not, unless they plan for the venue's command unit.
        """
        return self.filter(_planned_by(user))

    def for_officer(self, user: User) -> Self:
        """The visits in whose team this officer is, as far as they are published, soonest first."""
        return self.with_in_team(user).filter(published=True)

    def with_in_team(self, user: User) -> Self:
        """The same for those who plan: also those that their team does not know of yet."""
        team = user.team_memberships.values("visit")
        return self.filter(pk__in=team).order_by("starts_at", "pk")

    def planned(self) -> Self:
        """Still to come."""
        return self.filter(state=VisitState.PLANNED)

    def under_way(self) -> Self:
        """Started and not yet over."""
        return self.filter(state=VisitState.UNDER_WAY)

    def has_started(self) -> Self:
        """Under way or over: its scenario was played, or the team set out to."""
        return self.exclude(state__in=[VisitState.PLANNED, VisitState.CANCELLED])

    def completed(self) -> Self:
        """The venue was tested and the outcome logged."""
        return self.filter(state=VisitState.COMPLETED)

    def finished(self) -> Self:
        """Over, whether the venue could be tested or not."""
        return self.filter(state__in=FINISHED)

    def ahead(self) -> Self:
        """Planned or under way, soonest first."""
        return self.filter(state__in=AHEAD).order_by("starts_at", "pk")

    def called_off(self, *, at: dt.datetime) -> Self:
        """Cancelled, with a window that is not over yet: the team must not go."""
        return self.filter(state=VisitState.CANCELLED, ends_at__gt=at)

    def over(self) -> Self:
        """Finished or cancelled, the latest first."""
        return self.filter(state__in=[*FINISHED, VisitState.CANCELLED]).order_by(
            "-starts_at", "-pk"
        )

    def not_within(self, first: dt.date, last: dt.date) -> Self:
        """Those whose window does not lie in the duty days from ``first`` to ``last``."""
        outside = Q(starts_at__lt=duty_begins(first)) | Q(ends_at__gt=duty_ends(last))
        return self.filter(outside)

    def past_retention(self, *, before: dt.datetime) -> Self:
        """Those whose window closed before, with people and free text still on record."""
        return self.filter(ends_at__lt=before, anonymous_since=None).order_by("pk")

    def responded_well(self) -> Self:
        """Completed with the best verdict."""
        return self.completed().filter(outcome__verdict=Verdict.RESPONDED_WELL)

    def overdue(self, *, at: dt.datetime) -> Self:
        """Under way though the window and its margin have passed: nobody knows how it stands."""
        return self.under_way().filter(ends_at__lt=at - visit_rules(at=at).margin)

    def endable_by(self, user: User) -> Self:
        """The visits that this person may end once they are overdue, without being of the team.

        The planners of its command unit, the lead of its operation, and the control room, on whose
        board it is. Else an account that is closed would leave a live test for ever.
        """
        if user.has_perm(VIEW_BOARD):
            return self
        theirs = _planned_by(user)
        if user.has_perm(VIEW_OPERATIONS):
            theirs |= Q(operation__lead=user)
        return self.filter(theirs)

    def led_by(self, user: User, *, at: dt.datetime, also_started: bool = False) -> Self:
        """The planned visits whose start this person may allow although something is missing.

        Those that they may plan; and those of the operation that they lead, once their time is
        near: the team calls its lead then, who learns of no visit before.

        Args:
            user: The person.
            at: Now.
            also_started: Whether those that are no longer planned count too.

        """
        theirs = _planned_by(user)
        if user.has_perm(VIEW_OPERATIONS):
            near = Q(starts_at__lte=at + ON_BOARD_BEFORE, ends_at__gte=at - ON_BOARD_AFTER)
            near &= Q(published=True)
            theirs |= Q(operation__lead=user) & near
        led = self.filter(theirs)
        return led if also_started else led.planned()

    def correctable_by(self, user: User) -> Self:
        """The visits of which this person may correct what was logged.

        Those in whose team they are. Once no officer of the team signs in as one any more, those
        who plan for its command unit or lead its operation: else a slip would stand for ever.
        """
        mine = Q(pk__in=[])
        if user.has_perm(LOG_VISITS):
            mine |= Q(pk__in=user.team_memberships.values("visit"))
        theirs = _planned_by(user)
        if user.has_perm(VIEW_OPERATIONS):
            theirs |= Q(operation__lead=user)
        officers = User.objects.filter(team_memberships__visit=OuterRef("pk"))
        still = people.visiting_officers().filter(team_memberships__visit=OuterRef("pk"))
        return self.filter(mine | theirs & Exists(officers) & ~Exists(still))

    def on_board(self, *, at: dt.datetime) -> Self:
        """What a call handler may see: visits under way, and those whose window is near.

        PostgreSQL's policy is made from the same times (``operations/protection``).
        """
        near = Q(
            state=VisitState.PLANNED,
            published=True,
            starts_at__lte=at + ON_BOARD_BEFORE,
            ends_at__gte=at - ON_BOARD_AFTER,
        )
        just_over = Q(state__in=FINISHED, ended_at__gte=at - ON_BOARD_AFTER)
        # Of its own team any; a call for help of another at the same place too. A call from there
        # is real until somebody has closed it, and for good where the team found a real concern.
        its_own = Q(pk=OuterRef("pk"))
        still = Q(alarms__closed_at=None)
        in_need = self.model._base_manager.filter(
            its_own & (still | Q(alarms__kind="concern"))
            | still & Q(alarms__kind__in=CALLS_FOR_HELP),
            venue=OuterRef("venue"),
            alarms__isnull=False,
        )
        shown = self.filter(Q(state=VisitState.UNDER_WAY) | near | just_over)
        return shown.annotate(needs_help=Exists(in_need)).order_by("starts_at", "pk")


def _planned_by(user: User) -> Q:
    """The visits that this person may plan, as a condition."""
    if not user.has_perm(PLAN_OPERATIONS):
        return Q(pk__in=[])
    return user.in_my_units("command_unit")


#: Kinds of alarm by which a team called for help itself (``operations/safety/deadlines.py``).
CALLS_FOR_HELP = ("concern", "duress")


@tracked(without=("submission", "at_venue", "command_unit", "published"))
class Visit(Versioned):
    """A test visit: one attempt at one venue, in a time window, by a team."""

    needs_help = False
    """Whether its team has an alarm open, or one called for help there; known to ``on_board``."""

    operation = models.ForeignKey(
        "operations.Operation", on_delete=models.PROTECT, related_name="visits"
    )
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="visits")
    command_unit = command_unit_of_venue(index=True)
    selection = models.CharField(max_length=12, choices=Selection, default=Selection.RANDOM)
    call_sign = LineField(max_length=20, blank=True, help_text="Of the team, like Oscar 21.")
    starts_at = MomentField("from")
    ends_at = MomentField("until")
    state = models.CharField(
        max_length=15, choices=VisitState, default=VisitState.PLANNED, editable=False
    )
    published = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether its operation is published, so that its team sees it: kept by "
        "PostgreSQL.",
    )
    started_at = models.DateTimeField(null=True, editable=False)
    started_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    control_room_told_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the team said that the control room knows of the start.",
    )
    control_room_told_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    # Deliberately not unique: a trigger makes sure that the outcome is one of this visit's, and an
    # update of a unique column takes a lock that blocks inserts of rows pointing to the visit.
    outcome = models.ForeignKey(
        "Outcome",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The outcome that counts: the latest revision.",
    )
    not_completed_reason = models.CharField(
        max_length=20, choices=NotCompletedReason, blank=True, editable=False
    )
    not_completed_notes = LinesField(blank=True, max_length=2000, editable=False)
    submission = models.UUIDField(
        null=True,
        editable=False,
        help_text="The phone's own number of the message that ended the visit as not completed.",
    )
    not_completed_revision = models.PositiveSmallIntegerField(
        default=1,
        editable=False,
        help_text="Counts the corrections of why the venue could not be tested.",
    )
    correction_reason = LineField(max_length=200, blank=True, editable=False)
    cancelled_reason = LineField(max_length=200, blank=True, editable=False)
    at_venue = DateTimeRangeField(  # type: ignore[misc]  # the stubs know no nullable range
        null=True,
        editable=False,
        help_text="When the visit takes its venue up: kept by PostgreSQL, empty once it is over.",
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    anonymous_since = DayField(
        null=True,
        editable=False,
        help_text="When the people and the free text were erased by the rules of retention.",
    )

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [
            ("log_visits", "Can start visits and log their outcome"),
            ("view_board", "Can see the live tests"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="visit_ends_after_it_starts",
                violation_error_message="The window must end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(call_sign="") | Q(call_sign__regex=CALL_SIGN),
                name="call_sign_is_short_and_plain",
                violation_error_message="A call sign is 2 to 20 letters, figures, spaces, / or -.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST_WINDOW),
                name="visit_window_is_at_most_twelve_hours",
                violation_error_message="A window is at most 12 hours long.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"], started_at=None, started_by=None)
                | Q(
                    state__in=["under_way", "completed", "not_completed"],
                    started_at__isnull=False,
                    started_by__isnull=False,
                ),
                name="started_visit_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(control_room_told_at=None, control_room_told_by=None)
                | Q(
                    control_room_told_at__isnull=False,
                    control_room_told_by__isnull=False,
                    started_at__isnull=False,
                ),
                name="visit_says_who_told_the_control_room_of_its_start",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["completed", "not_completed"], ended_at__isnull=False)
                | (~Q(state__in=["completed", "not_completed"]) & Q(ended_at=None)),
                name="finished_visit_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="visit_is_over_after_it_started",
            ),
            models.UniqueConstraint(
                "submission",
                condition=Q(submission__isnull=False),
                name="submission_that_ended_a_visit_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(state="completed", outcome__isnull=False)
                | (~Q(state="completed") & Q(outcome=None)),
                name="completed_visit_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=(Q(state="not_completed") & ~Q(not_completed_reason=""))
                | (~Q(state="not_completed") & Q(not_completed_reason="")),
                name="visit_not_completed_says_why",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_reason=""))
                | (~Q(state="cancelled") & Q(cancelled_reason="")),
                name="cancelled_visit_says_why",
            ),
            ExclusionConstraint(
                name="venue_has_one_team_of_an_operation_at_once",
                expressions=[
                    ("operation", RangeOperators.EQUAL),
                    ("venue", RangeOperators.EQUAL),
                    ("at_venue", RangeOperators.OVERLAPS),
                ],
                condition=Q(at_venue__isnull=False),
                violation_error_message="Another team of this operation is at this venue at that "
                "time. Choose another time.",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="cancelled_visit_says_when",
            ),
            models.CheckConstraint(
                condition=Q(not_completed_revision=1, correction_reason="")
                | (
                    Q(state="not_completed", not_completed_revision__gt=1)
                    & ~Q(correction_reason="")
                ),
                name="corrected_visit_says_why",
            ),
        ]
        indexes = [
            models.Index("starts_at", name="visit_by_start"),
            models.Index("state", "starts_at", name="visit_by_state"),
            models.Index(fields=["venue", "-starts_at"], name="visit_of_venue"),
            models.Index("ended_at", condition=Q(ended_at__isnull=False), name="visit_by_end"),
            models.Index(
                "command_unit",
                "started_at",
                condition=Q(state__in=["completed", "not_completed"]),
                name="finished_visit_of_unit",
            ),
        ]
        ordering = ["starts_at", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="visit_begins_as_planned",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="planned"),
            ),
            pgtrigger.Trigger(
                name="visit_is_of_an_operation_that_goes_on",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "operation_id"),  # type: ignore[no-untyped-call]
                func="""
                    SELECT state IN ('published', 'closed') INTO NEW.published
                    FROM operations_operation WHERE id = NEW.operation_id;
                    IF NEW.state = 'planned' AND EXISTS (
                        SELECT FROM operations_operation
                        WHERE id = NEW.operation_id AND state = 'closed'
                    ) THEN
                        RAISE EXCEPTION 'A closed operation takes no more visits.';
                    END IF;
                    IF NEW.state = 'under_way' AND NOT EXISTS (
                        SELECT FROM operations_operation
                        WHERE id = NEW.operation_id AND state = 'published'
                    ) THEN
                        RAISE EXCEPTION 'A visit starts once its operation is published.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.FSM(
                name="visit_moves_only_as_allowed",
                field="state",
                transitions=[
                    *((old, new) for old, news in MOVES.items() for new in sorted(news)),
                    *((old, new) for old, (new, _) in WAYS_BACK.items()),
                ],
            ),
            pgtrigger.Protect(
                name="only_a_visit_left_open_is_completed_late",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'not_completed' AND NEW.state = 'completed'"
                    " AND OLD.not_completed_reason <> 'not_closed'"
                ),
            ),
            pgtrigger.Protect(
                name="real_concern_is_corrected_not_undone",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'not_completed' AND NEW.state = 'under_way'"
                    " AND OLD.not_completed_reason = 'real_concern'"
                ),
            ),
            pgtrigger.Trigger(
                name="visit_goes_back_for_a_while_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"({GOES_BACK})"),
                func=f"""
                    IF now() > {UNDO_DEADLINE} THEN
                        RAISE EXCEPTION 'It is too late to take this back.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="visit_takes_its_venue_up_until_it_is_over",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # Two entries of one place may become one although teams are planned at both: to
                # refuse it would tell of visits that whoever merges may not see.
                func=f"""
                    IF NEW.state NOT IN {AHEAD_IN_SQL} OR NEW.ends_at <= NEW.starts_at
                    THEN
                        NEW.at_venue := NULL;
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.state IN {AHEAD_IN_SQL}
                        AND ROW(OLD.venue_id, OLD.starts_at, OLD.ends_at)
                        = ROW(NEW.venue_id, NEW.starts_at, NEW.ends_at)
                    THEN
                        NEW.at_venue := OLD.at_venue;
                        RETURN NEW;
                    END IF;
                    NEW.at_venue := tstzrange(NEW.starts_at, NEW.ends_at);
                    IF TG_OP = 'UPDATE' AND NEW.venue_id <> OLD.venue_id AND EXISTS (
                        SELECT FROM operations_visit other
                        WHERE other.operation_id = NEW.operation_id
                        AND other.venue_id = NEW.venue_id AND other.id <> NEW.id
                        AND other.at_venue && NEW.at_venue
                    ) THEN
                        NEW.at_venue := NULL;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="visit_with_a_cadet_starts_with_two_adults",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state="planned", new__state="under_way"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_teammember
                        WHERE visit_id = NEW.id AND cadet_id IS NOT NULL
                    ) AND NOT (
                        SELECT count(*) >= 2 AND bool_or(duty = 'welfare')
                        FROM operations_teammember
                        WHERE visit_id = NEW.id AND officer_id IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION
                            'Where a cadet goes there are two adults, one the welfare officer.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="visit_starts_with_cadets_who_may_go",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state="planned", new__state="under_way"),
                declare=[("today", "date")],
                # No finer than operations/teams/cadet_rules.py, which the act asks.
                func=f"""
                    today := (NEW.started_at AT TIME ZONE 'Europe/London')::date;
                    IF EXISTS (
                        SELECT FROM operations_teammember member
                        JOIN operations_cadet cadet ON cadet.id = member.cadet_id
                        LEFT JOIN LATERAL (
                            SELECT min_age, max_age, consent_days FROM operations_cadetpolicy
                            WHERE valid_from <= today ORDER BY valid_from DESC LIMIT 1
                        ) policy ON true
                        WHERE member.visit_id = NEW.id AND (
                            member.withdrawn_at IS NOT NULL
                            OR cadet.consented_on IS NULL
                            OR cadet.consented_on > today
                            OR cadet.consented_on + coalesce(policy.consent_days, 1096)::int
                                <= {duty_day_in_sql("NEW.started_at")}
                            OR extract(year FROM age(today, cadet.birth_date)) NOT BETWEEN
                                coalesce(policy.min_age, 10) AND coalesce(policy.max_age, 17)
                        )
                    ) THEN
                        RAISE EXCEPTION
                            'Each cadet is of the right age, has consent and has not withdrawn.';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (put together of constants)
            ),
            pgtrigger.Trigger(
                name="visit_tells_its_team_the_period",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("starts_at", "ends_at", "state", "ended_at"),  # type: ignore[no-untyped-call]
                func="UPDATE operations_teammember SET period = NULL WHERE visit_id = NEW.id;"
                " RETURN NULL;",
            ),
            kept_from_venue("visit_lies_in_the_command_unit_of_its_venue"),
            pgtrigger.Trigger(
                name="visit_tells_its_command_unit",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.command_unit_id IS DISTINCT FROM NEW.command_unit_id"
                ),
                func="""
                    UPDATE operations_teammember SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_outcome SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_followup SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_checkin SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_alarm SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_call SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_welfareanswer SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    UPDATE operations_startoverride SET command_unit_id = NEW.command_unit_id
                    WHERE visit_id = NEW.id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="visit_says_what_was_last_at_its_venue",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                    *("state", "started_at", "ended_at", "outcome_id", "venue_id"),
                    "command_unit_id",
                )
                | pgtrigger.Delete,
                declare=[("one", "bigint")],
                # Of two that end at a venue at once the second waits, and then finds the first.
                func=f"""
                    IF NOT coalesce(OLD.state IN {FINISHED_IN_SQL}, FALSE)
                        AND NOT coalesce(NEW.state IN {FINISHED_IN_SQL}, FALSE)
                    THEN
                        RETURN NULL;
                    END IF;
                    FOR one IN
                        SELECT DISTINCT venue FROM unnest(ARRAY[OLD.venue_id, NEW.venue_id]) venue
                        WHERE venue IS NOT NULL ORDER BY venue
                    LOOP
                        PERFORM pg_advisory_xact_lock(hashtextextended('last visit', one));
                        INSERT INTO operations_lastvisit
                            (venue_id, command_unit_id, visited_on, verdict)
                        SELECT one, max(command_unit_id), {duty_day_in_sql("max(started_at)")},
                            coalesce((
                                SELECT outcome.verdict FROM operations_visit visit
                                JOIN operations_outcome outcome ON outcome.id = visit.outcome_id
                                WHERE visit.venue_id = one
                                ORDER BY visit.ended_at DESC, visit.id DESC LIMIT 1
                            ), '')
                        FROM operations_visit
                        WHERE venue_id = one AND state IN {FINISHED_IN_SQL}
                        HAVING count(*) > 0
                        ON CONFLICT (venue_id) DO UPDATE
                        SET command_unit_id = EXCLUDED.command_unit_id,
                            visited_on = EXCLUDED.visited_on, verdict = EXCLUDED.verdict;
                        IF NOT FOUND THEN
                            DELETE FROM operations_lastvisit WHERE venue_id = one;
                        END IF;
                    END LOOP;
                    RETURN NULL;
                """,  # noqa: S608 (put together of constants)
            ),
            pgtrigger.Trigger(
                name="visit_points_to_its_own_latest_outcome",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.outcome_id IS NOT NULL AND NEW.outcome_id IS DISTINCT FROM OLD.outcome_id"
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM operations_outcome
                        WHERE id = NEW.outcome_id AND visit_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'The outcome of a visit is one of its own.';
                    END IF;
                    IF NEW.outcome_id IS DISTINCT FROM (
                        SELECT id FROM operations_outcome
                        WHERE visit_id = NEW.id ORDER BY revision DESC LIMIT 1
                    ) THEN
                        RAISE EXCEPTION 'The outcome that counts is the latest revision.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="visit_that_started_is_never_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__df="planned"),
            ),
            # The venue may change: two entries of one place become one.
            triggers.never_changes(
                "visit_that_started_keeps_its_plan",
                "Once a visit has started or was cancelled, its plan never changes.",
                *("operation_id", "selection", "starts_at", "ends_at"),
                *("created_by_id", "created_at"),
                once="OLD.state <> 'planned'",
            ),
            triggers.never_changes(
                "visit_that_started_keeps_its_start",
                "Once a visit has started, its start never changes.",
                *("started_at", "started_by_id", "control_room_told_at", "control_room_told_by_id"),
                once="OLD.state <> 'planned' AND NEW.state <> 'planned'",
            ),
            triggers.never_changes(
                "visit_that_is_over_stays_as_it_was",
                "Once a visit is over, its end and the reasons given never change.",
                *("ended_at", "cancelled_reason", "cancelled_at"),
                once=f"OLD.state NOT IN {AHEAD_IN_SQL} AND NEW.state = OLD.state",
            ),
            triggers.never_changes(
                "not_completed_changes_by_a_correction_only",
                "Why a visit could not test the venue changes by a correction that says why.",
                *("not_completed_reason", "not_completed_notes", "submission"),
                *("not_completed_revision", "correction_reason"),
                once=f"OLD.state NOT IN {AHEAD_IN_SQL} AND NEW.state = OLD.state"
                " AND NEW.not_completed_revision <> OLD.not_completed_revision + 1",
            ),
        ]

    def __str__(self) -> str:
        return f"Visit {self.number}" if self.pk else "New visit"

    @property
    def number(self) -> str:
        """What it is called where its venue must not be named, such as in a page's title."""
        return number_of(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("operations:visit_detail", args=[self.pk])

    def is_past_its_time(self, *, at: dt.datetime, margin: dt.timedelta) -> bool:
        """Whether calls are real again though the visit is not over: its window and the margin
        are.
        """
        return not self.is_finished and self.ends_at < at - margin

    @property
    def is_planned(self) -> bool:
        return self.state == VisitState.PLANNED

    @property
    def is_under_way(self) -> bool:
        return self.state == VisitState.UNDER_WAY

    @property
    def was_left_open(self) -> bool:
        """Ended by somebody else in place of its team, who may still say what happened."""
        return (
            self.state == VisitState.NOT_COMPLETED
            and self.not_completed_reason == NotCompletedReason.NOT_CLOSED
        )

    @property
    def is_finished(self) -> bool:
        """Over, whether the venue could be tested or not."""
        return self.state in FINISHED


def visit_rules(*, at: dt.datetime) -> VisitPolicy:
    """The policy of that moment.

    Without one nothing is waited for, since in doubt a call is real, and no team is early.
    """
    policy = VisitPolicy.objects.in_force(on=duty_day(at))
    return policy or VisitPolicy(overdue_after_minutes=0, start_early_minutes=0)
