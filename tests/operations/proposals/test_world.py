"""What the solver is asked: venues that have no visit, people who are free, and what they did."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.roles import Role
from operations.models import CadetPolicy
from operations.proposals.wanted import Wanted
from operations.proposals.world import problem_of, venues_to_visit
from operations.solver.problem import Pair, Span
from tests import factories
from tests.operations.pages import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world, wanted, planner):
    def asked(**changes):
        return problem_of(world.operation, replace(wanted, **changes), by=planner)

    return asked


def venues(problem):
    return {site.venue for site in problem.sites}


def free(people):
    return {one.key: set(one.free) for one in people}


def test_venues_without_a_visit_are_to_be_visited(world, asked):
    assert venues(asked()) == {venue.pk for venue in world.venues}


def test_a_venue_with_a_visit_is_left_out_unless_the_visit_was_cancelled(world, asked, planner):
    first, second, third = world.venues
    factories.VisitFactory(operation=world.operation, venue=first, starts_at=at(19), ends_at=at(20))
    factories.CancelledVisitFactory(
        operation=world.operation, venue=second, starts_at=at(19), ends_at=at(20)
    )
    assert venues(asked()) == {second.pk, third.pk}
    assert set(venues_to_visit(world.operation, by=planner)) == {second, third}


def test_a_venue_of_another_unit_a_closed_one_and_one_without_a_place_are_left_out(world, asked):
    elsewhere = factories.VenueFactory(unit=factories.CommandUnitFactory())
    factories.OperationVenueFactory(operation=world.operation, venue=elsewhere)
    first, second, third = world.venues
    type(first).objects.filter(pk=first.pk).update(
        closed_on=dt.date(2026, 1, 1), closed_reason="Gone"
    )
    type(second).objects.filter(pk=second.pk).update(latitude=None, longitude=None)
    assert venues(asked()) == {third.pk}


def test_teams_are_out_in_the_hours_that_were_asked_for_past_midnight_too(asked):
    evening = Span(12 * 60, 17 * 60)  # from 06:00
    assert {span for one in asked().officers for span in one.free.values()} == {evening}
    late = asked(begins=dt.time(22), ends=dt.time(1))
    assert late.sites[0].doors == Span(16 * 60, 19 * 60 - 45)
    until_morning = asked(begins=dt.time(22), ends=dt.time(6))
    assert until_morning.officers[0].free[0] == Span(16 * 60, 24 * 60)


def test_whoever_has_a_visit_on_an_evening_is_not_free_on_it(world, asked):
    officer, cadet = world.officers[0], world.cadets[0]
    visit = factories.VisitFactory(
        officer=officer, starts_at=at(19, day=world.days[0]), ends_at=at(20, day=world.days[0])
    )
    factories.CadetMemberFactory(visit=visit, cadet=cadet)
    gone = factories.CancelledVisitFactory(
        officer=world.officers[1],
        starts_at=at(19, day=world.days[0]),
        ends_at=at(20, day=world.days[0]),
    )
    assert gone.team.exists()
    problem = asked()
    assert free(problem.officers) | free(problem.cadets) == {
        **{one.pk: {0, 1} for one in (*world.officers[1:],)},
        officer.pk: {1},
        cadet.pk: {1},
        world.cadets[1].pk: {0, 1},
    }


def test_what_cadets_tested_and_with_whom_is_known_whatever_the_operation(world, asked):
    officer, cadet, venue = world.officers[0], world.cadets[0], world.venues[0]
    visit = factories.CompletedVisitFactory(venue=venue, officer=officer)
    factories.CadetMemberFactory(visit=visit, cadet=cadet)
    problem = asked()
    tested = {one.key: one.facts.tested_venue_ids for one in problem.cadets}
    assert tested == {cadet.pk: {venue.pk}, world.cadets[1].pk: frozenset()}
    assert problem.been_together == {Pair(officer.pk, cadet.pk, venue.pk)}


def test_people_who_can_not_go_any_more_are_left_out(world, asked, unit):
    gone, other = world.officers[2], world.cadets[0]
    gone.is_active = False
    gone.save()
    other.command_unit = factories.CommandUnitFactory()
    other.save()
    problem = asked()
    assert gone.pk not in free(problem.officers)
    assert other.pk not in free(problem.cadets)


def test_without_cadets_teams_are_two_officers(asked):
    assert asked().with_cadet
    assert not asked(cadets=()).with_cadet


def test_without_a_policy_on_cadets_nothing_is_asked(asked):
    CadetPolicy.objects.all().delete()
    assert asked() is None


def test_what_was_asked_for_is_kept_as_it_is(wanted):
    assert Wanted.of_json(wanted.as_json()) == wanted


def test_a_planner_of_another_unit_has_no_venue_to_visit(world):
    other = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    assert venues_to_visit(world.operation, by=other) == []
