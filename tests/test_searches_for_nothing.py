"""What has no word to look for is told so; it is no search that everything fits."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

#: The last is what joins names, and no word of them.
NOTHING = ('"', "—", "_", "@", "&")
TOLD = "Nothing can be found by “{}” alone."


def as_(client, role):
    client.force_login(factories.UserFactory(role=role, whole_force=True))
    return client


def told(page):
    return page.text.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


@pytest.mark.parametrize("typed", NOTHING)
def test_the_registry_says_that_nothing_can_be_found_by_it(client, typed):
    factories.VenueFactory(name="Lanternstay")
    page = as_(client, Role.PLANNER).get(reverse("venues:venue_list"), {"q": typed})
    assert TOLD.format(typed) in told(page)
    assert "Lanternstay" not in page.text
    assert "No venue matches" not in page.text


@pytest.mark.parametrize("typed", NOTHING)
def test_so_does_the_choice_of_venues_for_an_operation(client, typed):
    venue, operation = factories.VenueFactory(name="Lanternstay"), factories.OperationFactory()
    url = reverse("operations:operation_venues", args=[operation.pk])
    assert venue.name in as_(client, Role.PLANNER).get(url).text
    page = client.get(url, {"q": typed})
    assert TOLD.format(typed) in told(page)
    assert "Lanternstay" not in page.text
    assert "No venue matches" not in page.text
    page = client.get(reverse("operations:draw_add", args=[operation.pk]), {"q": typed})
    assert "No venue matches" in page.text


@pytest.mark.parametrize("typed", NOTHING)
def test_so_does_the_search_for_a_duplicate(client, typed):
    venue, _ = factories.VenueFactory(), factories.VenueFactory(name="Lanternstay")
    url = reverse("venues:venue_merge", args=[venue.pk])
    page = as_(client, Role.PLANNER).get(url, {"q": typed})
    assert TOLD.format(typed) in told(page)
    assert "Lanternstay" not in page.text
    assert "No venue matches" not in page.text


@pytest.mark.parametrize("typed", NOTHING)
def test_so_does_the_board_where_the_call_stays_real(client, typed):
    factories.UnderWayVisitFactory()
    page = as_(client, Role.CALL_HANDLER).get(reverse("operations:board"), {"q": typed})
    assert TOLD.format(typed) in told(page)
    assert "Treat the call as real" in page.text
    assert page.context["found"].visits == []


@pytest.mark.parametrize("typed", NOTHING[:-1])
def test_so_does_the_administration(client, typed):
    factories.VenueGroupFactory(name="Lanternstay")
    url = reverse("admin:venues_venuegroup_changelist")
    page = as_(client, Role.ADMINISTRATOR).get(url, {"q": typed})
    assert TOLD.format(typed) in told(page)
    assert "Lanternstay" not in page.text


def test_a_mark_beside_a_word_is_passed_over(client):
    factories.VenueFactory(name="Lanternstay")
    page = as_(client, Role.PLANNER).get(reverse("venues:venue_list"), {"q": '" lanternstay'})
    assert "Lanternstay" in page.text
