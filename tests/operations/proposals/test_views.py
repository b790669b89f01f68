"""Pages of proposals: asking, watching, stopping, taking."""

import pytest
from django.utils import timezone

from accounts.models import AccessEntry
from operations.models import Proposal, Visit
from operations.proposals import actions, working
from operations.proposals.models import ProposalState
from tests import factories
from tests.operations.pages import text, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_works(monkeypatch):
    monkeypatch.setattr(actions, "queue", lambda *_: None)


@pytest.fixture
def answers(world):
    return {
        "days": [day.isoformat() for day in world.days],
        "begins": "18:00",
        "ends": "23:00",
        "minutes": "45",
        "teams": "2",
        "officers": [officer.pk for officer in world.officers],
        "welfare_officers": [officer.pk for officer in world.officers[:2]],
        "cadets": [cadet.pk for cadet in world.cadets],
    }


@pytest.fixture
def proposal(as_planner, world, answers):
    as_planner.post(url("proposal_ask", world.operation.pk), answers)
    return Proposal.objects.get()


def test_asking_leads_to_a_page_that_looks_again(as_planner, world, answers):
    response = as_planner.post(url("proposal_ask", world.operation.pk), answers, follow=True)
    proposal = Proposal.objects.get()
    assert response.redirect_chain == [(proposal.get_absolute_url(), 302)]
    assert "Looking for a schedule" in text(response)
    assert 'hx-trigger="every 3s"' in response.text


def test_all_that_is_wrong_is_told_at_once(as_planner, world, answers):
    wrong = answers | {"minutes": "5", "welfare_officers": [], "ends": "18:00", "days": []}
    response = as_planner.post(url("proposal_ask", world.operation.pk), wrong)
    assert set(response.context["form"].errors) == {"days", "minutes", "welfare_officers"}
    complete = answers | {"ends": "18:00", "officers": [world.officers[0].pk]}
    response = as_planner.post(url("proposal_ask", world.operation.pk), complete)
    assert set(response.context["form"].errors) == {"ends", "officers", "welfare_officers"}
    assert not Proposal.objects.exists()


def test_the_form_begins_with_what_was_asked_for_the_last_time(as_planner, world, proposal):
    form = as_planner.get(url("proposal_ask", world.operation.pk)).context["form"]
    assert form["minutes"].value() == 45
    assert set(form["officers"].value()) == {officer.pk for officer in world.officers}


def test_a_venue_whose_place_is_not_known_is_named_before(as_planner, world):
    venue = world.venues[0]
    type(venue).objects.filter(pk=venue.pk).update(latitude=None, longitude=None)
    page = text(as_planner.get(url("proposal_ask", world.operation.pk)))
    assert "3 venues of this operation have no visit yet" in page
    assert "It is not known where this venue is" in page
    assert venue.name in page


def test_an_operation_without_venues_says_what_to_do(as_planner, operation_to_come):
    page = text(as_planner.get(url("proposal_ask", operation_to_come.pk)))
    assert "Nothing to plan" in page
    assert "Add venues" in page


def test_a_proposal_shows_who_goes_where_and_planning_it_leads_to_the_operation(
    as_planner, proposal, world, planner
):
    working.work_out(proposal.pk, name="test")
    page = text(as_planner.get(proposal.get_absolute_url()))
    assert "3 visits. Nothing is planned yet." in page
    for venue in world.venues:
        assert venue.name in page
    assert str(world.cadets[0]) in page or str(world.cadets[1]) in page
    mine = AccessEntry.objects.filter(user=planner)
    assert mine.about(world.venues[0]).exists()
    response = as_planner.post(url("proposal_take", proposal.pk), follow=True)
    assert response.redirect_chain[-1][0] == world.operation.get_absolute_url()
    assert "The visits are planned." in text(response)
    assert "Undo" in text(response)
    assert Visit.objects.count() == 3
    assert "These visits are planned." in text(as_planner.get(proposal.get_absolute_url()))


def test_what_can_not_be_planned_any_more_says_why_and_loses_nothing(as_planner, proposal, world):
    working.work_out(proposal.pk, name="test")
    for venue in world.venues:
        type(venue).objects.filter(pk=venue.pk).update(
            closed_on=timezone.localdate(), closed_reason="Gone"
        )
    response = as_planner.post(url("proposal_take", proposal.pk), follow=True)
    assert "Nothing was planned, since something changed" in text(response)
    assert "Ask for another proposal" in text(response)


def test_while_it_grows_the_part_alone_is_asked_for_and_stopping_ends_that(as_planner, proposal):
    part = as_planner.get(proposal.get_absolute_url(), headers={"HX-Request": "true"})
    assert "<html" not in part.text
    response = as_planner.post(url("proposal_stop", proposal.pk), follow=True)
    assert "The search is stopped." in text(response)
    assert "hx-trigger" not in response.text.partition('id="proposal"')[2]
    assert Proposal.objects.get().state == ProposalState.STOPPED


def test_what_was_left_out_says_why(as_planner, proposal, world):
    first, second, third = world.venues
    Proposal.objects.update(
        state=ProposalState.READY,
        left_out=[[first.pk, []], [second.pk, ["one rule"]], [third.pk, ["one", "two"]]],
    )
    page = text(as_planner.get(proposal.get_absolute_url()))
    assert "All teams that could go are needed for other visits." in page
    assert "This rule forbids it: one rule." in page
    assert "These rules forbid it together: one; two." in page


def test_a_longer_proposal_takes_no_more_queries(as_planner, planner, world, queries_of):
    def of(number):
        chosen = [factories.OperationVenueFactory(operation=world.operation) for _ in range(number)]
        made = [factories.ProposalFactory(chosen=one, asked_by=planner) for one in chosen]
        tours = [tour for one in made for tour in one.tours]
        return factories.ProposalFactory(
            asked_by=planner, tours=tours, chosen=chosen[0]
        ).get_absolute_url()

    assert queries_of(as_planner, of(2)) == queries_of(as_planner, of(7))
