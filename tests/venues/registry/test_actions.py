"""What people do to the registry, and what the acts refuse."""

import contextlib
import datetime as dt
from decimal import Decimal
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.acts.refusals import Refused
from accounts.acts.versions import EditConflictError
from accounts.roles import Role
from operations.models import OperationVenue, VisitState
from tests.database import as_system
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    LocalAuthorityFactory,
    OperationVenueFactory,
    TrainingSessionFactory,
    UnderWayVisitFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from tests.venues.refusals import NOW, TODAY, refusal, session_fields
from venues.models import Venue, VenueContact, VenueGroup
from venues.registry import actions, merging
from venues.training import actions as training

pytestmark = pytest.mark.django_db


def fields_of(venue: Venue, **changes):
    names = ("name", "kind", "group", "local_authority", "address", "postcode")
    names += ("latitude", "longitude", "notes")
    return {name: getattr(venue, name) for name in names} | changes


# Add and edit -----------------------------------------------------------------------------------


def test_a_venue_is_added_with_its_postcode_and_address_in_printed_form(by):
    fields = fields_of(
        VenueFactory.build(local_authority=LocalAuthorityFactory()),
        postcode="wc1e6hj",
        address=" 1 Nowhere  Street\r\n\r\nWessendale ",
    )
    venue = actions.add_venue(**fields, by=by)
    venue.refresh_from_db()
    assert (venue.postcode, venue.address) == ("WC1E 6HJ", "1 Nowhere Street\nWessendale")
    assert venue.fhrsid is None


def test_a_venue_like_one_on_record_is_added_only_as_another_one(by):
    authority = LocalAuthorityFactory()
    known = VenueFactory(name="O’Brien’s Hotel", postcode="ZZ1 1ZZ", address="1 Nowhere Street")
    fields = fields_of(
        VenueFactory.build(local_authority=authority), name="obriens hotel", postcode="zz11zz"
    )
    with pytest.raises(Refused) as error:
        actions.add_venue(**fields, by=by)
    [told] = refusal(error)["another"]
    assert told.startswith(f"The registry has {known} at 1 Nowhere Street, ZZ1 1ZZ already. If ")
    actions.close_venue(venue=known, on=dt.date(2026, 3, 2), reason="Now flats", by=by, at=NOW)
    with pytest.raises(Refused, match=r"already\. It closed on 2 March 2026\. If"):
        actions.add_venue(**fields, by=by)
    for other in ({"postcode": "ZZ1 1ZY"}, {"name": "O’Brien’s Inn"}, {"another": True}):
        actions.add_venue(**fields | other, by=by)
    assert Venue.objects.count() == 4


