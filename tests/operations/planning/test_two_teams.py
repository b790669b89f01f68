"""Two teams at one venue, and two planners at the same time."""

import datetime as dt
import re
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.models import OperationVenue, Selection, Visit, VisitState
from operations.planning import actions as planning
from operations.planning import schedule
from operations.planning.schedule import Duty, Place
from tests.database import as_system
from tests.factories import (
    CancelledVisitFactory,
    NotCompletedVisitFactory,
    OperationFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from tests.locks import wait_until_blocked
from tests.operations.plans import TODAY, at, officer, problems, refused, team_with
from venues.registry.merging import merge_venues

pytestmark = pytest.mark.django_db

ONE_TEAM = "Another team of this operation is at this venue at that time. Choose another time."


# Two teams at one venue


def another_operation(unit, venue):
    operation = OperationFactory(starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=14))
    OperationVenueFactory(operation=operation, venue=venue)
    return operation


def test_two_teams_of_an_operation_are_not_at_one_venue_at_once(plan):
    plan()

    found = refused(plan, starts_at=at(19, 59), ends_at=at(21), beside_another=True)

    assert found == [("starts_at", ONE_TEAM)]
    plan(starts_at=at(20), ends_at=at(21))


def test_a_visit_is_not_moved_to_the_time_of_another_at_its_venue(plan, planner):
    plan()
    later = plan(starts_at=at(20), ends_at=at(21))

    def move(starts_at, ends_at):
        later.refresh_from_db()
        schedule.reschedule_visit(
            visit=later,
            version=later.version,
            starts_at=starts_at,
            ends_at=ends_at,
            team=team_with(),
            by=planner,
            at=at(12),
        )

    with pytest.raises(Refused) as caught:
        move(at(19, 30), at(20, 30))
    assert problems(caught) == [("starts_at", ONE_TEAM)]
    move(at(20, 30), at(21, 30))  # it is not in its own way


@pytest.mark.parametrize("factory", [CancelledVisitFactory, NotCompletedVisitFactory])
def test_a_visit_that_is_over_or_cancelled_leaves_its_venue_free(plan, operation, venue, factory):
    factory(operation=operation, venue=venue, starts_at=at(19), ends_at=at(20))

    plan()


def test_a_team_of_another_operation_at_the_venue_is_told_and_confirmed(plan, unit, venue):
    plan()
    other = another_operation(unit, venue)

    found = refused(plan, operation=other)

    assert found == [("beside_another", schedule.ANOTHER_OPERATION)]
    assert not re.search(r"\d", schedule.ANOTHER_OPERATION)  # neither when nor how many
    assert plan(operation=other, beside_another=True).operation == other


def test_postgresql_keeps_a_second_team_of_an_operation_away(operation, venue):
    VisitFactory(operation=operation, venue=venue, starts_at=at(19))

    with pytest.raises(IntegrityError, match="venue_has_one_team_of_an_operation_at_once"):
        VisitFactory(operation=operation, venue=venue, starts_at=at(20))


def test_a_merge_is_not_refused_for_visits_that_are_covert(operation, unit):
    """Nor is anything that follows: both visits go on as planned."""
    venues = VenueFactory.create_batch(2, unit=unit)
    visits = [VisitFactory(operation=operation, venue=venue, starts_at=at(19)) for venue in venues]

    merge_venues(
        keep=venues[0], duplicate=venues[1], by=UserFactory(role=Role.PLANNER, units=[unit])
    )

    for visit in visits:
        visit.refresh_from_db()
        assert visit.venue == venues[0]
        visit.state, visit.started_at = VisitState.UNDER_WAY, visit.starts_at
        visit.started_by = visit.team.get().officer
        visit.save()


# Two planners at the same time


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["plan_visit", "add_venues"])
def test_a_venue_merged_in_this_very_moment_is_not_planned_for(act):
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    chosen = OperationVenueFactory(operation__starts_on=TODAY, operation__ends_on=TODAY)
    kept, other = VenueFactory(), OperationFactory()
    team, told = team_with(), []

    def plan():
        about = {"operation": chosen.operation, "venue": chosen.venue, "team": team}
        schedule.plan_visit(starts_at=at(19), ends_at=at(20), at=at(12), by=planner, **about)

    def add():
        venues = {"venues": [chosen.venue], "selection": Selection.PRIORITY}
        planning.add_venues(operation=other, by=planner, **venues)

    @as_system()
    def in_another_session():
        try:
            {"plan_visit": plan, "add_venues": add}[act]()
        except Refused as error:
            told.extend(problem.about for problem in error.problems)
        finally:
            connection.close()

    session = threading.Thread(target=in_another_session)
    with transaction.atomic():
        merge_venues(keep=kept, duplicate=chosen.venue, by=planner)
        session.start()
        wait_until_blocked(1)
    session.join(timeout=60)

    assert told == [{"plan_visit": "venue", "add_venues": "venues"}[act]]
    assert not Visit.objects.exists()
    assert not OperationVenue.objects.filter(venue=chosen.venue).exists()


@pytest.mark.django_db(transaction=True)
def test_two_planners_who_want_the_same_people_never_wait_in_a_circle():
    """Each names the people in the opposite order; one gets them, the other is told."""
    planner = UserFactory(role=Role.PLANNER, whole_force=True)
    people = [officer() for _ in range(6)]
    chosen = [
        OperationVenueFactory(operation__starts_on=TODAY, operation__ends_on=TODAY)
        for _ in range(2)
    ]
    together = threading.Barrier(2)

    @as_system()
    def plan_rounds(place, order, answers):
        for hour in range(8, 20):
            together.wait(timeout=30)
            try:
                schedule.plan_visit(
                    operation=chosen[place].operation,
                    venue=chosen[place].venue,
                    starts_at=at(hour),
                    ends_at=at(hour, 59),
                    team=[
                        Place(order[0], Duty.LEAD),
                        *(Place(person, Duty.SUPPORT) for person in order[1:]),
                    ],
                    by=planner,
                    at=at(7),
                )
                answers.append("planned")
            except Refused:
                answers.append("told")
            except DatabaseError as error:
                answers.append(str(error))
        connection.close()

    answers: tuple[list[str], list[str]] = ([], [])
    threads = [
        threading.Thread(target=plan_rounds, args=(place, people[:: 1 - 2 * place], answers[place]))
        for place in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert {frozenset(pair) for pair in zip(*answers, strict=True)} == {
        frozenset({"planned", "told"})
    }
    assert Visit.objects.count() == 12
