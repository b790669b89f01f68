"""Asking for a proposal, stopping it, and planning its visits: against PostgreSQL."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.refusals import Refused
from accounts.models import Undo
from accounts.roles import Role
from operations.models import Proposal, TeamMember, Visit
from operations.proposals import actions, working
from operations.proposals.models import ProposalState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(monkeypatch):
    """The proposals that a worker was told of."""
    keys = []
    monkeypatch.setattr(actions, "queue", lambda task, key: keys.append(key))
    return keys


@pytest.fixture
def ask(world, wanted, planner, begun):
    def ask(**changes):
        return actions.ask_for_proposal(
            operation=world.operation,
            wanted=replace(wanted, **changes),
            by=planner,
            at=timezone.now(),
        )

    return ask


@pytest.fixture
def ready(ask):
    """One that was worked out."""
    proposal = ask()
    working.work_out(proposal.pk, name="test")
    proposal.refresh_from_db()
    return proposal


def take(proposal, by):
    return actions.take_proposal(proposal=proposal, by=by, at=timezone.now())


def test_a_worker_is_told_of_what_was_asked_for(ask, begun, wanted):
    proposal = ask()
    assert begun == [proposal.pk]
    assert (proposal.state, proposal.wanted) == (ProposalState.WORKING, wanted.as_json())


def test_asking_twice_is_one_proposal_while_it_is_worked_out(ask, begun, planner):
    proposal = ask()
    assert ask() == proposal
    actions.stop_proposal(proposal=proposal, by=planner)
    assert ask() != proposal
    assert len(begun) == 2


@pytest.mark.parametrize(
    ("about", "changes"),
    [
        ("days", {"days": ()}),
        ("days", {"days": (dt.date(2020, 1, 1),)}),
        ("ends", {"ends": dt.time(18)}),
        ("officers", {"officers": (), "welfare_officers": ()}),
        ("welfare_officers", {"welfare_officers": ()}),
        ("welfare_officers", {"welfare_officers": (10**9,)}),
    ],
)
def test_what_won_t_do_is_refused_beside_its_question(ask, about, changes):
    with pytest.raises(Refused) as refused:
        ask(**changes)
    assert about in {problem.about for problem in refused.value.problems}
    assert not Proposal.objects.exists()


def test_where_nothing_is_left_to_visit_or_to_be_found_it_says_so(ask, world):
    for venue in world.venues:
        type(venue).objects.filter(pk=venue.pk).update(latitude=None, longitude=None)
    with pytest.raises(Refused, match="not known where"):
        ask()
    for chosen in world.chosen:
        chosen.delete()
    with pytest.raises(Refused, match="Add venues first"):
        ask()


def test_taking_it_plans_all_of_its_visits_and_once(ready, planner, world):
    visits = take(ready, planner)
    assert {visit.venue for visit in visits} == set(world.venues)
    assert Visit.objects.planned().count() == 3
    duties = TeamMember.objects.filter(visit__in=visits).values_list("duty", flat=True)
    assert sorted(duties) == ["cadet"] * 3 + ["lead"] * 3 + ["welfare"] * 3
    with pytest.raises(Refused, match="planned already"):
        take(ready, planner)


def test_the_visits_of_a_proposal_are_taken_back_in_one(ready, planner):
    take(ready, planner)
    (offer,) = Undo.objects.filter(taken_back_at=None)
    undo.take_back(number=offer.number, by=planner, at=timezone.now())
    assert not Visit.objects.exists()


def test_where_one_visit_breaks_a_rule_by_now_none_is_planned(ready, planner, world):
    last = ready.tours[-1]["stops"][-1]["venue"]
    type(world.venues[0]).objects.filter(pk=last).update(
        closed_on=timezone.localdate(), closed_reason="Gone"
    )
    with pytest.raises(Refused, match="Nothing was planned"):
        take(ready, planner)
    assert not Visit.objects.exists()


def test_an_empty_one_is_not_taken(ask, planner):
    proposal = actions.stop_proposal(proposal=ask(), by=planner)
    with pytest.raises(Refused, match="no visits"):
        take(proposal, planner)


def test_a_proposal_is_for_whoever_asked_for_it_alone(ready, planner, unit):
    other = factories.UserFactory(role=Role.PLANNER, units=[unit])
    assert list(Proposal.objects.visible_to(planner)) == [ready]
    assert not Proposal.objects.visible_to(other).exists()
    for act in (
        lambda: take(ready, other),
        lambda: actions.stop_proposal(proposal=ready, by=other),
    ):
        with pytest.raises(PermissionDenied):
            act()
    elsewhere = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    with pytest.raises(PermissionDenied):
        take(ready, elsewhere)
