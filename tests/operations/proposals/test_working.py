"""Working a proposal out: a real process, what it leaves in the row, and what becomes of it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.dates.london import duty_day
from operations.models import Proposal
from operations.proposals import actions, tasks, working
from operations.proposals.models import KEPT, SILENT_AFTER, ProposalState
from tests import factories

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def proposal(world, wanted, planner, monkeypatch):
    monkeypatch.setattr(actions, "queue", lambda *_: None)
    return actions.ask_for_proposal(
        operation=world.operation, wanted=wanted, by=planner, at=timezone.now()
    )


def test_it_visits_all_that_it_can_and_says_how_far_it_is(proposal, world):
    tasks.work_out(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.READY
    assert proposal.n_visits == 3
    assert proposal.km > 0
    stops = [stop for tour in proposal.tours for stop in tour["stops"]]
    assert {stop["venue"] for stop in stops} == {venue.pk for venue in world.venues}
    days = {duty_day(dt.datetime.fromisoformat(stop["starts_at"])) for stop in stops}
    assert days <= set(world.days)


def test_each_venue_that_is_left_out_says_why(proposal, world):
    visit = factories.CompletedVisitFactory(venue=world.venues[0])
    for cadet in world.cadets:
        factories.CadetMemberFactory(visit=visit, cadet=cadet)
    tasks.work_out(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.n_visits == 2
    assert proposal.left_out == [[world.venues[0].pk, ["that no cadet tests a venue twice"]]]


def test_the_best_so_far_is_in_the_row_while_it_goes_on(proposal, monkeypatch):
    found = []
    keep = working._keep

    def watched(key, line):
        wanted = keep(key, line)
        found.append(Proposal.objects.get(pk=key).n_visits)
        return wanted

    monkeypatch.setattr(working, "_keep", watched)
    tasks.work_out(proposal.pk)
    assert found[0] > 0


def test_one_that_is_stopped_is_not_looked_at_any_longer(proposal, planner, monkeypatch):
    kept = []
    keep = working._keep

    def stops_then(key, line):
        kept.append(line)
        actions.stop_proposal(proposal=proposal, by=planner)
        return keep(key, line)

    monkeypatch.setattr(working, "_keep", stops_then)
    monkeypatch.setattr(working, "WORKS_FOR", 60)
    began = timezone.now()
    tasks.work_out(proposal.pk)
    assert timezone.now() - began < dt.timedelta(seconds=30)
    proposal.refresh_from_db()
    assert (proposal.state, len(kept)) == (ProposalState.STOPPED, 1)
    tasks.work_out(proposal.pk)
    assert len(kept) == 1


def test_two_workers_do_not_work_on_one(proposal, monkeypatch):
    monkeypatch.setattr(working, "_solved", lambda problem: pytest.fail("worked on twice"))
    Proposal.objects.update(heard_at=timezone.now())
    tasks.work_out(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.is_working


@pytest.fixture
def queued(monkeypatch):
    keys = []
    monkeypatch.setattr(tasks, "queue", lambda task, key: keys.append(key))
    return keys


def test_one_whose_worker_died_is_begun_anew(proposal, queued):
    long_ago = timezone.now() - 2 * SILENT_AFTER
    Proposal.objects.update(asked_at=long_ago, heard_at=long_ago + SILENT_AFTER / 2)
    tasks.look_after_proposals()
    assert queued == [proposal.pk]
    tasks.work_out(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.READY


def test_one_that_is_being_worked_on_is_left_alone(proposal, queued):
    Proposal.objects.update(asked_at=timezone.now() - 5 * MINUTE, heard_at=timezone.now())
    tasks.look_after_proposals()
    assert queued == []


def test_one_that_nobody_took_goes_after_a_week(queued):
    old = factories.ProposalFactory(asked_at=timezone.now() - KEPT - MINUTE)
    young = factories.ProposalFactory(asked_at=timezone.now() - KEPT + MINUTE)
    tasks.look_after_proposals()
    assert set(Proposal.objects.filter(pk__in=[old.pk, young.pk])) == {young}


def test_where_nothing_can_be_asked_it_is_ready_and_empty(proposal, monkeypatch):
    monkeypatch.setattr(working, "problem_of", lambda *args, **kwargs: None)
    tasks.work_out(proposal.pk)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.tours) == (ProposalState.READY, [])
