"""The administration finds and orders people and places as people say their names."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    person = factories.UserFactory(
        role=Role.ADMINISTRATOR, whole_force=True, first_name="Ada", last_name="Mmm"
    )
    client.force_login(person)
    return client


def found(client, name, words):
    page = client.get(reverse(f"admin:{name}_changelist"), {"q": words})
    return [str(row) for row in page.context["cl"].result_list]


def test_people_are_found_however_their_names_are_written(administrator):
    person = factories.UserFactory(first_name="Siân", last_name="O’Brien", username="u17@x.example")
    for words in ("sian", "OBrien", "o'brien sian", "u17@x.example"):
        assert found(administrator, "accounts_user", words) == [str(person)]
    assert found(administrator, "accounts_user", "sian smith") == []


def test_places_are_found_however_their_names_are_written(administrator):
    factories.VenueGroupFactory(name="Ynys Môn & Sons")
    factories.LocalAuthorityFactory(name="St Brânoc")
    assert found(administrator, "venues_venuegroup", "ynys mon and sons") == ["Ynys Môn & Sons"]
    assert found(administrator, "venues_localauthority", "saint branoc") == ["St Brânoc"]


def test_people_stand_in_the_order_of_the_alphabet(administrator):
    for last_name in ("Zetland", "Étoile", "abel"):
        factories.UserFactory(first_name="Ada", last_name=last_name)
    people = found(administrator, "accounts_user", "ada")
    assert people == ["Ada abel", "Ada Étoile", "Ada Mmm", "Ada Zetland"]
