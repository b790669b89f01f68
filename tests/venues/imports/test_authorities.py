"""Which files are believed: codes against names, and old news against new."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from tests.factories import CommandUnitFactory, LocalAuthorityFactory, UserFactory
from tests.venues.hygiene_files import FORMATS, bring, counts, hotel, xml
from venues.imports.uploads import BrokenFile
from venues.models import ImportRun, LocalAuthority, Venue

pytestmark = pytest.mark.django_db

OLD, NEW = dt.date(2020, 11, 14), dt.date(2021, 8, 19)


# Codes and names --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_code_that_is_another_authoritys_is_refused_and_both_are_named(kind):
    write = FORMATS[kind]
    LocalAuthorityFactory(name="Southmoor", fhrs_code="902")
    bring(write(hotel(1), hotel(2)))

    with pytest.raises(BrokenFile, match=r"gives Northmoor the food hygiene code 902, .*Southmoor"):
        bring(write(hotel(1, code="902"), hotel(2, code="902")))

    assert set(Venue.objects.values_list("local_authority__name", flat=True)) == {"Northmoor"}


def test_a_name_that_is_not_known_here_does_not_belong_to_a_known_code_either():
    bring(xml(hotel(1)))

    with pytest.raises(BrokenFile, match="gives Eastmoor the food hygiene code 901"):
        bring(xml(hotel(1, authority="Eastmoor")))


def test_a_name_written_otherwise_is_the_same_authority():
    known = LocalAuthorityFactory(name="City of Northmoor", fhrs_code="901")

    run = bring(xml(hotel(1, authority="NORTHMOOR CITY CORPORATION")))

    assert counts(run) == {"created": 1}
    assert Venue.objects.get().local_authority == known


def test_a_code_with_two_names_in_one_file_is_refused():
    with pytest.raises(BrokenFile, match="901 both Eastmoor and Northmoor"):
        bring(xml(hotel(1), hotel(2, authority="Eastmoor")))


def test_a_name_with_two_codes_in_one_file_is_refused():
    with pytest.raises(BrokenFile, match="gives Northmoor the food hygiene codes 901 and 902"):
        bring(xml(hotel(1), hotel(2, code="902")))


def test_records_of_other_kinds_of_business_count_as_well():
    LocalAuthorityFactory(name="Southmoor", fhrs_code="902")

    with pytest.raises(BrokenFile, match="Southmoor"):
        bring(xml(hotel(1), hotel(2, kind=1, code="902", authority="Eastmoor")))


def test_nobody_gives_a_code_to_an_authority_of_another_unit_by_a_file():
    theirs = LocalAuthorityFactory(name="Northmoor", fhrs_code=None)

    bring(xml(hotel(1)), by=UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()]))

    theirs.refresh_from_db()
    assert theirs.fhrs_code is None
    assert not Venue.objects.exists()


# Old news ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("before", FORMATS)
def test_a_file_older_than_what_is_on_record_is_refused_in_words(kind, before):
    bring(FORMATS[before](hotel(1, "New name"), on=NEW))

    with pytest.raises(BrokenFile) as refused:
        bring(FORMATS[kind](hotel(1, "Old name"), on=OLD))

    said = str(refused.value)
    assert "is of 14 November 2020" in said
    assert "19 August 2021 for Northmoor" in said
    assert "Nothing was imported." in said
    assert Venue.objects.get().name == "New name"


def test_a_file_of_the_same_day_or_later_is_taken():
    bring(xml(hotel(1, "One"), on=OLD))
    bring(xml(hotel(1, "Two"), on=OLD))
    bring(xml(hotel(1, "Three"), on=NEW))

    assert Venue.objects.get().name == "Three"


def test_a_file_without_a_date_is_not_taken_over_one_with_a_date():
    bring(xml(hotel(1, "One"), on=OLD))

    with pytest.raises(BrokenFile, match="does not say of which day it is"):
        bring(xml(hotel(1, "Two")))


def test_each_authority_has_its_own_date():
    bring(xml(hotel(1), on=NEW))

    run = bring(xml(hotel(2, code="902", authority="Southmoor"), on=OLD))

    assert counts(run) == {"created": 1}
    both = dict(LocalAuthority.objects.values_list("name", "extract_date"))
    assert both == {"Northmoor": NEW, "Southmoor": OLD}


def test_a_hotel_that_moved_since_is_not_brought_back_by_an_older_file_of_where_it_was():
    LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    bring(xml(hotel(1, "New name", code="902", authority="Southmoor"), on=NEW))

    run = bring(xml(hotel(1, "Old name"), on=OLD))

    venue = Venue.objects.get()
    assert (venue.name, venue.local_authority.name) == ("New name", "Southmoor")
    assert {(each["aspect"], each["why"]) for each in run.report["differences"]} == {
        ("name", "older"),
        ("authority", "older"),
    }


def test_a_file_from_the_future_is_refused():
    with pytest.raises(BrokenFile, match="which is yet to come"):
        bring(xml(hotel(1), on=timezone.localdate() + dt.timedelta(days=40)))


def test_a_file_brought_by_somebody_of_another_unit_makes_no_other_file_old():
    authority = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    stranger = UserFactory(role=Role.PLANNER, units=[CommandUnitFactory()])

    bring(xml(hotel(1), on=timezone.localdate()), by=stranger)

    authority.refresh_from_db()
    assert authority.extract_date is None
    assert counts(bring(xml(hotel(1), on=OLD))) == {"created": 1}


def test_a_year_that_no_extract_can_have_counts_as_none():
    run = bring(xml(hotel(1), on=dt.date(1, 1, 1)))

    assert run.extract_date is None
    assert ImportRun.objects.count() == 1
