"""Pages of lists: one that is not there any more is the nearest, and rows cost once."""

import pytest
from django.contrib.auth.models import Group
from django.db.models import Func, IntegerField, Value
from django.urls import reverse

from accounts.access.pages import PagesByKey
from accounts.roles import Role
from tests import factories
from venues.models import Venue

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


def test_what_a_row_costs_is_spent_on_the_rows_of_the_page_alone():
    last = [factories.VenueFactory(name=f"Venue {number}").pk for number in range(7)][-1]
    turn = Func(Value("venues_venue_id_seq"), function="nextval", output_field=IntegerField())
    pages = PagesByKey(Venue.objects.by_name().annotate(turn=turn), 2)

    assert [(venue.name, venue.turn) for venue in pages.page(4)] == [("Venue 6", last + 1)]
    shown = [(venue.name, venue.turn) for venue in pages.page(3)]
    assert shown == [("Venue 4", last + 2), ("Venue 5", last + 3)]
