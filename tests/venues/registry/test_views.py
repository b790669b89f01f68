"""Pages of the registry: who may open what, what they show, and what a form does with a refusal."""

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
from venues.models import TrainingSession, Venue, VenueContact

pytestmark = pytest.mark.django_db

P, C, L, V, A = (
    Role.PLANNER,
    Role.TRAINING_COORDINATOR,
    Role.CSE_LEAD,
    Role.VISITING_OFFICER,
    Role.ADMINISTRATOR,
)


@pytest.fixture
def signed_in(client):
    """``signed_in(Role.PLANNER)``: a client of somebody in that role who sees the whole force."""

    def sign_in(role, **kwargs):
        client.force_login(UserFactory(role=role, **({"whole_force": True} | kwargs)))
        return client

    return sign_in


def address(name, venue):
    if name in ("contact_edit", "contact_remove"):
        return reverse(f"venues:{name}", args=[VenueContactFactory(venue=venue).pk])
    wants = name not in ("venue_list", "venue_add")
    return reverse(f"venues:{name}", args=[venue.pk] if wants else [])


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


# Acts -------------------------------------------------------------------------------------------


def answers(venue, **changes):
    return {
        "name": venue.name,
        "kind": venue.kind,
        "local_authority": venue.local_authority_id,
        "address": venue.address.replace("\n", "\r\n"),  # as browsers send it
        "postcode": venue.postcode,
        "latitude": str(venue.latitude),
        "longitude": str(venue.longitude),
        "group": venue.group_id or "",
        "new_group": "",
        "notes": venue.notes,
        "version": venue.version,
    } | changes


def test_a_venue_is_added_and_its_page_comes_next(signed_in):
    venue = VenueFactory.build(local_authority=LocalAuthorityFactory())
    response = signed_in(P).post(
        reverse("venues:venue_add"),
        answers(venue, name="Added", new_group="New chain"),
        follow=True,
    )
    added = Venue.objects.get()
    assert response.redirect_chain == [(added.get_absolute_url(), 302)]
    assert (added.name, added.group.name) == ("Added", "New chain")
    assert "Added is in the registry." in response.text


def test_a_venue_like_one_on_record_is_added_once_somebody_says_that_it_is_another(signed_in):
    client, url = signed_in(P), reverse("venues:venue_add")
    assert "another venue" not in client.get(url).text
    typed = answers(VenueFactory())
    asked = client.post(url, typed)
    assert "The registry has" in asked.context["form"].errors["another"][0]
    assert "Yes, it is another venue" in asked.text
    assert f'href="{Venue.objects.get().get_absolute_url()}"' in asked.text
    client.post(url, typed | {"another": "on"})
    assert Venue.objects.count() == 2


def test_a_venue_without_a_place_like_one_of_its_area_leads_to_that_one(signed_in):
    known = VenueFactory(name="O’Brien’s", address="", postcode="")
    typed = answers(known, name="obriens")
    asked = signed_in(P).post(reverse("venues:venue_add"), typed)
    [told] = asked.context["form"].errors["another"]
    assert told.startswith(f"The registry has O’Brien’s in {known.local_authority} already. If ")
    assert f'href="{known.get_absolute_url()}" target="_blank"' in asked.text
    assert "Open O’Brien’s (opens in a new tab)" in asked.text


def test_an_edit_notes_only_what_changed(signed_in):
    venue = VenueFactory(fhrsid=1, address="1 Nowhere Street\nWessendale")
    signed_in(P).post(address("venue_edit", venue), answers(venue, name="Renamed"))
    venue.refresh_from_db()
    assert (venue.name, venue.edited_by_hand) == ("Renamed", ["name"])


def test_a_refusal_stands_at_its_question_and_keeps_what_was_typed(signed_in):
    venue = VenueFactory()
    typed = answers(venue, postcode="nowhere", latitude="", notes="Typed at length")
    response = signed_in(P).post(address("venue_edit", venue), typed)
    assert "Enter a whole postcode" in response.context["form"].errors["postcode"][0]
    assert "Typed at length" in response.text
    assert "There is a problem" in response.text


def test_the_second_of_two_people_sees_both_and_may_save_again(signed_in):
    venue = VenueFactory(name="Before")
    client, url = signed_in(P), address("venue_edit", venue)
    typed = answers(venue, name="Mine", notes="My note")
    client.post(url, answers(venue, name="Theirs"))

    response = client.post(url, typed)

    assert "Somebody else saved this after" in response.text
    assert "My note" in response.text
    venue.refresh_from_db()
    assert venue.name == "Theirs"

    again = typed | {"version": response.context["form"]["version"].value()}
    assert client.post(url, again).status_code == 302
    venue.refresh_from_db()
    assert venue.name == "Mine"


def day(on, name="on"):
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def test_a_venue_is_closed_and_opened_again(signed_in):
    client, venue, today = signed_in(C), VenueFactory(), timezone.localdate()
    client.post(address("venue_close", venue), day(today) | {"reason": "Now flats"})
    venue.refresh_from_db()
    assert venue.closed_on == today
    page = client.get(venue.get_absolute_url()).text
    assert "Now flats" in page
    assert "Reopen venue" in page
    client.post(address("venue_reopen", venue), day(today) | {"reason": "A mistake"})
    venue.refresh_from_db()
    assert venue.is_open


