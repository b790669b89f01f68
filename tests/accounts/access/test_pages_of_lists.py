"""A page of a list that is not there any more is the nearest one."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["99", "0", "-3", "last"])
@pytest.mark.parametrize(
    "name",
    [
        *("venues:venue_list", "venues:import_list", "operations:operation_list"),
        *("operations:follow_up_list", "operations:cadet_list"),
    ],
)
def test_a_list_past_its_end_shows_its_last_page(client, name, number):
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    planner.groups.add(Group.objects.get(name=Role.CSE_LEAD))
    client.force_login(planner)
    assert client.get(reverse(name), {"page": number}).status_code == 200
