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


@pytest.mark.parametrize(("name", "column"), [("accounts_user", "3"), ("venues_commandunit", "0")])
def test_a_click_on_a_column_of_names_puts_them_in_the_order_of_the_alphabet(
    administrator, name, column
):
    for called in ("Zetland", "Étoile", "abel"):
        factories.UserFactory(first_name="Ada", last_name=called)
        factories.CommandUnitFactory(name=called)
    for direction in (1, -1):
        order = {"o": f"{'-' if direction < 0 else ''}{column}", "q": "e"}
        page = administrator.get(reverse(f"admin:{name}_changelist"), order)
        rows = [str(row).removeprefix("Ada ") for row in page.context["cl"].result_list]
        rows = [row for row in rows if row in ("abel", "Étoile", "Zetland")]
        assert rows == ["abel", "Étoile", "Zetland"][::direction]