def test_what_happened_tells_of_a_closing_after_the_venue_opened_again(signed_in):
    client, venue = signed_in(P), VenueFactory()
    today = timezone.localdate()
    client.post(address("venue_close", venue), day(today) | {"reason": "Now flats"})
    client.post(address("venue_reopen", venue), day(today) | {"reason": "A mistake"})
    told = client.get(venue.get_absolute_url()).text.split("What happened")[1]
    assert told.index("Open again") < told.index("Closed")
    assert "A mistake" in told
    assert "Now flats" in told


def test_a_day_in_the_future_is_refused_at_its_question(signed_in):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    client, venue = signed_in(C), VenueFactory()
    response = client.post(address("venue_close", venue), day(tomorrow) | {"reason": "Now flats"})
    assert response.context["form"].errors == {"on": ["Enter today or a day in the past."]}


def test_the_first_session_is_taken_for_initial_and_later_ones_for_refreshers(signed_in):
    client, venue = signed_in(C), VenueFactory()
    url = address("training_add", venue)
    assert client.get(url).context["form"]["kind"].value() == "initial"

    session = {
        "kind": "initial",
        "mode": "online",
        "delivered_by": "Safer hotels team",
        "front_desk_staff": 6,
        "attended": 3,
        "notes": "",
    }
    held_on = timezone.localdate() - dt.timedelta(days=1)
    assert client.post(url, session | day(held_on, "held_on")).status_code == 302
    recorded = TrainingSession.objects.get()
    assert (recorded.held_on, recorded.coverage) == (held_on, 0.5)
    assert client.get(url).context["form"]["kind"].value() == "refresher"

    assert 'name="another"' not in client.get(url).text
    again = session | day(held_on, "held_on")
    refused = client.post(url, again | {"attended": 7})
    assert set(refused.context["form"].errors) == {"attended", "another"}
    assert 'name="another"' in refused.text
    assert "If it was another one, confirm it." in refused.text
    assert client.post(url, again | {"another": "on"}).status_code == 302
    assert TrainingSession.objects.count() == 2


def test_contacts_are_added_changed_and_removed_after_a_question(signed_in):
    client, venue = signed_in(C), VenueFactory()
    typed = {"name": "Ann Example", "email": "ann@hotel.example", "gets_reminders": "on"}
    client.post(address("contact_add", venue), typed)
    contact = VenueContact.objects.get()

    edit = reverse("venues:contact_edit", args=[contact.pk])
    typed |= {"version": contact.version}
    refused = client.post(edit, typed | {"email": ""})
    assert set(refused.context["form"].errors) == {"email"}
    client.post(edit, typed | {"name": "Anne Example"})
    contact.refresh_from_db()
    assert contact.name == "Anne Example"

    remove = reverse("venues:contact_remove", args=[contact.pk])
    assert "Remove Anne Example?" in client.get(remove).text
    client.post(remove)
    assert not VenueContact.objects.exists()


def test_the_second_of_two_people_who_edit_a_contact_sees_what_the_first_saved(signed_in):
    contact = VenueContactFactory(name="Ann Example", email="ann@hotel.example")
    client, edit = signed_in(C), reverse("venues:contact_edit", args=[contact.pk])
    typed = {"email": "ann@hotel.example", "gets_reminders": "on", "version": contact.version}
    client.post(edit, typed | {"name": "First"})

    told = client.post(edit, typed | {"name": "Second"})

    assert "Somebody else saved this after you opened it." in told.text
    assert told.context["form"]["name"].value() == "Second"
    assert "First" in told.text
    contact.refresh_from_db()
    assert contact.name == "First"
    client.post(
        edit, typed | {"name": "Second", "version": told.context["form"]["version"].value()}
    )
    contact.refresh_from_db()
    assert contact.name == "Second"


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


# Merging ----------------------------------------------------------------------------------------


def test_likely_duplicates_are_offered_and_others_found_by_search(signed_in):
    venue = VenueFactory(name="Lantern Hotel")
    likely = VenueFactory(name="The Lantern Hotel")
    other = VenueFactory(name="Oyster House", postcode="ZZ9 9ZZ", latitude=None, longitude=None)
    client, url = signed_in(P), address("venue_merge", venue)

    assert "(1 looks alike)" in client.get(venue.get_absolute_url()).text
    page = client.get(url)
    assert page.context["likely"] == [likely]
    assert client.get(url, {"q": "oister"}).context["found"] == [other]
    assert "No venue matches" in client.get(url, {"q": "zzzzzz"}).text


@pytest.mark.parametrize("other", ["9" * 5000, "\u00b2", "no"])
def test_what_is_no_key_leads_to_the_search(signed_in, other):
    response = signed_in(P).get(address("venue_merge", VenueFactory()), {"other": other})
    assert response.status_code == 200
    assert "Find the other entry" in response.text