def test_without_a_postcode_one_of_the_name_in_the_authority_is_asked_about(by):
    known = VenueFactory(name="Lanternstay", postcode="")
    fields = fields_of(VenueFactory.build(local_authority=LocalAuthorityFactory()))
    fields |= {"name": "Lanternstay", "postcode": ""}
    actions.add_venue(**fields, by=by)
    with pytest.raises(Refused, match="The registry has Lanternstay"):
        actions.add_venue(**fields | {"local_authority": known.local_authority}, by=by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("authorities", [1, 2])
def test_of_two_who_add_one_venue_at_once_the_second_is_asked(authorities, monkeypatch):
    by = UserFactory(is_superuser=True, whole_force=True)  # roles are gone after such a test
    where = LocalAuthorityFactory.create_batch(authorities)
    fields = fields_of(VenueFactory.build(local_authority=where[0]))
    ready, told = Barrier(2), []
    asked, look = Barrier(2), actions._problems_of_twin

    def look_together(venue, person):
        """The answer that both would get who look before one of them has saved."""
        problems = look(venue, person)
        with contextlib.suppress(BrokenBarrierError):
            asked.wait(1)
        return problems

    monkeypatch.setattr(actions, "_problems_of_twin", look_together)

    @as_system()
    def add(authority, name):
        ready.wait(10)
        try:
            actions.add_venue(**fields | {"local_authority": authority, "name": name}, by=by)
        except Refused as error:
            told.extend(problem.about for problem in error.problems)
        finally:
            connection.close()

    names = [fields["name"], fields["name"].upper()]
    people = [Thread(target=add, args=each) for each in zip((where * 2)[:2], names, strict=True)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert Venue.objects.count() == 1
    assert told == ["another"]


def test_a_group_is_taken_by_its_name_in_any_case_or_made(by):
    known = VenueGroupFactory(name="Acquor")
    venue = VenueFactory()
    for typed, count in ((" acquor ", 1), ("Lanternstay", 2)):
        fields = fields_of(venue, new_group=typed)
        venue = actions.edit_venue(venue=venue, version=venue.version, **fields, by=by)
        assert VenueGroup.objects.count() == count
        if count == 1:
            assert venue.group == known
    assert venue.group.name == "Lanternstay"


@pytest.mark.django_db(transaction=True)
def test_four_who_name_one_new_group_at_once_get_one_group():
    by = UserFactory(is_superuser=True, whole_force=True)  # roles are gone after such a test
    authority = LocalAuthorityFactory()
    ready = Barrier(4)

    @as_system()
    def add(number):
        fields = fields_of(VenueFactory.build(local_authority=authority), new_group="Lanternstay")
        ready.wait(10)
        try:
            actions.add_venue(**fields, by=by)
        finally:
            connection.close()

    people = [Thread(target=add, args=[number]) for number in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert [venue.group.name for venue in Venue.objects.all()] == ["Lanternstay"] * 4
    assert VenueGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"postcode": "somewhere"}, "postcode"),
        ({"postcode": "WC1E 6"}, "postcode"),
        ({"latitude": None}, "latitude"),
        ({"longitude": None}, "longitude"),
        ({"latitude": Decimal("-0.12"), "longitude": Decimal("51.5")}, "latitude"),  # swapped
        ({"name": ""}, "name"),
        ({"kind": "castle"}, "kind"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_question(by, changes, about):
    venue = VenueFactory()
    with pytest.raises(Refused) as error:
        actions.edit_venue(venue=venue, version=1, **fields_of(venue, **changes), by=by)
    assert set(refusal(error)) == {about}
    venue.refresh_from_db()
    assert venue.version == 1


@pytest.mark.parametrize("postcode", ["", "SE9", "wc1e", "GY1 1AA"])
def test_a_postcode_may_be_missing_or_its_first_half(by, postcode):
    venue = VenueFactory()
    actions.edit_venue(venue=venue, version=1, **fields_of(venue, postcode=postcode), by=by)


def test_an_odd_postcode_from_the_open_data_does_not_stop_another_edit(by):
    venue = VenueFactory(postcode="IG11 ODU", latitude=Decimal("12"), longitude=Decimal("100"))
    actions.edit_venue(venue=venue, version=1, **fields_of(venue, notes="Rings twice"), by=by)
    venue.refresh_from_db()
    assert (venue.postcode, venue.notes) == ("IG11 ODU", "Rings twice")


def test_the_second_of_two_people_is_told(by):
    venue = VenueFactory()
    fields = fields_of(venue, name="First")
    actions.edit_venue(venue=venue, version=1, **fields, by=by)
    with pytest.raises(EditConflictError):
        actions.edit_venue(venue=venue, version=1, **(fields | {"name": "Second"}), by=by)
    venue.refresh_from_db()
    assert venue.name == "First"


# Kept from imports ------------------------------------------------------------------------------


def test_what_a_person_changed_is_kept_from_imports(by):
    venue = VenueFactory(fhrsid=1, address="1 Nowhere Street\nWessendale")
    fields = fields_of(venue, name="The Lantern", notes="New", address=venue.address + "\r\n")
    edited = actions.edit_venue(venue=venue, version=1, **fields, by=by)
    assert edited.edited_by_hand == ["name"]

    fields = fields_of(edited, longitude=Decimal("-0.2"), local_authority=LocalAuthorityFactory())
    edited = actions.edit_venue(venue=venue, version=2, **fields, by=by)
    assert edited.edited_by_hand == ["name", "latitude", "longitude", "local_authority"]


def test_saving_without_a_change_keeps_nothing_from_imports(by):
    venue = VenueFactory(fhrsid=1)
    edited = actions.edit_venue(venue=venue, version=1, **fields_of(venue), by=by)
    assert edited.edited_by_hand == []


def test_a_venue_that_no_import_knows_needs_no_such_note(by):
    venue = VenueFactory(fhrsid=None)
    edited = actions.edit_venue(venue=venue, version=1, **fields_of(venue, name="New"), by=by)
    assert edited.edited_by_hand == []


# Close and reopen -------------------------------------------------------------------------------


def test_a_venue_is_closed_and_opened_again_and_its_notes_tell(by):
    venue = VenueFactory(notes="Corner house")

    actions.close_venue(venue=venue, on=dt.date(2026, 3, 1), reason=" Refurbished ", by=by, at=NOW)
    venue.refresh_from_db()
    assert (venue.is_open, venue.closed_reason) == (False, "Refurbished")

    actions.reopen_venue(venue=venue, on=TODAY, reason="New owner", by=by, at=NOW)
    venue.refresh_from_db()
    assert venue.is_open
    assert venue.notes.startswith("Corner house\nClosed on 1 March 2026: Refurbished. Open again")
    assert venue.version == 3


def test_closing_asks_for_a_reason_and_a_day_that_has_come(by):
    venue = VenueFactory()
    tomorrow = TODAY + dt.timedelta(days=1)
    for on, reason, about in (
        (tomorrow, "Now flats", "on"),
        (TODAY, "  ", "reason"),
    ):
        with pytest.raises(Refused) as error:
            actions.close_venue(venue=venue, on=on, reason=reason, by=by, at=NOW)
        assert set(refusal(error)) == {about}
    actions.close_venue(venue=venue, on=TODAY, reason="Now flats", by=by, at=NOW)


def test_a_venue_is_not_closed_twice_nor_opened_before_it_closed(by):
    venue = VenueFactory(closed_on=TODAY, closed_reason="Now flats")
    with pytest.raises(Refused, match="closed already"):
        actions.close_venue(venue=venue, on=TODAY, reason="Again", by=by, at=NOW)
    with pytest.raises(Refused) as error:
        actions.reopen_venue(
            venue=venue, on=TODAY - dt.timedelta(days=1), reason="Oops", by=by, at=NOW
        )
    assert set(refusal(error)) == {"on"}
    actions.reopen_venue(venue=venue, on=TODAY, reason="Oops", by=by, at=NOW)
    with pytest.raises(Refused, match="open already"):
        actions.reopen_venue(venue=venue, on=TODAY, reason="Again", by=by, at=NOW)


# Contacts ---------------------------------------------------------------------------------------


def test_a_contact_is_added_changed_and_erased(by):
    venue = VenueFactory()
    contact = actions.save_contact(venue=venue, name="Ann Example", email="a@hotel.example", by=by)
    actions.save_contact(
        venue=venue,
        contact=contact,
        version=1,
        name="Anne",
        email="a@hotel.example",
        gets_reminders=False,
        by=by,
    )
    assert list(venue.contacts.values_list("name", "gets_reminders")) == [("Anne", False)]
    actions.remove_contact(contact=contact, by=by)
    assert not VenueContact.objects.exists()


def test_the_second_of_two_people_who_change_a_contact_is_told(by):
    contact = VenueContactFactory()
    fields = {"venue": contact.venue, "email": "a@hotel.example", "version": 1, "by": by}
    actions.save_contact(contact=VenueContact.objects.get(), name="First", **fields)
    with pytest.raises(EditConflictError):
        actions.save_contact(contact=VenueContact.objects.get(), name="Second", **fields)
    assert VenueContact.objects.get().name == "First"


def test_reminders_need_an_address_to_go_to(by):
    venue = VenueFactory()
    with pytest.raises(Refused) as error:
        actions.save_contact(venue=venue, name="Ann Example", email="", by=by)
    assert set(refusal(error)) == {"email"}
    actions.save_contact(venue=venue, name="Ann", phone="01632 960001", gets_reminders=False, by=by)


# Merging ----------------------------------------------------------------------------------------


def test_these_are_the_relations_that_move():
    """A new one appears here: make sure that moving its rows is right."""
    related = {
        f"{relation.related_model._meta.label}.{relation.field.name}": type(relation).__name__
        for relation in Venue._meta.related_objects
    }
    assert related == {
        "venues.Venue.merged_into": "ManyToOneRel",
        "venues.HygieneId.venue": "ManyToOneRel",
        "venues.VenueContact.venue": "ManyToOneRel",
        "venues.TrainingSession.venue": "ManyToOneRel",
        "operations.OperationVenue.venue": "ManyToOneRel",
        "operations.DrawnVenue.venue": "ManyToOneRel",
        "operations.Visit.venue": "ManyToOneRel",
        "operations.Call.venue": "ManyToOneRel",
        "operations.LastVisit.venue": "OneToOneRel",  # written anew by PostgreSQL as visits move
        "operations.Operation.venues": "ManyToManyRel",  # by OperationVenue
    }


def test_all_that_hung_on_the_duplicate_hangs_on_the_kept_venue(by):
    keep, duplicate = VenueFactory(), VenueFactory()
    visits = [
        VisitFactory(venue=duplicate),
        UnderWayVisitFactory(venue=duplicate),
        CompletedVisitFactory(venue=duplicate),
    ]
    follow_up = FollowUpFactory(visit__venue=duplicate)
    session = TrainingSessionFactory(venue=duplicate)
    contact = VenueContactFactory(venue=duplicate)
    chosen = OperationVenueFactory(venue=duplicate)
    before = VenueFactory(merged_into=duplicate)

    merging.merge_venues(keep=keep, duplicate=duplicate, by=by)

    for record in (*visits, follow_up.visit, session, contact, chosen):
        record.refresh_from_db()
        assert record.venue == keep
    assert [visit.state for visit in visits] == [
        VisitState.PLANNED,
        VisitState.UNDER_WAY,
        VisitState.COMPLETED,
    ]
    for entry in (duplicate, before):
        entry.refresh_from_db()
        assert entry.merged_into == keep
    assert list(Venue.objects.unmerged()) == [keep]


def test_an_operation_that_chose_both_has_the_kept_one_once(by):
    chosen = OperationVenueFactory(venue=VenueFactory())
    duplicate = OperationVenueFactory(operation=chosen.operation, venue=VenueFactory())
    elsewhere = OperationVenueFactory(venue=duplicate.venue)

    merging.merge_venues(keep=chosen.venue, duplicate=duplicate.venue, by=by)

    elsewhere.refresh_from_db()
    assert set(OperationVenue.objects.all()) == {chosen, elsewhere}
    assert elsewhere.venue == chosen.venue


def test_nobody_gets_messages_twice_after_a_merge(by):
    kept = VenueContactFactory(email="Desk@hotel.example")
    doubled = VenueContactFactory(email="desk@hotel.example")
    other = VenueContactFactory(venue=doubled.venue, email="", gets_reminders=False)

    merging.merge_venues(keep=kept.venue, duplicate=doubled.venue, by=by)

    assert set(kept.venue.contacts.all()) == {kept, other}


def test_the_kept_venue_takes_what_it_does_not_know_and_its_own_words_stay(by):
    group = VenueGroupFactory()
    keep = VenueFactory(
        name="Lantern", kind="unknown", postcode="", latitude=None, longitude=None, notes="Ours"
    )
    duplicate = VenueFactory(
        name="LANTERN LTD", group=group, postcode="ZZ2 2BB", fhrsid=77, notes="Theirs"
    )

    merging.merge_venues(keep=keep, duplicate=duplicate, by=by)

    keep.refresh_from_db()
    duplicate.refresh_from_db()
    assert (keep.group, keep.kind, keep.postcode) == (group, "hotel", "ZZ2 2BB")
    assert (keep.latitude, keep.notes) == (Decimal("51.500000"), "Ours\nTheirs")
    assert (keep.fhrsid, duplicate.fhrsid) == (77, None)
    # The name, address and authority were chosen here: the next import leaves them.
    assert keep.edited_by_hand == ["name", "address", "local_authority"]


def test_a_merge_is_refused_with_itself_and_for_what_was_merged_before(by):
    keep, duplicate, third = VenueFactory(), VenueFactory(), VenueFactory()
    with pytest.raises(Refused, match="same entry"):
        merging.merge_venues(keep=keep, duplicate=keep, by=by)
    merging.merge_venues(keep=keep, duplicate=duplicate, by=by)
    for first, second in ((keep, duplicate), (duplicate, keep), (duplicate, third)):
        with pytest.raises(Refused, match="already"):
            merging.merge_venues(keep=first, duplicate=second, by=by)


def test_nothing_is_recorded_for_an_entry_that_was_merged(by):
    merged = VenueFactory(merged_into=VenueFactory())
    acts = [
        lambda: actions.edit_venue(venue=merged, version=1, **fields_of(merged), by=by),
        lambda: actions.close_venue(venue=merged, on=TODAY, reason="x", by=by, at=NOW),
        lambda: actions.save_contact(venue=merged, name="A", email="a@b.example", by=by),
        lambda: training.record_training(venue=merged, **session_fields(), by=by, at=NOW),
    ]
    for act in acts:
        with pytest.raises(Refused, match="merged into another"):
            act()


# Whose venues ------------------------------------------------------------------------------------


def test_nobody_changes_a_venue_of_another_command_unit():
    stranger = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])
    own, theirs = VenueFactory(unit=stranger.command_units.get()), VenueFactory()
    contact = VenueContactFactory(venue=theirs)
    taken = fields_of(theirs, local_authority=own.local_authority)
    closed = VenueFactory(closed_on=TODAY, closed_reason="Flats")
    today = {"on": TODAY, "reason": "x", "by": stranger, "at": NOW}
    for act in (
        lambda: actions.edit_venue(venue=theirs, version=1, **taken, by=stranger),
        lambda: actions.close_venue(venue=theirs, **today),
        lambda: actions.reopen_venue(venue=closed, **today),
        lambda: actions.save_contact(venue=theirs, name="A", email="a@b.example", by=stranger),
        lambda: actions.remove_contact(contact=contact, by=stranger),
        lambda: training.record_training(venue=theirs, **session_fields(), by=stranger, at=NOW),
        lambda: merging.merge_venues(keep=own, duplicate=theirs, by=stranger),
        lambda: merging.merge_venues(keep=theirs, duplicate=own, by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()
    theirs.refresh_from_db()
    assert theirs.version == 1
    assert theirs.contacts.get() == contact


def test_nobody_adds_a_venue_in_another_command_unit():
    stranger = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])
    fields = fields_of(VenueFactory.build(local_authority=LocalAuthorityFactory()))
    with pytest.raises(Refused) as error:
        actions.add_venue(**fields, by=stranger)
    assert set(refusal(error)) == {"local_authority"}
    assert not Venue.objects.exists()


