"""Whoever goes on from a list comes back to the same filter, page and row."""

import html
import re

import pytest
from django.http import HttpResponseRedirect
from django.test import RequestFactory
from django.urls import reverse, reverse_lazy

from accounts.acts import ways_back
from accounts.roles import Role
from tests import factories
from tests.form_pages import fill_in

LINK = re.compile(r'href="([^"]*)"')


def links(page):
    return [html.unescape(link) for link in LINK.findall(page.text)]


def back_link(page):
    return html.unescape(re.search(r'class="govuk-back-link" href="([^"]*)"', page.text)[1])


def link_to(page, url):
    return next(link for link in links(page) if link.startswith(url))


@pytest.fixture
def coordinator(client, db):
    client.force_login(factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True))
    return client


def test_back_from_a_venue_is_the_same_filter_page_and_row(coordinator):
    venues = [factories.VenueFactory(name=f"Lanternstay {n:02}") for n in range(27)]
    place = f"{reverse('venues:venue_list')}?kind=hotel&page=2"
    to_venue = link_to(coordinator.get(place), venues[26].get_absolute_url())
    venue = coordinator.get(to_venue)
    assert back_link(venue) == f"{place}#row-2"
    assert 'id="row-2"' in coordinator.get(place).text


def test_the_place_outlasts_an_act_on_the_way(coordinator):
    venue = factories.VenueFactory()
    place = f"{reverse('venues:venue_list')}?kind=hotel"
    page = coordinator.get(link_to(coordinator.get(place), venue.get_absolute_url()))
    training = link_to(page, reverse("venues:training_add", args=[venue.pk]))
    form = coordinator.get(training)
    assert back_link(form).startswith(f"{venue.get_absolute_url()}?back=")
    answers = {"kind": "initial", "mode": "online", "delivered_by": "Us", "front_desk_staff": "2"}
    answers |= {"held_on_day": "1", "held_on_month": "9", "held_on_year": "2026", "attended": "1"}
    saved = coordinator.post(training, fill_in(coordinator, training, answers), follow=True)
    assert back_link(saved) == f"{place}#row-1"


def test_back_from_a_follow_up_keeps_the_filter(coordinator):
    follow_up = factories.FollowUpFactory()
    place = f"{reverse('operations:follow_up_list')}?state=all"
    page = coordinator.get(link_to(coordinator.get(place), follow_up.get_absolute_url()))
    assert back_link(page) == f"{place}#row-1"


@pytest.mark.parametrize("name", ["operation_list", "cadet_list", "scenario_list"])
def test_back_from_the_planners_lists_keeps_the_page(client, db, name):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    factories.OperationFactory()
    factories.CadetFactory()
    place = f"{reverse(f'operations:{name}')}?page=1"
    onward = next(link for link in links(client.get(place)) if "row-1" in link)
    assert back_link(client.get(onward)) == f"{place}#row-1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/"),
        *("javascript:alert(1)", "venues/", "", "/" + "x" * 700),
    ],
)
def test_no_address_leads_elsewhere(coordinator, elsewhere):
    request = RequestFactory().get("/venues/1/", {"back": elsewhere})
    assert ways_back.place(request) == ""
    venue = factories.VenueFactory()
    page = coordinator.get(venue.get_absolute_url(), {"back": elsewhere})
    assert back_link(page) == reverse("venues:venue_list")


def test_a_place_is_not_carried_to_another_site_nor_twice():
    request = RequestFactory().get("/venues/1/", {"back": "/venues/?page=2"})
    assert ways_back.carried(request, "https://elsewhere.example/") == "https://elsewhere.example/"
    once = ways_back.carried(request, "/venues/1/edit/")
    assert once == "/venues/1/edit/?back=/venues/%3Fpage%3D2"
    assert ways_back.carried(request, once) == once
    assert HttpResponseRedirect(once).url == once


# Records that lead to each other -----------------------------------------------------------------


def test_back_from_a_venue_opened_from_a_follow_up_is_the_follow_up_with_its_own_place(coordinator):
    follow_up = factories.FollowUpFactory()
    place = f"{reverse('operations:follow_up_list')}?state=all"
    first = coordinator.get(link_to(coordinator.get(place), follow_up.get_absolute_url()))
    venue = coordinator.get(link_to(first, follow_up.visit.venue.get_absolute_url()))
    assert back_link(venue).startswith(f"{follow_up.get_absolute_url()}?back=")
    assert back_link(coordinator.get(back_link(venue))).startswith(place)