def test_without_a_likely_duplicate_the_page_says_to_search(signed_in):
    page = signed_in(P).get(address("venue_merge", VenueFactory())).text
    assert "No likely duplicate" in page


def test_two_entries_are_compared_and_the_one_to_keep_is_chosen(signed_in):
    venue, other = VenueFactory(name="Lantern"), VenueFactory(name="LANTERN LTD", fhrsid=1)
    VisitFactory(venue=other)
    client, url = signed_in(C), f"{address('venue_merge', venue)}?other={other.pk}"

    page = client.get(url)
    assert [choice for choice, _ in page.context["form"].fields["keep"].choices] == [
        other.pk,
        venue.pk,
    ]
    assert "visit" not in page.text.lower()

    assert (
        "Select which entry" in client.post(url, {}).text or client.post(url, {}).status_code == 200
    )
    response = client.post(url, {"keep": other.pk})
    assert response.url == other.get_absolute_url()
    venue.refresh_from_db()
    assert venue.merged_into == other


def test_an_entry_is_not_compared_with_itself_nor_with_a_merged_one(signed_in):
    venue = VenueFactory()
    merged = VenueFactory(merged_into=VenueFactory())
    client = signed_in(P)
    for other in (venue, merged):
        url = f"{address('venue_merge', venue)}?other={other.pk}"
        assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "name", ["venue_edit", "venue_close", "venue_reopen", "venue_merge", "training_add"]
)
def test_a_merged_entry_has_no_forms_but_leads_to_its_page(signed_in, name):
    merged = VenueFactory(merged_into=VenueFactory())
    client = signed_in(C)
    response = client.get(address(name, merged))
    assert response.status_code == 302
    assert response.url == merged.get_absolute_url()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("venue_close", day(dt.date(2026, 3, 2)) | {"reason": "Sold to a school"}),
        ("contact_add", {"name": "Sold to a school"}),
        ("venue_edit", {"version": 1, "name": "Sold to a school", "kind": "hotel"}),
    ],
)
def test_a_form_whose_entry_was_merged_meanwhile_leads_to_the_one_that_was_kept(
    signed_in, name, typed
):
    kept = VenueFactory(name="The Kept Arms")
    merged = VenueFactory(merged_into=kept)
    place = {"local_authority": merged.local_authority_id} if name == "venue_edit" else {}
    page = signed_in(C).post(address(name, merged), typed | place).text
    assert "This venue was merged into another." in page
    assert kept.get_absolute_url() in page
    assert "Sold to a school" in page


@pytest.mark.parametrize("first", [True, False])
def test_whoever_merges_second_is_told_into_which_entry(signed_in, first):
    kept = VenueFactory()
    entries = [VenueFactory(merged_into=kept, name="The Gannet"), VenueFactory()]
    venue, other = entries if first else entries[::-1]
    url = f"{address('venue_merge', venue)}?other={other.pk}"
    page = signed_in(C).post(url, {"keep": entries[1].pk}).text
    assert "The Gannet was merged into another venue already." in page
    assert kept.get_absolute_url() in page


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


# Words ------------------------------------------------------------------------------------------


def test_a_missing_answer_is_asked_for_in_plain_words(signed_in):
    client, venue = signed_in(A), VenueFactory()
    wanted = {
        "training_add": {
            "Select what kind of session it was",
            "Enter when it was held",
            "Select how it was delivered",
            "Enter who delivered it",
            "Enter how many people work at the front desk",
            "Enter how many of them attended",
        },
        "venue_close": {"Enter when it closed", "Enter why it closed"},
        "venue_reopen": {"Enter since when it is open again", "Enter why it is open again"},
    }
    for name, sentences in wanted.items():
        errors = client.post(address(name, venue)).context["form"].errors
        assert {sentence for each in errors.values() for sentence in each} == sentences


def test_whoever_closes_a_venue_reads_that_no_visit_is_cancelled_whether_or_not_there_is_one(
    signed_in,
):
    client, pages = signed_in(C), []
    planned_for, quiet = VenueFactory(name="Lantern"), VenueFactory(name="Lantern")
    VisitFactory(venue=planned_for)
    for venue in (planned_for, quiet):
        typed = {"reason": "Flats"} | day(timezone.localdate(), "on")
        page = client.post(address("venue_close", venue), typed, follow=True)
        pages.append([str(message) for message in page.context["messages"]])
    assert "Closing cancels no visit" in pages[0][0]
    assert pages[0] == pages[1]


def test_a_date_that_no_calendar_has_is_refused(signed_in):
    client = signed_in(L)
    answers = {"since_day": "1", "since_month": "1", "since_year": "9" * 14}
    assert client.get(reverse("reports:dashboard"), answers).status_code == 200
    typed = {"on_day": "1", "on_month": "1", "on_year": "9" * 14, "reason": "Flats"}
    page = signed_in(C).post(address("venue_close", VenueFactory()), typed)
    assert page.context["form"].errors == {
        "on": ["The date must have the year in four figures, such as 2026"]
    }
