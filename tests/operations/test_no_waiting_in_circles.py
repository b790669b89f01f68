"""Acts on one venue at one instant wait for each other, never in a circle."""

import dataclasses
import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from operations.duty.actions import correct_outcome
from operations.follow_ups import actions as acts
from operations.follow_ups.handing_over import hand_over_follow_ups
from operations.models import FollowUp, Visit
from operations.planning import schedule
from operations.visits.facts import OutcomeFacts
from tests import factories
from tests.locks import failures, in_turn
from venues.models import TrainingSession
from venues.registry.merging import merge_venues
from venues.training import actions as training

pytestmark = pytest.mark.django_db

SESSION = {"mode": TrainingSession.Mode.IN_PERSON, "front_desk_staff": 12, "attended": 9}


@pytest.fixture
def earlier(unit):
    """A follow-up of the venue, from the visit before."""
    return factories.FollowUpFactory(unit=unit)


@pytest.fixture
def follow_up(earlier):
    visit = factories.RefresherNeededVisitFactory(
        venue=earlier.visit.venue, starts_at=earlier.visit.starts_at + dt.timedelta(days=2)
    )
    return factories.FollowUpFactory(visit=visit)


def correcting(visit):
    """The officer corrects that the materials were left, or were not."""
    outcome = visit.outcome
    facts = OutcomeFacts.of(outcome)
    return lambda: correct_outcome(
        visit=Visit.objects.get(pk=visit.pk),
        facts=dataclasses.replace(facts, materials_left=not facts.materials_left),
        reason="I pressed the wrong one",
        revision=outcome.revision,
        submission=uuid.uuid4(),
        by=visit.team.get(duty="lead").officer,
        at=timezone.now(),
    )


def worked_on(follow_up, by, other):
    """What a coordinator may do with a follow-up at that instant."""
    now = timezone.now()
    asked = {"follow_up": FollowUp.objects.get(pk=follow_up.pk), "by": by, "version": 1}
    return {
        "book": lambda: acts.book_refresher(on=now.date(), at=now, **asked),
        "decline": lambda: acts.decline_refresher(reason="They train their own", **asked),
        "hand over": lambda: hand_over_follow_ups(follow_ups=[asked["follow_up"]], to=other, by=by),
        "deliver": lambda: acts.record_delivery(
            held_on=now.date(), delivered_by="The team", at=now, **SESSION, **asked
        ),
    }


@pytest.mark.parametrize("act", ["book", "decline", "hand over", "deliver"])
def test_working_on_a_follow_up_and_correcting_its_outcome(coordinator, unit, follow_up, act):
    other = factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
    ended = in_turn(
        FollowUp.objects.filter(pk=follow_up.pk),
        worked_on(follow_up, coordinator, other)[act],
        correcting(follow_up.visit),
    )
    assert failures(ended) == []


def test_correcting_an_outcome_and_merging_its_venue(planner, follow_up):
    visit = follow_up.visit
    kept = factories.VenueFactory(local_authority=visit.venue.local_authority)
    ended = in_turn(
        Visit.objects.filter(pk=visit.pk),
        correcting(visit),
        lambda: merge_venues(keep=kept, duplicate=visit.venue, by=planner),
    )
    assert failures(ended) == []
    follow_up.visit.refresh_from_db()
    assert (follow_up.visit.venue, follow_up.visit.outcome.revision) == (kept, 2)


def test_the_outcome_of_a_later_visit_and_merging_the_venue(planner, earlier, follow_up):
    duplicate = factories.VenueFactory(local_authority=earlier.visit.venue.local_authority)
    factories.TrainingSessionFactory(venue=duplicate, held_on=timezone.localdate())
    ended = in_turn(
        FollowUp.objects.filter(pk=earlier.pk),
        lambda: merge_venues(keep=earlier.visit.venue, duplicate=duplicate, by=planner),
        correcting(follow_up.visit),
    )
    assert failures(ended) == []


def test_two_sessions_of_a_venue(coordinator, follow_up):
    ended = in_turn(
        FollowUp.objects.filter(pk=follow_up.pk),
        worked_on(follow_up, coordinator, None)["deliver"],
        lambda: training.record_training(
            venue=follow_up.visit.venue,
            kind=TrainingSession.Kind.REFRESHER,
            held_on=timezone.localdate(),
            delivered_by="Another team",
            by=coordinator,
            at=timezone.now(),
            **SESSION,
        ),
    )
    assert failures(ended) == []


@pytest.mark.parametrize("act", ["move", "take back"])
def test_planning_a_visit_and_merging_its_venue(planner, unit, act):
    visit = factories.VisitFactory(unit=unit, starts_at=timezone.now() + dt.timedelta(days=1))
    kept = factories.VenueFactory(local_authority=visit.venue.local_authority)
    team = [schedule.Place(member.officer, member.duty) for member in visit.team.all()]
    if act == "take back":
        schedule.cancel_visit(
            visit=visit, reason="The team is needed elsewhere", by=planner, at=timezone.now()
        )
    acts_on_plans = {
        "move": lambda: schedule.reschedule_visit(
            visit=Visit.objects.get(pk=visit.pk),
            version=visit.version,
            starts_at=visit.starts_at + dt.timedelta(minutes=5),
            ends_at=visit.ends_at,
            team=team,
            by=planner,
            at=timezone.now(),
        ),
        "take back": lambda: undo.take_back(
            number=Undo.objects.get(by=planner).number, by=planner, at=timezone.now()
        ),
    }
    ended = in_turn(
        Visit.objects.filter(pk=visit.pk),
        acts_on_plans[act],
        lambda: merge_venues(keep=kept, duplicate=visit.venue, by=planner),
    )
    assert failures(ended) == []
