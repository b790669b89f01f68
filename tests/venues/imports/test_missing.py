"""Venues that a file does not have any more, and which new ones they may be."""

import pytest
from django.urls import reverse

from tests.factories import LocalAuthorityFactory, VenueFactory
from tests.venues.hygiene_files import FORMATS, bring, counts, hotel, xml
from tests.venues.imports.samples import import_bytes, import_sample, official, planner
from venues.imports import fhrs_import as imports
from venues.models import Venue

pytestmark = pytest.mark.django_db


def test_venues_not_in_the_file_any_more_are_listed_and_stay_open():
    import_sample("official_2020.xml")

    run = import_sample("api_2021.json")

    assert [entry["name"] for entry in run.report["missing"]] == [
        "Moor Inn",
        "Northmoor Travel Lodge",
    ]
    assert Venue.objects.open().filter(fhrsid=9100009).exists()


def test_only_open_venues_of_the_files_authorities_with_an_fhrsid_can_be_missing():
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    VenueFactory(local_authority=northmoor)  # not from open data
    VenueFactory(fhrsid=1)  # of another authority
    kept = VenueFactory(local_authority=northmoor, fhrsid=2, name="Gone")
    VenueFactory(
        local_authority=northmoor, fhrsid=3, closed_on="2020-01-01", closed_reason="Flats now"
    )
    VenueFactory(local_authority=northmoor, fhrsid=4, merged_into=kept)

    run = import_sample("official_2020.xml")

    assert [entry["name"] for entry in run.report["missing"]] == ["Gone"]


def test_an_authority_whose_last_hotel_left_still_has_it_missing():
    import_bytes(official(1))

    run = import_bytes(official(1).replace(b"7842", b"7843"))

    assert counts(run) == {"missing": 1}


def test_a_missing_venue_is_listed_with_the_new_ones_of_its_name():
    import_bytes(official(2).replace(b"Hotel 2", b"Other"))

    run = import_bytes(official(2, start=3).replace(b"Hotel 3", b"HOTEL 1"))

    new = Venue.objects.get(fhrsid=3)
    hotel, other = run.report["missing"]
    assert hotel["perhaps"] == [{"venue": new.pk, "name": "HOTEL 1", "postcode": ""}]
    assert other["perhaps"] == []


def test_of_several_new_ones_of_a_name_those_at_the_same_postcode_are_listed():
    def at(fhrsid: int, postcode: str) -> bytes:
        hotel = official(1, start=fhrsid).split(b"<EstablishmentDetail>")[1]
        hotel = hotel.split(b"</EstablishmentDetail>")[0].replace(b"Hotel %d" % fhrsid, b"Inn")
        record = hotel + f"<PostCode>{postcode}</PostCode>".encode()
        return b"<EstablishmentDetail>" + record + b"</EstablishmentDetail>"

    def file(*records: bytes) -> bytes:
        start = b"<FHRSEstablishment><Header><ItemCount>%d</ItemCount></Header>" % len(records)
        collection = b"<EstablishmentCollection>%s</EstablishmentCollection>" % b"".join(records)
        return start + collection + b"</FHRSEstablishment>"

    import_bytes(file(at(1, "ZZ1 1AA")))
    run = import_bytes(file(at(2, "ZZ1 1AA"), at(3, "ZZ2 2BB")))

    (missing,) = run.report["missing"]
    assert [new["postcode"] for new in missing["perhaps"]] == ["ZZ1 1AA"]


def test_a_missing_venue_is_found_by_place_under_the_new_name_of_a_neighbour():
    """Its record left and its neighbour's, at the same postcode, got a new name."""
    one = hotel(1, "Lantern", line1="1 Quay", postcode="ZZ1 1AA")
    two = hotel(2, "Beacon", line1="2 Quay", postcode="ZZ1 1AA")
    bring(xml(one, two, hotel(3, "Far", line1="9 Hill", postcode="ZZ9 9AA")))

    run = bring(
        xml(
            two | {"name": "Beacon Palace"}, hotel(3, "Farther", line1="9 Hill", postcode="ZZ9 9AA")
        )
    )

    (missing,) = run.report["missing"]
    (perhaps,) = missing["perhaps"]
    assert (missing["name"], perhaps["name"], perhaps["was"]) == (
        "Lantern",
        "Beacon Palace",
        "Beacon",
    )


@pytest.mark.parametrize(
    "place",
    [
        {"postcode": "ZZ1 1AA"},
        {"line1": "1 Quay", "line2": "Northmoor"},
        {"point": (54.7011, -1.5021)},
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_missing_venue_is_found_by_place_under_its_new_id_and_name(place, kind):
    bring(FORMATS[kind](hotel(1, "Lantern", **place)))

    run = bring(FORMATS[kind](hotel(2, "Palace of Light", **place)))

    (missing,) = run.report["missing"]
    assert [each["name"] for each in missing["perhaps"]] == ["Palace of Light"]


def test_those_of_its_name_come_before_those_at_its_place_and_few_are_named():
    bring(xml(hotel(1, "Lantern", postcode="ZZ1 1AA")))
    others = [hotel(number, postcode="ZZ1 1AA") for number in range(10, 20)]

    run = bring(xml(*others, hotel(2, "LANTERN", postcode="ZZ1 1AA")))

    (missing,) = run.report["missing"]
    assert missing["perhaps"][0]["name"] == "LANTERN"
    assert len(missing["perhaps"]) == imports.SUGGESTED


def test_a_suggestion_can_be_compared_and_merged(client):
    client.force_login(planner(whole_force=True))
    bring(xml(hotel(1, "Lantern", postcode="ZZ1 1AA")))
    run = bring(xml(hotel(2, "Palace", postcode="ZZ1 1AA")))
    old, new = Venue.objects.get(fhrsid=1), Venue.objects.get(fhrsid=2)

    page = client.get(run.get_absolute_url() + "?show=missing").text

    assert f"{reverse('venues:venue_merge', args=[old.pk])}?other={new.pk}" in page