def test_back_from_what_a_timeline_tells_of_is_the_timeline(coordinator):
    visit = factories.PartlyVisitFactory()
    page = visit.venue.get_absolute_url()
    opened = coordinator.get(link_to(coordinator.get(page), visit.get_absolute_url()))
    assert back_link(opened) == page


def test_back_from_one_of_my_visits_is_its_card(client, db):
    visit = factories.VisitFactory()
    [member] = visit.team.filter(duty="lead")
    client.force_login(member.officer)
    page = reverse("operations:my_visits")
    cards = client.get(page)
    opened = client.get(link_to(cards, visit.get_absolute_url()))
    assert back_link(opened) == f"{page}#row-{visit.number}"
    assert f'id="row-{visit.number}"' in cards.text


def test_back_from_an_export_is_the_log_with_its_filters(client, db):
    client.force_login(factories.UserFactory(role=Role.ADMINISTRATOR, whole_force=True))
    place = f"{reverse('accounts:log')}?model=venues.venue"
    opened = client.get(link_to(client.get(place), reverse("reports:subject_access")))
    assert back_link(opened) == place


def test_back_from_a_record_s_history_is_the_record_with_its_place(coordinator):
    venue = factories.VenueFactory()
    place = f"{reverse('venues:venue_list')}?kind=hotel"
    page = coordinator.get(link_to(coordinator.get(place), venue.get_absolute_url()))
    history = reverse("accounts:history", args=["venue", venue.pk])
    there = back_link(coordinator.get(link_to(page, history)))
    assert back_link(coordinator.get(there)).startswith(place)


# On the way ---------------------------------------------------------------------------------------


@pytest.fixture
def planner(client, db):
    client.force_login(factories.UserFactory(role=Role.PLANNER, whole_force=True))
    return client


PLACE = f"{reverse_lazy('operations:operation_list')}?page=2#row-3"


def test_the_views_of_an_operation_keep_the_way_back_to_the_list(planner):
    operation = factories.OperationFactory()
    page = planner.get(operation.get_absolute_url(), {"back": PLACE})
    for name in ("ahead", "over", "venues"):
        view = planner.get(operation.get_absolute_url() + link_to(page, f"?show={name}"))
        assert back_link(view) == PLACE


def test_narrowing_the_venues_of_an_operation_keeps_the_way_back(planner):
    operation = factories.OperationFactory()
    url = reverse("operations:operation_venues", args=[operation.pk])
    page = planner.get(url, {"back": PLACE, "q": "lantern"})
    assert f'<input type="hidden" name="back" value="{PLACE}">' in page.text
    assert link_to(page, "?back=")  # without filters
    assert 'name="back"' not in planner.get(url).text


def chosen_on_page_2(operation):
    chosen = [
        factories.OperationVenueFactory(
            operation=operation, venue__name=f"Lanternstay {n:02}", selection="priority"
        )
        for n in range(51)
    ]
    return chosen[-1], f"{operation.get_absolute_url()}?show=venues&page=2"


def test_a_visit_planned_from_the_second_page_of_venues_leads_back_there(planner):
    operation = factories.OperationFactory()
    _, place = chosen_on_page_2(operation)
    to_form = f"{reverse('operations:visit_add', args=[operation.pk])}?venue="
    assert back_link(planner.get(link_to(planner.get(place), to_form))) == place


def test_a_venue_taken_out_on_the_second_page_leads_back_there(planner):
    operation = factories.OperationFactory()
    chosen, place = chosen_on_page_2(operation)
    page = planner.get(place)
    url = html.unescape(re.search(r'action="([^"]*/venues/[^"]*)"', page.text)[1])
    answer = planner.post(url, fill_in(planner, place, {"remove": chosen.pk}))
    assert answer["Location"] == place


def test_what_is_added_on_the_way_leads_back_to_the_same_page(planner):
    factories.CadetFactory.create_batch(51)
    place = f"{reverse('operations:cadet_list')}?page=2"
    form = planner.get(link_to(planner.get(place), reverse("operations:cadet_add")))
    assert back_link(form) == place


def test_removing_a_contact_keeps_the_way_back_to_the_list(coordinator):
    contact = factories.VenueContactFactory()
    place = f"{reverse('venues:venue_list')}?kind=hotel#row-1"
    edit = reverse("venues:contact_edit", args=[contact.pk])
    remove = reverse("venues:contact_remove", args=[contact.pk])
    asked = coordinator.get(link_to(coordinator.get(edit, {"back": place}), remove))
    venue = coordinator.get(link_to(asked, f"{contact.venue.get_absolute_url()}?back="))
    assert back_link(venue) == place
