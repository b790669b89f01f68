"""Cadets in a team: which visits they may go on, and with whom."""

import datetime as dt

import pytest

from operations.duty import actions as duty
from operations.models import CadetPolicy
from operations.planning import schedule
from operations.planning.schedule import Duty, Place
from operations.teams import actions as cadet_actions
from tests.factories import (
    CadetMemberFactory,
    CompletedVisitFactory,
    NotCompletedVisitFactory,
    VenueFactory,
)
from tests.operations.plans import BEFORE, TODAY, at, cadet, officer, refused, team_with

pytestmark = pytest.mark.django_db


def test_a_cadet_needs_two_adults_one_of_them_the_welfare_officer(plan):
    found = refused(plan, team=[Place(officer(), Duty.LEAD), Place(cadet(), Duty.CADET)])

    assert found == [
        ("welfare", "A cadet needs two adults in the team."),
        ("welfare", "One of the adults must be welfare officer."),
    ]


def test_an_officer_whose_account_was_closed_is_no_adult_for_a_cadet(plan, cadet_evening):
    visit, team = cadet_evening
    team[1].who.is_active = False
    team[1].who.save()

    found = refused(duty.start_visit, visit=visit, told=True, by=team[0].who, at=visit.starts_at)

    assert "A cadet needs two adults in the team." in found[0][1]


@pytest.fixture
def cadet_evening(plan):
    """A visit with a cadet and two adults, and its team."""
    team = team_with(cadet())
    return plan(team=team), team


def test_two_cadets_without_a_welfare_officer_are_one_problem(plan):
    team = [
        Place(officer(), Duty.LEAD),
        Place(officer(), Duty.SUPPORT),
        Place(cadet(), Duty.CADET),
        Place(cadet(), Duty.CADET),
    ]

    assert refused(plan, team=team) == [("welfare", "One of the adults must be welfare officer.")]


def test_the_policy_of_the_day_of_the_visit_decides(plan):
    next_week = TODAY + dt.timedelta(days=7)
    CadetPolicy.objects.create(valid_from=next_week, latest_finish=dt.time(19, 30))

    plan(team=team_with(cadet()))
    found = refused(
        plan,
        team=team_with(cadet()),
        starts_at=at(19, day=next_week),
        ends_at=at(20, day=next_week),
    )

    assert found == [
        ("ends_at", "The visit ends at 20:00. A visit with a cadet must end by 19:30.")
    ]


def test_without_a_policy_no_cadet_goes(plan):
    CadetPolicy.objects.all().delete()

    assert refused(plan, team=team_with(cadet())) == [("cadet", cadet_actions.NO_POLICY)]


def test_each_cadet_with_a_problem_is_named(plan):
    young = cadet(consented_on=None)
    unbriefed = cadet(briefed_on=None)

    assert refused(plan, team=team_with(young, unbriefed, cadet())) == [
        ("cadet", f"{young}: Consent is not on record."),
        ("cadet", f"{unbriefed}: The briefing is not on record."),
    ]


@pytest.mark.parametrize("factory", [CompletedVisitFactory, NotCompletedVisitFactory])
def test_a_cadet_does_not_test_a_venue_twice(plan, venue, factory):
    known = cadet()
    CadetMemberFactory(visit=factory(venue=venue, starts_at=BEFORE), cadet=known)

    assert refused(plan, team=team_with(known)) == [
        ("cadet", f"{known}: The cadet has tested this venue before.")
    ]


def test_a_venue_merged_into_another_is_the_same_place(plan, venue, unit):
    known = cadet()
    duplicate = VenueFactory(unit=unit, merged_into=venue)
    visit = CompletedVisitFactory(venue=duplicate, starts_at=BEFORE)
    CadetMemberFactory(visit=visit, cadet=known)

    assert refused(plan, team=team_with(known)) == [
        ("cadet", f"{known}: The cadet has tested this venue before.")
    ]


def test_a_cadet_is_not_planned_for_a_venue_twice(plan):
    known = cadet()
    plan(team=team_with(known))
    tomorrow = TODAY + dt.timedelta(days=1)

    found = refused(
        plan,
        team=team_with(known),
        starts_at=at(19, day=tomorrow),
        ends_at=at(20, day=tomorrow),
    )

    assert found == [("cadet", f"{known}: Another visit to this venue is planned for the cadet.")]


def test_a_cancelled_visit_did_not_test_the_venue(plan, planner):
    known = cadet()
    visit = plan(team=team_with(known))
    schedule.cancel_visit(visit=visit, reason="Snow", by=planner, at=BEFORE)

    plan(team=team_with(known))