def test_people_give_their_venues_away_and_bring_in_none_but_from_their_units():
    unit = CommandUnitFactory()
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    elsewhere, ours = LocalAuthorityFactory(), LocalAuthorityFactory(command_unit=unit)
    nobodys = VenueFactory(local_authority__command_unit=None)

    def move(venue, there, *, by=planner):
        fields = fields_of(venue, local_authority=there)
        return actions.edit_venue(venue=venue, version=venue.version, **fields, by=by)

    assert move(VenueFactory(unit=unit), elsewhere).local_authority == elsewhere
    assert move(VenueFactory(unit=unit), ours).local_authority == ours
    with pytest.raises(Refused) as error:
        move(nobodys, ours)
    assert set(refusal(error)) == {"local_authority"}
    with pytest.raises(Refused, match="whole force"):
        merging.merge_venues(keep=VenueFactory(unit=unit), duplicate=nobodys, by=planner)
    everywhere = UserFactory(role=Role.PLANNER, whole_force=True)
    assert move(nobodys, ours, by=everywhere).local_authority == ours


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_the_same_two_both_ways_make_one_merge():
    by = UserFactory(is_superuser=True, whole_force=True)  # roles are gone after such a test
    one, two = VenueFactory(), VenueFactory()
    ready, refused = Barrier(2), []

    @as_system()
    def merge(keep, duplicate):
        ready.wait()
        try:
            merging.merge_venues(keep=keep, duplicate=duplicate, by=by)
        except Refused as error:
            refused.append(error)
        finally:
            connection.close()

    people = [Thread(target=merge, args=pair) for pair in ((one, two), (two, one))]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert len(refused) == 1
    assert Venue.objects.unmerged().count() == 1
