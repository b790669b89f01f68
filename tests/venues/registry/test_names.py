"""One normal form of names, the same in Python and in PostgreSQL."""

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.factories import (
    CommandUnitFactory,
    LocalAuthorityFactory,
    ScenarioFactory,
    UserFactory,
    VenueContactFactory,
    VenueFactory,
    VenueGroupFactory,
)
from venues.models import CommandUnit, LocalAuthority, Venue, VenueContact, VenueGroup
from venues.registry import actions
from venues.registry.names import normal_name


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("Ynys Môn Inn", "YNYS MON INN"),
        ("O’Brien's", "obriens"),
        ("O´Brien‘s", "O'BRIEN`S"),
        ("Bed & Breakfast", "bed and breakfast"),
        ("A&B House", "A and B House"),
        ("St. Mary's", "Saint Marys"),
        ("Stoke-on-Trent Inn", "Stoke on Trent  Inn"),
        ("Café Æther", "cafe aether"),
        ("Øresund Straße", "oresund strasse"),
        ("Łódź Hotel", "lodz hotel"),
        ("Cafe\u0301 Ｆｕｌｌ", "Café Full"),
        ("Lantern\u200bstay\u00a0Inn", "Lanternstay Inn"),
        (" The\tKing’s  Head ", "the kings head"),
    ],
)
def test_names_that_people_take_for_one_have_one_normal_form(one, another):
    assert normal_name(one) == normal_name(another) != ""


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("Lanternstay Ostermeer 66", "Lanternstay Ostermeer 69"),
        ("Station Hotel", "Saintation Hotel"),
        ("Best Inn", "Besaint Inn"),
        ("Gannet", "Gannets"),
        ("Sandown", "S and own"),
    ],
)
def test_names_of_two_places_stay_apart(one, another):
    assert normal_name(one) != normal_name(another)


# What this Python's Unicode does not know, a newer PostgreSQL may.
texts = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\0"))
likely = st.text(st.sampled_from("aZéÔß& 'ʼ’´.-_st ST1\u0301\u200b\ufb01ŉØＳＴ"), max_size=12)


@given(texts | likely)
def test_the_normal_form_is_its_own_normal_form(text):
    once = normal_name(text)
    assert normal_name(once) == once


@pytest.mark.django_db
@given(texts | likely)
@example("O´Brien’s")
@example("ŉ St ST.St")
@example("ﬁﬃ ½ ㎏ ẞ")
@settings(deadline=None, max_examples=400)
def test_postgresql_makes_the_same_normal_form(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT makesafe_normal_name(%s)", [text])
        assert cursor.fetchone() == (normal_name(text),)


@pytest.mark.django_db
def test_the_normal_form_is_kept_beside_a_name_that_changes():
    venue = VenueFactory(name="Étoile & Co")
    assert Venue.objects.get(normal_name="etoile and co") == venue
    Venue.objects.update(name="St Anne’s")
    assert Venue.objects.get().normal_name == "saint annes"


@pytest.mark.django_db
def test_names_stand_in_the_order_of_the_alphabet_whatever_their_accents():
    names = ["Abbey", "Étoile", "Fern", "Ørsted House", "Saint Anne", "St Bride", "Zetland"]
    for name in reversed(names):
        VenueFactory(name=name)
        VenueGroupFactory(name=name)
        LocalAuthorityFactory(name=name, command_unit=CommandUnitFactory(name=name))
        VenueContactFactory(name=name, venue=Venue.objects.first())
    assert [venue.name for venue in Venue.objects.all()] == names
    assert [venue.name for venue in Venue.objects.by_name()] == names
    for model in (VenueGroup, LocalAuthority, CommandUnit, VenueContact):
        assert [row.name for row in model.objects.filter(name__in=names)] == names


@pytest.mark.django_db
def test_people_and_scenarios_stand_in_that_order_too():
    from accounts.roles import Role
    from operations.models import Scenario
    from operations.people import visiting_officers

    for name in ("Zetland", "Étoile", "Abbey"):
        UserFactory(last_name=name, role=Role.VISITING_OFFICER)
        ScenarioFactory(title=name)
    assert [user.last_name for user in visiting_officers()] == ["Abbey", "Étoile", "Zetland"]
    assert [s.title for s in Scenario.objects.all()] == ["Abbey", "Étoile", "Zetland"]


@pytest.mark.django_db
def test_people_stand_in_that_order_where_an_account_is_closed():
    from django.forms import modelform_factory

    from accounts.admin import ChangeForm
    from accounts.models import User

    for first, last in (("Zoe", "Étoile"), ("Ann", "zetland"), ("Bob", "Abbey"), ("éva", "Abbey")):
        UserFactory(first_name=first, last_name=last)
    closes = modelform_factory(User, form=ChangeForm, fields=["is_active"])(instance=UserFactory())
    people = closes.fields["taken_over_by"].queryset
    named = [str(one) for one in people if one.last_name[0] in "ÉzA"]
    assert named == ["Bob Abbey", "éva Abbey", "Zoe Étoile", "Ann zetland"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ynys Mon", "Ynys Môn Inn"),
        ("ynys môn", "Ynys Môn Inn"),
        ("obriens", "O’Brien's"),
        ("o'briens", "O’Brien's"),
        ("O´BRIEN’S", "O’Brien's"),
        ("saint annes", "St. Anne's & Son"),
        ("St Anne and son", "St. Anne's & Son"),
        ("etoile", "Étoile"),
        ("Etiole", "Étoile"),
    ],
)
def test_the_registry_finds_names_as_people_say_them(typed, found):
    for name in ("Ynys Môn Inn", "O’Brien's", "St. Anne's & Son", "Étoile", "Zetland Arms"):
        VenueFactory(name=name, postcode="")
    assert [venue.name for venue in Venue.objects.search(typed)] == [found]


@pytest.mark.django_db
def test_entries_that_differ_in_writing_alone_are_likely_duplicates():
    venue = VenueFactory(name="St. Môn's & Co", postcode="ZZ1 1AA")
    other = VenueFactory(name="Saint Mons and Co", postcode="ZZ1 1AA")
    assert Venue.objects.likely_duplicates_of(venue).get() == other
    assert Venue.objects.likely_duplicates_of(venue).get().likeness == 1


@pytest.mark.django_db
def test_a_group_is_found_however_its_name_is_written():
    group = VenueGroupFactory(name="Môn & St. Bride")
    assert actions._group_named("mon and saint BRIDE") == group
