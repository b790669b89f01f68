"""What was removed in another window: the page says so, to whoever would have seen it there."""

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from accounts.roles import Role
from operations.models import Selection
from operations.planning import actions as planning
from tests.factories import (
    CommandUnitFactory,
    OperationFactory,
    PasskeyFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
)
from venues.registry import actions
from venues.training import actions as training

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return CommandUnitFactory()


@pytest.fixture
def by(unit):
    return UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


def remove_contact(venue, by):
    contact = VenueContactFactory(venue=venue)
    key = contact.pk
    actions.remove_contact(contact=contact, by=by)
    return ["venues:contact_remove", "venues:contact_edit"], key, "The venue contact"


def remove_training(venue, by):
    session = TrainingSessionFactory(venue=venue)
    key = session.pk
    training.remove_training(session=session, version=1, reason="Recorded twice", by=by)
    return ["venues:training_remove", "venues:training_edit"], key, "The training session"


@pytest.mark.parametrize("remove", [remove_contact, remove_training])
@pytest.mark.parametrize("how", ["get", "post"])
def test_a_part_of_a_venue_that_was_removed_leads_to_its_venue(client, unit, by, remove, how):
    venue = VenueFactory(unit=unit)
    pages, key, what = remove(venue, by)
    client.force_login(by)
    for page in pages:
        answer = getattr(client, how)(reverse(page, args=[key]), follow=True)
        assert answer.redirect_chain == [(venue.get_absolute_url(), 302)]
        assert f"{what} was removed already, so nothing was changed now." in answer.text


@pytest.mark.parametrize("remove", [remove_contact, remove_training])
def test_another_units_part_that_was_removed_is_as_if_it_had_never_been(client, unit, by, remove):
    pages, key, _ = remove(VenueFactory(unit=unit), by)
    client.force_login(UserFactory(role=Role.TRAINING_COORDINATOR, units=[CommandUnitFactory()]))
    for page in pages:
        assert client.get(reverse(page, args=[key])).status_code == 404
        assert client.post(reverse(page, args=[key])).status_code == 404


@pytest.mark.parametrize("page", ["venues:contact_remove", "venues:training_remove"])
def test_what_never_was_is_not_found(client, by, page):
    client.force_login(by)
    assert client.post(reverse(page, args=[987654])).status_code == 404


def test_a_venue_that_is_out_of_the_operation_already_is_told_so(client, unit):
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    operation, other = OperationFactory.create_batch(2, lead=planner)
    venue = VenueFactory(unit=unit)
    planning.add_venues(
        operation=operation, venues=[venue], selection=Selection.PRIORITY, by=planner
    )
    chosen = operation.chosen_venues.get()
    key = chosen.pk
    planning.remove_venue(chosen=chosen, by=planner)
    client.force_login(planner)
    answer = client.post(
        reverse("operations:operation_venues", args=[operation.pk]), {"remove": key}, follow=True
    )
    assert answer.redirect_chain == [(f"{operation.get_absolute_url()}?show=venues", 302)]
    assert "This venue is out of the operation already." in answer.text
    elsewhere = reverse("operations:operation_venues", args=[other.pk])
    assert client.post(elsewhere, {"remove": key}).status_code == 404
    assert client.post(elsewhere, {"remove": "x"}).status_code == 404


def test_a_session_that_was_ended_before_is_told_so(client, by):
    client.force_login(by)
    other = UserSession.objects.create(user=by, ip="127.0.0.1", session_key="elsewhere")
    for said in ("That session is ended.", "That session had ended already."):
        page = client.post(reverse("usersessions_list"), {"session": other.pk}, follow=True)
        assert said in page.text


def test_a_passkey_that_was_removed_before_is_told_so(client, by):
    client.force_login(by)
    kept, gone = PasskeyFactory.create_batch(2, user=by)
    url = reverse("mfa_remove_webauthn", args=[gone.pk])
    client.post(url)
    page = client.post(url, follow=True)
    assert "This passkey is not among yours: it was removed already." in page.text
    assert [one.pk for one in by.authenticator_set.all()] == [kept.pk]
