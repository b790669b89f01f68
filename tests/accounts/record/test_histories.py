"""The history of an account: for those who look after accounts."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def history_of(person, reader):
    client = Client()
    client.force_login(reader)
    return client.get(reverse("accounts:history", args=["person", person.pk]))


def test_an_administrator_reads_what_became_of_an_account():
    person = factories.UserFactory(last_name="Example")
    page = history_of(person, factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True))
    assert page.status_code == 200
    assert "Example" in page.text


@pytest.mark.parametrize("role", [Role.PLANNER, Role.VISITING_OFFICER])
def test_nobody_else_does(role):
    person = factories.UserFactory()
    assert history_of(person, factories.UserFactory(role=role, whole_force=True)).status_code == 404
