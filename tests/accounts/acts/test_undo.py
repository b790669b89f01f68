"""Undo: what it takes back, for whom, until when, and what it refuses."""

import datetime as dt
import re
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.models import Undo
from accounts.roles import Role
from operations.follow_ups import handing_over
from operations.models import FollowUp, OperationVenue, Selection
from operations.planning import actions as planning
from tests import factories
from tests.database import as_system
from tests.form_pages import fill_in
from tests.locks import in_turn
from venues.models import Venue, VenueContact
from venues.registry import actions
from venues.training import actions as training

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
def unit():
    return factories.CommandUnitFactory()


@pytest.fixture
def coordinator(unit):
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])


@pytest.fixture
def venue(unit):
    return factories.VenueFactory(unit=unit)


def close(venue, by):
    actions.close_venue(venue=venue, on=TODAY, reason="Sold", by=by, at=NOW)
    return Undo.objects.get()


def take_back(offer, by, at=None):
    return undo.take_back(number=offer.number, by=by, at=at or timezone.now())


def test_what_an_act_changed_says_again_what_it_said_before(venue, coordinator):
    offer = close(venue, coordinator)
    take_back(offer, coordinator)
    version = venue.version
    venue.refresh_from_db()
    assert (venue.closed_on, venue.closed_reason) == (None, "")
    assert venue.version > version  # who has the form open is told


