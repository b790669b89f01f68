"""Planning, moving and cancelling visits: windows, dates and teams."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.acts.versions import EditConflictError
from accounts.database import scope
from accounts.roles import Role
from operations.models import CadetPolicy, Selection, Visit, VisitPolicy, VisitState
from operations.planning import schedule
from operations.planning.schedule import Duty, Place
from tests.factories import (
    CancelledVisitFactory,
    CommandUnitFactory,
    CompletedVisitFactory,
    OperationVenueFactory,
    UserFactory,
    VenueFactory,
)
from tests.operations.plans import BEFORE, TODAY, at, cadet, officer, refused, team_with
from venues.models import Venue

pytestmark = pytest.mark.django_db


# Planning a visit


def test_a_visit_takes_over_why_its_venue_was_chosen(plan):
    lead, welfare, young = officer(), officer(), cadet()

    visit = plan(
        team=[Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    )

    visit.refresh_from_db()
    assert visit.selection == Selection.PRIORITY
    assert visit.is_planned
    assert set(visit.team.values_list("officer", "cadet", "duty")) == {
        (lead.pk, None, "lead"),
        (welfare.pk, None, "welfare"),
        (None, young.pk, "cadet"),
    }


def test_a_visit_goes_to_a_chosen_venue_only(plan, unit):
    assert refused(plan, venue=VenueFactory(unit=unit)) == [
        ("venue", "Choose this venue for the operation first.")
    ]


def test_a_planner_plans_in_their_command_units_only(plan):
    foreign = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])

    assert [about for about, _ in refused(plan, by=foreign)] == ["venue"]


def test_no_visit_is_planned_to_a_closed_venue(plan, venue):
    Venue.objects.filter(pk=venue.pk).update(closed_on=TODAY, closed_reason="Sold")

    assert refused(plan) == [("venue", "This venue has closed.")]


@pytest.mark.parametrize("ends", [at(19), at(18)])
def test_a_window_ends_after_it_starts(plan, ends):
    assert ("ends_at", "The window must end after it starts.") in refused(plan, ends_at=ends)


@pytest.mark.parametrize(
    ("hours", "told"),
    [(4, None), (4.25, "4 hours 15 minutes"), (10, "10 hours"), (21, "21 hours")],
)
def test_a_window_is_no_longer_than_the_policy_allows(plan, planner, hours, told):
    window = {"starts_at": at(8), "ends_at": at(8) + dt.timedelta(hours=hours)}
    if told is None:
        plan(**window)
        return
    sentence = (
        f"The window is {told} long and can be 4 hours at most. Check both times, or plan more "
        "than one visit."
    )
    assert refused(plan, **window) == [("ends_at", sentence)]
    visit = plan()
    assert refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        team=team_with(),
        by=planner,
        at=at(7),
        **window,
    ) == [("ends_at", sentence)]


def test_the_longest_window_is_that_of_the_policy_on_the_duty_day_of_the_visit(plan):
    tomorrow = TODAY + dt.timedelta(days=1)
    VisitPolicy.objects.create(valid_from=tomorrow, longest_minutes=90)
    window = {"starts_at": at(0, 30, tomorrow), "ends_at": at(2, 30, tomorrow)}

    plan(**window)
    found = refused(plan, starts_at=at(19, day=tomorrow), ends_at=at(21, day=tomorrow))
    assert "can be 1 hour 30 minutes at most" in found[0][1]


def test_no_visit_is_planned_on_a_day_without_a_policy(plan):
    VisitPolicy.objects.all().delete()

    assert refused(plan) == [("starts_at", schedule.NO_POLICY)]


@pytest.mark.parametrize("days", [-1, 15])
def test_a_window_lies_in_the_operations_dates(plan, days):
    day = TODAY + dt.timedelta(days=days)

    found = refused(plan, starts_at=at(19, day=day), ends_at=at(20, day=day))

    assert found == [("starts_at", "The operation runs from 24 November 2026 to 8 December 2026.")]


def test_the_last_night_runs_into_the_next_morning(plan):
    last = TODAY + dt.timedelta(days=14)

    plan(starts_at=at(23, 30, last), ends_at=at(0, 30, last + dt.timedelta(days=1)))


def test_a_visit_after_midnight_belongs_to_the_evening_before(plan):
    """So one after the last evening is in the operation, one before the first evening is not."""
    morning_after = TODAY + dt.timedelta(days=15)

    plan(starts_at=at(0, 30, morning_after), ends_at=at(1, 30, morning_after))
    plan(starts_at=at(5, 0, morning_after), ends_at=at(6, 0, morning_after))
    outside = [
        ("starts_at", "The operation runs from 24 November 2026 to 8 December 2026."),
    ]
    assert (
        refused(plan, starts_at=at(6, 0, morning_after), ends_at=at(6, 30, morning_after))
        == outside
    )
    assert refused(plan, starts_at=at(0, 30), ends_at=at(1, 30)) == outside


def test_the_cadet_policy_of_a_visit_after_midnight_is_that_of_its_evening(plan):
    """Asked for the night on which the rules change: the old ones hold until it is over."""
    CadetPolicy.objects.create(valid_from=TODAY + dt.timedelta(days=2), latest_finish="22:00")
    tomorrow, next_day = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=2)
    CadetPolicy.objects.create(valid_from=tomorrow, latest_finish=dt.time(2, 0))
    window = {"starts_at": at(0, 30, next_day), "ends_at": at(1, 30, next_day)}

    plan(team=team_with(cadet()), **window)


# A venue that closes


@pytest.mark.parametrize("window", [(19, 20), (20, 21)], ids=["other people", "another time"])
def test_nobody_is_sent_to_a_venue_that_closed_after_it_was_planned(plan, planner, window):
    visit = plan()
    Venue.objects.filter(pk=visit.venue_id).update(closed_on="2026-01-01", closed_reason="Sold")

    found = refused(
        schedule.reschedule_visit,
        visit=visit,
        version=visit.version,
        starts_at=at(window[0]),
        ends_at=at(window[1]),
        team=[Place(officer(), Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    assert found == [("venue", "This venue has closed.")]
    visit.refresh_from_db()
    assert visit.is_planned


@pytest.mark.parametrize(
    "who",
    [
        {"role": Role.VISITING_OFFICER, "is_active": False},
        {"role": Role.PLANNER},
    ],
)
def test_only_visiting_officers_at_work_are_in_a_team(plan, who):
    person = UserFactory(**who)

    found = refused(plan, team=[Place(person, Duty.LEAD)])

    assert found == [("lead", f"{person} is not a visiting officer, or no longer works here.")]


def test_a_team_has_one_lead_officer(plan):
    assert refused(plan, team=[Place(officer(), Duty.SUPPORT)]) == [
        ("lead", "A team has one lead officer.")
    ]


def test_nobody_is_twice_in_a_team(plan):
    person = officer()

    found = refused(plan, team=[Place(person, Duty.LEAD), Place(person, Duty.WELFARE)])

    assert found == [("welfare", f"{person} has another place in this team.")]


def test_a_person_with_many_places_is_one_problem(plan):
    person, planner = officer(), UserFactory(role=Role.PLANNER)
    places = (Duty.LEAD, Duty.WELFARE, Duty.SUPPORT)

    assert len(refused(plan, team=[Place(person, duty) for duty in places])) == 1
    assert [
        message for _, message in refused(plan, team=[Place(planner, duty) for duty in places])
    ] == [
        f"{planner} is not a visiting officer, or no longer works here.",
        f"{planner} has another place in this team.",
    ]


def test_a_window_that_has_passed_is_not_planned(plan):
    still_to_come = "Choose a time that is still to come."
    tomorrow = TODAY + dt.timedelta(days=1)

    assert refused(plan, at=at(20)) == [("ends_at", still_to_come)]
    assert refused(plan, at=at(0, 5, day=tomorrow)) == [("starts_at", still_to_come)]
    plan(at=at(19, 1))


def test_a_window_that_is_still_open_after_midnight_is_planned(plan):
    tomorrow = TODAY + dt.timedelta(days=1)

    plan(starts_at=at(23, 30), ends_at=at(0, 30, tomorrow), at=at(0, 5, tomorrow))


def test_a_visit_whose_window_has_passed_is_not_moved_into_the_past(plan, planner):
    visit = plan()
    change = {"visit": visit, "ends_at": at(20), "by": planner, "at": at(21)}

    found = refused(
        schedule.reschedule_visit, version=1, starts_at=at(18), team=team_with(), **change
    )
    schedule.reschedule_visit(version=1, starts_at=at(19), team=team_with(), **change)

    assert found == [("ends_at", "Choose a time that is still to come.")]


def test_a_taken_officer_is_found_without_a_word_in_the_log_of_postgresql(plan):
    """A refused row is written there, with the hours of the visit that it collides with."""
    busy = team_with()
    plan(team=busy)

    with CaptureQueriesContext(connection) as asked:
        refused(plan, team=busy)

    assert not [query for query in asked if 'INSERT INTO "operations_' in query["sql"]]


def test_a_visit_does_not_move_to_hours_in_which_its_team_is_taken(plan, planner, operation, unit):
    stays, leaves = officer(), officer()
    team = [Place(stays, Duty.LEAD), Place(leaves, Duty.SUPPORT)]
    elsewhere = OperationVenueFactory(operation=operation, venue=VenueFactory(unit=unit)).venue
    plan(team=team, venue=elsewhere)
    visit = plan(team=team, starts_at=at(21), ends_at=at(22))
    move = {"visit": visit, "version": 1, "by": planner, "at": at(12)}
    move |= {"starts_at": at(19, 30), "ends_at": at(20, 30)}

    assert refused(schedule.reschedule_visit, team=team[:1], **move) == [
        ("lead", f"{stays}: This officer is in another visit at that time.")
    ]
    schedule.reschedule_visit(team=[Place(officer(), Duty.LEAD)], **move)


def test_all_who_are_taken_are_named_and_nothing_is_saved(plan, operation):
    lead, welfare, young = officer(), officer(), cadet()
    busy = [Place(lead, Duty.LEAD), Place(welfare, Duty.WELFARE), Place(young, Duty.CADET)]
    other = OperationVenueFactory(
        operation=operation,
        venue=VenueFactory(unit=operation.chosen_venues.get().venue.local_authority.command_unit),
    )
    plan(venue=other.venue, team=busy)

    found = refused(plan, team=busy, starts_at=at(19, 59), ends_at=at(21))

    assert found == [
        ("lead", f"{lead}: This officer is in another visit at that time."),
        ("welfare", f"{welfare}: This officer is in another visit at that time."),
        ("cadet", f"{young}: This cadet is in another visit at that time."),
    ]
    assert Visit.objects.count() == 1


def test_one_visit_may_follow_another_at_once(plan):
    same = team_with()

    plan(team=same)
    plan(team=same, starts_at=at(20), ends_at=at(21))


# Changing a plan


def test_a_visit_moves_and_changes_its_team_in_one_act(plan, planner):
    visit = plan()
    stays, comes = visit.team.get(duty=Duty.LEAD).officer, officer()
    tomorrow = TODAY + dt.timedelta(days=1)

    schedule.reschedule_visit(
        visit=visit,
        version=1,
        starts_at=at(21, day=tomorrow),
        ends_at=at(22, day=tomorrow),
        team=[Place(stays, Duty.SUPPORT), Place(comes, Duty.LEAD)],
        by=planner,
        at=at(12),
    )

    visit.refresh_from_db()
    assert visit.starts_at == at(21, day=tomorrow)
    assert visit.version == 2
    assert set(visit.team.values_list("officer", "duty")) == {
        (stays.pk, "support"),
        (comes.pk, "lead"),
    }
    assert {member.period.lower for member in visit.team.all()} == {at(21, day=tomorrow)}


def test_a_cadet_may_stay_with_a_visit_that_moves(plan, planner):
    team = team_with(cadet())
    visit = plan(team=team)

    schedule.reschedule_visit(
        visit=visit,
        version=1,
        starts_at=at(19, 30),
        ends_at=at(20, 30),
        team=team,
        by=planner,
        at=at(12),
    )


def test_a_refused_change_leaves_window_and_team_as_they_were(plan, planner):
    visit = plan()

    refused(
        schedule.reschedule_visit,
        visit=visit,
        version=1,
        starts_at=at(21),
        ends_at=at(22),
        team=[Place(officer(), Duty.LEAD), Place(cadet(), Duty.CADET)],
        by=planner,
        at=at(12),
    )

    visit = Visit.objects.get(pk=visit.pk)
    assert (visit.starts_at, visit.version, visit.team.count()) == (at(19), 1, 2)


def test_a_change_of_a_visit_somebody_saved_meanwhile_is_refused(plan, planner):
    visit = plan()
    change = {"visit": visit, "starts_at": at(20), "ends_at": at(21), "by": planner, "at": at(12)}
    schedule.reschedule_visit(version=1, team=team_with(), **change)

    with pytest.raises(EditConflictError):
        schedule.reschedule_visit(version=1, team=team_with(), **change)


@pytest.mark.parametrize("factory", [CompletedVisitFactory, CancelledVisitFactory])
def test_only_a_planned_visit_changes(planner, unit, factory):
    visit = factory(unit=unit)

    assert (
        refused(schedule.cancel_visit, visit=visit, reason="Snow", by=planner, at=BEFORE)[0][0]
        == "visit"
    )
    assert (
        refused(
            schedule.reschedule_visit,
            visit=visit,
            version=visit.version,
            starts_at=at(19),
            ends_at=at(20),
            team=team_with(),
            by=planner,
            at=at(12),
        )[0][0]
        == "visit"
    )


def test_a_cancelled_visit_says_why_and_frees_its_team(plan, planner):
    team = team_with()
    visit = plan(team=team)

    schedule.cancel_visit(visit=visit, reason="Snow", by=planner, at=BEFORE)

    visit.refresh_from_db()
    assert (visit.state, visit.cancelled_reason) == (VisitState.CANCELLED, "Snow")
    plan(team=team)


def test_why_a_visit_was_cancelled_stands_in_the_record_beside_who_did_it(plan, planner):
    visit = plan()

    with scope.acting(planner):
        schedule.cancel_visit(visit=visit, reason="Snow\non the hills", by=planner, at=BEFORE)

    events = Visit.pgh_event_model.objects.filter(pgh_obj=visit).order_by("pgh_id")
    assert events.last().state == VisitState.CANCELLED
    assert events.last().pgh_context["user"] == planner.pk
    assert events.last().pgh_context["reason"] == "Snow on the hills"


def test_a_visit_is_not_cancelled_without_a_reason(plan, planner):
    assert (
        refused(schedule.cancel_visit, visit=plan(), reason=" \u200b", by=planner, at=BEFORE)[0][0]
        == "reason"
    )
