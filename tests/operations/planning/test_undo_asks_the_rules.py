"""What is taken back must fit the rules of today: else it says what is in the way."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.acts import undo
from accounts.models import AccessEntry, Undo, User
from accounts.record.access_log import Act
from accounts.roles import Role
from operations.duty import actions as duty
from operations.follow_ups import actions as follow_ups
from operations.follow_ups import handing_over
from operations.models import FollowUpState, Selection, Visit, VisitPolicy
from operations.planning import actions as planning
from operations.planning import schedule
from operations.planning.schedule import Duty, Place
from tests import factories
from venues.models import TrainingSession, Venue
from venues.registry import actions as venue_acts
from venues.training import actions as training

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def tomorrow() -> dt.datetime:
    """At noon."""
    return timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + 24 * HOUR


@pytest.fixture
def planner():
    return factories.UserFactory(role=Role.PLANNER, whole_force=True)


@pytest.fixture
def visit(officer):
    return factories.VisitFactory(officer=officer, starts_at=tomorrow(), ends_at=tomorrow() + HOUR)


def cancel(visit, by):
    schedule.cancel_visit(visit=visit, reason="Snow", by=by, at=timezone.now())


def move(visit, by):
    team = [Place(visit.team.get().officer, Duty.LEAD)]
    window = {"starts_at": tomorrow() + 3 * HOUR, "ends_at": tomorrow() + 4 * HOUR}
    at = timezone.now()
    schedule.reschedule_visit(visit=visit, version=visit.version, team=team, by=by, at=at, **window)


def hand_over(visit, by):
    to, person = factories.UserFactory(role=Role.VISITING_OFFICER), visit.team.get().officer
    handing_over.hand_over_visits(visits=[visit], person=person, to=to, by=by, at=timezone.now())


def take_back(by, at=None):
    offer = Undo.objects.get(by=by)
    return undo.take_back(number=offer.number, by=by, at=at or timezone.now())


def refused(by, match, at=None):
    offer = Undo.objects.get(by=by)
    shown = undo.offers(Visit.objects.get(), by=by) if Visit.objects.count() == 1 else []
    assert at or not shown  # nobody is offered what would be refused
    with pytest.raises(undo.CannotUndoError, match=match) as told:
        take_back(by, at=at)
    assert str(told.value).endswith("Nothing was changed now.")
    offer.refresh_from_db()
    assert offer.taken_back_at is None


def close_venue(visit):
    Venue.objects.filter(pk=visit.venue_id).update(closed_on="2026-01-01", closed_reason="Sold")


def close_account(visit):
    User.objects.filter(team_memberships__visit=visit).update(is_active=False)
    User.objects.filter(username="away").update(is_active=False)


def another_role(visit):
    factories.UserFactory(role=Role.CALL_HANDLER)
    Group.objects.get(name=Role.VISITING_OFFICER).user_set.clear()


def shorter_operation(visit):
    day = timezone.localdate() - dt.timedelta(days=3)
    type(visit.operation).objects.filter(pk=visit.operation_id).update(
        starts_on=day - dt.timedelta(days=3), ends_on=day
    )


def shorter_windows(visit):
    VisitPolicy.objects.create(valid_from=tomorrow().date(), longest_minutes=30)


def team_of_another_operation(visit):
    factories.VisitFactory(venue=visit.venue, starts_at=visit.starts_at, ends_at=visit.ends_at)


def team_of_the_operation(visit):
    factories.VisitFactory(
        operation=visit.operation,
        venue=visit.venue,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
    )


MEANWHILE = [
    (close_venue, "This venue has closed"),
    (another_role, "is not a visiting officer"),
    (shorter_operation, "The operation runs from"),
    (shorter_windows, "can be 30 minutes at most"),
]
AT_THE_PLACE = [
    (team_of_another_operation, "A team of another operation is at this venue at that time"),
    (team_of_the_operation, "Another team of this operation is at this venue at that time"),
]


@pytest.mark.parametrize(("happened", "told"), MEANWHILE + AT_THE_PLACE)
@pytest.mark.parametrize("act", [cancel, move])
def test_a_visit_is_planned_again_only_as_it_could_be_planned_now(
    visit, planner, act, happened, told
):
    before = Visit.objects.get(pk=visit.pk)
    act(visit, planner)
    changed = Visit.objects.get(pk=visit.pk)
    happened(before)
    refused(planner, told)
    visit.refresh_from_db()
    assert (visit.state, visit.starts_at) == (changed.state, changed.starts_at)


@pytest.mark.parametrize(("happened", "told"), MEANWHILE)
def test_a_visit_is_handed_back_only_as_it_could_be_planned_now(visit, planner, happened, told):
    hand_over(visit, planner)
    happened(visit)
    refused(planner, told)


@pytest.mark.parametrize("act", [cancel, move])
def test_an_officer_who_is_on_another_visit_by_now_is_named(visit, planner, officer, act):
    act(visit, planner)
    factories.VisitFactory(officer=officer, starts_at=tomorrow(), ends_at=tomorrow() + HOUR)
    refused(planner, f"{officer}: This officer is in another visit at that time")
    told = AccessEntry.objects.get(user=planner, act=Act.TOLD_BUSY)
    assert (told.what, told.ids) == ("accounts.user", [officer.pk])


def test_whether_it_is_offered_does_not_tell_of_an_officers_hours(visit, planner, officer):
    cancel(visit, planner)
    factories.VisitFactory(officer=officer, starts_at=tomorrow(), ends_at=tomorrow() + HOUR)
    assert undo.offers(visit, by=planner)
    assert not AccessEntry.objects.filter(act=Act.TOLD_BUSY)


def test_an_officer_who_left_does_not_get_a_visit_back(visit, planner, officer):
    hand_over(visit, planner)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    refused(planner, f"{officer} is not a visiting officer, or no longer works here")


def test_a_cadet_whose_consent_is_over_by_now_is_not_taken_along_again(visit, planner):
    factories.TeamMemberFactory(visit=visit, duty=Duty.WELFARE)
    cadet = factories.CadetMemberFactory(visit=visit).cadet
    cancel(visit, planner)
    type(cadet).objects.filter(pk=cadet.pk).update(consented_on="2020-01-01")
    refused(planner, f"{cadet}: ")


def test_a_visit_whose_time_is_over_is_not_planned_again(visit, planner):
    cancel(visit, planner)
    Undo.objects.update(until=tomorrow() + 9 * HOUR)
    refused(planner, "Choose a time that is still to come", at=tomorrow() + 2 * HOUR)


@pytest.mark.parametrize("act", [cancel, move, hand_over])
def test_where_nothing_is_in_the_way_all_is_as_before(visit, planner, officer, act):
    factories.TeamMemberFactory(visit=visit, duty=Duty.SUPPORT) if act is cancel else None
    before = Visit.objects.get(pk=visit.pk)
    team = set(visit.team.values_list("officer", "duty"))
    act(visit, planner)
    assert undo.offers(visit, by=planner) or act is hand_over
    take_back(planner)
    again = Visit.objects.get(pk=visit.pk)
    assert (again.state, again.starts_at, again.ends_at) == (
        before.state,
        before.starts_at,
        before.ends_at,
    )
    assert set(visit.team.values_list("officer", "duty")) == team


def test_a_declined_refresher_is_not_open_again_once_one_was_held():
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    follow_up = factories.FollowUpFactory()
    follow_ups.decline_refresher(follow_up=follow_up, reason="No", by=by, version=1)
    factories.TrainingSessionFactory(
        venue=follow_up.visit.venue, held_on=timezone.localdate() + dt.timedelta(days=0)
    )
    refused(by, "A refresher was recorded since")
    follow_up.refresh_from_db()
    assert follow_up.state == FollowUpState.DECLINED


def test_follow_ups_and_operations_do_not_go_back_to_somebody_who_left():
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    by.groups.add(Group.objects.get(name=Role.PLANNER))
    follow_up, operation = factories.FollowUpFactory(), factories.OperationFactory(created_by=by)
    to = factories.UserFactory(role=Role.CSE_LEAD, whole_force=True)
    handing_over.hand_over_follow_ups(follow_ups=[follow_up], to=to, by=by)
    User.objects.filter(pk=follow_up.responsible_id).update(is_active=False)
    refused(by, "can’t take this over")
    Undo.objects.all().delete()
    handing_over.hand_over_operations(operations=[operation], to=to, by=by)
    User.objects.filter(pk=operation.lead_id).update(is_active=False)
    refused(by, "can’t lead any more")


def test_a_venue_that_closed_does_not_come_back_into_an_operation(planner):
    chosen = factories.OperationVenueFactory(selection=Selection.PRIORITY)
    planning.remove_venue(chosen=chosen, by=planner)
    Venue.objects.update(closed_on="2026-01-01", closed_reason="Sold")
    refused(planner, "This venue has closed")


def test_a_visit_is_not_under_way_again_while_its_officer_is_on_another(officer):
    under_way = factories.UnderWayVisitFactory(officer=officer)
    duty.log_not_completed(
        visit=under_way,
        reason="fully_booked",
        notes="",
        submission="00000000-0000-4000-8000-000000000001",
        by=officer,
        at=timezone.now(),
    )
    factories.UnderWayVisitFactory(officer=officer, starts_at=timezone.now() + HOUR * 3)
    refused(officer, "under way by now: log it first")


def test_a_removed_session_that_was_recorded_again_does_not_come_back_beside_it():
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    session = factories.TrainingSessionFactory()
    training.remove_training(session=session, version=1, reason="Slip", by=by)
    factories.TrainingSessionFactory(
        venue=session.venue, held_on=session.held_on, delivered_by=session.delivered_by
    )
    refused(by, "recorded again since")
    assert TrainingSession.objects.count() == 1


def test_what_the_database_finds_in_the_way_is_said():
    by = factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)
    contact = factories.VenueContactFactory()
    venue_acts.remove_contact(contact=contact, by=by)
    factories.VenueContactFactory(venue=contact.venue, email=contact.email)
    refused(by, "This venue already has a contact with this email address")
