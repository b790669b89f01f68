"""Pages of the registry: who may open what and what they show."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.dates.london import duty_day
from accounts.roles import Role
from operations.models import FollowUpState
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    LocalAuthorityFactory,
    PartlyVisitFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from tests.venues.pages import A, C, L, P, V, address
from venues.models import Venue

pytestmark = pytest.mark.django_db


# Who --------------------------------------------------------------------------------------------


MAY_OPEN = {
    "venue_list": {P, C, L, V, A},
    "venue_detail": {P, C, L, V, A},
    "venue_add": {P, C, A},
    "venue_edit": {P, C, A},
    "venue_close": {P, C, A},
    "venue_reopen": {P, C, A},
    "venue_merge": {P, C, A},
    "contact_add": {P, C, A},
    "contact_edit": {P, C, A},
    "contact_remove": {P, C, A},
    "training_add": {C, A},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", MAY_OPEN)
def test_a_page_opens_for_the_roles_that_need_it_and_is_a_403_for_others(signed_in, name, role):
    client, url = signed_in(role), address(name, VenueFactory())
    allowed = role in MAY_OPEN[name]
    assert client.get(url).status_code == (200 if allowed else 403)
    if not allowed:
        assert client.post(url).status_code in (403, 405)


@pytest.mark.parametrize("name", MAY_OPEN)
def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, name):
    response = client.get(address(name, VenueFactory()))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(set(MAY_OPEN) - {"venue_list", "venue_add"}))
def test_what_there_is_not_is_a_404(signed_in, name):
    response = signed_in(A).get(reverse(f"venues:{name}", args=[10**9]))
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (
            A,
            {
                "Add venue",
                "Edit venue",
                "Close venue",
                "Merge with",
                "Record training",
                "Add contact",
            },
        ),
        (P, {"Add venue", "Edit venue", "Close venue", "Merge with", "Add contact"}),
        (L, set()),
        (V, set()),
    ],
)
def test_pages_offer_only_what_the_role_may_do(signed_in, role, acts):
    client, venue = signed_in(role), VenueFactory()
    pages = (
        client.get(reverse("venues:venue_list")).text + client.get(venue.get_absolute_url()).text
    )
    every = {
        "Add venue",
        "Edit venue",
        "Close venue",
        "Merge with",
        "Record training",
        "Add contact",
    }
    assert {act for act in every if act in pages} == acts


# The list ---------------------------------------------------------------------------------------


def names(response) -> list[str]:
    return [row["venue"].name for row in response.context["rows"]]


def test_an_empty_registry_says_what_to_do_next(signed_in):
    page = signed_in(P).get(reverse("venues:venue_list")).text
    assert "No venues yet" in page
    assert reverse("venues:import_add") in page


def test_an_empty_registry_asks_those_who_can_not_import_to_ask(signed_in):
    page = signed_in(V).get(reverse("venues:venue_list")).text
    assert "Ask an operations planner" in page
    assert reverse("venues:import_add") not in page


def test_filters_that_leave_nothing_say_what_to_do_next(signed_in):
    VenueFactory()
    page = signed_in(P).get(reverse("venues:venue_list"), {"q": "zzzzzz"}).text
    assert "No venue matches" in page
    assert "Clear all filters" in page


def test_the_list_is_by_name_in_any_case_and_25_to_a_page(signed_in):
    for number in range(26):
        VenueFactory(name=f"{'Hotel' if number % 2 else 'hotel'} {number:02}")
    client = signed_in(P)
    first = client.get(reverse("venues:venue_list"))
    assert names(first) == [f"{'Hotel' if n % 2 else 'hotel'} {n:02}" for n in range(25)]
    assert names(client.get(reverse("venues:venue_list"), {"page": 2})) == ["Hotel 25"]


def test_each_filter_narrows_the_list(signed_in):
    group, today = VenueGroupFactory(), duty_day(timezone.now())
    wanted = VenueFactory(name="Wanted", kind=Venue.Kind.HOSTEL, group=group)
    TrainingSessionFactory(venue=wanted, front_desk_staff=10, attended=3, held_on=today)
    PartlyVisitFactory(venue=wanted)
    other = VenueFactory(name="Other", closed_on=today, closed_reason="Now flats")
    TrainingSessionFactory(venue=other, attended=9, held_on=today - dt.timedelta(days=800))
    VenueFactory(name="Third")
    client = signed_in(L)

    for filters in (
        {"q": "wanetd"},
        {"unit": wanted.local_authority.command_unit_id},
        {"authority": wanted.local_authority_id},
        {"kind": "hostel"},
        {"group": group.pk},
        {"training": "current"},
        {"coverage": "under_half"},
        {"verdict": "partly"},
    ):
        assert names(client.get(reverse("venues:venue_list"), filters)) == ["Wanted"], filters

    for filters, found in (
        ({}, ["Third", "Wanted"]),
        ({"status": "closed"}, ["Other"]),
        ({"status": "all"}, ["Other", "Third", "Wanted"]),
        ({"status": "all", "training": "expired"}, ["Other"]),
        ({"status": "all", "coverage": "most"}, ["Other"]),
        ({"training": "untrained"}, ["Third"]),
        ({"verdict": "none"}, ["Third"]),
        ({"kind": "castle"}, []),
    ):
        assert names(client.get(reverse("venues:venue_list"), filters)) == found, filters


def test_verdicts_are_for_those_who_may_see_results(signed_in):
    CompletedVisitFactory()
    VenueFactory()
    url = reverse("venues:venue_list")

    page = signed_in(L).get(url).text
    assert "Last verdict" in page
    assert "Responded well" in page

    officer = signed_in(V)
    for response in (officer.get(url), officer.get(url, {"verdict": "none"})):
        assert "Last verdict" not in response.text
        assert "Responded well" not in response.text
        assert len(names(response)) == 2


def test_venues_without_a_place_are_marked(signed_in):
    nowhere = {"address": "", "postcode": "", "latitude": None, "longitude": None}
    VenueFactory(**nowhere, fhrsid=1)
    page = signed_in(V).get(reverse("venues:venue_list")).text
    assert "Location withheld" in page
    Venue.objects.update(address="1 Nowhere Street")
    page = signed_in(V).get(reverse("venues:venue_list")).text
    assert "Location withheld" not in page
    assert "No postcode" in page
    assert "No map point" in page


def test_no_page_fetches_the_outlines_of_areas(signed_in):
    """One is up to a megabyte."""
    client, venue = signed_in(A), VenueFactory()
    for url in (
        reverse("venues:venue_list"),
        venue.get_absolute_url(),
        address("venue_edit", venue),
        address("venue_merge", venue),
    ):
        assert not [sql for sql in captured(client, url) if "boundary" in sql], url


@pytest.mark.parametrize("query", [{}, {"q": "hotel"}])
def test_the_list_asks_as_much_for_many_venues_as_for_few(signed_in, query):
    client, url = signed_in(A), reverse("venues:venue_list")
    counts = []
    for number in (2, 20):
        for _ in range(number):
            venue = TrainingSessionFactory(venue=VenueFactory(group=VenueGroupFactory())).venue
            CompletedVisitFactory(venue=venue)
        counts.append(queries(client, url, query))
    assert counts[0] == counts[1]


def queries(client, url, query=None) -> int:
    return len(captured(client, url, query))


def captured(client, url, query=None) -> list[str]:
    with CaptureQueriesContext(connection) as context:
        assert client.get(url, query).status_code == 200
    return [query["sql"] for query in context]


# A venue's page ---------------------------------------------------------------------------------


def test_a_page_tells_the_latest_of_what_happened_and_all_on_request(signed_in, monkeypatch):
    monkeypatch.setattr("venues.registry.views.TOLD_AT_ONCE", 3)
    venue, now = VenueFactory(), timezone.now()
    for days in (400, 30, 2, 200):
        CompletedVisitFactory(venue=venue, starts_at=now - dt.timedelta(days=days))
    TrainingSessionFactory(venue=venue, held_on=(now - dt.timedelta(days=100)).date())
    client, url = signed_in(L), venue.get_absolute_url()

    page = client.get(url)
    titles = [entry.title for entry in page.context["entries"]]
    assert titles == ["Added to the registry", "Test visit", "Test visit"]
    assert "Show what happened before" in page.text

    whole = client.get(url, {"whole": 1})
    assert len(whole.context["entries"]) == 6
    assert "Show what happened before" not in whole.text


def test_a_page_asks_as_much_after_many_visits_as_after_one(signed_in):
    venue = CompletedVisitFactory().venue
    TrainingSessionFactory(venue=venue)
    client, url = signed_in(L), venue.get_absolute_url()
    few = queries(client, url)
    for days in range(2, 9):
        CompletedVisitFactory(venue=venue, starts_at=timezone.now() - dt.timedelta(days=days))
        TrainingSessionFactory(venue=venue)
    assert queries(client, url) == few


def test_the_page_shows_training_coverage_and_what_happened(signed_in):
    visit = PartlyVisitFactory()
    FollowUpFactory(visit=visit, state=FollowUpState.BOOKED)
    TrainingSessionFactory(venue=visit.venue, front_desk_staff=10, attended=8)

    page = signed_in(L).get(visit.venue.get_absolute_url()).text

    for words in (
        "Current",
        "80%",
        "8 of 10",
        "Initial training",
        "Partly: refresher recommended",
        "Refresher follow-up",
        "Booked for",
        "Added to the registry",
    ):
        assert words in page


def test_a_planned_visit_shows_to_planners_of_its_unit_and_to_its_team_only(signed_in):
    officer, unit = UserFactory(role=V), CommandUnitFactory()
    visit = VisitFactory(unit=unit, officer=officer)
    url = visit.venue.get_absolute_url()

    def sees(client):
        return "Test visit" in client.get(url).text

    client = signed_in(P, whole_force=False, units=[unit])
    assert sees(client)
    client.force_login(officer)
    assert sees(client)
    for role in (C, L, V):
        assert not sees(signed_in(role, units=[unit]))
    assert not sees(signed_in(P, whole_force=False, units=[CommandUnitFactory()]))


def test_an_officer_of_the_team_sees_that_the_visit_is_over_but_no_verdict(signed_in):
    officer = UserFactory(role=V)
    visit = CompletedVisitFactory(officer=officer)
    client = signed_in(V)
    client.force_login(officer)
    page = client.get(visit.venue.get_absolute_url()).text
    assert "Test visit" in page
    assert "Responded well" not in page


def test_contacts_are_for_those_who_write_to_them(signed_in):
    contact = VenueContactFactory(email="desk@hotel.example")
    url = contact.venue.get_absolute_url()
    for role in (P, C, L, A):
        assert contact.email in signed_in(role).get(url).text
    assert contact.email not in signed_in(V).get(url).text


def test_the_page_asks_as_much_after_many_years_as_at_first(signed_in):
    client, venue = signed_in(A), VenueFactory()
    counts = []
    for number in (1, 8):
        for _ in range(number):
            TrainingSessionFactory(venue=venue)
            VenueContactFactory(venue=venue)
            FollowUpFactory(visit=PartlyVisitFactory(venue=venue))
            VenueFactory(name=venue.name, postcode=venue.postcode)
        counts.append(queries(client, venue.get_absolute_url()))
    assert counts[0] == counts[1]


def test_a_merged_entry_leads_to_the_one_that_was_kept(signed_in):
    kept = VenueFactory(name="Kept")
    page = signed_in(A).get(VenueFactory(merged_into=kept).get_absolute_url()).text
    assert kept.get_absolute_url() in page
    assert "Edit venue" not in page
    assert "Record training" not in page


# Of another command unit ------------------------------------------------------------------------


@pytest.mark.parametrize("role", [P, C, A])
def test_a_venue_of_another_command_unit_is_seen_and_not_changed(signed_in, role):
    unit = CommandUnitFactory()
    client = signed_in(role, whole_force=False, units=[unit])
    theirs = VenueFactory(local_authority__command_unit__name="Fen Unit")

    page = client.get(theirs.get_absolute_url()).text

    assert "People of Fen Unit can change this venue." in page
    for name in sorted(set(MAY_OPEN) - {"venue_list", "venue_detail", "venue_add", "training_add"}):
        url = address(name, theirs)
        assert url not in page
        assert client.get(url).status_code == client.post(url).status_code == 403, name


@pytest.mark.parametrize("whose", ["unit", "nobody"])
def test_a_venue_of_the_unit_or_of_none_is_changed(signed_in, whose):
    unit = CommandUnitFactory()
    client = signed_in(P, whole_force=False, units=[unit])
    venue = VenueFactory(local_authority__command_unit=unit if whose == "unit" else None)
    url = address("venue_close", venue)
    assert url in client.get(venue.get_absolute_url()).text
    assert client.get(url).status_code == 200


def test_a_merge_with_a_venue_of_another_command_unit_is_neither_offered_nor_done(signed_in):
    unit = CommandUnitFactory()
    own, theirs = VenueFactory(unit=unit, name="Lantern"), VenueFactory(name="Lantern")
    VisitFactory(venue=theirs)
    client, url = signed_in(P, whole_force=False, units=[unit]), address("venue_merge", own)

    assert client.get(url).context["likely"] == []
    assert client.get(url, {"q": "lantern"}).context["found"] == []
    assert client.get(url, {"other": theirs.pk}).status_code == 403
    assert client.post(f"{url}?other={theirs.pk}", {"keep": own.pk}).status_code == 403
    assert Venue.objects.unmerged().count() == 2


def test_a_venue_is_not_pulled_into_a_command_unit(signed_in):
    unit = CommandUnitFactory()
    client = signed_in(P, whole_force=False, units=[unit])
    ours = LocalAuthorityFactory(command_unit=unit)
    venue = VenueFactory(local_authority__command_unit=None)
    typed = {"name": venue.name, "kind": venue.kind, "version": 1, "local_authority": ours.pk}

    page = client.post(address("venue_edit", venue), typed)

    assert "Only somebody who sees the whole force can bring a venue into" in page.text
    venue.refresh_from_db()
    assert venue.local_authority != ours


# Reference data ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["force", "commandunit", "localauthority", "venuegroup"])
def test_administrators_look_after_reference_data_and_delete_none(signed_in, model):
    client = signed_in(A)
    LocalAuthorityFactory()
    VenueGroupFactory()
    assert client.get(reverse(f"admin:venues_{model}_changelist")).status_code == 200
    row = client.get(reverse(f"admin:venues_{model}_changelist")).context["cl"].queryset[0]
    assert client.get(reverse(f"admin:venues_{model}_change", args=[row.pk])).status_code == 200
    assert client.get(reverse(f"admin:venues_{model}_delete", args=[row.pk])).status_code == 403


def test_an_administrator_says_who_works_for_a_command_unit(signed_in):
    client, unit, person = signed_in(A), CommandUnitFactory(), UserFactory()
    client.post(
        reverse("admin:venues_commandunit_change", args=[unit.pk]),
        {"force": unit.force_id, "code": unit.code, "name": unit.name, "members": [person.pk]},
    )
    assert list(unit.members.all()) == [person]
