"""The questions that pages ask of the registry."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import (
    CommandUnitFactory,
    CompletedVisitFactory,
    LocalAuthorityFactory,
    NotCompletedVisitFactory,
    PartlyVisitFactory,
    RefresherNeededVisitFactory,
    TrainingSessionFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
    VenueGroupFactory,
    VisitFactory,
)
from venues.models import Venue
from venues.registry import search
from venues.training.validity import TrainingState

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 24)


# Search -----------------------------------------------------------------------------------------


@pytest.fixture
def registry():
    """A few venues of invented names, by short words for them."""
    return {
        "inn": VenueFactory(name="Lantern Inn Saltwexel", postcode="ZZ1 1AA"),
        "lodge": VenueFactory(name="Travelrest Lodge", postcode="ZZ2 2BB"),
        "hilcot": VenueFactory(name="Hilcot Dunwick", postcode="ZZ3 3DD"),
        "hill": VenueFactory(name="Hill House", postcode="ZZ4 4EE"),
        "kings": VenueFactory(name="The King's Ferry Hotel", postcode=""),
        "accord": VenueFactory(
            name="Number Nine", group=VenueGroupFactory(name="Acquor Nights"), postcode="ZZ1 1AB"
        ),
    }


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Lantern Inn", "inn"),
        ("lantern", "inn"),
        ("Latnern Inn", "inn"),  # letters swapped
        ("Saltwexle Lantern", "inn"),  # the other way round, and swapped
        ("Travelrets", "lodge"),
        ("Travlrest", "lodge"),  # a letter missing
        ("Travelrestt lodge", "lodge"),  # one too many
        ("Trafelrest", "lodge"),  # a wrong one
        ("Hiclot", "hilcot"),  # in a short word every slip hurts
        ("Hulcot", "hilcot"),
        ("Hicot", "hilcot"),
        ("Hillcot", "hilcot"),
        ("kings ferry", "kings"),
        ("King’s", "kings"),
        ("acquor", "accord"),
        ("Aquor", "accord"),
        ("zz2 2bb", "lodge"),
        ("zz22bb", "lodge"),
        ("ZZ2", "lodge"),
        ("ZZ2 2", "lodge"),
        ("2BB", "lodge"),
        ("ZZ2 2BD", "lodge"),  # a wrong letter at its end
        ("lodge zz2", "lodge"),
    ],
)
def test_search_finds_what_was_meant(registry, typed, first):
    assert Venue.objects.search(typed).first() == registry[first]


def test_every_word_must_fit(registry):
    assert list(Venue.objects.search("Lantern House")) == []
    assert list(Venue.objects.search("Hilcot Dunwick")) == [registry["hilcot"]]


def test_a_postcode_that_two_venues_nearly_share_puts_the_right_one_first(registry):
    assert next(iter(Venue.objects.search("ZZ1 1AB"))) == registry["accord"]


def test_the_likeliest_stand_first_and_equals_by_name_whatever_the_case(registry):
    small = VenueFactory(name="lantern arms", postcode="")
    found = list(Venue.objects.search("lantern"))
    assert found == [small, registry["inn"]]


@pytest.mark.parametrize("typed", ["", "  ", "&", "' -- %_", "\\"])
def test_nothing_to_look_for_gives_all_by_name(registry, typed):
    assert [venue.name for venue in Venue.objects.search(typed)][:2] == [
        "Hilcot Dunwick",
        "Hill House",
    ]


@pytest.mark.parametrize("typed", ["%", "Lantern%", "(((", "[a-z]+", "x" * 500, "word " * 500])
def test_no_text_breaks_the_search(registry, typed):
    assert Venue.objects.search(typed).count() >= 0


def test_search_keeps_the_other_questions(registry):
    TrainingSessionFactory(venue=registry["inn"], held_on=ON)
    found = Venue.objects.with_training(on=ON).search("latnern")
    assert found.get().training_state == TrainingState.CURRENT


def test_one_slip_covers_every_word_that_is_one_letter_off():
    import re

    pattern = re.compile(search.one_slip_from("HITLON").replace(r"\m", r"\b"))
    assert pattern.search("THE HILTON")
    assert not pattern.search("MILTONIA")


# Sets of venues ---------------------------------------------------------------------------------


def test_open_closed_and_merged_venues_are_told_apart():
    kept = VenueFactory()
    closed = VenueFactory(closed_on=ON, closed_reason="Now flats")
    VenueFactory(merged_into=kept)

    assert list(Venue.objects.open()) == [kept]
    assert list(Venue.objects.closed()) == [closed]
    assert set(Venue.objects.unmerged()) == {kept, closed}


def test_names_are_sorted_whatever_their_case():
    for name in ("beta", "Alpha", "Gamma"):
        VenueFactory(name=name)
    assert [venue.name for venue in Venue.objects.by_name()] == ["Alpha", "beta", "Gamma"]


def test_only_whoever_may_see_venues_sees_any():
    VenueFactory()
    assert Venue.objects.visible_to(UserFactory(role=Role.VISITING_OFFICER)).count() == 1
    assert Venue.objects.visible_to(UserFactory(role=Role.CALL_HANDLER)).count() == 0


# Training ---------------------------------------------------------------------------------------


def test_the_latest_session_counts():
    venue = VenueFactory()
    TrainingSessionFactory(venue=venue, held_on=ON - dt.timedelta(days=400), attended=2)
    TrainingSessionFactory(venue=venue, held_on=ON - dt.timedelta(days=350), attended=5)
    TrainingSessionFactory(venue=venue, held_on=ON - dt.timedelta(days=500), attended=10)

    found = Venue.objects.with_training(on=ON).get()

    assert found.last_trained_on == ON - dt.timedelta(days=350)
    assert found.training_state == TrainingState.EXPIRING
    assert found.coverage == 0.5


def test_a_venue_without_sessions_is_untrained_and_has_no_coverage():
    VenueFactory()
    found = Venue.objects.with_training(on=ON).get()
    assert (found.training_state, found.coverage, found.last_trained_on) == (
        TrainingState.UNTRAINED,
        None,
        None,
    )


# The last verdict -------------------------------------------------------------------------------


def last_verdict(venue, user):
    return Venue.objects.with_last_verdict(user).get(pk=venue.pk).last_verdict


def test_the_last_verdict_is_that_of_the_latest_completed_visit():
    lead = UserFactory(role=Role.CSE_LEAD, whole_force=True)
    venue = VenueFactory()
    now = timezone.now()
    RefresherNeededVisitFactory(venue=venue, starts_at=now - dt.timedelta(days=90))
    PartlyVisitFactory(venue=venue, starts_at=now - dt.timedelta(days=30))
    NotCompletedVisitFactory(venue=venue, starts_at=now - dt.timedelta(days=5))
    VisitFactory(venue=venue)

    assert last_verdict(venue, lead) == "partly"


def test_a_planned_visit_leaves_no_trace_in_the_last_verdict():
    venue = VenueFactory()
    VisitFactory(venue=venue)
    assert last_verdict(venue, UserFactory(role=Role.CSE_LEAD, whole_force=True)) is None


def test_verdicts_are_seen_in_ones_own_command_units_by_whoever_sees_results():
    visit = CompletedVisitFactory(unit=CommandUnitFactory())
    unit = visit.venue.local_authority.command_unit

    seen_by = {
        "lead of the unit": UserFactory(role=Role.CSE_LEAD, units=[unit]),
        "lead of another": UserFactory(role=Role.CSE_LEAD, units=[CommandUnitFactory()]),
        "officer of the unit": UserFactory(role=Role.VISITING_OFFICER, units=[unit]),
    }

    assert {who: last_verdict(visit.venue, user) for who, user in seen_by.items()} == {
        "lead of the unit": "responded_well",
        "lead of another": None,
        "officer of the unit": None,
    }


# Likely duplicates ------------------------------------------------------------------------------


def test_a_similar_name_at_the_same_place_is_a_likely_duplicate():
    authority = LocalAuthorityFactory()
    far = {"latitude": Decimal("53.1"), "longitude": Decimal("-1.1")}
    venue = VenueFactory(name="The Lantern Hotel", postcode="ZZ1 1AA", local_authority=authority)
    same_postcode = VenueFactory(name="Lantern Hotel", postcode="ZZ1 1AA", **far)
    same_point = VenueFactory(name="Lantern Hotel & Bar", postcode="ZZ9 9ZZ")
    no_postcode = VenueFactory(
        name="Lantern Hotel Ltd",
        postcode="",
        latitude=None,
        longitude=None,
        local_authority=authority,
    )
    VenueFactory(name="Oyster House", postcode="ZZ1 1AA")  # another name
    VenueFactory(name="The Lantern Hotel", postcode="ZZ5 5ZZ", **far)  # another place
    VenueFactory(name="The Lantern Hotel", postcode="ZZ1 1AA", merged_into=venue)

    likely = Venue.objects.likely_duplicates_of(venue)

    assert set(likely) == {same_postcode, same_point, no_postcode}
    assert likely.first() == same_postcode


# What one has in hand ---------------------------------------------------------------------------


@pytest.fixture
def reception():
    """A venue whose contact is somebody that no venue is called after, and another."""
    VenueContactFactory(venue=VenueFactory(name="Zetland Arms", fhrsid=77), name="Bo Lindqvist")
    venue = VenueFactory(name="Étoile", fhrsid=1234567, group=VenueGroupFactory(name="Hôtels Môn"))
    VenueContactFactory(
        venue=venue, name="Siân O’Rourke", email="Front.Desk@etoile.example", phone="020 7946 0958"
    )
    VenueContactFactory(venue=venue, name="Bo Marsh", email="", gets_reminders=False)
    return venue


IN_HAND = [
    *("Siân O’Rourke", "sian orourke", "O'ROURKE", "sian", "Orourke Siân"),
    *("front.desk@etoile.example", "FRONT.DESK@ETOILE.EXAMPLE", "desk@etoile"),
    *("020 7946 0958", "02079460958", "+44 20 7946 0958", "+44 (0)20 7946-0958", "0044 2079460958"),
    *("7946 0958", "(020) 79460958"),
]


@pytest.mark.parametrize("typed", IN_HAND)
def test_a_venue_is_found_by_what_one_has_in_hand_of_a_contact(reception, typed):
    coordinator = UserFactory(role=Role.TRAINING_COORDINATOR)
    assert Venue.objects.search(typed, by=coordinator).get() == reception


@pytest.mark.parametrize("typed", IN_HAND)
def test_contacts_find_nothing_for_whoever_may_not_see_them(reception, typed):
    for by in (UserFactory(role=Role.VISITING_OFFICER), None):
        assert not Venue.objects.search(typed, by=by).exists()


@pytest.mark.parametrize("typed", ["1234567", " 1234567 ", "hotels mon", "Hôtels Môn"])
def test_a_venue_is_found_by_its_food_hygiene_id_and_its_group(reception, typed):
    assert Venue.objects.search(typed).get() == reception


@pytest.mark.parametrize("typed", ["123456", "Bo O'Rourke", "0207 946 0959", "7946", "9" * 40])
def test_what_is_another_contacts_or_a_part_too_small_finds_nothing(reception, typed):
    assert not Venue.objects.search(typed, by=UserFactory(role=Role.TRAINING_COORDINATOR)).exists()


def test_a_venue_with_two_contacts_that_fit_is_found_once(reception):
    VenueContactFactory(venue=reception, name="Siân Marsh")
    found = Venue.objects.search("sian", by=UserFactory(role=Role.TRAINING_COORDINATOR))
    assert list(found) == [reception]


def test_the_list_of_venues_searches_contacts_for_whoever_may_see_them(client, reception):
    for role, there in ((Role.TRAINING_COORDINATOR, True), (Role.VISITING_OFFICER, False)):
        client.force_login(UserFactory(role=role))
        page = client.get(reverse("venues:venue_list"), {"q": "020 7946 0958"}).text
        assert ("Étoile" in page) is there
        assert ("or contact" in page) is there
