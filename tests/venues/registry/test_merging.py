"""Two entries become one: nothing is lost, people decide on conflicts, and it can be undone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.models import Undo
from accounts.acts.refusals import Refused
from accounts.models import User
from accounts.roles import Role
from operations.duty import actions as duty
from operations.models import FollowUpState, OperationVenue, VisitState
from operations.planning import actions as planning
from operations.planning import schedule
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    FollowUpFactory,
    LocalAuthorityFactory,
    OperationVenueFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from tests.venues.hygiene_files import bring, counts, hotel, xml
from venues.imports import decisions
from venues.models import HygieneId, Venue, VenueContact
from venues.registry import actions, merging, timeline

pytestmark = pytest.mark.django_db

PLANNING = (Role.PLANNER, Role.VISITING_OFFICER)


@pytest.fixture
def by() -> User:
    return UserFactory(role=Role.PLANNER, whole_force=True)


def merge(keep: Venue, duplicate: Venue, by: User, **choices: str) -> Venue:
    return merging.merge_venues(keep=keep, duplicate=duplicate, choices=choices, by=by)


def two_contacts() -> tuple[VenueContact, VenueContact]:
    """A nameless desk, and a person with the same address who gets reminders."""
    desk = VenueContactFactory(
        email="Desk@hotel.example", name="Reception", job_title="", gets_reminders=False
    )
    person = VenueContactFactory(
        email="desk@hotel.example", name="Ann Example", job_title="Manager", phone="01632 960001"
    )
    return desk, person


# Contacts ---------------------------------------------------------------------------------------


def test_contacts_of_one_address_become_one_with_all_that_either_said(by):
    desk, person = two_contacts()

    merge(desk.venue, person.venue, by)

    contact = VenueContact.objects.get()
    assert contact.venue == desk.venue
    assert contact.name == "Reception / Ann Example"
    assert (contact.job_title, contact.phone) == ("Manager", "01632 960001")
    assert contact.gets_reminders


def test_what_is_one_address_is_one_for_the_database_too(by):
    """Of some letters Python and PostgreSQL have other small ones."""
    dotted = VenueContactFactory(email="desk@\u0130zmir.example")
    plain = VenueContactFactory(email="desk@izmir.example")
    merge(dotted.venue, plain.venue, by)
    kept = set(VenueContact.objects.values_list("venue", "email"))
    assert kept == {(dotted.venue_id, "desk@i\u0307zmir.example"), (dotted.venue_id, plain.email)}


@pytest.mark.parametrize("keeps_the_desk", [True, False])
def test_reminders_stay_on_where_either_had_them(by, keeps_the_desk):
    desk, person = two_contacts()
    pair = (desk.venue, person.venue) if keeps_the_desk else (person.venue, desk.venue)

    merge(*pair, by)

    assert VenueContact.objects.get().gets_reminders


def test_a_person_chooses_between_two_names_of_a_contact(by):
    desk, person = two_contacts()
    (conflict,) = [
        each for each in merging.conflicts(desk.venue, person.venue) if "contact" in each.field
    ]
    assert [words for _, words in conflict.choices] == [
        "Reception / Ann Example",
        "Reception",
        "Ann Example",
    ]

    merge(desk.venue, person.venue, by, **{conflict.field: str(person.venue.pk)})

    assert VenueContact.objects.get().name == "Ann Example"


def test_names_too_long_for_one_line_are_a_choice_of_one():
    one = VenueContactFactory(email="a@hotel.example", name="N" * 100)
    other = VenueContactFactory(email="a@hotel.example", name="M" * 100)

    (conflict,) = [c for c in merging.conflicts(one.venue, other.venue) if "contact" in c.field]

    assert [words for _, words in conflict.choices] == ["N" * 100, "M" * 100]


# Conflicts --------------------------------------------------------------------------------------


def test_conflicts_are_shown_before_merging_with_a_choice_for_each(by, client):
    keep = VenueFactory(name="Lantern", kind="hotel", group=VenueGroupFactory(name="Acquor"))
    other = VenueFactory(
        name="Lantern Inn",
        kind="hostel",
        group=VenueGroupFactory(name="Lanternstay"),
        closed_on=dt.date(2026, 1, 1),
        closed_reason="Now flats",
        local_authority=keep.local_authority,
        address=keep.address.upper(),
    )
    client.force_login(by)
    url = reverse("venues:venue_merge", args=[keep.pk]) + f"?other={other.pk}"

    page = client.get(url).text

    fields = [each.field for each in merging.conflicts(keep, other)]
    assert fields == ["name", "kind", "group", "closed"]
    for field in fields:
        assert f'name="{field}"' in page
    assert "can’t be undone" not in page

    chosen = {"keep": keep.pk, "name": other.pk, "group": other.pk, "kind": keep.pk}
    page = client.post(url, chosen | {"closed": other.pk}, follow=True).text

    keep.refresh_from_db()
    assert (keep.name, keep.kind, str(keep.group)) == ("Lantern Inn", "hotel", "Lanternstay")
    assert keep.closed_reason == "Now flats"
    assert "Undo" in page


def test_a_choice_that_nobody_made_is_what_the_kept_entry_says(by):
    keep, duplicate = VenueFactory(name="Lantern"), VenueFactory(name="Inn", kind="hostel")

    merge(keep, duplicate, by)

    keep.refresh_from_db()
    assert (keep.name, keep.kind) == ("Lantern", "hotel")


def test_a_choice_that_is_none_of_the_two_is_refused_on_the_page(by, client):
    keep, other = VenueFactory(name="Lantern"), VenueFactory(name="Inn")
    client.force_login(by)
    url = reverse("venues:venue_merge", args=[keep.pk]) + f"?other={other.pk}"

    page = client.post(url, {"keep": keep.pk, "name": VenueFactory().pk})

    assert "There is a problem" in page.text
    assert Venue.objects.filter(merged_into=None).count() == 3


def test_the_page_of_a_merge_shows_no_planned_visit(by, client):
    keep, other = VenueFactory(), VenueFactory()
    client.force_login(by)
    url = reverse("venues:venue_merge", args=[keep.pk]) + f"?other={other.pk}"
    before = client.get(url).text

    visit = VisitFactory(venue=other)
    OperationVenueFactory(venue=other, operation=visit.operation)
    after = client.get(url).text

    def without_token(page: str) -> list[str]:
        return [line for line in page.splitlines() if "csrf" not in line]

    assert without_token(after) == without_token(before)


def test_an_authority_is_chosen_only_by_those_who_may_move_both(by):
    unit = CommandUnitFactory()
    nobodys = VenueFactory(local_authority__command_unit=None)
    planner = UserFactory(role=Role.PLANNER, units=[unit])
    ours = VenueFactory(unit=unit)

    with pytest.raises(Refused, match="whole force"):
        merge(nobodys, ours, planner, local_authority=str(ours.pk))

    merge(nobodys, ours, by, local_authority=str(ours.pk))
    nobodys.refresh_from_db()
    assert nobodys.local_authority == ours.local_authority


# Food hygiene ids -------------------------------------------------------------------------------


def two_from_a_file(**names: str) -> tuple[Venue, Venue]:
    LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    bring(xml(hotel(1, "Lantern"), hotel(2, "Lantern Inn")))
    return Venue.objects.get(fhrsid=1), Venue.objects.get(fhrsid=2)


def test_an_entry_keeps_all_its_ids_and_imports_find_it_by_any(by):
    keep, duplicate = two_from_a_file()
    merge(keep, duplicate, by)
    assert list(keep.hygiene_ids.values_list("pk", flat=True)) == [1, 2]

    run = bring(xml(hotel(2, "Lantern Palace")))

    keep.refresh_from_db()
    assert counts(run) == {"changed": 1}
    assert keep.name == "Lantern Palace"


def test_what_was_chosen_stands_while_no_record_changes(by):
    keep, duplicate = two_from_a_file()
    merge(keep, duplicate, by, name=str(duplicate.pk))

    for file in (
        xml(hotel(1, "Lantern"), hotel(2, "Lantern Inn")),
        xml(hotel(1, "Lantern")),
        xml(hotel(2, "Lantern Inn")),
    ):
        assert bring(file).changed == 0
    keep.refresh_from_db()
    assert keep.name == "Lantern Inn"

    bring(xml(hotel(1, "Lantern Palace"), hotel(2, "Lantern Inn")))
    keep.refresh_from_db()
    assert keep.name == "Lantern Palace"


def test_a_second_record_that_changes_is_a_difference_while_the_leading_one_is_there(by):
    keep, duplicate = two_from_a_file()
    merge(keep, duplicate, by)

    run = bring(xml(hotel(1, "Lantern"), hotel(2, "Lantern Bistro")))

    assert [(e["aspect"], e["why"]) for e in run.report["differences"]] == [
        ("name", "other record")
    ]
    keep.refresh_from_db()
    assert keep.name == "Lantern"
    decisions.accept_difference(run, number=0, by=by)
    keep.refresh_from_db()
    assert keep.name == "Lantern Bistro"


def test_once_the_leading_record_is_gone_the_newest_leads(by):
    one, two = two_from_a_file()
    three = VenueFactory(fhrsid=3, local_authority=one.local_authority)
    for duplicate in (two, three):
        merge(one, duplicate, by)

    run = bring(xml(hotel(2, "Lantern Bistro"), hotel(3, "Lantern Palace")))

    assert [(e["fhrsid"], e["why"]) for e in run.report["differences"]] == [(2, "other record")]
    one.refresh_from_db()
    assert one.name == "Lantern Palace"


def test_a_venue_is_missing_only_when_none_of_its_ids_is_in_the_file(by):
    keep, duplicate = two_from_a_file()
    merge(keep, duplicate, by)

    assert bring(xml(hotel(2, "Lantern Inn"))).missing == 0
    run = bring(xml(hotel(3, "Another")))

    assert [entry["venue"] for entry in run.report["missing"]] == [keep.pk]


def test_an_entry_added_by_hand_takes_the_ids_of_the_other(by):
    _, from_file = two_from_a_file()
    keep = VenueFactory(local_authority=from_file.local_authority, name="The Lantern")

    merge(keep, from_file, by)

    keep.refresh_from_db()
    assert keep.fhrsid == 2
    assert "name" in keep.edited_by_hand
    run = bring(xml(hotel(1, "Lantern"), hotel(2, "Lantern Palace")))
    assert [each["why"] for each in run.report["differences"]] == ["edited"]


def test_search_finds_an_entry_once_by_any_of_its_ids(by):
    keep, duplicate = VenueFactory(fhrsid=9100001), VenueFactory(fhrsid=9100002)
    merge(keep, duplicate, by)

    for wanted in ("9100001", "9100002", keep.name):
        assert list(Venue.objects.unmerged().search(wanted)) == [keep]


def test_ids_are_carried_on_by_a_second_merge(by):
    one, two = two_from_a_file()
    three = VenueFactory(fhrsid=3)
    merge(one, two, by)

    merge(three, one, by)

    assert set(three.hygiene_ids.values_list("pk", "leads")) == {(1, False), (2, False), (3, True)}


def test_what_each_record_said_is_known_through_a_second_merge(by):
    one, two = two_from_a_file()
    merge(one, two, by)
    file = xml(hotel(1, "Lantern Palace"), hotel(2, "Lantern Inn"), hotel(3, "Ostermeer"))
    bring(file)
    merge(Venue.objects.get(fhrsid=3), one, by)

    assert counts(bring(file)) == {"unchanged": 3}


# Undo -------------------------------------------------------------------------------------------


def everything() -> dict[str, list]:
    """All that a merge can touch, row by row."""
    models = [Venue, HygieneId, VenueContact, OperationVenue]
    state = {
        model.__name__: sorted(
            (
                {k: v for k, v in row.items() if k not in ("version", "updated_at")}
                for row in model.objects.values()
            ),
            key=lambda row: str(row),
        )
        for model in models
    }
    for model in (VisitFactory, TrainingSessionFactory):
        rows = model._meta.model.objects.order_by("pk").values_list("pk", "venue")
        state[model.__name__] = list(rows)
    return state


def last_undo() -> Undo:
    return Undo.objects.open().latest("until")


def test_a_merge_is_taken_back_exactly(by):
    keep, duplicate = two_from_a_file()
    desk, person = two_contacts()
    VenueContact.objects.filter(pk=desk.pk).update(venue=keep)
    VenueContact.objects.filter(pk=person.pk).update(venue=duplicate)
    VisitFactory(venue=duplicate)
    CompletedVisitFactory(venue=duplicate)
    FollowUpFactory(visit__venue=duplicate)
    TrainingSessionFactory(venue=duplicate)
    chosen = OperationVenueFactory(venue=keep)
    OperationVenueFactory(venue=duplicate, operation=chosen.operation)
    VenueFactory(merged_into=duplicate)
    fields = ("kind", "group", "local_authority", "address", "postcode", "notes")
    said = {name: getattr(duplicate, name) for name in (*fields, "latitude", "longitude")}
    actions.edit_venue(venue=duplicate, version=1, by=by, name="Edited by hand", **said)
    before = everything()
    merge(keep, duplicate, by, name=str(duplicate.pk))
    assert everything() != before

    undo.take_back(number=last_undo().number, by=by, at=timezone.now())

    assert everything() == before
    assert counts(bring(xml(hotel(1, "Lantern"), hotel(2, "Lantern Inn")))) == {
        "unchanged": 2,
        "differences": 1,
    }


def test_a_merge_is_not_taken_back_once_something_was_built_on_it(by):
    keep, duplicate = two_from_a_file()
    merge(keep, duplicate, by)
    bring(xml(hotel(1, "Lantern Palace"), hotel(2, "Lantern Inn")))

    with pytest.raises(undo.CannotUndoError, match="changed again since"):
        undo.take_back(number=last_undo().number, by=by, at=timezone.now())

    duplicate.refresh_from_db()
    assert duplicate.merged_into == keep


def test_whether_a_merge_can_be_taken_back_tells_nothing_of_a_planned_visit():
    unit = CommandUnitFactory()
    coordinator = UserFactory(role=Role.TRAINING_COORDINATOR, units=[unit])
    planner, officer = (UserFactory(role=role, units=[unit]) for role in PLANNING)
    keep, duplicate = VenueFactory(unit=unit), VenueFactory(unit=unit)
    now = timezone.now()
    started, called_off = (
        VisitFactory(venue=duplicate, officer=officer, starts_at=at)
        for at in (now, now + dt.timedelta(days=1))
    )
    chosen = OperationVenueFactory(venue=duplicate, operation__created_by=planner)
    merge(keep, duplicate, coordinator)
    assert undo.offers(keep, by=coordinator)

    duty.start_visit(visit=started, told=True, by=officer, at=timezone.now())
    called_off.refresh_from_db()
    schedule.cancel_visit(visit=called_off, reason="Rain", by=planner, at=timezone.now())
    chosen.refresh_from_db()
    planning.remove_venue(chosen=chosen, by=planner, reason="Closed for now")

    assert undo.offers(keep, by=coordinator)
    number = Undo.objects.filter(by=coordinator).latest("until").number
    undo.take_back(number=number, by=coordinator, at=timezone.now())
    states = {visit.state for visit in duplicate.visits.all()}
    assert states == {VisitState.UNDER_WAY, VisitState.CANCELLED}
    assert not OperationVenue.objects.exists()
    assert list(keep.visits.all()) == []


def test_a_merge_is_not_taken_back_once_what_it_moved_was_moved_on(by):
    keep, duplicate, third = VenueFactory(), VenueFactory(), VenueFactory()
    VisitFactory(venue=duplicate)
    merge(keep, duplicate, by)
    number = last_undo().number
    merge(third, keep, by)
    with pytest.raises(undo.CannotUndoError, match="changed again since"):
        undo.take_back(number=number, by=by, at=timezone.now())


def test_a_merge_is_taken_back_only_by_those_who_could_merge(by):
    keep, duplicate = VenueFactory(), VenueFactory()
    merge(keep, duplicate, by)
    stranger = UserFactory(role=Role.PLANNER, units=[keep.local_authority.command_unit])

    with pytest.raises(undo.PermissionDenied):
        undo.take_back(number=last_undo().number, by=stranger, at=timezone.now())


def test_both_entries_offer_for_a_week_to_take_them_apart_to_those_who_may(by, client):
    keep, duplicate = VenueFactory(), VenueFactory()
    merge(keep, duplicate, by)
    client.force_login(by)
    offer = reverse("accounts:undo", args=[last_undo().number])

    for entry in (keep, duplicate):
        for _ in range(2):  # also after one has gone elsewhere and come back
            page = client.get(entry.get_absolute_url()).text
            assert page.count(offer) == 1
            assert "The two entries stand apart again." in page
    assert duplicate.get_absolute_url() in client.get(keep.get_absolute_url()).text

    client.force_login(UserFactory(role=Role.PLANNER))
    for entry in (keep, duplicate):
        assert offer not in client.get(entry.get_absolute_url()).text


def as_the_page_stands(form, **answers):
    """What a browser sends for this form when only ``answers`` are given by hand."""
    return {name: field.initial or "" for name, field in form.fields.items()} | answers


@pytest.mark.parametrize("kept", [0, 1])
def test_until_somebody_chooses_the_entry_that_is_kept_is_right(by, client, kept):
    entries = VenueFactory(name="Lantern Inn"), VenueFactory(name="The Lantern", fhrsid=1)
    client.force_login(by)
    url = reverse("venues:venue_merge", args=[entries[0].pk]) + f"?other={entries[1].pk}"
    form = client.get(url).context["form"]

    client.post(url, as_the_page_stands(form, keep=entries[kept].pk))

    stays = Venue.objects.unmerged().get()
    assert stays.pk == entries[kept].pk
    assert stays.name == entries[kept].name
    assert stays.kind == entries[kept].kind


# What followed ----------------------------------------------------------------------------------


def test_a_merge_settles_the_follow_ups_of_one_entry_by_the_sessions_of_the_other(by):
    keep = VenueFactory()
    visited = timezone.now() - dt.timedelta(days=10)
    follow_ups = [
        FollowUpFactory(visit__venue=keep, visit__starts_at=visited),
        FollowUpFactory(visit__starts_at=visited),
    ]
    session = TrainingSessionFactory(
        venue=follow_ups[1].visit.venue, held_on=timezone.localdate() - dt.timedelta(days=2)
    )

    merge(keep, session.venue, by)

    for follow_up in follow_ups:
        follow_up.refresh_from_db()
        assert follow_up.state == FollowUpState.DELIVERED
        assert follow_up.training_session == session


def test_undoing_a_merge_opens_the_follow_ups_again_that_it_settled(client, by):
    follow_up = FollowUpFactory(visit__starts_at=timezone.now() - dt.timedelta(days=10))
    session = TrainingSessionFactory(held_on=timezone.localdate() - dt.timedelta(days=2))
    client.force_login(by)
    page = reverse("venues:venue_merge", args=[follow_up.visit.venue_id])
    keep = {"keep": follow_up.visit.venue_id}
    client.post(f"{page}?other={session.venue_id}", keep)
    follow_up.refresh_from_db()
    assert follow_up.state == FollowUpState.DELIVERED

    client.post(reverse("accounts:undo", args=[Undo.objects.get().number]))

    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.training_session) == (FollowUpState.OFFERED, None)


def test_the_timeline_tells_of_a_merge_and_of_its_undoing_by_the_record(by):
    keep, duplicate = VenueFactory(name="Lantern Inn"), VenueFactory(name="Oyster House")
    merge(keep, duplicate, by)
    now = timezone.now()
    actions.close_venue(venue=keep, on=now.date(), reason="Flats", by=by, at=now)  # later
    told = {entry.title: entry for entry in timeline.entries(keep, by)}
    became_one = told["Became one with another entry"]
    assert became_one.body == f"Oyster House ({duplicate.pk})"
    [other] = [e for e in timeline.entries(duplicate, by) if e.title == became_one.title]
    assert other.body == f"Lantern Inn ({keep.pk})"
    assert other.when == became_one.when


def test_a_merge_that_was_undone_stays_in_the_timelines_of_both(by):
    keep, duplicate = VenueFactory(), VenueFactory()
    merge(keep, duplicate, by)
    undo.take_back(number=Undo.objects.get().number, by=by, at=timezone.now())
    for venue in (keep, duplicate):
        titles = [entry.title for entry in timeline.entries(venue, by)]
        assert titles[:2] == ["Stands apart again", "Became one with another entry"]


def test_questions_of_a_merge_that_start_with_an_answer_are_not_called_optional(client, by):
    one, other = VenueFactory(name="Lantern Inn"), VenueFactory(name="Oyster House")
    client.force_login(by)
    page = client.get(f"{reverse('venues:venue_merge', args=[one.pk])}?other={other.pk}")
    assert "(optional)" not in page.text
    assert f'data-label="Entry {other.pk}"' in page.text


def test_what_an_entry_added_by_hand_says_as_the_record_does_is_not_counted_as_edited(by):
    bring(xml(hotel(1, "Lantern")))
    found = Venue.objects.get()
    same = {"postcode": found.postcode, "local_authority": found.local_authority}
    by_hand = VenueFactory(name="The Lantern", **same)
    kept = merge(by_hand, found, by)
    kept.refresh_from_db()
    assert "name" in kept.edited_by_hand
    assert not {"postcode", "local_authority"} & set(kept.edited_by_hand)