def test_a_server_that_only_reads_is_no_rule_that_refuses(venue, coordinator):
    """As after a failover: it passes, and the page says to try again."""
    offer = close(venue, coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            with pytest.raises(InternalError):
                take_back(offer, coordinator)
        finally:
            cursor.execute("RESET default_transaction_read_only")
    take_back(offer, coordinator)


def test_what_was_removed_is_back_under_its_own_number(venue, coordinator):
    contact = factories.VenueContactFactory(venue=venue, phone="020 7946 0958")
    actions.remove_contact(contact=VenueContact.objects.get(pk=contact.pk), by=coordinator)
    assert "manager" not in str(Undo.objects.values_list("entries", "says").get())
    take_back(Undo.objects.get(), coordinator)
    back = VenueContact.objects.get(pk=contact.pk)
    assert (back.name, back.email, back.phone) == (contact.name, contact.email, contact.phone)


def test_what_was_added_is_gone(venue, coordinator):
    actions.save_contact(venue=venue, name="Sample Person", email="a@hotel.example", by=coordinator)
    take_back(Undo.objects.get(), coordinator)
    assert not venue.contacts.exists()


def test_undoing_is_on_record_with_its_reason(venue, coordinator):
    take_back(close(venue, coordinator), coordinator)
    last = Venue.pgh_event_model.objects.filter(pgh_obj=venue.pk).latest("pgh_id")
    assert last.pgh_context["reason"] == "Undone: The venue is open again."


def test_undo_works_once(venue, coordinator):
    offer = close(venue, coordinator)
    take_back(offer, coordinator)
    with pytest.raises(undo.UndoneBeforeError):
        take_back(offer, coordinator)


def test_of_many_taps_at_once_one_undoes(venue, coordinator):
    offer, told = close(venue, coordinator), []
    together = threading.Barrier(5)

    def tap():
        with as_system():
            together.wait()
            try:
                take_back(offer, coordinator)
            except undo.UndoneBeforeError:
                told.append("before")
            else:
                told.append("undone")
            finally:
                connection.close()

    taps = [threading.Thread(target=tap) for _ in range(5)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    assert sorted(told) == ["before"] * 4 + ["undone"]
    changes = Venue.pgh_event_model.objects.filter(pgh_obj=venue.pk)
    assert changes.filter(pgh_context__reason__startswith="Undone").count() == 1


def test_undo_is_over_at_the_stated_time(venue, coordinator):
    offer = close(venue, coordinator)
    with pytest.raises(undo.CannotUndoError, match=r"too late.*Reopen it on its page"):
        take_back(offer, coordinator, at=offer.until)
    venue.refresh_from_db()
    assert venue.closed_on


def test_undo_is_refused_where_the_record_was_changed_since(venue, coordinator):
    offer = close(venue, coordinator)
    Venue.objects.filter(pk=venue.pk).update(notes="Something new")
    with pytest.raises(undo.CannotUndoError, match="changed again since"):
        take_back(offer, coordinator)


def test_undo_is_refused_where_something_hangs_on_what_was_added(unit, coordinator):
    like = factories.VenueFactory.build(local_authority=None)
    venue = actions.add_venue(
        by=coordinator,
        name=like.name,
        kind=like.kind,
        group=None,
        local_authority=factories.LocalAuthorityFactory(command_unit=unit),
        address="",
        postcode="",
        latitude=None,
        longitude=None,
        notes="",
    )
    factories.VenueContactFactory(venue=venue)
    with pytest.raises(undo.CannotUndoError):
        take_back(Undo.objects.get(), coordinator)
    assert venue.contacts.exists()


def test_undo_waits_for_what_a_rule_asks_about_though_it_changes_none_of_it(venue):
    """A venue that closes at this instant does not come back into an operation."""
    by = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    chosen = factories.OperationVenueFactory(venue=venue, selection=Selection.PRIORITY)
    planning.remove_venue(chosen=chosen, by=by)
    offer = Undo.objects.get()
    _, refused = in_turn(
        Venue.objects.filter(pk=venue.pk),
        lambda: actions.close_venue(venue=venue, on=TODAY, reason="Sold", by=by, at=NOW),
        lambda: take_back(offer, by),
    )
    assert isinstance(refused, undo.CannotUndoError)
    assert not OperationVenue.objects.exists()


def test_whoever_undoes_is_asked_whether_they_may(venue, coordinator):
    offer = close(venue, coordinator)
    elsewhere = factories.UserFactory(
        role=Role.TRAINING_COORDINATOR, units=[factories.CommandUnitFactory()]
    )
    for person in (elsewhere, factories.UserFactory(role=Role.VISITING_OFFICER)):
        with pytest.raises(PermissionDenied):
            take_back(offer, person)


def test_who_lost_the_role_or_the_account_undoes_no_more(venue, coordinator):
    offer = close(venue, coordinator)
    coordinator.is_active = False
    with pytest.raises(PermissionDenied):
        take_back(offer, coordinator)


def test_an_act_that_changed_nothing_offers_no_undo(venue, coordinator):
    actions.save_contact(venue=venue, name="Sample Person", email="a@hotel.example", by=coordinator)
    assert Undo.objects.count() == 1


def test_offers_of_long_ago_are_cleared_away_by_the_next(venue, coordinator):
    close(venue, coordinator)
    Undo.objects.update(until=timezone.now() - dt.timedelta(days=2))
    actions.reopen_venue(venue=venue, on=TODAY, reason="Open", by=coordinator, at=NOW)
    assert Undo.objects.count() == 1


# The page -------------------------------------------------------------------------------------


@pytest.fixture
def closed(client, venue, coordinator):
    """The page that confirms that the venue is closed."""
    client.force_login(coordinator)
    today = timezone.localdate()
    answers = {
        "reason": "Sold",
        "on_day": today.day,
        "on_month": today.month,
        "on_year": today.year,
    }
    return client.post(reverse("venues:venue_close", args=[venue.pk]), answers, follow=True)


def test_the_confirmation_has_a_button_that_says_until_when(closed):
    offer = Undo.objects.get()
    page = closed.content.decode()
    assert reverse("accounts:undo", args=[offer.number]) in page
    assert f"until {timezone.localtime(offer.until):%H:%M}" in page


def test_the_button_undoes_and_the_next_page_says_what_it_took_back(client, closed, venue):
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    answer = client.post(url, {"next": venue.get_absolute_url()}, follow=True)
    assert answer.redirect_chain == [(venue.get_absolute_url(), 302)]
    assert "Undone. The venue is open again." in answer.content.decode()
    venue.refresh_from_db()
    assert venue.closed_on is None


def test_the_second_tap_is_told_that_it_is_done(client, closed, venue):
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    client.post(url)
    answer = client.post(url, {"next": venue.get_absolute_url()}, follow=True)
    assert "undone already" in answer.content.decode()


def test_the_second_tap_is_told_so_though_what_was_added_is_gone(client, venue, coordinator):
    client.force_login(coordinator)
    added = actions.add_venue(
        name="Lanternstay",
        kind="hotel",
        group=None,
        local_authority=venue.local_authority,
        address="1 Quay",
        postcode="",
        latitude=None,
        longitude=None,
        notes="",
        by=coordinator,
    )
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    for _ in range(2):
        answer = client.post(url, {"next": added.get_absolute_url()}, follow=True)
        assert answer.redirect_chain == [(reverse("venues:venue_list"), 302)]
    assert "undone already" in answer.text


def test_undo_leads_to_no_other_site(client, closed):
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    assert client.post(url, {"next": "https://evil.example/"})["Location"] == "/"


def test_an_unknown_number_is_not_found(client, coordinator):
    client.force_login(coordinator)
    assert client.post(reverse("accounts:undo", args=[uuid.uuid4()])).status_code == 404


def test_somebody_else_cannot_use_the_button(client, closed):
    client.force_login(factories.UserFactory(role=Role.VISITING_OFFICER))
    url = reverse("accounts:undo", args=[Undo.objects.get().number])
    assert client.post(url).status_code == 403


# On the record's own page ------------------------------------------------------------------------


def offers_on(page, client):
    return client.get(page).text.count("/undo/")


def test_a_record_offers_on_its_page_what_can_be_taken_back(venue, coordinator, client):
    client.force_login(coordinator)
    assert offers_on(venue.get_absolute_url(), client) == 0
    offer = close(venue, coordinator)
    assert offers_on(venue.get_absolute_url(), client) == 1

    take_back(offer, coordinator)
    assert offers_on(venue.get_absolute_url(), client) == 0


def test_a_page_offers_an_undo_once_beside_its_confirmation(venue, coordinator, client):
    client.force_login(coordinator)
    answers = {"on_day": "1", "on_month": "1", "on_year": "2026", "reason": "Sold"}
    page = reverse("venues:venue_close", args=[venue.pk])
    confirmed = client.post(page, fill_in(client, page, answers), follow=True)
    assert confirmed.text.count("/undo/") == 1
    assert offers_on(venue.get_absolute_url(), client) == 1


def test_a_page_offers_nothing_that_would_be_refused(venue, coordinator, client):
    client.force_login(coordinator)
    close(venue, coordinator)
    Venue.objects.filter(pk=venue.pk).update(name="Renamed since")
    assert offers_on(venue.get_absolute_url(), client) == 0


def test_the_page_of_a_venue_offers_what_was_done_with_its_contacts_and_training(
    venue, coordinator, client
):
    client.force_login(coordinator)
    session = factories.TrainingSessionFactory(venue=venue)
    training.remove_training(
        session=session, version=session.version, reason="Never held", by=coordinator
    )
    assert offers_on(venue.get_absolute_url(), client) == 1
    contact = factories.VenueContactFactory(venue=venue)
    actions.remove_contact(contact=contact, by=coordinator)
    assert offers_on(venue.get_absolute_url(), client) == 2


def test_several_offers_on_one_page_are_told_apart_by_what_and_when(venue, coordinator, client):
    """In the sentence, and in the name that a screen reader gives the button."""
    client.force_login(coordinator)
    for name in ("Robin Vale", "Sam Tarn"):
        contact = actions.save_contact(
            venue=venue, name=name, email="", gets_reminders=False, by=coordinator
        )
    actions.save_contact(
        venue=venue,
        contact=contact,
        version=contact.version,
        name="Sam Thorn",
        gets_reminders=False,
        by=coordinator,
    )
    built = factories.TrainingSessionFactory.build(venue=venue)
    training.record_training(
        venue=venue,
        by=coordinator,
        at=NOW,
        kind=built.kind,
        held_on=dt.date(2026, 3, 4),
        mode=built.mode,
        delivered_by="Ellery Mayhew",
        front_desk_staff=9,
        attended=8,
        notes="",
    )

    page = " ".join(client.get(venue.get_absolute_url()).text.split())
    page = re.sub(r"\b\d\d:\d\d\b", "09:30", page)

    for about, says in [
        ("Robin Vale", "The contact is off the record again."),
        ("Sam Thorn", "The contact is as it was before."),
        ("Initial training on 4 March 2026", "The session is off the record"),
    ]:
        assert f"You changed this at 09:30: {about}. If you undo it: {says}" in page
        assert f"what was changed at 09:30: {about}</span></button>" in page


def test_every_act_that_another_page_offers_to_undo_says_what_it_was_about():
    """A page of a venue or an operation has several of them."""
    named = {kind.name.rsplit(".", 1)[-1] for kind in undo._kinds.values() if kind.shown_on}
    silent = [k.name for k in undo._kinds.values() if k.shown_on and k.names is undo.unnamed]
    assert named >= {"save_contact", "remove_training", "merge_venues", "add_venues"}
    assert silent == []


def test_a_page_does_not_offer_what_is_for_others(venue, coordinator, client):
    close(venue, coordinator)
    client.force_login(factories.UserFactory(role=Role.PLANNER))
    assert offers_on(venue.get_absolute_url(), client) == 0


def test_the_page_of_an_operation_offers_a_bulk_act_that_chose_its_venues(client):
    operation = factories.OperationFactory()
    venues = factories.VenueFactory.create_batch(3)
    planner = factories.UserFactory(role=Role.PLANNER, whole_force=True)
    planning.add_venues(
        operation=operation, venues=venues, selection=Selection.PRIORITY, by=planner
    )
    client.force_login(planner)
    assert offers_on(operation.get_absolute_url(), client) == 1
    assert ": 3 venues. If you undo it" in client.get(operation.get_absolute_url()).text
    assert offers_on(venues[0].get_absolute_url(), client) == 0


def test_a_handed_over_follow_up_offers_on_its_page_to_take_it_back(client):
    follow_up = factories.FollowUpFactory()
    unit = follow_up.visit.venue.local_authority.command_unit
    old, new = factories.UserFactory.create_batch(2, role=Role.TRAINING_COORDINATOR, units=[unit])
    FollowUp.objects.filter(pk=follow_up.pk).update(responsible=old)
    handing_over.hand_over_follow_ups(follow_ups=[follow_up], to=new, by=old)
    client.force_login(old)
    assert offers_on(follow_up.get_absolute_url(), client) == 1


def test_an_offer_whose_time_is_over_is_kept_for_a_while_to_say_so(venue, coordinator):
    offer = close(venue, coordinator)
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    Undo.objects.filter(pk=offer.pk).update(until=hour_ago)
    other = factories.VenueFactory(local_authority=venue.local_authority)
    actions.close_venue(venue=other, on=TODAY, reason="Sold", by=coordinator, at=NOW)
    with pytest.raises(undo.CannotUndoError, match="too late"):
        take_back(offer, coordinator)
