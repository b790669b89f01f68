"""A draft like last year's operation."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.acts.refusals import Refused
from accounts.roles import Role
from operations.approval.cloning import clone_operation
from operations.models import Draw, Operation
from operations.scenarios import actions as scenarios
from tests import factories
from tests.accounts.acts.test_submissions import day

pytestmark = pytest.mark.django_db


def in_two_months():
    return timezone.localdate() + dt.timedelta(days=60)


def clone(operation, by, **more):
    fields = {"reference": "MS/2027/1", "starts_on": in_two_months()} | more
    return clone_operation(operation=operation, by=by, at=timezone.now(), **fields)


@pytest.fixture
def last_year(published, planner, unit):
    draw = Draw.objects.create(
        operation=published,
        units=unit.name,
        of_all=True,
        frame_size=9,
        left_out=0,
        number=1,
        drawn_by=planner,
    )
    venue = factories.VenueFactory(unit=unit)
    factories.OperationVenueFactory(operation=published, venue=venue, draw=draw)
    published.chosen_venues.filter(draw=None).update(selection="intelligence")
    return published


def test_a_clone_is_a_draft_with_name_length_and_lead(last_year, planner):
    made = clone(last_year, planner)
    assert made.is_draft
    assert made.name == last_year.name
    assert made.lead == last_year.lead
    assert made.ends_on - made.starts_on == last_year.ends_on - last_year.starts_on
    assert made.authorisation_reference == ""
    assert made.created_by == planner
    assert not made.visits.exists()


def test_venues_that_somebody_picked_come_along_and_drawn_ones_do_not(last_year, planner):
    picked = last_year.chosen_venues.get(draw=None)
    made = clone(last_year, planner)
    [chosen] = made.chosen_venues.all()
    assert (chosen.venue, chosen.selection) == (picked.venue, "intelligence")
    assert "Draw 1 of all open venues" in made.notes


def test_a_venue_that_closed_meanwhile_stays_behind(last_year, planner):
    venue = last_year.chosen_venues.get(draw=None).venue
    type(venue).objects.filter(pk=venue.pk).update(
        closed_on=timezone.localdate(), closed_reason="x"
    )
    assert not clone(last_year, planner).chosen_venues.exists()


def test_the_newest_version_of_the_scenario_is_played(last_year, planner):
    newest = scenarios.new_scenario_version(
        scenario=last_year.scenario,
        script="Ask.",
        warning_signs=[factories.WarningSignFactory()],
        by=planner,
    )
    assert clone(last_year, planner).scenario == newest


def test_whoever_clones_leads_where_the_lead_has_left(last_year, planner):
    last_year.lead.groups.clear()
    assert clone(last_year, planner).lead == planner


def test_a_clone_has_a_reference_of_its_own_and_begins_in_time(last_year, planner):
    with pytest.raises(Refused) as refusal:
        clone(last_year, planner, reference=last_year.reference, starts_on=dt.date(2026, 1, 1))
    assert {problem.about for problem in refusal.value.problems} == {"reference", "starts_on"}


def test_whoever_does_not_see_the_operation_clones_nothing(last_year):
    other = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    with pytest.raises(PermissionDenied):
        clone(last_year, other)


def test_the_button_asks_for_reference_and_first_day(client, last_year, planner):
    client.force_login(planner)
    page = reverse("operations:operation_clone", args=[last_year.pk])
    assert page in client.get(last_year.get_absolute_url()).text
    client.get(page)
    answers = {"reference": "MS/2027/5"} | day("starts_on", in_two_months())
    shown = client.post(page, answers, follow=True).text
    assert "MS/2027/5" in shown
    assert Operation.objects.get(reference="MS/2027/5").is_draft
