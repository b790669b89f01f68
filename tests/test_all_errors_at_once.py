"""Whoever sends a form learns at once of all that has to change, beside its questions."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from operations.models import FollowUpState
from tests import factories
from venues.models import TrainingSession

pytestmark = pytest.mark.django_db

FUTURE = "Enter today or a day in the past."
TOO_MANY = "No more than the 8 who work there can have attended."


def day(name, date):
    return {f"{name}_day": date.day, f"{name}_month": date.month, f"{name}_year": date.year}


@pytest.fixture
def coordinator(client):
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    return client


def tomorrow():
    return timezone.localdate() + dt.timedelta(days=2)


def training(name="held_on", date=None):
    answers = {"mode": "online", "delivered_by": "Us", "front_desk_staff": "8", "attended": "9"}
    return answers | day(name, date or tomorrow())


def test_a_delivery_in_the_future_with_9_of_8_attended_tells_both(coordinator):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    url = reverse("operations:follow_up_deliver", args=[follow_up.pk])
    page = coordinator.post(url, training() | {"version": follow_up.version})
    assert page.context["form"].errors == {"held_on": [FUTURE], "attended": [TOO_MANY]}
    assert TrainingSession.objects.count() == 0


def test_a_delivery_before_the_visit_with_9_of_8_attended_tells_both(coordinator):
    follow_up = factories.FollowUpFactory(state=FollowUpState.BOOKED)
    url = reverse("operations:follow_up_deliver", args=[follow_up.pk])
    before = timezone.localdate() - dt.timedelta(days=300)
    page = coordinator.post(url, training(date=before) | {"version": follow_up.version})
    assert set(page.context["form"].errors) == {"held_on", "attended"}
    assert TrainingSession.objects.count() == 0


def test_training_in_the_future_with_9_of_8_attended_tells_both(coordinator):
    url = reverse("venues:training_add", args=[factories.VenueFactory().pk])
    page = coordinator.post(url, training() | {"kind": "initial"})
    assert page.context["form"].errors == {"held_on": [FUTURE], "attended": [TOO_MANY]}


def test_a_venue_tells_of_its_postcode_and_its_point(coordinator):
    answers = {
        "name": "Lanternstay",
        "kind": "hotel",
        "local_authority": factories.LocalAuthorityFactory().pk,
        "postcode": "nowhere",
        "latitude": "10",
        "longitude": "10",
    }
    errors = coordinator.post(reverse("venues:venue_add"), answers).context["form"].errors
    assert set(errors) == {"postcode", "latitude"}


def test_a_venue_that_may_not_move_tells_of_its_postcode_too(client):
    here, there = factories.CommandUnitFactory(), factories.CommandUnitFactory()
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[there]))
    authority = factories.LocalAuthorityFactory(command_unit=None)
    venue = factories.VenueFactory(local_authority=authority)
    elsewhere = factories.LocalAuthorityFactory(command_unit=here)
    answers = {"name": "Lanternstay", "kind": "hotel", "version": venue.version}
    answers |= {"local_authority": elsewhere.pk, "postcode": "nowhere"}
    url = reverse("venues:venue_edit", args=[venue.pk])
    assert set(client.post(url, answers).context["form"].errors) == {"local_authority", "postcode"}


def test_a_contact_tells_of_its_name_and_of_its_address(coordinator):
    contact = factories.VenueContactFactory(email="desk@hotel.example")
    url = reverse("venues:contact_add", args=[contact.venue_id])
    answers = {"name": "Ada", "phone": "0" * 30, "email": "DESK@hotel.example"}
    errors = coordinator.post(url, answers | {"gets_reminders": "on"}).context["form"].errors
    assert errors == {"email": ["This venue already has a contact with this email address."]}


def test_closing_in_the_future_is_told(coordinator):
    url = reverse("venues:venue_close", args=[factories.VenueFactory().pk])
    page = coordinator.post(url, day("on", tomorrow()) | {"reason": "Flats now"})
    assert page.context["form"].errors == {"on": [FUTURE]}


def test_reopening_before_it_closed_is_told(coordinator):
    today = timezone.localdate()
    venue = factories.VenueFactory(closed_on=today, closed_reason="Flats")
    url = reverse("venues:venue_reopen", args=[venue.pk])
    page = coordinator.post(url, day("on", today - dt.timedelta(days=1)) | {"reason": "Hotel"})
    assert "enter a later day" in page.text


def test_a_cadet_tells_of_reference_and_dates(client):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    factories.CadetPolicyFactory()
    answers = {"reference": "John Smith"}
    answers |= day("birth_date", dt.date(2001, 1, 1)) | day("briefed_on", tomorrow())
    errors = client.post(reverse("operations:cadet_add"), answers).context["form"].errors
    assert set(errors) == {"reference", "birth_date", "briefed_on"}
