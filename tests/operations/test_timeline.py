"""What visits and follow-ups add to a venue's page, and for whom."""

import datetime as dt

import pytest

from accounts.record.history import Entry
from accounts.roles import Role
from operations.models import FollowUpState
from operations.timeline import entries
from tests.factories import (
    CancelledVisitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    NotCompletedVisitFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)
from venues.registry import timeline

pytestmark = pytest.mark.django_db


def person(role, **kwargs):
    return UserFactory(role=role, whole_force=True, **kwargs)


def test_this_app_tells_its_part_on_the_venues_page():
    visit = CompletedVisitFactory()
    told = timeline.entries(visit.venue, person(Role.CSE_LEAD))
    assert [entry.title for entry in told] == ["Added to the registry", "Test visit"]


def test_training_of_a_day_comes_after_the_visit_of_the_night_before():
    visit = CompletedVisitFactory(starts_at=dt.datetime(2026, 7, 1, 23, 10, tzinfo=dt.UTC))
    for day, above in ((1, False), (2, True)):
        session = TrainingSessionFactory(venue=visit.venue, held_on=dt.date(2026, 7, day))
        told = timeline.entries(visit.venue, person(Role.CSE_LEAD))
        when = [entry.when for entry in told if entry.title != "Added to the registry"]
        both = [visit.started_at, session.held_on]
        assert when == (both[::-1] if above else both)
        session.delete()


def test_what_was_entered_in_the_small_hours_of_its_day_stands_when_it_was_entered():
    day, half_past = dt.date(2026, 7, 1), dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    late = half_past + dt.timedelta(hours=20)
    moments = [Entry(title="Closed", when=day, entered_at=at).moment for at in (half_past, late)]
    assert moments == [half_past, dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)]


def test_visits_of_another_venue_are_not_told():
    CompletedVisitFactory()
    assert list(entries(VenueFactory(), person(Role.CSE_LEAD))) == []


@pytest.mark.parametrize(
    ("role", "planned", "cancelled", "finished"),
    [
        (Role.PLANNER, True, True, True),
        (Role.CSE_LEAD, False, False, True),
        (Role.TRAINING_COORDINATOR, False, False, True),
        (Role.VISITING_OFFICER, False, False, False),
    ],
)
def test_visits_to_come_are_for_planners_and_finished_ones_for_who_sees_results(
    role, planned, cancelled, finished
):
    user = person(role)
    for factory, seen in (
        (VisitFactory, planned),
        (CancelledVisitFactory, cancelled),
        (CompletedVisitFactory, finished),
        (NotCompletedVisitFactory, finished),
    ):
        assert bool(list(entries(factory().venue, user))) is seen, factory


def test_a_visit_tells_its_verdict_or_why_there_is_none():
    planner = person(Role.PLANNER)
    (good,) = entries(CompletedVisitFactory().venue, planner)
    assert (good.tag, good.tone) == ("Responded well", "good")
    not_completed = NotCompletedVisitFactory()
    (other,) = entries(not_completed.venue, planner)
    assert other.tag == "Not completed"
    assert other.body == f"{not_completed.operation}\nFully booked"


def test_the_operation_is_named_to_those_who_see_operations():
    visit = CompletedVisitFactory()
    (entry,) = entries(visit.venue, person(Role.TRAINING_COORDINATOR))
    assert entry.body == ""


def test_a_follow_up_tells_where_it_stands_to_those_who_see_follow_ups():
    follow_up = FollowUpFactory(state=FollowUpState.DECLINED)
    venue = follow_up.visit.venue
    told = {entry.title: entry for entry in entries(venue, person(Role.TRAINING_COORDINATOR))}
    entry = told["Refresher follow-up"]
    assert (entry.tag, entry.body) == ("Declined", "The venue trains its own staff")
    assert entry.url == follow_up.get_absolute_url()
    told_to_planner = [entry.title for entry in entries(venue, person(Role.PLANNER))]
    assert told_to_planner == ["Test visit"]
