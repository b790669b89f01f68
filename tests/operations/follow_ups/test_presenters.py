"""What happened to a follow-up, in words, told by the record of its changes alone."""

import datetime as dt

import pytest
from django.utils import timezone

from operations.follow_ups.models import FollowUpState
from operations.follow_ups.presenters import history
from operations.models import FollowUp
from tests import factories

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def follow_up():
    return factories.FollowUpFactory(visit=factories.RefresherNeededVisitFactory())


def changed(follow_up, **values):
    FollowUp.objects.filter(pk=follow_up.pk).update(**values)


def titles(follow_up):
    found = FollowUp.objects.prefetch_related("reminders__copies__message").get(pk=follow_up.pk)
    return [entry.title for entry in history(found)]


def held(follow_up):
    return factories.TrainingSessionFactory(
        venue=follow_up.visit.venue, held_on=timezone.localdate()
    )


def test_a_booking_that_was_taken_back_is_told(follow_up):
    changed(follow_up, state=FollowUpState.BOOKED, booked_for=timezone.localdate() + DAY)
    changed(follow_up, state=FollowUpState.OFFERED, booked_for=None)
    assert "The booking was taken back" in titles(follow_up)


def test_a_correction_of_the_outcome_withdraws_and_another_offers_again(follow_up):
    changed(follow_up, state=FollowUpState.WITHDRAWN)
    changed(follow_up, state=FollowUpState.OFFERED)
    assert {"Withdrawn: the outcome was corrected", "Offered again: the outcome was corrected"} <= (
        set(titles(follow_up))
    )


def test_a_delivery_by_another_session_and_one_taken_back_are_told(follow_up):
    first, second = held(follow_up), held(follow_up)
    changed(follow_up, state=FollowUpState.DELIVERED, training_session=first)
    changed(follow_up, training_session=second)
    assert "Another session counts as the delivery" in titles(follow_up)
    changed(follow_up, state=FollowUpState.OFFERED, training_session=None)
    told = titles(follow_up)
    assert "Open again: the delivery was taken back" in told
    assert "Refresher recorded as delivered" in told, "of a session that is none of its own now"


def test_a_confirmation_that_was_taken_back_is_told(follow_up):
    later = factories.CompletedVisitFactory()
    changed(follow_up, state=FollowUpState.DELIVERED, training_session=held(follow_up))
    changed(follow_up, state=FollowUpState.CONFIRMED, confirmed_by=later)
    assert "Confirmed: the venue responded well at a later visit" in titles(follow_up)
    changed(follow_up, state=FollowUpState.DELIVERED, confirmed_by=None)
    told = titles(follow_up)
    assert {"No longer confirmed by a later visit", "Confirmed by a later visit"} <= set(told)


def test_another_day_by_which_it_is_due_is_told(follow_up):
    changed(follow_up, due_on=dt.date(2026, 6, 2))
    changed(follow_up, due_on=dt.date(2026, 6, 9))
    assert "Due by 9 June 2026 instead of 2 June 2026" in titles(follow_up)
