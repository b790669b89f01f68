"""Importing into the registry: what is written and reported."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import LocalAuthorityFactory
from tests.venues.hygiene_files import FORMATS, bring, counts, hotel, xml
from tests.venues.imports.samples import SAMPLES, import_bytes, import_sample, official, planner
from venues.imports import fhrs_import as imports
from venues.imports.uploads import BrokenFile
from venues.models import LocalAuthority, Venue

pytestmark = pytest.mark.django_db


def test_a_first_import_creates_a_venue_for_each_hotel():
    user = planner(whole_force=True)
    northmoor = LocalAuthorityFactory(name="Northmoor", fhrs_code="901")

    run = imports.import_fhrs(
        SAMPLES / "official_2020.xml", file_name="northmoor.xml", by=user, at=timezone.now()
    )

    assert counts(run) == {"created": 10}
    assert (run.file_name, str(run.extract_date), run.started_by) == (
        "northmoor.xml",
        "2020-11-14",
        user,
    )
    venue = Venue.objects.get(fhrsid=9100001)
    assert venue.name == "Harbour View Guest House"
    assert venue.local_authority == northmoor
    assert venue.address == "3 Quay Street\nNorthmoor"
    assert venue.postcode == "ZZ1 1AB"
    assert (venue.latitude, venue.longitude) == (Decimal("54.701100"), Decimal("-1.502100"))
    assert venue.kind == Venue.Kind.UNKNOWN
    assert venue.edited_by_hand == []


def test_what_is_missing_or_odd_is_accepted_and_counted():
    run = import_sample("official_2020.xml")

    assert run.report["withheld"] == 2
    assert run.report["repeated"] == 1
    assert run.report["records"] == 12
    assert run.report["marks"] == {
        "no postcode": 2,
        "no address": 2,
        "no point": 3,
        "postcode not complete": 2,
        "point not in the United Kingdom": 1,
    }
    assert Venue.objects.get(fhrsid=9100006).location_withheld


def test_the_same_file_twice_changes_nothing():
    import_sample("official_2020.xml")
    before = list(Venue.objects.order_by("pk").values())

    run = import_sample("official_2020.xml")

    assert counts(run) == {"unchanged": 10}
    assert list(Venue.objects.order_by("pk").values()) == before


def test_a_later_file_updates_by_fhrsid_and_says_which_fields_changed():
    import_sample("official_2020.xml")

    run = import_sample("api_2021.json")

    assert counts(run) == {"created": 1, "changed": 3, "unchanged": 5, "missing": 2}
    changes = {entry["was"]: entry["fields"] for entry in run.report["changed"]}
    assert changes == {
        "THE OLD MILL HOTEL": {"name": ["THE OLD MILL HOTEL", "The Old Mill Hotel and Spa"]},
        "Fern Cottage": {"point": ["", "54.740000, -1.540000"]},
        "Spare Room": {"postcode": ["ZZ3", "ZZ3 1QQ"]},
    }
    assert Venue.objects.get(fhrsid=9100003).name == "The Old Mill Hotel and Spa"


def test_a_change_by_import_is_a_new_version_so_that_an_open_form_is_told():
    import_sample("official_2020.xml")
    version = Venue.objects.get(fhrsid=9100003).version

    import_sample("api_2021.json")

    assert Venue.objects.get(fhrsid=9100003).version == version + 1
    assert Venue.objects.get(fhrsid=9100001).version == 1


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_formats_that_write_one_address_in_several_ways_do_not_alternate(first, second):
    plain = {"line1": "Premier Inn Terminal 4", "line2": "Ring Road", "postcode": "ZZ1 1AA"}
    other = {"line1": "PREMIER INN, TERMINAL 4,  RING ROAD", "postcode": "zz11aa"}
    bring(FORMATS[first](hotel(1, "Bell & Anchor", **plain, point=("54.70112345", "-1.50210049"))))
    before = Venue.objects.values().get()

    for _ in range(2):
        again = FORMATS[second](
            hotel(1, "BELL AND  ANCHOR", **other, point=("54.70112", "-1.5021"))
        )
        assert counts(bring(again)) == {"unchanged": 1}
        assert Venue.objects.values().get() == before


def test_an_authority_not_known_yet_is_added_without_a_command_unit():
    run = import_sample("official_2020.xml")

    northmoor = LocalAuthority.objects.get(fhrs_code="901")
    assert (northmoor.name, northmoor.command_unit) == ("Northmoor", None)
    assert run.report["new_authorities"] == ["Northmoor"]
    assert import_sample("official_2020.xml").report["new_authorities"] == []


def test_an_authority_known_by_name_alone_gets_its_code():
    known = LocalAuthorityFactory(name="NORTHMOOR", fhrs_code=None)

    import_sample("official_2020.xml")

    known.refresh_from_db()
    assert known.fhrs_code == "901"
    assert LocalAuthority.objects.count() == 1


def test_an_authority_known_with_another_code_refuses_the_file():
    LocalAuthorityFactory(name="Northmoor", fhrs_code="555")

    with pytest.raises(BrokenFile, match="known here with 555"):
        import_sample("official_2020.xml")

    assert not Venue.objects.exists()


def test_a_hotel_that_moves_to_another_authority_is_one_venue():
    import_bytes(official(1))

    run = import_bytes(official(1).replace(b"901", b"902").replace(b"Northmoor", b"Southmoor"))

    assert run.report["changed"][0]["fields"] == {"authority": ["Northmoor", "Southmoor"]}
    assert Venue.objects.get().local_authority.name == "Southmoor"


def test_an_import_takes_place_at_the_moment_that_it_is_told():
    later = timezone.now() + dt.timedelta(days=40)
    LocalAuthorityFactory(name="Northmoor", fhrs_code="901")
    bring(xml(hotel(1, name="Old Name")))

    imports.import_fhrs(
        io.BytesIO(xml(hotel(1, name="New Name"), on=later.date())),
        file_name="northmoor.xml",
        by=None,
        at=later,
    )

    assert Venue.objects.get().updated_at == later
