"""What was changed since it was authorised waits for authority, and nothing else does."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.approval.coverage import differences, standing, why_not_covered
from operations.duty import actions as duty
from operations.models import Authorisation, Operation, TeamMember, Visit
from operations.planning import schedule
from tests import factories
from tests.operations.approval.conftest import authorise, submit

pytestmark = pytest.mark.django_db


def at_the_door(operation, **more):
    """A visit whose team stands at the door."""
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    more.setdefault("venue", operation.chosen_venues.order_by("pk")[0].venue)
    return factories.VisitFactory(operation=operation, officer=officer, **more)


def start(visit):
    visit = Visit.objects.get(pk=visit.pk)
    by = TeamMember.objects.get(visit=visit, duty="lead").officer
    return duty.start_visit(visit=visit, told=True, by=by, at=timezone.now())


def change(operation, **fields):
    Operation.objects.filter(pk=operation.pk).update(**fields)


def test_what_is_as_authorised_starts(published):
    assert start(at_the_door(published)).is_under_way


def test_what_is_not_published_does_not_start(authorised):
    with pytest.raises(Refused, match="not published"):
        start(at_the_door(authorised))


@pytest.mark.parametrize("what", ["lead", "scenario", "authorisation_reference"])
def test_another_lead_scenario_or_authority_stops_every_visit_until_it_is_authorised(
    published, planner, lead, what
):
    other = {
        "lead": lambda: factories.UserFactory(role=Role.CSE_LEAD),
        "scenario": factories.ScenarioFactory,
        "authorisation_reference": lambda: "AUTH/2",
    }[what]()
    visit = at_the_door(published)
    change(published, **{what: other})
    with pytest.raises(Refused, match="changed since it was authorised"):
        start(visit)
    published.refresh_from_db()
    authorise(submit(published, planner), lead)
    assert start(visit).is_under_way


def test_names_notes_and_shorter_dates_need_no_authority(published):
    visit = at_the_door(published)
    change(published, name="Other", notes="More", ends_on=published.ends_on - dt.timedelta(days=2))
    published.refresh_from_db()
    assert differences(published, standing(published)) == []
    assert start(visit).is_under_way


def test_another_unit_stops_its_own_visits_only(published):
    other = factories.VenueFactory(unit=factories.CommandUnitFactory(name="Wessendale East"))
    factories.OperationVenueFactory(operation=published, venue=other)
    ours, theirs = at_the_door(published), at_the_door(published, venue=other)
    with pytest.raises(Refused, match="command unit"):
        start(theirs)
    assert start(ours).is_under_way
    [said] = differences(published, standing(published))
    assert "Wessendale East" in said


def test_venues_beyond_the_number_stop_their_own_visits_only(published, unit):
    more = [factories.VenueFactory(unit=unit) for _ in range(3)]
    for venue in more:
        factories.OperationVenueFactory(operation=published, venue=venue)
    with pytest.raises(Refused, match="more venues"):
        start(at_the_door(published, venue=more[-1]))
    assert start(at_the_door(published, venue=more[0])).is_under_way
    assert differences(published, standing(published)) == ["Venues: authorised 3, now 4"]


def test_visits_with_a_cadet_beyond_the_number_wait(published):
    first, second = at_the_door(published), at_the_door(published, venue=factories.VenueFactory())
    plain = at_the_door(published, venue=factories.VenueFactory())
    for visit in (first, second):
        factories.CadetMemberFactory(visit=visit)
    assert why_not_covered(first) == ""
    assert "more visits with a cadet" in why_not_covered(second)
    assert why_not_covered(plain) == ""


def test_a_visit_on_a_day_that_is_not_authorised_does_not_start(draft, planner, lead):
    late = draft.starts_on + dt.timedelta(days=40)
    authorise(submit(draft, planner), lead, valid_from=late)
    change(draft, state="published")
    with pytest.raises(Refused, match="other days"):
        start(at_the_door(draft))


def test_a_published_operation_without_any_authority_starts_nothing(published):
    visit = at_the_door(published)
    Authorisation.objects.filter(operation=published).update(
        withdrawn_at=timezone.now(),
        withdrawn_by=published.created_by,
        withdrawn_reason="By hand",
    )
    assert "Nobody has authorised" in why_not_covered(Visit.objects.get(pk=visit.pk))


def test_no_visit_is_planned_on_a_day_that_is_not_authorised(draft, planner, lead):
    last = timezone.localdate() + dt.timedelta(days=3)
    authorise(submit(draft, planner), lead, valid_until=last)
    officer = factories.UserFactory(role=Role.VISITING_OFFICER)
    starts_at = timezone.now() + dt.timedelta(days=9)
    plan = {
        "operation": draft,
        "venue": draft.chosen_venues.get().venue,
        "team": [schedule.Place(officer, schedule.Duty.LEAD)],
        "by": planner,
        "at": timezone.now(),
    }
    with pytest.raises(Refused, match="authorised from"):
        schedule.plan_visit(**plan, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))
    soon = timezone.now() + dt.timedelta(hours=30)
    schedule.plan_visit(**plan, starts_at=soon, ends_at=soon + dt.timedelta(hours=1))
