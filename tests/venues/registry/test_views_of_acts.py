"""Forms of the registry: what each does, and what becomes of a refusal."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import LocalAuthorityFactory, VenueContactFactory, VenueFactory, VisitFactory
from tests.venues.pages import A, C, L, P, address, day
from venues.models import Venue, VenueContact

pytestmark = pytest.mark.django_db


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
