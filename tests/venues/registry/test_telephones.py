"""A telephone number of a contact is one that can be called."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from tests.factories import UserFactory, VenueContactFactory, VenueFactory
from venues.models import VenueContact
from venues.registry.telephones import NOT_A_NUMBER, is_number, to_dial

NUMBERS = (
    "020 7946 0958",
    "(020) 7946-0958",
    "+44 (0)20 7946 0958",
    "(+44) 20 7946 0958",
    "020 7946 0958 ext 12",
    "020 7946 0958 ext. 12",
    "020 7946 0958 x12",
    "020 7946 0958x12",
    "123456",
    "1" * 15,
)
NONE = ("abc", "12345", "1" * 16, "020 7946 0958 ask for Ann", "ext 12", "020 7946 0958 ext", "---")


def test_numbers_are_known_as_people_write_them():
    assert [number for number in NUMBERS if not is_number(number)] == []
    assert [text for text in NONE if is_number(text)] == []


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("020 7946 0958 ext 12", "02079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("(020) 7946-0958 x12", "02079460958"),
    ],
)
def test_a_link_dials_what_a_telephone_can(number, dialled):
    assert to_dial(number) == dialled


@pytest.mark.django_db
def test_the_database_keeps_the_same_numbers():
    contact = VenueContactFactory()
    contacts = VenueContact.objects.filter(pk=contact.pk)
    for number in NUMBERS:
        contacts.update(phone=number)
    for text in NONE:
        with (
            pytest.raises(IntegrityError, match="contact_has_a_telephone_number_or_none"),
            transaction.atomic(),
        ):
            contacts.update(phone=text)


@pytest.mark.django_db
def test_what_is_no_telephone_number_is_refused_beside_its_question(client):
    client.force_login(UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    venue = VenueFactory()
    url = reverse("venues:contact_add", args=[venue.pk])
    page = client.post(url, {"name": "Ada Invented", "phone": "abc"})
    assert page.context["form"].errors == {"phone": [NOT_A_NUMBER]}
    client.post(url, {"name": "Ada Invented", "phone": "020 7946 0958 ext 12"})
    assert venue.contacts.get().phone == "020 7946 0958 ext 12"
    assert 'href="tel:02079460958"' in client.get(venue.get_absolute_url()).text
