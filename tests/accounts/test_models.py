"""What holds for people."""

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.db import IntegrityError

from accounts.acts.versions import EditConflictError
from accounts.models import User
from config import settings as product_settings
from tests.factories import UserFactory, VenueFactory

pytestmark = pytest.mark.django_db


def test_a_user_name_is_taken_in_any_case():
    UserFactory(username="oriel")
    with pytest.raises(IntegrityError, match="user_name_is_unique_in_any_case"):
        UserFactory(username="Oriel")


def test_an_email_address_is_taken_in_any_case():
    UserFactory(email="oriel@police.example")
    with pytest.raises(IntegrityError, match="email_address_is_unique_in_any_case"):
        UserFactory(email="Oriel@Police.example")


def test_a_person_is_shown_by_name_and_else_by_user_name():
    assert str(User(username="o", first_name="Oriel", last_name="Fenwick")) == "Oriel Fenwick"
    assert str(User(username="oriel")) == "oriel"


def test_passwords_are_hashed_with_argon2(settings):
    settings.PASSWORD_HASHERS = product_settings.PASSWORD_HASHERS
    assert identify_hasher(make_password("a long enough secret")).algorithm == "argon2"


def test_the_second_of_two_people_editing_one_record_is_told():
    venue = VenueFactory()
    venue.claim(1)
    with pytest.raises(EditConflictError):
        venue.claim(1)
    venue.claim(2)
